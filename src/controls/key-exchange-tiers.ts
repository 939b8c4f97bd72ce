import { cipherSuite } from "#facts/cipher-suites.ts";
import { groupTier, primeTier, signatureTier, type Tiered } from "#facts/group-tiers.ts";
import { primeWords } from "#facts/known-primes.ts";
import { NAMED_GROUPS } from "#facts/named-groups.ts";
import { SIGNATURE_ALGORITHMS } from "#facts/signature-algorithms.ts";
import { hasForwardSecrecy, suiteTier } from "#facts/suite-tiers.ts";
import type { TlsProfile } from "#facts/tls-profiles.ts";
import type { CipherSuites, KeyExchange } from "#model/tls-facets.ts";
import { codeNumber, type Noted } from "./offered.ts";

/** A group, prime or signature algorithm with its tier. */
export interface Judged extends Noted, Tiered {
  readonly reason: string | null;
  /** Whether some registry knows it. */
  readonly registered: boolean;
}

/** Everything that a key exchange was seen to run with, in the tiers of a profile. */
export function judgeExchange(facet: KeyExchange, profile: TlsProfile): readonly Judged[] {
  return [
    ...facet.groups.map((group) => ({
      ...group,
      ...groupTier(codeNumber(group), profile),
      registered: NAMED_GROUPS.has(codeNumber(group)),
    })),
    ...facet.primes.map((prime) => ({
      version: prime.version,
      name: primeWords(prime),
      ...primeTier(prime, profile),
      registered: true,
    })),
    ...facet.signatureAlgorithms.map((algorithm) => ({
      ...algorithm,
      ...signatureTier(codeNumber(algorithm), profile),
      registered: SIGNATURE_ALGORITHMS.has(codeNumber(algorithm)),
    })),
  ];
}

/** Suites that lean on a lasting key and that the profile neither recommends nor permits. */
export function lastingKeys({ suites }: CipherSuites, profile: TlsProfile): readonly Noted[] {
  return suites.filter((suite) => {
    const facts = cipherSuite(codeNumber(suite));
    if (facts === undefined || hasForwardSecrecy(facts)) return false;
    const tier = suiteTier(facts.code, profile);
    return tier === "weak" || tier === "broken";
  });
}
