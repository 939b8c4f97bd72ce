import { createHash } from "node:crypto";
import type { Failure } from "#model/probe.ts";
import type {
  Certificate,
  CertificateFacet,
  PresentedCertificate,
  TlsService,
} from "#model/tls-facets.ts";
import { trustAnchors } from "./anchors.ts";
import type { Authentication } from "./authentication.ts";
import { readCertificate } from "./certificate-facts.ts";
import type { Presentation } from "./seen.ts";
import { handshake } from "./handshake.ts";
import { presentedOf, type Trust } from "./presented.ts";
import { chainTrust } from "./trust.ts";
import type { Wire } from "./wire.ts";

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
      ? [`${version}: it ended in silence, and the server is unsteady`]
      : [];
  });
  const parts = await Promise.all(
    shown.presented.map((presentation) => present(wire, presentation, hostname, ca)),
  );
  const presented = parts.flatMap((part) => (part.presented === null ? [] : [part.presented]));
  const unfinished = [...new Set([...parts.flatMap((part) => part.unfinished), ...open])];
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

async function present(
  wire: Wire,
  { chain, ocsp, timestamps }: Presentation,
  hostname: string,
  ca: string | null,
): Promise<{
  readonly presented: PresentedCertificate | null;
  readonly unfinished: readonly string[];
}> {
  const keyType = keyTypeOf(chain[0]);
  const apart = await chainTrust(chain, keyType, ca);
  const trust = keyType === "ml-dsa" ? ((await trustByHandshake(wire, chain, ca)) ?? apart) : apart;
  const anchors = trustAnchors(ca);
  return presentedOf({ hostname, chain, trust, anchors, ocsp, timestampList: timestamps });
}

/** TLS 1.2 has no post-quantum keys, so that only a handshake of 1.3 makes OpenSSL judge them. */
async function trustByHandshake(
  wire: Wire,
  chain: readonly Buffer[],
  ca: string | null,
): Promise<Trust | null> {
  const { address, timeoutMs, signal } = wire;
  const options = { timeoutMs, signal, ca, kind: "ml-dsa" } as const;
  const shown = await wire.slot(() => handshake(address, options)).catch(() => null);
  const same = shown?.chain[0]?.equals(chain[0] ?? Buffer.alloc(0)) === true;
  return shown !== null && same ? { trusted: shown.trusted, trustError: shown.trustError } : null;
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
  const { address, timeoutMs, signal } = wire;
  try {
    const result = await wire.slot(() => handshake(address, { timeoutMs, signal, ca }));
    return result?.clientCertificate ?? "unknown";
  } catch {
    // What broke the handshake off says nothing of the certificate.
    return "unknown";
  }
}
