import * as fc from "fast-check";
import type { Facets } from "#model/facets.ts";
import type { Certificate, Offered, Unfinished } from "#model/tls-facets.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import { attacked, behaving, keyed } from "./weakness-evidence.ts";

/** Mostly the first, so that servers without a weakness are among them. */
const mostly = <const T>(first: T, ...others: readonly T[]) =>
  fc.oneof({ weight: 29, arbitrary: fc.constant(first) }, fc.constantFrom(...others));
const version = fc.constantFrom(...TLS_VERSIONS);
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.constantFrom("a\r\nb", "\u202Eevil", "x".repeat(5000)),
);
const withPrimes = fc.constantFrom(...TLS_VERSIONS.slice(1, 5));
const unfinished: fc.Arbitrary<readonly Unfinished[]> = fc.oneof(
  { weight: 19, arbitrary: fc.constant([]) },
  fc.array(fc.record({ version, why: hostile }), { maxLength: 1 }),
);
const code = fc.oneof(
  { weight: 19, arbitrary: fc.constantFrom("0x1301", "0x1302", "0xC02B", "0xC02F", "0x009E") },
  fc.constantFrom("0xC013", "0x000A", "0x0005", "0x0014", "0x0018", "0xFEFC", "rubbish"),
);
function suitesOf(own: TlsVersion): fc.Arbitrary<readonly Offered[]> {
  const suite = fc.record({ version: fc.constant(own), code, name: hostile });
  return fc.array(suite, { minLength: 1, maxLength: 2 });
}
const oneMore: fc.Arbitrary<readonly Offered[]> = fc.oneof(
  { weight: 19, arbitrary: fc.constant([]) },
  version.chain(suitesOf),
);

/** What may be read of the weaknesses of an endpoint. */
export const weaknessFacets = fc.record({
  protocols: fc
    .tuple(
      ...TLS_VERSIONS.map((entry) =>
        entry === "TLSv1.2" || entry === "TLSv1.3"
          ? mostly("accepted", "rejected", "unknown")
          : mostly("rejected", "accepted", "unknown"),
      ),
    )
    .map((given) => ({
      versions: TLS_VERSIONS.map((entry, index) => ({
        version: entry,
        status: given[index] ?? "unknown",
        why: "\u202Ewhy",
      })),
    })),
  cipherSuites: fc.record({
    suites: fc
      .tuple(suitesOf("TLSv1.2"), suitesOf("TLSv1.3"), oneMore)
      .map((lists) => lists.flat()),
    preferences: fc.constant([]),
    unfinished,
  }),
  keyExchange: fc.record({
    groups: fc.constant(
      TLS_VERSIONS.map((entry) => ({ version: entry, code: "0x0100", name: "ffdhe2048" })),
    ),
    primes: fc.array(
      fc.record({
        version: withPrimes,
        bits: mostly(2048, 1024, 512, 0),
        name: fc.option(hostile, { nil: null }),
        export: mostly(false, true),
      }),
      { maxLength: 2 },
    ),
    signatureAlgorithms: fc.constant([]),
    anySignatureAlgorithm: fc.constant([]),
    unfinished,
  }),
  certificate: fc
    .array(
      fc.record({
        subject: hostile,
        keyType: mostly<Certificate["keyType"]>("rsa", "ec", "dsa", "other", "ml-dsa"),
        keyBits: mostly<number | null>(4096, 1024, 192, null),
        roca: mostly<boolean | null>(false, true, null),
        selfSigned: fc.boolean(),
        fingerprint: hostile,
      }),
      { maxLength: 1 },
    )
    .map((keys) => keyed({}, ...keys).certificate),
  tlsBehaviour: fc
    .record({
      "secure-renegotiation": mostly("yes", "no", "unknown", "not-applicable", null),
      compression: mostly("no", "yes", "unknown", "not-applicable", null),
      "fallback-scsv": mostly("yes", "no", "unknown", "not-applicable", null),
      "encrypt-then-mac": mostly("yes", "no", "unknown", "not-applicable", null),
      "downgrade-sentinel": mostly("yes", "no", "unknown", "not-applicable", null),
    })
    .map(behaving),
  tlsAttacks: fc
    .record({
      heartbleed: mostly("not-run", "vulnerable", "not-vulnerable", "unknown"),
      robot: mostly("not-vulnerable", "vulnerable", "not-run", "unknown"),
      "client-renegotiation": mostly("not-vulnerable", "vulnerable", "not-run", "unknown"),
    })
    .map(attacked),
});

/** Each facet without one of its parts, and all of them without one facet; a list that loses something says so. */
export function weakerWeaknessFacets(facets: Partial<Facets>): readonly Partial<Facets>[] {
  const { protocols, cipherSuites, keyExchange, certificate, tlsBehaviour, tlsAttacks } = facets;
  const weaker: Partial<Facets>[] = [];
  for (const gone of protocols?.versions ?? []) {
    const rest = (protocols?.versions ?? []).filter((entry) => entry !== gone);
    weaker.push({ protocols: { versions: rest } });
    weaker.push({ protocols: { versions: [...rest, { ...gone, status: "unknown" }] } });
  }
  for (const lost of TLS_VERSIONS) {
    const cut = { version: lost, why: "cut off" };
    const others = <T extends { readonly version: string }>(list: readonly T[]) =>
      list.filter((entry) => entry.version !== lost);
    if (cipherSuites !== undefined) {
      const { suites, unfinished: open } = cipherSuites;
      weaker.push({
        cipherSuites: { ...cipherSuites, suites: others(suites), unfinished: [...open, cut] },
      });
    }
    if (keyExchange !== undefined) {
      const { primes, unfinished: open } = keyExchange;
      weaker.push({
        keyExchange: { ...keyExchange, primes: others(primes), unfinished: [...open, cut] },
      });
    }
  }
  if (certificate !== undefined) {
    const [first] = certificate.presented;
    weaker.push({ certificate: { ...certificate, presented: [] } });
    for (const [index, one] of (first?.chain ?? []).entries()) {
      for (const lost of [{ keyBits: null }, { roca: null }, { keyType: "other" as const }]) {
        const chain = first?.chain.with(index, { ...one, ...lost }) ?? [];
        weaker.push({
          certificate: {
            ...certificate,
            presented: first === undefined ? [] : [{ ...first, chain }],
          },
        });
      }
    }
  }
  for (const [index, one] of (tlsBehaviour?.tests ?? []).entries()) {
    const tests = tlsBehaviour?.tests ?? [];
    weaker.push({ tlsBehaviour: { tests: tests.toSpliced(index, 1) } });
    weaker.push({ tlsBehaviour: { tests: tests.with(index, { ...one, answer: "unknown" }) } });
  }
  for (const [index, one] of (tlsAttacks?.tests ?? []).entries()) {
    const tests = tlsAttacks?.tests ?? [];
    weaker.push({ tlsAttacks: { tests: tests.toSpliced(index, 1) } });
    weaker.push({ tlsAttacks: { tests: tests.with(index, { ...one, status: "unknown" }) } });
  }
  const names = Object.keys(facets);
  return [
    ...weaker.map((part) => ({ ...facets, ...part })),
    ...names.map((name) =>
      Object.fromEntries(Object.entries(facets).filter(([other]) => other !== name)),
    ),
  ];
}
