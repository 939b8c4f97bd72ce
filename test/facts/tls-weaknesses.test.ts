import { describe, expect, test } from "vitest";
import { type WeaknessEvidence } from "#facts/tls-weakness-evidence.ts";
import {
  ACTIVE_WEAKNESSES,
  PASSIVE_WEAKNESSES,
  type PassiveWeaknessId,
  TLS_WEAKNESSES,
} from "#facts/tls-weakness-list.ts";
import { tlsWeaknesses } from "#facts/tls-weaknesses.ts";
import { TLS_FACET_SCHEMAS } from "#gather/tls-facet-schemas.ts";
import type { DhPrime, TlsAttacks, WeaknessStatus } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import {
  attacked,
  behaving,
  keyed,
  type Lists,
  offering,
  soundEvidence,
} from "../support/weakness-evidence.ts";

const AEAD = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256";
const CBC = "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA";
const DHE = "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256";
const SSL2_RC4 = 0x010080;
const RC4_40 = "TLS_RSA_EXPORT_WITH_RC4_40_MD5";
const UNREGISTERED = 0xfefc;

type Case = readonly [
  id: string,
  status: WeaknessStatus,
  what: string,
  changes: Partial<WeaknessEvidence>,
  words?: RegExp,
];

/** A version whose list broke off before anything bad was seen. */
function cutOff(version: TlsVersion, suite = AEAD) {
  return offering({ [version]: [suite], "TLSv1.3": ["TLS_AES_128_GCM_SHA256"] }, {}, [version]);
}
function primes(...given: readonly Partial<DhPrime>[]) {
  const { keyExchange } = soundEvidence();
  if (keyExchange === null) throw new Error("no key exchange");
  const all = given.map((prime) => ({
    version: "TLSv1.2" as const,
    bits: 2048,
    name: null,
    export: false,
    ...prime,
  }));
  return { ...offering({ "TLSv1.2": [DHE] }), keyExchange: { ...keyExchange, primes: all } };
}
function unfinishedPrimes() {
  const { keyExchange, ...rest } = primes({});
  return {
    ...rest,
    keyExchange: { ...keyExchange, unfinished: [{ version: "TLSv1.2" as const, why: "cut off" }] },
  };
}
const two = (older: TlsVersion, lists: Lists = {}) =>
  offering({ [older]: [CBC], "TLSv1.2": [AEAD], ...lists });

const cases: readonly Case[] = [
  [
    "poodle",
    "vulnerable",
    "CBC in SSLv3",
    offering({ SSLv3: ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"] }),
    /^accepts TLS_RSA_WITH_3DES_EDE_CBC_SHA \(SSLv3\)$/,
  ],
  [
    "poodle",
    "not-vulnerable",
    "SSLv3 with RC4 only",
    offering({ SSLv3: ["TLS_RSA_WITH_RC4_128_SHA"] }),
  ],
  ["poodle", "not-vulnerable", "CBC in newer versions only", two("TLSv1.0")],
  [
    "poodle",
    "unknown",
    "a list of SSLv3 that broke off",
    cutOff("SSLv3", "TLS_RSA_WITH_RC4_128_SHA"),
    /the suites of SSLv3 are not all known \(connection reset\)/,
  ],
  [
    "poodle",
    "unknown",
    "SSLv3 accepted, no suite seen",
    offering({}, { SSLv3: "accepted" }),
    /no suite of SSLv3 was seen/,
  ],
  [
    "poodle",
    "vulnerable",
    "a list that broke off, of which enough was seen",
    offering({ SSLv3: [CBC] }, {}, ["SSLv3"]),
  ],
  [
    "poodle",
    "vulnerable",
    "versions not read at all",
    { protocols: null, cipherSuites: offering({ SSLv3: [CBC] }).cipherSuites },
  ],

  [
    "drown",
    "vulnerable",
    "SSLv2 accepted",
    offering({ SSLv2: [SSL2_RC4] }),
    /exposes the key wherever else it is used/,
  ],
  [
    "drown",
    "vulnerable",
    "SSLv2 accepted, its ciphers not seen",
    offering({}, { SSLv2: "accepted" }),
  ],
  [
    "drown",
    "not-vulnerable",
    "SSLv2 rejected: other servers with the key are not seen",
    {},
    /cannot be seen from here/,
  ],
  ["drown", "unknown", "SSLv2 not known", offering({}, { SSLv2: "unknown" })],
  ["drown", "unknown", "no versions read", { protocols: null }],

  ["freak", "vulnerable", "export RSA", offering({ "TLSv1.0": [RC4_40] })],
  [
    "freak",
    "not-vulnerable",
    "export with keys of 1024 bits",
    offering({ "TLSv1.0": ["TLS_RSA_EXPORT1024_WITH_RC4_56_SHA"] }),
  ],
  [
    "freak",
    "not-vulnerable",
    "export with DHE, which is Logjam",
    offering({ "TLSv1.0": ["TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"] }),
  ],
  ["freak", "unknown", "a list that broke off", cutOff("TLSv1.1")],

  [
    "logjam",
    "vulnerable",
    "export DHE",
    offering({ "TLSv1.0": ["TLS_DHE_RSA_EXPORT_WITH_DES40_CBC_SHA"] }),
    /EXPORT_WITH_DES40/,
  ],
  [
    "logjam",
    "vulnerable",
    "export DHE without authentication",
    offering({ "TLSv1.0": ["TLS_DH_anon_EXPORT_WITH_RC4_40_MD5"] }),
  ],
  [
    "logjam",
    "vulnerable",
    "768 bits",
    primes({ bits: 768 }),
    /^exchanges keys in DHE 768 bits \(TLSv1\.2\)$/,
  ],
  ["logjam", "vulnerable", "an export prime", primes({ bits: 512, export: true })],
  [
    "logjam",
    "vulnerable",
    "a small prime, though not all is known",
    { ...primes({ bits: 768 }), ...cutOff("TLSv1.2", DHE) },
  ],
  ["logjam", "not-vulnerable", "2048 bits", primes({})],
  [
    "logjam",
    "not-vulnerable",
    "DHE in a named group",
    {
      ...offering({ "TLSv1.2": [DHE] }),
      keyExchange: {
        groups: [{ version: "TLSv1.2", code: "0x0100", name: "ffdhe2048" }],
        primes: [],
        signatureAlgorithms: [],
        anySignatureAlgorithm: [],
        unfinished: [],
      },
    },
  ],
  [
    "logjam",
    "not-vulnerable",
    "DHE with a shared key, whose prime strangers do not see",
    offering({ "TLSv1.2": ["TLS_DHE_PSK_WITH_AES_128_GCM_SHA256"] }),
  ],
  [
    "logjam",
    "unknown",
    "DHE, and no prime seen",
    offering({ "TLSv1.2": [DHE] }),
    /no prime of TLSv1\.2 was seen/,
  ],
  [
    "logjam",
    "unknown",
    "primes that are not all known",
    unfinishedPrimes(),
    /the primes of TLSv1\.2 are not all known \(cut off\)/,
  ],
  [
    "logjam",
    "unknown",
    "DHE, and no key exchange read",
    { ...offering({ "TLSv1.2": [DHE] }), keyExchange: null },
  ],
  ["logjam", "unknown", "no DHE, and no key exchange read", { keyExchange: null }],

  [
    "common-prime",
    "vulnerable",
    "1024 bits that many share",
    primes({ bits: 1024, name: "RFC 2409 group 2" }),
    /^exchanges keys in DHE 1024 bits \(RFC 2409 group 2\) \(TLSv1\.2\)$/,
  ],
  [
    "common-prime",
    "vulnerable",
    "1024 bits in no list",
    primes({ bits: 1024 }),
    /^exchanges keys in DHE 1024 bits \(TLSv1\.2\), which no list of shared primes has: great effort, for this server alone$/,
  ],
  [
    "common-prime",
    "vulnerable",
    "1024 bits that many share, and some in no list",
    primes({ bits: 1024, name: "RFC 2409 group 2" }, { bits: 1024 }),
    /\(RFC 2409 group 2\) \(TLSv1\.2\), DHE 1024 bits \(TLSv1\.2\)$/,
  ],
  ["common-prime", "not-vulnerable", "1536 bits in no list", primes({ bits: 1536 })],
  ["common-prime", "not-vulnerable", "768 bits, which is Logjam", primes({ bits: 768 })],
  [
    "common-prime",
    "not-vulnerable",
    "2048 bits that many share",
    primes({ name: "RFC 3526 group 14" }),
  ],
  ["common-prime", "unknown", "primes that are not all known", unfinishedPrimes()],

  ["sweet32", "vulnerable", "3DES", offering({ "TLSv1.2": ["TLS_RSA_WITH_3DES_EDE_CBC_SHA"] })],
  ["sweet32", "vulnerable", "IDEA", offering({ "TLSv1.1": ["TLS_RSA_WITH_IDEA_CBC_SHA"] })],
  ["sweet32", "vulnerable", "RC2 of SSLv2", offering({ SSLv2: [0x030080] })],
  [
    "sweet32",
    "vulnerable",
    "GOST 28147",
    offering({ "TLSv1.2": ["TLS_GOSTR341112_256_WITH_28147_CNT_IMIT"] }),
  ],
  [
    "sweet32",
    "not-vulnerable",
    "Magma, which changes its key",
    offering({ "TLSv1.2": ["TLS_GOSTR341112_256_WITH_MAGMA_CTR_OMAC"] }),
  ],
  ["sweet32", "not-vulnerable", "AES", two("TLSv1.0")],
  [
    "sweet32",
    "unknown",
    "an unregistered suite",
    offering({ "TLSv1.2": [AEAD, UNREGISTERED] }),
    /no registry knows unknown-0xFEFC \(TLSv1\.2\)/,
  ],

  ["beast", "vulnerable", "CBC in TLS 1.0", two("TLSv1.0")],
  ["beast", "not-vulnerable", "CBC in TLS 1.1", two("TLSv1.1")],
  [
    "beast",
    "unknown",
    "TLS 1.0 not known",
    offering({}, { "TLSv1.0": "unknown" }),
    /whether TLSv1\.0 is accepted is not known/,
  ],

  ["crime", "vulnerable", "compression", { behaviour: behaving({ compression: "yes" }) }],
  ["crime", "not-vulnerable", "no compression", {}],
  [
    "crime",
    "not-vulnerable",
    "TLS 1.3, which knows none",
    { behaviour: behaving({ compression: "not-applicable" }) },
  ],
  [
    "crime",
    "unknown",
    "a test that was cut off",
    { behaviour: behaving({ compression: "unknown" }) },
    /compression: cut off/,
  ],
  ["crime", "unknown", "a test that was not made", { behaviour: behaving({ compression: null }) }],
  ["crime", "unknown", "no behaviour read", { behaviour: null }],

  [
    "lucky13",
    "vulnerable",
    "CBC without encrypt-then-MAC",
    { ...two("TLSv1.2", { "TLSv1.2": [CBC] }), behaviour: behaving({ "encrypt-then-mac": "no" }) },
    /without encrypt-then-MAC/,
  ],
  [
    "lucky13",
    "not-vulnerable",
    "CBC with encrypt-then-MAC",
    offering({ "TLSv1.2": [CBC] }),
    /for clients that ask for it/,
  ],
  ["lucky13", "not-vulnerable", "no CBC", { behaviour: behaving({ "encrypt-then-mac": "no" }) }],
  [
    "lucky13",
    "not-vulnerable",
    "CBC in SSLv3 only, which pads otherwise",
    {
      ...offering({ SSLv3: [CBC] }),
      behaviour: behaving({ "encrypt-then-mac": "not-applicable" }),
    },
  ],
  [
    "lucky13",
    "unknown",
    "CBC, encrypt-then-MAC tested with none of it",
    {
      ...offering({ "TLSv1.2": [CBC] }),
      behaviour: behaving({ "encrypt-then-mac": "not-applicable" }),
    },
    /it was not tested with one of these/,
  ],
  [
    "lucky13",
    "unknown",
    "CBC, encrypt-then-MAC not known",
    { ...offering({ "TLSv1.2": [CBC] }), behaviour: behaving({ "encrypt-then-mac": "unknown" }) },
  ],
  ["lucky13", "unknown", "a list that broke off", cutOff("TLSv1.2")],

  ["rc4", "vulnerable", "RC4", offering({ "TLSv1.0": ["TLS_RSA_WITH_RC4_128_SHA"] })],
  ["rc4", "vulnerable", "RC4 of SSLv2", offering({ SSLv2: [SSL2_RC4] })],
  ["rc4", "not-vulnerable", "none", {}],
  ["rc4", "unknown", "no suites read", { cipherSuites: null }, /no suite of TLSv1\.2 was seen/],
  [
    "rc4",
    "not-vulnerable",
    "a list of TLS 1.3 that broke off: it knows no RC4",
    cutOff("TLSv1.3", "TLS_AES_128_GCM_SHA256"),
  ],

  [
    "null-suites",
    "vulnerable",
    "no encryption",
    offering({ "TLSv1.2": ["TLS_RSA_WITH_NULL_SHA256"] }),
  ],
  [
    "null-suites",
    "vulnerable",
    "no encryption in TLS 1.3",
    offering({ "TLSv1.3": ["TLS_SHA256_SHA256"] }),
  ],
  ["null-suites", "not-vulnerable", "none", {}],
  [
    "null-suites",
    "unknown",
    "a list of TLS 1.3 that broke off",
    cutOff("TLSv1.3", "TLS_AES_128_GCM_SHA256"),
  ],

  [
    "anonymous-suites",
    "vulnerable",
    "no authentication",
    offering({ "TLSv1.2": ["TLS_DH_anon_WITH_AES_128_CBC_SHA"] }),
  ],
  ["anonymous-suites", "not-vulnerable", "none", {}],
  ["anonymous-suites", "unknown", "a list that broke off", cutOff("TLSv1.2")],

  [
    "export-suites",
    "vulnerable",
    "export",
    offering({ "TLSv1.0": ["TLS_RSA_EXPORT1024_WITH_RC4_56_SHA"] }),
  ],
  ["export-suites", "vulnerable", "export of SSLv2", offering({ SSLv2: [0x020080] })],
  ["export-suites", "not-vulnerable", "none", {}],
  ["export-suites", "unknown", "a list that broke off", cutOff("SSLv3")],

  [
    "insecure-renegotiation",
    "vulnerable",
    "no RFC 5746",
    { behaviour: behaving({ "secure-renegotiation": "no" }) },
  ],
  ["insecure-renegotiation", "not-vulnerable", "RFC 5746", {}],
  [
    "insecure-renegotiation",
    "not-vulnerable",
    "TLS 1.3 only",
    { behaviour: behaving({ "secure-renegotiation": "not-applicable" }) },
  ],
  [
    "insecure-renegotiation",
    "unknown",
    "a test that was cut off",
    { behaviour: behaving({ "secure-renegotiation": "unknown" }) },
  ],

  [
    "no-fallback-scsv",
    "vulnerable",
    "several versions, no SCSV",
    { ...two("TLSv1.0"), behaviour: behaving({ "fallback-scsv": "no" }) },
    /among TLSv1\.0, TLSv1\.2 unseen/,
  ],
  [
    "no-fallback-scsv",
    "vulnerable",
    "TLS 1.2 and 1.3 without a mark of downgrades",
    { behaviour: behaving({ "fallback-scsv": "no", "downgrade-sentinel": "no" }) },
  ],
  [
    "no-fallback-scsv",
    "not-vulnerable",
    "TLS 1.2 and 1.3 that mark a downgrade",
    { behaviour: behaving({ "fallback-scsv": "no" }) },
    /marks a downgrade/,
  ],
  ["no-fallback-scsv", "not-vulnerable", "several versions and SCSV", two("TLSv1.0")],
  [
    "no-fallback-scsv",
    "not-vulnerable",
    "one version",
    { ...offering({ "TLSv1.2": [AEAD] }), behaviour: behaving({ "fallback-scsv": "no" }) },
  ],
  [
    "no-fallback-scsv",
    "not-vulnerable",
    "one old version",
    { ...offering({ "TLSv1.0": [CBC] }), behaviour: behaving({ "fallback-scsv": "no" }) },
  ],
  [
    "no-fallback-scsv",
    "not-vulnerable",
    "one version beside SSLv2",
    {
      ...offering({ SSLv2: [SSL2_RC4], "TLSv1.2": [AEAD] }),
      behaviour: behaving({ "fallback-scsv": "no" }),
    },
  ],
  [
    "no-fallback-scsv",
    "unknown",
    "one version, another not known",
    {
      ...offering({ "TLSv1.2": [AEAD] }, { "TLSv1.0": "unknown" }),
      behaviour: behaving({ "fallback-scsv": "no" }),
    },
  ],
  [
    "no-fallback-scsv",
    "unknown",
    "recent versions that mark a downgrade, an old one not known",
    {
      ...offering(
        { "TLSv1.2": [AEAD], "TLSv1.3": ["TLS_AES_128_GCM_SHA256"] },
        { "TLSv1.0": "unknown" },
      ),
      behaviour: behaving({ "fallback-scsv": "no" }),
    },
  ],
  [
    "no-fallback-scsv",
    "unknown",
    "a mark of downgrades that is not known",
    { behaviour: behaving({ "fallback-scsv": "no", "downgrade-sentinel": "unknown" }) },
  ],
  [
    "no-fallback-scsv",
    "unknown",
    "a test that was cut off",
    { ...two("TLSv1.0"), behaviour: behaving({ "fallback-scsv": "unknown" }) },
  ],

  [
    "static-key-exchange",
    "vulnerable",
    "static RSA",
    offering({ "TLSv1.2": ["TLS_RSA_WITH_AES_128_GCM_SHA256"] }),
  ],
  [
    "static-key-exchange",
    "vulnerable",
    "static DH",
    offering({ "TLSv1.2": ["TLS_ECDH_ECDSA_WITH_AES_128_CBC_SHA"] }),
  ],
  ["static-key-exchange", "not-vulnerable", "ephemeral keys", primes({})],
  ["static-key-exchange", "unknown", "a list that broke off", cutOff("TLSv1.2")],

  [
    "weak-key",
    "vulnerable",
    "RSA 1024",
    keyed({ keyType: "rsa", keyBits: 1024 }),
    /^the RSA key of 1024 bits of CN=www\.nordlys\.example$/,
  ],
  ["weak-key", "vulnerable", "EC 192", keyed({ keyBits: 192 })],
  ["weak-key", "vulnerable", "DSA 1024", keyed({ keyType: "dsa", keyBits: 1024 })],
  [
    "weak-key",
    "vulnerable",
    "an intermediate of RSA 1024",
    keyed({}, { keyType: "rsa", keyBits: 1024, fingerprint: "e" }),
  ],
  [
    "weak-key",
    "vulnerable",
    "two of them",
    keyed({ keyBits: 160 }, { keyType: "rsa", keyBits: 1024, fingerprint: "e" }),
    /and 1 more$/,
  ],
  [
    "weak-key",
    "vulnerable",
    "a self-signed leaf of RSA 1024",
    keyed({ keyType: "rsa", keyBits: 1024, selfSigned: true }),
  ],
  [
    "weak-key",
    "not-vulnerable",
    "a root that is sent along",
    keyed({}, { keyType: "rsa", keyBits: 1024, selfSigned: true }),
  ],
  [
    "weak-key",
    "not-vulnerable",
    "RSA 2048 and EC 224",
    keyed({ keyType: "rsa", keyBits: 2048 }, { keyBits: 224 }),
  ],
  [
    "weak-key",
    "not-vulnerable",
    "ML-DSA, which has no size",
    keyed({ keyType: "ml-dsa", keyBits: null }),
  ],
  [
    "weak-key",
    "unknown",
    "a kind of key that nobody knows",
    keyed({ keyType: "other", keyBits: null }),
    /the key of CN=www\.nordlys\.example could not be read/,
  ],
  ["weak-key", "unknown", "an RSA key without a size", keyed({ keyType: "rsa", keyBits: null })],
  ["weak-key", "unknown", "no certificate read", { certificate: null }],
  ["weak-key", "unknown", "an empty chain", keyed()],
  [
    "weak-key",
    "unknown",
    "a certificate that may be there",
    {
      certificate: {
        ...keyed({}).certificate,
        unfinished: ["whether there is an RSA certificate"],
      },
    },
    /whether there is an RSA certificate/,
  ],

  [
    "roca",
    "vulnerable",
    "a marked key",
    keyed({ keyType: "rsa", keyBits: 2048, roca: true }),
    /RSA key of 2048 bits/,
  ],
  [
    "roca",
    "vulnerable",
    "a marked intermediate",
    keyed({}, { keyType: "rsa", keyBits: 2048, roca: true }),
  ],
  ["roca", "not-vulnerable", "no mark", {}],
  [
    "roca",
    "unknown",
    "a key that was not read",
    keyed({ keyType: "rsa", keyBits: 2048, roca: null }),
  ],
  ["roca", "unknown", "no certificate read", { certificate: null }],
];

test.for(cases)("%s is %s: %s", ([id, status, , changes, words]) => {
  const found = of(changes).find((weakness) => weakness.id === id);
  expect(found).toMatchObject({ id, status });
  expect(found?.seen !== null).toBe(status === "vulnerable");
  if (status === "unknown") expect(found?.why).toMatch(/\S/);
  if (words !== undefined) expect(found?.seen ?? found?.why).toMatch(words);
});

test("every passive weakness has a case for vulnerable, not vulnerable and unknown", () => {
  const tested = (wanted: PassiveWeaknessId) =>
    new Set(cases.flatMap(([id, status]) => (id === wanted ? [status] : [])));
  for (const { id } of PASSIVE_WEAKNESSES) {
    expect(tested(id), id).toEqual(new Set(["vulnerable", "not-vulnerable", "unknown"]));
  }
});

describe("a whole server", () => {
  const statuses = (changes: Partial<WeaknessEvidence>) =>
    Object.groupBy(of(changes), ({ status }) => status);

  test("where nothing is wrong, nothing is claimed, and active tests are not run", () => {
    const { vulnerable, unknown, "not-run": notRun } = statuses({});
    expect(vulnerable).toBeUndefined();
    expect(unknown).toBeUndefined();
    expect(notRun?.map(({ id }) => id)).toEqual([
      "heartbleed",
      "ccs-injection",
      "ticketbleed",
      "robot",
      "tls-poodle",
      "client-renegotiation",
    ]);
  });

  test("where nothing was read, nothing is known", () => {
    const nothing = {
      protocols: null,
      cipherSuites: null,
      keyExchange: null,
      certificate: null,
      behaviour: null,
      attacks: null,
    };
    expect(new Set(of(nothing).map(({ status }) => status))).toEqual(new Set(["unknown"]));
  });
});

describe("active tests", () => {
  const attack = (attacks: TlsAttacks, id: string) =>
    of({ attacks }).find((weakness) => weakness.id === id);

  test.each(["vulnerable", "not-vulnerable", "unknown", "not-run"] as const)(
    "as they came: %s",
    (status) => {
      expect(attack(attacked({ robot: status }), "robot")).toMatchObject({ status });
    },
  );

  test("what was seen, or why not", () => {
    expect(attack(attacked({ heartbleed: "vulnerable" }), "heartbleed")).toMatchObject({
      seen: "it gave 16 bytes of its memory",
      why: null,
    });
    expect(attack(attacked(), "heartbleed")).toMatchObject({
      seen: null,
      why: "--active was not given",
    });
  });

  test("one of which nothing is told is not known; the one after STARTTLS is left out", () => {
    expect(attack({ tests: [] }, "heartbleed")?.status).toBe("unknown");
    expect(attack({ tests: [] }, "starttls-injection")).toBeUndefined();
    expect(
      attack(attacked({ "starttls-injection": "vulnerable" }), "starttls-injection")?.status,
    ).toBe("vulnerable");
  });

  test("the worse of two answers counts", () => {
    const tests = (["not-vulnerable", "vulnerable", "unknown"] as const).map((status) => ({
      test: "robot" as const,
      status,
      why: status,
    }));
    expect(attack({ tests }, "robot")?.status).toBe("vulnerable");
    expect(attack({ tests: tests.toSpliced(1, 1) }, "robot")?.status).toBe("unknown");
  });
});

describe("the list", () => {
  test("has every active test, and no id twice", () => {
    const tests = TLS_FACET_SCHEMAS.tlsAttacks.shape.tests.element.shape.test.options;
    expect(ACTIVE_WEAKNESSES.map(({ id }) => id)).toEqual(tests);
    const ids = TLS_WEAKNESSES.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test("refers to CVE numbers and standards", () => {
    for (const { id, references } of TLS_WEAKNESSES) {
      expect(references, id).not.toHaveLength(0);
      for (const reference of references) {
        expect(reference).toMatch(/^(?:CVE-20\d\d-\d{4,5}|RFC \d{4}(?: [F\d][.\d]*)?)$/);
      }
    }
  });
});

function of(changes: Partial<WeaknessEvidence>) {
  return tlsWeaknesses({ ...soundEvidence(), ...changes });
}
