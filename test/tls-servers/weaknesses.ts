/** Which weaknesses a configuration has: by its versions, suites and primes, by rules that are not those of src/facts. */
import { suiteName } from "#facts/cipher-suites.ts";
import { PASSIVE_WEAKNESSES, type PassiveWeaknessId } from "#facts/tls-weakness-list.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { Expected } from "./configuration.ts";
import type { Row } from "./survey.ts";

/** What somebody says that a server offers: its configuration, or a peer. */
export type Offer = ReadonlyMap<
  TlsVersion,
  { readonly suites: readonly string[]; readonly primes: readonly number[] }
>;

/** A suite, by its IANA name, that has the weakness in some versions. */
interface SuiteRule {
  readonly id: PassiveWeaknessId;
  readonly versions: readonly TlsVersion[];
  readonly names: RegExp;
}

const UP_TO_12 = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"] as const;
const OLD = ["SSLv2", ...UP_TO_12] as const;

const SUITE_RULES: readonly SuiteRule[] = [
  // CVE-2014-3566: the padding of SSL 3.0 is not in its MAC.
  { id: "poodle", versions: ["SSLv3"], names: /_CBC_/ },
  // CVE-2016-0800: any cipher of SSL 2.0 makes an oracle of the key.
  { id: "drown", versions: ["SSLv2"], names: /./ },
  // CVE-2015-0204
  { id: "freak", versions: UP_TO_12, names: /^TLS_RSA_EXPORT_WITH_/ },
  // CVE-2015-4000
  { id: "logjam", versions: UP_TO_12, names: /^TLS_DH(?:E_\w+|_anon)_EXPORT_/ },
  // https://sweet32.info: blocks of 64 bits.
  { id: "sweet32", versions: OLD, names: /_(?:3DES|DES|DES40|IDEA|RC2)_/ },
  // CVE-2011-3389: each record's first vector is the last block of the record before it.
  { id: "beast", versions: ["SSLv3", "TLSv1.0"], names: /_CBC_/ },
  { id: "rc4", versions: OLD, names: /_RC4_/ },
  { id: "null-suites", versions: OLD, names: /_WITH_NULL_/ },
  { id: "anonymous-suites", versions: OLD, names: /^TLS_(?:EC)?DH_anon_/ },
  { id: "export-suites", versions: OLD, names: /EXPORT/ },
  // The registry swaps two words in the name of two suites of DHE_PSK.
  {
    id: "static-key-exchange",
    versions: OLD,
    names: /^(?!TLS_(?:EC)?DHE_|TLS_(?:EC)?DH_anon_|TLS_PSK_DHE_)/,
  },
];

/** At this a state can take the logarithm, below it others can: https://weakdh.org, https://eprint.iacr.org/2020/697. */
const SMALL_BITS = 1024;

/** The weaknesses that lie in what is offered. */
export function offeredWeaknesses(offer: Offer): ReadonlySet<PassiveWeaknessId> {
  const found = new Set<PassiveWeaknessId>();
  for (const [version, { suites, primes }] of offer) {
    for (const { id, versions, names } of SUITE_RULES) {
      if (versions.includes(version) && suites.some((name) => names.test(name))) found.add(id);
    }
    if (primes.some((bits) => bits < SMALL_BITS)) found.add("logjam");
    if (primes.includes(SMALL_BITS)) found.add("common-prime");
  }
  return found;
}

/** A weakness that no list of suites tells of, and the servers that have it for a reason of their own. */
interface HandRule {
  readonly id: PassiveWeaknessId;
  readonly servers: RegExp;
  /** Beside it; left out where the name is enough. */
  readonly when?: (offer: Offer) => boolean;
}

const HAND_RULES: readonly HandRule[] = [
  // OpenSSL 1.0 has no encrypt-then-MAC (1.1.0: its CHANGES), nor has JSSE (its Reference Guide lists no RFC 7366).
  {
    id: "lucky13",
    servers: /^(?:JSSE|Node (?:0|4|6)\.[.\d]+): /,
    when: (offer) =>
      (["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const).some((version) =>
        offer.get(version)?.suites.some((name) => name.includes("_CBC_")),
      ),
  },
  // OpenSSL has the signal since 1.0.1j, JSSE has none; where 1.2 and 1.3 are all, the random of 1.3 marks a downgrade.
  {
    id: "no-fallback-scsv",
    servers: /^(?:JSSE|Node 0\.10\.0): /,
    when: (offer) => {
      const versions = [...offer.keys()].filter((version) => version !== "SSLv2");
      return versions.length > 1 && versions.some((version) => version < "TLSv1.2");
    },
  },
  // The priority string says so, and no other server here can be told to.
  { id: "insecure-renegotiation", servers: /^GnuTLS: .* without secure renegotiation$/ },
  // keys.ts: those two are the only keys below 2048 bits of RSA and DSA, or 224 of elliptic curves.
  { id: "weak-key", servers: /RSA of 512 bits$|^s_server: DSA certificate$|ECDSA and DSA/ },
];

/** What no server of the table can have, with the reason. */
export const NOWHERE: ReadonlyMap<PassiveWeaknessId, string> = new Map([
  [
    "crime",
    "Node turns OpenSSL's compression off, Debian's OpenSSL has it off, GnuTLS and JSSE know none.",
  ],
  ["roca", "OpenSSL makes the keys, not Infineon's library."],
]);

/** What a server hides from everybody: the answer is that it is not known. */
const HIDDEN: readonly { readonly ids: readonly PassiveWeaknessId[]; readonly servers: RegExp }[] =
  [
    // Its OpenSSL knows the signal, but this Node closes before the alert is sent.
    { ids: ["no-fallback-scsv"], servers: /^Node 0\.10\.48: / },
    // They have no certificate; a scan cannot tell that from one that it did not get to see.
    { ids: ["weak-key", "roca"], servers: /^(?:s_server|GnuTLS): anonymous/ },
  ];

/** Every weakness that a configuration allows. */
export function expectedWeaknesses(
  name: string,
  { versions }: Pick<Expected, "versions">,
): ReadonlySet<PassiveWeaknessId> {
  const offer: Offer = new Map(
    Object.entries(versions).map(([version, { suites, primes = [] }]) => [
      // The keys of the object are its versions; Object.entries forgets it.
      version as TlsVersion,
      { suites: suites.map((code) => suiteName(Number(code))), primes },
    ]),
  );
  const byHand = HAND_RULES.filter(
    ({ servers, when }) => servers.test(name) && when?.(offer) !== false,
  );
  return new Set([...offeredWeaknesses(offer), ...byHand.map(({ id }) => id)]);
}

/** In how far the weaknesses that a scan tells of differ from those that the configuration allows, in words. */
export function weaknessFaults({ configuration, expected, seen }: Row): string[] {
  const { name } = configuration;
  const allowed = expectedWeaknesses(name, expected);
  return PASSIVE_WEAKNESSES.flatMap(({ id }) => {
    const found = seen.weaknesses.find((weakness) => weakness.id === id);
    const hidden = HIDDEN.some(({ ids, servers }) => ids.includes(id) && servers.test(name));
    const wanted = hidden ? "unknown" : allowed.has(id) ? "vulnerable" : "not-vulnerable";
    if (found?.status === wanted) return [];
    return [`${id} is ${found?.status}, not ${wanted}: ${found?.seen ?? found?.why ?? "no words"}`];
  });
}
