import type { TlsVersion } from "#model/tls.ts";
import {
  absent,
  behaviourOf,
  reasons,
  statusOf,
  unknown,
  vulnerable,
  type WeaknessEvidence,
  type WeaknessFinding,
} from "./tls-weakness-evidence.ts";

/** Compression lets one who can make a client ask find out its secrets by the length of what is sent. */
export function crime(evidence: WeaknessEvidence): WeaknessFinding {
  const { answer, why } = behaviourOf(evidence, "compression");
  if (answer === "yes") return vulnerable("compresses what it encrypts");
  return answer === "unknown" ? unknown(`compression: ${why}`) : absent();
}

/** Without RFC 5746 another may put his own words before a client's. */
export function insecureRenegotiation(evidence: WeaknessEvidence): WeaknessFinding {
  const { answer, why } = behaviourOf(evidence, "secure-renegotiation");
  if (answer === "no") return vulnerable("does not know secure renegotiation");
  return answer === "unknown" ? unknown(`secure renegotiation: ${why}`) : absent();
}

/** SSLv2 has no suites to signal with, and is worse than any downgrade. */
const WITH_SIGNAL: readonly TlsVersion[] = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"];

/**
 * A client that tries again with an older version may be led to it by another. Where TLS 1.2 and 1.3 are all there is, the
 * mark in the server's random does as well: whoever speaks 1.3 must look for it (RFC 8446 4.1.3).
 */
export function noFallbackScsv(evidence: WeaknessEvidence): WeaknessFinding {
  const { answer, why } = behaviourOf(evidence, "fallback-scsv");
  if (answer === "yes" || answer === "not-applicable") return absent();
  const having = (status: string) =>
    WITH_SIGNAL.filter((version) => statusOf(evidence, version).status === status);
  const accepted = having("accepted");
  const open = having("unknown").map((version) => `whether ${version} is accepted is not known`);
  if (accepted.length < 2) {
    return unlessKnown(open) ?? absent("there is no other version to fall back to");
  }
  const recent = accepted.every((version) => version === "TLSv1.2" || version === "TLSv1.3");
  const sentinel = behaviourOf(evidence, "downgrade-sentinel");
  if (recent && sentinel.answer === "yes") {
    return unlessKnown(open) ?? absent("TLSv1.3 marks a downgrade to TLSv1.2");
  }
  if (answer === "unknown") return unknown(`fallback SCSV: ${why}`);
  if (recent && sentinel.answer === "unknown") {
    return unknown(
      `no fallback SCSV; whether a downgrade is marked is not known (${sentinel.why})`,
    );
  }
  return vulnerable(`lets clients fall back among ${accepted.join(", ")} unseen`);
}

function unlessKnown(open: readonly string[]): WeaknessFinding | null {
  const why = reasons(open);
  return why === null ? null : unknown(why);
}
