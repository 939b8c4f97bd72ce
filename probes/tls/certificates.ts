import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { Failure } from "#model/probe.ts";
import type { Certificate, CertificateFacet, TlsService } from "#model/tls-facets.ts";
import { trustAnchors } from "./anchors.ts";
import type { Authentication } from "./authentication.ts";
import { readCertificate } from "./certificate-facts.ts";
import { relaxedTls } from "./relaxed.ts";
import type { Presentation } from "./seen.ts";
import {
  type CertificateKind,
  type Handshake,
  handshake,
  type HandshakeOptions,
} from "./handshake.ts";
import { presentedOf, type Sent, type Trust } from "./presented.ts";
import { chainTrust, unfitness } from "./trust.ts";
import type { Wire } from "./wire.ts";

/** Reads the roots into OpenSSL, which takes milliseconds, before a chain is there to be judged. */
export function prepareTrust(ca: string | null): void {
  relaxedTls(null, { ca });
}

/** The certificates of an endpoint, or why there are none. */
export interface CertificatesRead {
  readonly facet: CertificateFacet | null;
  readonly problem: Pick<Failure, "reason" | "message"> | null;
}

/**
 * Judges what was presented by OpenSSL and puts it into words.
 * @param hostname the name that was asked for
 * @param ca PEM of authorities to trust beside Node's; null for none
 */
export async function readCertificates(
  wire: Wire,
  shown: Authentication,
  hostname: string,
  ca: string | null,
): Promise<CertificatesRead> {
  const open = shown.ends.flatMap(({ version, unfinished, silentEnd }) => {
    if (unfinished !== null) return [`${version}: ${unfinished}`];
    return silentEnd && wire.flaky()
      ? [`${version}: it ended in silence, and ${wire.whyFlaky()}`]
      : [];
  });
  if (wire.contradicted()) open.push("the server refuses at one time what it answers at another");
  const sent = await Promise.all(
    shown.presented.map((presentation) => judged(wire, presentation, hostname, ca)),
  );
  const parts: ReturnType<typeof presentedOf>[] = [];
  for (const one of sent) {
    parts.push(presentedOf(one));
    // To check signatures takes time, which other endpoints need too.
    await setImmediate();
  }
  const presented = parts.flatMap((part) => (part.presented === null ? [] : [part.presented]));
  const unfinished = [
    ...new Set([
      ...parts.flatMap((part) => part.unfinished),
      ...open,
      ...(shown.more
        ? ["shows more certificates than are read, another one at every question"]
        : []),
    ]),
  ];
  const [first] = presented;
  if (first === undefined) {
    const why = unfinished.join("; ") || "no accepted suite comes with one";
    return {
      facet: null,
      problem: { reason: "malformed", message: `no certificate was read: ${why}` },
    };
  }
  return {
    facet: { hostname, presented, withoutName: hash(shown.withoutName), unfinished },
    problem: null,
  };
}

/** What was presented, with OpenSSL's verdict on it. */
async function judged(
  wire: Wire,
  { chain, ocsp, timestamps, possession: proved }: Presentation,
  hostname: string,
  ca: string | null,
): Promise<Sent> {
  const keyType = keyTypeOf(chain[0]);
  const apart = await chainTrust(chain, keyType, ca);
  const anchors = trustAnchors(ca);
  // TLS 1.2 has no post-quantum keys, so that only a handshake of 1.3 makes OpenSSL judge them.
  const postQuantum = keyType === "ml-dsa";
  // Who signs nothing (static RSA) shows its key by the end of a handshake. Nobody is blamed on this side's word alone.
  const timeoutMs = proved === false ? Math.min(wire.timeoutMs, DOUBT_MS) : wire.timeoutMs;
  const whole =
    postQuantum || proved !== true
      ? await handshakeOf(wire, chain, keyType, { ca, timeoutMs })
      : null;
  const trust: Trust = postQuantum && whole !== null ? whole : apart;
  const possession = whole?.completed === true ? true : proved;
  const { trusted, trustError } = trust;
  return {
    hostname,
    chain,
    trust: { trusted, trustError },
    possession,
    anchors,
    ocsp,
    timestampList: timestamps,
  };
}

/** Who shows what is not its own seldom goes on to the end. */
const DOUBT_MS = 2000;

const KINDS: Partial<Record<Certificate["keyType"], CertificateKind>> = {
  rsa: "rsa",
  ec: "ecdsa",
  ed25519: "eddsa",
  ed448: "eddsa",
  "ml-dsa": "ml-dsa",
};

/**
 * A whole handshake by OpenSSL in which the server shows the same leaf; null where that does not come about, and where
 * OpenSSL is not to check the chain.
 */
async function handshakeOf(
  wire: Wire,
  chain: readonly Buffer[],
  keyType: Certificate["keyType"],
  settings: Pick<HandshakeOptions, "ca" | "timeoutMs">,
): Promise<Handshake | null> {
  const { address, signal } = wire;
  if (unfitness(chain) !== null) return null;
  const kind = KINDS[keyType];
  const options = { ...settings, signal, ...(kind === undefined ? {} : { kind }) };
  const shown = await wire.slot(() => handshake(address, options)).catch(() => null);
  return shown?.leaf?.equals(chain[0] ?? Buffer.alloc(0)) === true ? shown : null;
}

function keyTypeOf(der: Buffer | undefined): Certificate["keyType"] {
  try {
    return der === undefined ? "other" : readCertificate(der).facts.keyType;
  } catch {
    return "other";
  }
}

function hash(der: Buffer | null): string | null {
  return der === null ? null : createHash("sha256").update(der).digest("hex");
}

/** Whether clients must show a certificate; where one is asked for, a handshake without one tells. */
export async function readClientCertificate(
  wire: Wire,
  shown: Authentication,
  ca: string | null,
): Promise<TlsService["clientCertificate"]> {
  if (shown.requestsCertificate === null) return "unknown";
  if (!shown.requestsCertificate) return "not-requested";
  if (shown.presented.some(({ chain }) => unfitness(chain) !== null)) return "unknown";
  const { address, timeoutMs, signal } = wire;
  try {
    const result = await wire.slot(() => handshake(address, { timeoutMs, signal, ca }));
    return result?.clientCertificate ?? "unknown";
  } catch {
    // What broke the handshake off says nothing of the certificate.
    return "unknown";
  }
}
