import { cipherSuites, suiteCode, suiteName } from "#facts/cipher-suites.ts";
import type { WeaknessEvidence } from "#facts/tls-weakness-evidence.ts";
import type {
  AttackTest,
  BehaviourTest,
  Offered,
  TlsAttacks,
  TlsBehaviour,
  WeaknessStatus,
  WireAnswer,
  WireStatus,
} from "#model/tls-facets.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { certificate, presented } from "./sample-check.ts";

/** Suites by version, as names or, for what no table knows, codes. */
export type Lists = Partial<Record<TlsVersion, readonly (string | number)[]>>;

const GOOD: Lists = {
  "TLSv1.2": ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"],
  "TLSv1.3": ["TLS_AES_128_GCM_SHA256"],
};
const BEHAVIOUR: TlsBehaviour["tests"] = (
  [
    ["session-ids", "yes"],
    ["session-tickets", "yes"],
    ["psk-resumption", "yes"],
    ["early-data", "no"],
    ["secure-renegotiation", "yes"],
    ["compression", "no"],
    ["fallback-scsv", "yes"],
    ["extended-master-secret", "yes"],
    ["encrypt-then-mac", "yes"],
    ["downgrade-sentinel", "yes"],
  ] as const
).map(([test, answer]) => ({ test, answer, why: null }));
const ATTACKS: readonly AttackTest[] = [
  "heartbleed",
  "ccs-injection",
  "ticketbleed",
  "robot",
  "tls-poodle",
  "client-renegotiation",
];

/** A server in which nothing is wrong, and of which all is known but what only active tests show. */
export function soundEvidence(): WeaknessEvidence {
  return {
    ...offering(GOOD),
    keyExchange: {
      groups: [{ version: "TLSv1.2", code: "0x001D", name: "x25519" }],
      primes: [],
      signatureAlgorithms: [],
      anySignatureAlgorithm: [],
      unfinished: [],
    },
    certificate: {
      hostname: "www.nordlys.example",
      presented: [presented()],
      withoutName: null,
      unfinished: [],
    },
    behaviour: behaving(),
    attacks: attacked(),
  };
}

/** Versions and suites that go together: what is not listed is rejected, unless another status is given. */
export function offering(
  lists: Lists,
  statuses: Partial<Record<TlsVersion, WireStatus>> = {},
  unfinished: readonly TlsVersion[] = [],
) {
  return {
    protocols: {
      versions: TLS_VERSIONS.map((version) => ({
        version,
        status: statuses[version] ?? (lists[version] === undefined ? "rejected" : "accepted"),
        why: null,
      })),
    },
    cipherSuites: {
      suites: TLS_VERSIONS.flatMap((version) =>
        (lists[version] ?? []).map((suite) => offered(version, suite)),
      ),
      preferences: [],
      unfinished: unfinished.map((version) => ({ version, why: "connection reset" })),
    },
  } satisfies Partial<WeaknessEvidence>;
}

function offered(version: TlsVersion, suite: string | number): Offered {
  if (typeof suite === "number") return { version, code: suiteCode(suite), name: suiteName(suite) };
  const known = cipherSuites()
    .values()
    .find(({ name }) => name === suite);
  if (known === undefined) throw new Error(`no suite is called ${suite}`);
  return { version, code: suiteCode(known.code), name: suite };
}

/** Certificates of such keys, the first one a leaf's. */
export function keyed(...keys: readonly Parameters<typeof certificate>[0][]) {
  return {
    certificate: {
      hostname: "www.nordlys.example",
      presented: [presented({ chain: keys.map((key) => certificate(key)) })],
      withoutName: null,
      unfinished: [],
    },
  };
}

/** A behaviour that is good but for these answers; null: the test was not made. */
export function behaving(
  answers: Partial<Record<BehaviourTest, WireAnswer | null>> = {},
): TlsBehaviour {
  return {
    tests: BEHAVIOUR.flatMap((one) => {
      const answer = answers[one.test];
      if (answer === null) return [];
      return [
        answer === undefined
          ? one
          : { ...one, answer, why: answer === "unknown" ? "cut off" : null },
      ];
    }),
  };
}

/** Active tests, not run but for these. */
export function attacked(statuses: Partial<Record<AttackTest, WeaknessStatus>> = {}): TlsAttacks {
  const all = {
    ...Object.fromEntries(ATTACKS.map((test) => [test, "not-run" as const])),
    ...statuses,
  };
  const why = {
    vulnerable: "it gave 16 bytes of its memory",
    "not-vulnerable": "it said nothing",
    unknown: "cut off",
    "not-run": "--active was not given",
  };
  return {
    tests: [...ATTACKS, "starttls-injection" as const].flatMap((test) => {
      const status = all[test];
      return status === undefined ? [] : [{ test, status, why: why[status] }];
    }),
  };
}
