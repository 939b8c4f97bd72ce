import { X509Certificate, type KeyObject } from "node:crypto";
import {
  checkServerIdentity,
  connect,
  getCACertificates,
  type DetailedPeerCertificate,
  type TLSSocket,
} from "node:tls";
import type { Certificate, CertificateFacet } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import type { TlsAddress } from "./enumerate.ts";
import { TlsScanError } from "./errors.ts";
import { altNames, nameOf } from "./names.ts";
import { relaxedTls } from "./relaxed.ts";

/** What one ordinary handshake showed, as it came. */
export interface PresentedChain {
  readonly hostname: string;
  readonly trusted: boolean;
  /** OpenSSL's code, such as `CERT_HAS_EXPIRED`. */
  readonly trustError: string | null;
  /** Base64 of the DER, leaf first, each signed by the next. */
  readonly chain: readonly string[];
}

const MAX_DEPTH = 20;

/**
 * Makes one handshake with anything that Node can still speak, and takes the chain whatever is wrong with it.
 * Trust is judged by Node's roots, and those of `ca` (PEM) besides.
 * @throws TlsScanError on a timeout or where no certificate is sent; else what the socket throws, or the signal's reason
 */
export function fetchChain(
  address: TlsAddress,
  options: {
    readonly timeoutMs: number;
    readonly signal: AbortSignal;
    readonly ca: string | null;
  },
): Promise<PresentedChain> {
  const { signal, timeoutMs, ca } = options;
  const { host, port, serverName } = address;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port,
      ...relaxedTls(serverName),
      ...(ca === null ? {} : { ca: [...getCACertificates("default"), ca] }),
    });
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      socket.destroy();
      act();
    };
    const stop = () => settle(() => reject(signal.reason));
    const timer = setTimeout(
      () => settle(() => reject(new TlsScanError("timeout", "no TLS handshake in time"))),
      timeoutMs,
    );
    signal.addEventListener("abort", stop, { once: true });
    socket.on("error", (error) => settle(() => reject(error)));
    socket.on("close", () =>
      settle(() => reject(new TlsScanError("malformed", "closes the connection before TLS"))),
    );
    socket.on("secureConnect", () => {
      const chain = chainOf(socket);
      settle(() =>
        chain.length === 0
          ? reject(new TlsScanError("malformed", "sends no certificate"))
          : resolve({ hostname: serverName, chain, ...trustOf(socket) }),
      );
    });
  });
}

function trustOf(socket: TLSSocket): Pick<PresentedChain, "trusted" | "trustError"> {
  // Node gives OpenSSL's code as a string here, though its types say Error.
  const error: unknown = socket.authorizationError;
  const code = error instanceof Error ? error.message : String(error);
  return { trusted: socket.authorized, trustError: socket.authorized ? null : code };
}

/**
 * The chain from the leaf up. Node completes it with the root that it trusts; where it does, that root is left out,
 * for it is the judge's own and no part of what is judged.
 */
function chainOf(socket: TLSSocket): string[] {
  const chain: string[] = [];
  let next: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (next?.raw !== undefined && chain.length < MAX_DEPTH) {
    const der = next.raw.toString("base64");
    if (chain.includes(der)) break;
    const anchor = next.issuerCertificate === next && socket.authorized;
    if (anchor && chain.length > 0) break;
    chain.push(der);
    next = next.issuerCertificate;
  }
  return chain;
}

/**
 * The facet of a presented chain; pure.
 * @throws Error when a certificate of it cannot be read
 */
export function certificateFacet(presented: PresentedChain): CertificateFacet {
  const { hostname, trusted, trustError } = presented;
  const chain = presented.chain.map((der) => new X509Certificate(Buffer.from(der, "base64")));
  const [leaf] = chain;
  if (leaf === undefined) throw new Error("the chain is empty");
  return {
    hostname,
    chain: chain.map(describe),
    trusted,
    trustError: trustError === null ? null : trustWords(trustError),
    hostnameMatches: covers(leaf, hostname),
  };
}

/** Whether the certificate names the host. Only its alternative names count, never the common name (RFC 9525 2). */
function covers(leaf: X509Certificate, hostname: string): boolean {
  if (leaf.subjectAltName === undefined) return false;
  try {
    return checkServerIdentity(hostname, leaf.toLegacyObject()) === undefined;
  } catch {
    // Names that cannot be parsed name nobody.
    return false;
  }
}

function describe(certificate: X509Certificate): Certificate {
  return {
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    altNames: altNames(certificate.subjectAltName),
    validFrom: certificate.validFromDate.toISOString(),
    validTo: certificate.validToDate.toISOString(),
    ...keyOf(certificate),
    // Node before 24.9 does not tell it.
    signatureAlgorithm: certificate.signatureAlgorithm ?? null,
    serial: plain(certificate.serialNumber, 100),
    fingerprint: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
  };
}

const KEY_TYPES: Readonly<Record<string, Certificate["keyType"]>> = {
  rsa: "rsa",
  "rsa-pss": "rsa",
  ec: "ec",
  ed25519: "ed25519",
  ed448: "ed448",
  dsa: "dsa",
};

function keyOf(certificate: X509Certificate): Pick<Certificate, "keyType" | "keyBits"> {
  let key: KeyObject;
  try {
    key = certificate.publicKey;
  } catch {
    // A key of a kind or curve that OpenSSL does not know.
    return { keyType: "other", keyBits: null };
  }
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  // The names of all curves hold their size: prime256v1, secp384r1, brainpoolP512r1.
  const curveBits = /\d{3}/.exec(namedCurve ?? "")?.[0];
  return {
    keyType: KEY_TYPES[key.asymmetricKeyType ?? ""] ?? "other",
    keyBits: modulusLength ?? (curveBits === undefined ? null : Number(curveBits)),
  };
}

/** https://docs.openssl.org/3.5/man3/X509_STORE_CTX_get_error/ */
const TRUST_WORDS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "certificate has expired",
  CERT_NOT_YET_VALID: "certificate is not yet valid",
  DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
  SELF_SIGNED_CERT_IN_CHAIN: "self-signed certificate in certificate chain",
  UNABLE_TO_GET_ISSUER_CERT: "unable to get issuer certificate",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unable to get local issuer certificate",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unable to verify the first certificate",
  CERT_SIGNATURE_FAILURE: "certificate signature failure",
  INVALID_CA: "invalid CA certificate",
  INVALID_PURPOSE: "unsuitable certificate purpose",
  CERT_UNTRUSTED: "certificate not trusted",
  CERT_REJECTED: "certificate rejected",
  CERT_CHAIN_TOO_LONG: "certificate chain too long",
  PATH_LENGTH_EXCEEDED: "path length constraint exceeded",
  HOSTNAME_MISMATCH: "hostname mismatch",
};

function trustWords(code: string): string {
  return TRUST_WORDS[code] ?? plain(code, 100);
}
