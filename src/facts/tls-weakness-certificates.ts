import type { Certificate } from "#model/tls-facets.ts";
import {
  absent,
  reasons,
  unknown,
  vulnerable,
  type WeaknessEvidence,
  type WeaknessFinding,
} from "./tls-weakness-evidence.ts";

/** Smallest sizes that give 112 bits of security (RFC 9325 4.5; NIST SP 800-57 part 1, table 2), in bits. */
const LEAST_BITS: Partial<Record<Certificate["keyType"], number>> = {
  rsa: 2048,
  dsa: 2048,
  ec: 224,
};

/** Keys that can be computed from what everybody sees. */
export function weakKey(evidence: WeaknessEvidence): WeaknessFinding {
  return keyFinding(evidence, ({ keyType, keyBits }) => {
    const least = LEAST_BITS[keyType];
    if (least === undefined) return keyType === "other" ? null : false;
    return keyBits === null ? null : keyBits < least;
  });
}

/** Keys that Infineon's library made, of which the secret half can be computed. */
export function roca(evidence: WeaknessEvidence): WeaknessFinding {
  return keyFinding(evidence, (certificate) => certificate.roca);
}

/** @param is whether a certificate's key has the weakness; null where that cannot be told */
function keyFinding(
  { certificate }: WeaknessEvidence,
  is: (certificate: Certificate) => boolean | null,
): WeaknessFinding {
  // A root that is sent along is not taken from there.
  const all = (certificate?.presented ?? []).flatMap(({ chain }) =>
    chain.filter(({ selfSigned }, place) => place === 0 || !selfSigned),
  );
  const bad = all.filter((one) => is(one) === true);
  const [first] = bad;
  if (first !== undefined) {
    const more = new Set(bad.map(({ fingerprint }) => fingerprint)).size - 1;
    return vulnerable(`${keyWords(first)}${more > 0 ? ` and ${more} more` : ""}`);
  }
  const open = [...(certificate?.unfinished ?? [])];
  if (certificate?.presented.every(({ chain }) => chain.length > 0) !== true || all.length === 0) {
    open.push("no certificate was read");
  }
  const odd = all.find((one) => is(one) === null);
  if (odd !== undefined) open.push(`the key of ${odd.subject} could not be read`);
  const why = reasons(open);
  return why === null ? absent() : unknown(why);
}

function keyWords({ keyType, keyBits, subject }: Certificate): string {
  const size = keyBits === null ? "" : ` of ${keyBits} bits`;
  return `the ${keyType === "other" ? "" : `${keyType.toUpperCase()} `}key${size} of ${subject}`;
}
