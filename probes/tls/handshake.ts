import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { TlsService } from "#model/tls-facets.ts";
import { codeOf, TlsScanError } from "./errors.ts";
import { withoutLegacyCertificate } from "./legacy-certificate.ts";
import type { Trust } from "./presented.ts";
import { relaxedTls } from "./relaxed.ts";
import { beginTls } from "./starttls/begin.ts";
import { trustOf } from "./verify-words.ts";
import type { WireAddress } from "./wire.ts";

/** Kinds of key that a server may have a certificate for. */
export type CertificateKind = "rsa" | "ecdsa" | "eddsa" | "ml-dsa";

/** What one handshake by OpenSSL showed. */
export interface Handshake extends Trust {
  /** False where the server broke it off after its certificate: up to TLS 1.2 nothing is then known of trust. */
  readonly completed: boolean;
  readonly version: string | null;
  /** DER of the server's certificate; null where it sent none. */
  readonly leaf: Buffer | null;
  readonly clientCertificate: TlsService["clientCertificate"];
  /** The protocol that was agreed on by ALPN; null: none. */
  readonly alpn: string | null;
  /** The stapled OCSPResponse; null: none was sent. */
  readonly ocsp: Buffer | null;
}

export interface HandshakeOptions {
  /** For the whole of it. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** PEM certificates to trust beside Node's roots. */
  readonly ca: string | null;
  /** Ask for the certificate of that kind of key, from TLS 1.2 on; undefined: any. */
  readonly kind?: CertificateKind;
  /** Protocols to offer by ALPN. */
  readonly alpn?: readonly string[];
}

const SIGALGS: Readonly<Record<CertificateKind, string>> = {
  rsa:
    "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pss_pss_sha256:rsa_pss_pss_sha384:" +
    "rsa_pss_pss_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512:rsa_pkcs1_sha1",
  ecdsa:
    "ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512:ECDSA+SHA224:ecdsa_sha1",
  eddsa: "ed25519:ed448",
  "ml-dsa": "mldsa65:mldsa87:mldsa44",
};

/** What servers say to a client without a certificate (RFC 8446 4.4.2.4; RFC 5246 7.4.6; GnuTLS 3.7 a decode error). */
const WITHOUT_CERTIFICATE =
  /ALERT_(?:CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|NO_CERTIFICATE|BAD_CERTIFICATE|CERTIFICATE_UNKNOWN|DECODE_ERROR)$/;

/** How long a server may take to refuse a client without certificate, after the handshake. */
const REFUSAL_MS = 2000;

/**
 * Makes one handshake with anything that Node can still speak, and takes the certificate whatever is wrong with it. Where the
 * server asks for a client certificate none is given, to see whether it can be done without: up to TLS 1.2 the handshake
 * then fails, in TLS 1.3 the refusal comes after it, so that it is waited for. A web server that refuses only its pages
 * to such a client counts as `optional`: that is all TLS can see. Before TLS 1.2 OpenSSL does not tell a request.
 * @param address a `serverName` of null names no host; where TLS begins by a command, the talk before it comes first
 * @throws TlsScanError on a timeout or where no certificate is sent; else what the socket throws, or the signal's reason
 */
export async function handshake(
  address: WireAddress,
  options: HandshakeOptions,
): Promise<Handshake> {
  const { signal } = options;
  const { host, port, startTls = null } = address;
  signal.throwIfAborted();
  if (startTls === null) return over({ host, port }, address.serverName, options);
  const begun = await beginTls(address, startTls, options);
  if ("socket" in begun) return over(begun, address.serverName, options);
  throw new TlsScanError("malformed", "refused" in begun ? begun.refused : begun.broken);
}

function over(
  place: { readonly host: string; readonly port: number } | { readonly socket: Socket },
  serverName: string | null,
  options: HandshakeOptions,
): Promise<Handshake> {
  const { signal, timeoutMs, ca, kind, alpn } = options;
  return new Promise((resolve, reject) => {
    const socket = withoutLegacyCertificate(
      connect({
        ...place,
        ...relaxedTls(serverName, { ca, sigalgs: kind && SIGALGS[kind] }),
        ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
        requestOCSP: true,
      }),
    );
    let seen: Handshake | null = null;
    let ocsp: Buffer | null = null;
    let leaf: Buffer | null = null;
    // Asked only until it is there: a second time Node would give another one.
    const leafNow = () => (leaf ??= socket.getPeerX509Certificate()?.raw ?? null);
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      socket.destroy();
      if ("socket" in place) place.socket.destroy();
      act();
    };
    const finish = (clientCertificate: Handshake["clientCertificate"]) => {
      if (seen === null || seen.leaf === null) {
        return settle(() => reject(new TlsScanError("malformed", "sends no certificate")));
      }
      const result = { ...seen, clientCertificate, ocsp };
      return settle(() => resolve(result));
    };
    const stop = () => settle(() => reject(signal.reason));
    const late = () =>
      settle(() => reject(new TlsScanError("timeout", "no TLS handshake in time")));
    let timer = setTimeout(late, timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    socket.on("OCSPResponse", (response) => {
      ocsp = response;
    });
    // The secrets are made once the certificate has been read: the last that is seen of one who then breaks off.
    socket.on("keylog", () => {
      if (seen === null && socket.getProtocol() !== "TLSv1.3")
        seen = seenOf(socket, leafNow(), false);
    });
    socket.on("secureConnect", () => {
      seen = seenOf(socket, leafNow(), true);
      if (seen.clientCertificate === "not-requested" || seen.clientCertificate === "unknown") {
        return finish(seen.clientCertificate);
      }
      if (seen.version !== "TLSv1.3") return finish("optional");
      clearTimeout(timer);
      timer = setTimeout(() => finish("unknown"), Math.min(timeoutMs, REFUSAL_MS));
      // A ticket comes from who has taken the client's empty answer (RFC 8446 4.6.1). An end without a word tells nothing.
      socket.once("session", () => finish("optional"));
      socket.resume();
      socket.end();
    });
    socket.on("error", (error) => {
      const refused = WITHOUT_CERTIFICATE.test(codeOf(error));
      if (seen === null || (!seen.completed && !codeOf(error).includes("ALERT"))) {
        return settle(() => reject(error));
      }
      return finish(refused && seen.clientCertificate === "optional" ? "required" : "unknown");
    });
    socket.on("close", () =>
      seen?.completed === true
        ? finish("unknown")
        : settle(() => reject(new TlsScanError("malformed", "closes the connection before TLS"))),
    );
  });
}

/** What the socket shows now; a client certificate that is asked for is `optional` until it is refused. */
function seenOf(socket: TLSSocket, leaf: Buffer | null, completed: boolean): Handshake {
  const version = socket.getProtocol();
  const asked = socket.getSharedSigalgs().length > 0;
  const tells = version === "TLSv1.2" || version === "TLSv1.3";
  // Node gives OpenSSL's code as a string here, though its types say Error; null where there is none.
  const error: unknown = socket.authorized ? null : socket.authorizationError;
  return {
    completed,
    version,
    leaf,
    ...(completed
      ? trustOf(error)
      : { trusted: null, trustError: "the server breaks the handshake off" }),
    clientCertificate: tells ? (asked ? "optional" : "not-requested") : "unknown",
    alpn: socket.alpnProtocol === false ? null : socket.alpnProtocol,
    ocsp: null,
  };
}
