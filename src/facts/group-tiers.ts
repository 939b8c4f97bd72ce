import type { DhPrime } from "#model/tls-facets.ts";
import { type NamedGroup, NAMED_GROUPS } from "./named-groups.ts";
import { SIGNATURE_ALGORITHMS, type SignatureAlgorithm } from "./signature-algorithms.ts";
import type { SuiteTier } from "./suite-tiers.ts";
import type { TlsProfile } from "./tls-profiles.ts";

/** In which tier a profile puts a part of the key exchange. */
export interface Tiered {
  readonly tier: SuiteTier;
  /** Why it is not recommended; null where it is. */
  readonly reason: string | null;
}

const RECOMMENDED: Tiered = { tier: "recommended", reason: null };
const NO_WEAKER: Tiered = { tier: "permitted", reason: "not named, but no weaker" };

/** RFC 9325 4.5: curves of less must not be used. */
const SHORTEST_CURVE = 224;
/** Prime-field curves of less than 128 bits of security are weak. */
const STRONG_CURVE = 250;
/** 768-bit logarithms have been computed (https://eprint.iacr.org/2017/067), 512-bit ones by the day (Logjam). */
const SHORTEST_PRIME = 1024;

/**
 * The tier of a named group by its code. A group that the profile does not name, but that is no weaker than those it
 * names, is permitted: hybrids with ML-KEM are newer than most profiles. Pure ML-KEM counts alike.
 */
export function groupTier(code: number, profile: TlsProfile): Tiered {
  const group = NAMED_GROUPS.get(code);
  if (group === undefined) return { tier: "weak", reason: "in no registry" };
  if (profile.groups.includes(group.name)) return RECOMMENDED;
  if (profile.permittedGroups.includes(group.name)) return { tier: "permitted", reason: null };
  if (group.kind === "ff") return finiteField(group.bits, profile);
  return group.kind === "ec" ? curve(group) : postQuantum(group);
}

function curve({ name, bits }: NamedGroup): Tiered {
  if (bits < SHORTEST_CURVE) return { tier: "broken", reason: "less than 224 bits (RFC 9325)" };
  if (name.startsWith("sect"))
    return { tier: "weak", reason: "binary curve, deprecated (RFC 8422)" };
  if (bits < STRONG_CURVE) return { tier: "weak", reason: "less than 128 bits of security" };
  if (name === "secp256k1") return { tier: "weak", reason: "deprecated for TLS (RFC 8422)" };
  if (/^(?:GC|curveSM)/.test(name)) return { tier: "weak", reason: "outside the profile" };
  return NO_WEAKER;
}

function postQuantum({ name }: NamedGroup): Tiered {
  if (name.includes("Kyber"))
    return { tier: "weak", reason: "a draft that the standard has replaced" };
  if (name.startsWith("curveSM")) return { tier: "weak", reason: "outside the profile" };
  return NO_WEAKER;
}

function finiteField(bits: number, { minimumDhBits }: TlsProfile): Tiered {
  if (bits < SHORTEST_PRIME)
    return { tier: "broken", reason: "less than 1024 bits, within reach (Logjam)" };
  if (minimumDhBits === null)
    return { tier: "weak", reason: "finite fields are outside the profile" };
  return bits < minimumDhBits
    ? { tier: "weak", reason: `less than ${minimumDhBits} bits` }
    : { tier: "permitted", reason: null };
}

/** Groups 22 to 24 of RFC 5114: no safe primes, so that small subgroups leak (RFC 8247 2.4 says SHOULD NOT, MUST NOT of 22). */
const SMALL_SUBGROUPS = /^RFC 5114 /;

/** The tier of a prime of DHE up to TLS 1.2. */
export function primeTier(prime: DhPrime, profile: TlsProfile): Tiered {
  if (prime.export) return { tier: "broken", reason: "export grade (Logjam)" };
  const judged = finiteField(prime.bits, profile);
  if (judged.tier === "broken" || prime.name === null) return judged;
  if (SMALL_SUBGROUPS.test(prime.name))
    return { tier: "weak", reason: "small subgroups (RFC 8247)" };
  return judged.tier === "weak" && prime.bits <= SHORTEST_PRIME
    ? { tier: "weak", reason: "shared by many servers, worth one great attack (Logjam)" }
    : judged;
}

/** The tier of what a handshake is signed with, by its code. MD5 fell to SLOTH, SHA-1 is on the way (RFC 9155). */
export function signatureTier(code: number, profile: TlsProfile): Tiered {
  const algorithm = SIGNATURE_ALGORITHMS.get(code);
  if (algorithm === undefined) return { tier: "weak", reason: "in no registry" };
  const general = outdated(algorithm);
  const listed = profile.signatureAlgorithms;
  if (listed?.includes(algorithm.name) === true) return RECOMMENDED;
  if (general !== null) return general;
  if (algorithm.key === "ml-dsa" || algorithm.key === "slh-dsa" || algorithm.key === "eddsa")
    return NO_WEAKER;
  if (algorithm.key === "gost" || algorithm.key === "sm2" || algorithm.key === "ibs")
    return { tier: "weak", reason: "outside the profile" };
  return listed === null
    ? { tier: "permitted", reason: null }
    : { tier: "weak", reason: "outside the profile" };
}

function outdated({ hash, key }: SignatureAlgorithm): Tiered | null {
  if (hash === "MD5") return { tier: "broken", reason: "MD5 (RFC 9155)" };
  if (hash === "SHA1") return { tier: "weak", reason: "SHA-1 (RFC 9155)" };
  if (key === "dsa") return { tier: "weak", reason: "DSA, withdrawn (FIPS 186-5)" };
  return null;
}
