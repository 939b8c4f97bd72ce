import type { AttackTest } from "#model/tls-facets.ts";

/** What is known of one weakness of TLS servers. */
export interface WeaknessFacts {
  /** Never renamed: policies except weaknesses by it. */
  readonly id: string;
  readonly title: string;
  /**
   * `broken`: others can read or change the traffic, or stand in for the server; `weak`: needs great effort, an old client
   * or a second flaw.
   */
  readonly tier: "broken" | "weak";
  /** CVE numbers and the documents that describe or forbid it. */
  readonly references: readonly string[];
}

function known<const Id extends string>(
  id: Id,
  title: string,
  tier: WeaknessFacts["tier"],
  ...references: readonly string[]
): WeaknessFacts & { readonly id: Id } {
  return { id, title, tier, references };
}

/** What shows in what a server offers and in how it behaves, without any attack. */
export const PASSIVE_WEAKNESSES = [
  known("poodle", "POODLE", "broken", "CVE-2014-3566", "RFC 7568"),
  known("drown", "DROWN", "broken", "CVE-2016-0800", "RFC 6176"),
  known("freak", "FREAK", "broken", "CVE-2015-0204"),
  known("logjam", "Logjam", "broken", "CVE-2015-4000", "RFC 9325 4.1"),
  known("common-prime", "Small DH primes", "weak", "CVE-2015-4000", "RFC 9325 4.5"),
  known("sweet32", "SWEET32", "weak", "CVE-2016-2183", "CVE-2016-6329"),
  known("beast", "BEAST", "weak", "CVE-2011-3389", "RFC 8996"),
  known("crime", "CRIME", "broken", "CVE-2012-4929", "RFC 9325 3.3"),
  known("lucky13", "Lucky13", "weak", "CVE-2013-0169", "RFC 7366"),
  known("rc4", "RC4", "broken", "CVE-2015-2808", "RFC 7465"),
  known("null-suites", "NULL suites", "broken", "RFC 9325 4.1"),
  known("anonymous-suites", "Anonymous suites", "broken", "RFC 5246 F.1.1.1"),
  known("export-suites", "Export suites", "broken", "RFC 9325 4.1"),
  known("insecure-renegotiation", "Insecure renegotiation", "broken", "CVE-2009-3555", "RFC 5746"),
  known("no-fallback-scsv", "No fallback SCSV", "weak", "RFC 7507"),
  known("static-key-exchange", "No forward secrecy", "weak", "RFC 9325 4.1"),
  known("weak-key", "Weak key", "broken", "RFC 9325 4.5"),
  known("roca", "ROCA", "broken", "CVE-2017-15361"),
] as const;
export type PassiveWeaknessId = (typeof PASSIVE_WEAKNESSES)[number]["id"];

/** What only tests show that look like attacks; their ids are those of the tests. */
export const ACTIVE_WEAKNESSES = [
  known("heartbleed", "Heartbleed", "broken", "CVE-2014-0160"),
  known("ccs-injection", "CCS injection", "broken", "CVE-2014-0224"),
  known("ticketbleed", "Ticketbleed", "broken", "CVE-2016-9244"),
  known("robot", "ROBOT", "broken", "CVE-2017-13099", "RFC 9325 4.1"),
  known("tls-poodle", "TLS POODLE", "broken", "CVE-2014-8730"),
  // Costs the server work, and gives nothing away.
  known("client-renegotiation", "Client renegotiation", "weak", "CVE-2011-1473"),
  known("starttls-injection", "STARTTLS injection", "broken", "CVE-2011-0411"),
] as const satisfies readonly (WeaknessFacts & { readonly id: AttackTest })[];

/** What gives away keys or memory or lets others in at once, the worst first; the others come after it. */
const WORST_FIRST: readonly string[] = [
  "heartbleed",
  "ccs-injection",
  "starttls-injection",
  "robot",
  "ticketbleed",
  "roca",
  "weak-key",
  "drown",
  "tls-poodle",
  "anonymous-suites",
  "null-suites",
  "export-suites",
  "freak",
  "logjam",
  "poodle",
  "insecure-renegotiation",
  "rc4",
  "crime",
];

/** The same weaknesses, what is to be mended first before the others. */
export function worstFirst<T extends { readonly id: string }>(
  weaknesses: readonly T[],
): readonly T[] {
  const place = (id: string) => {
    const found = WORST_FIRST.indexOf(id);
    return found < 0 ? WORST_FIRST.length : found;
  };
  return weaknesses.toSorted((a, b) => place(a.id) - place(b.id));
}

/** Every weakness, the passive ones first. */
export const TLS_WEAKNESSES: readonly WeaknessFacts[] = [
  ...PASSIVE_WEAKNESSES,
  ...ACTIVE_WEAKNESSES,
];
