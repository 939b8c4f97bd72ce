import { attackFindings } from "./tls-weakness-attacks.ts";
import { crime, insecureRenegotiation, noFallbackScsv } from "./tls-weakness-behaviour.ts";
import { roca, weakKey } from "./tls-weakness-certificates.ts";
import type { WeaknessEvidence, WeaknessFinding } from "./tls-weakness-evidence.ts";
import { commonPrime, logjam } from "./tls-weakness-primes.ts";
import { drown, lucky13, suiteFinding } from "./tls-weakness-suites.ts";
import {
  ACTIVE_WEAKNESSES,
  PASSIVE_WEAKNESSES,
  type PassiveWeaknessId,
  type WeaknessFacts,
} from "./tls-weakness-list.ts";

/** A weakness and whether an endpoint has it. */
export type Weakness = WeaknessFacts & WeaknessFinding;

/**
 * Every known weakness of an endpoint, the passive ones first. Whatever is missing, a weakness that was seen is there,
 * and none is ruled out before all that could show it was read. An active test that was not made is not run, never ruled
 * out. The injection after STARTTLS is left out where no command begins TLS.
 */
export function tlsWeaknesses(evidence: WeaknessEvidence): readonly Weakness[] {
  const attacks = attackFindings(evidence.attacks);
  return [
    ...PASSIVE_WEAKNESSES.map((facts) => ({ ...facts, ...PASSIVE[facts.id](evidence) })),
    ...ACTIVE_WEAKNESSES.flatMap((facts) => {
      const finding = attacks.get(facts.id);
      return finding === undefined ? [] : [{ ...facts, ...finding }];
    }),
  ];
}

/** Why a test was not run, in its own words; null where nothing but the flag was missing. */
export function notRunReason({ why }: Pick<WeaknessFinding, "why">): string | null {
  return why === null || why.includes("--active") ? null : why;
}

const PASSIVE: Readonly<
  Record<PassiveWeaknessId, (evidence: WeaknessEvidence) => WeaknessFinding>
> = {
  poodle: suite("poodle"),
  drown,
  freak: suite("freak"),
  logjam,
  "common-prime": commonPrime,
  sweet32: suite("sweet32"),
  beast: suite("beast"),
  crime,
  lucky13,
  rc4: suite("rc4"),
  "null-suites": suite("null-suites"),
  "anonymous-suites": suite("anonymous-suites"),
  "export-suites": suite("export-suites"),
  "insecure-renegotiation": insecureRenegotiation,
  "no-fallback-scsv": noFallbackScsv,
  "static-key-exchange": suite("static-key-exchange"),
  "weak-key": weakKey,
  roca,
};

function suite(id: Parameters<typeof suiteFinding>[0]) {
  return (evidence: WeaknessEvidence) => suiteFinding(id, evidence);
}
