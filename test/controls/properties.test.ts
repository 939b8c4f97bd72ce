import { expectationOf } from "#model/expectation.ts";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import publicAccess from "#controls/exposure/public-access.ts";
import attestation from "#controls/governance/attestation.ts";
import backupAccess from "#controls/resilience/backup-access.ts";
import backupCoverage from "#controls/resilience/backup-coverage.ts";
import backupFrequency from "#controls/resilience/backup-frequency.ts";
import backupImmutability from "#controls/resilience/backup-immutability.ts";
import backupLocation from "#controls/resilience/backup-location.ts";
import backupRetention from "#controls/resilience/backup-retention.ts";
import geoReplication from "#controls/resilience/geo-replication.ts";
import recoveryPointAge from "#controls/resilience/recovery-point-age.ts";
import zoneRedundancy from "#controls/resilience/zone-redundancy.ts";
import dataResidency from "#controls/storage/data-residency.ts";
import encryptionAtRest from "#controls/storage/encryption-at-rest.ts";
import httpsOnly from "#controls/transport/https-only.ts";
import tlsCertificate from "#controls/transport/tls-certificate.ts";
import tlsCipherSuites from "#controls/transport/tls-cipher-suites.ts";
import tlsKeyExchange from "#controls/transport/tls-key-exchange.ts";
import tlsProtocolVersions from "#controls/transport/tls-protocol-versions.ts";
import tlsWeaknesses from "#controls/transport/tls-weaknesses.ts";
import type { Control, Judgement, Reading } from "#model/control.ts";
import type { Facets } from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";
import { TLS_VERSIONS } from "#model/tls.ts";
import type { PresentedCertificate } from "#model/tls-facets.ts";
import { weaknessFacets, weakerWeaknessFacets } from "../support/weakness-readings.ts";

const KEY_TYPES = ["rsa", "ec", "ed25519", "ed448", "dsa", "ml-dsa", "slh-dsa", "other"] as const;
const NOW = Date.parse("2026-06-01T00:00:00Z");
const DAY = 86_400_000;

const at = (days: fc.Arbitrary<number>) =>
  days.map((day) => new Date(NOW + day * DAY).toISOString());
const moment = at(fc.double({ min: -60, max: 1, noNaN: true }));
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const flag = orNull(fc.boolean());
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.constantFrom("", "a\r\nb", "\u202Eevil", "__proto__", "x".repeat(5000)),
);
const region = fc.constantFrom("eu-west-3", "eu-west-1", "us-east-1", "nowhere-1", "global");
const regions = fc.constantFrom(["eu-west-3"], ["eu-*"], ["*"]);
const duration = fc.constantFrom("PT1H", "P1D", "P7D", "P1M");

type Weaken = (reading: Reading) => readonly Reading[];
/** Evidence of one control, and every way to take a piece of it away that leaves the rest as it was. */
interface Subjects {
  readonly control: Control;
  readonly expectation: fc.Arbitrary<Record<string, unknown>>;
  readonly facets: fc.Arbitrary<Partial<Facets>>;
  readonly weaken: Weaken;
}

/** Sets each of the fields to null, or to what stands for "not known", one at a time. */
function blank<T extends object>(value: T, blanks: Partial<T>): readonly T[] {
  return Object.entries(blanks).map(([field, nothing]) =>
    Object.assign({ ...value }, { [field]: nothing }),
  );
}
/** The value with some fields changed. */
function changed<T extends object>(value: T, fields: Partial<T>): T {
  return { ...value, ...fields };
}
/** The same within a list: one item weaker at a time. */
function eachItem<T>(
  items: readonly T[],
  weaker: (item: T) => readonly T[],
): readonly (readonly T[])[] {
  return items.flatMap((item, index) => weaker(item).map((other) => items.with(index, other)));
}
/** Weakens one facet of a reading. */
function facet<F extends keyof Facets>(
  name: F,
  weaker: (value: Facets[F]) => readonly Facets[F][],
): Weaken {
  return (reading) => {
    const value: Facets[F] | undefined = reading.facets[name];
    if (value === undefined) return [];
    return weaker(value).map((other) =>
      changed(reading, { facets: { ...reading.facets, [name]: other } }),
    );
  };
}

const backupsFacet = fc.record({
  rules: fc.array(
    fc.record({
      name: hostile,
      longestInterval: orNull(fc.constantFrom(0, 3600, 43_200, 86_400, 604_800)),
      window: fc.constantFrom(0, 3600),
      places: fc.array(
        fc.record({
          region: orNull(region),
          vault: orNull(fc.constantFrom("one", "two")),
          retention: orNull(fc.oneof(duration, hostile)),
        }),
        { maxLength: 3 },
      ),
    }),
    { maxLength: 3 },
  ),
  partOf: fc.array(hostile, { maxLength: 2 }),
});

const certificate = fc.record({
  subject: hostile,
  issuer: hostile,
  altNames: fc.array(hostile, { maxLength: 20 }),
  validFrom: moment,
  validTo: at(fc.double({ min: -5, max: 200, noNaN: true })),
  keyType: fc.constantFrom(...KEY_TYPES),
  keyBits: orNull(fc.constantFrom(224, 256, 1024, 2048)),
  signatureAlgorithm: orNull(
    fc.oneof(fc.constantFrom("ecdsa-with-SHA256", "sha1WithRSA"), hostile),
  ),
  keyUsage: orNull(fc.subarray(["digitalSignature", "keyEncipherment"])),
  extendedKeyUsage: orNull(fc.subarray(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"])),
  isAuthority: fc.boolean(),
  selfSigned: fc.boolean(),
  mustStaple: fc.boolean(),
  roca: flag,
  serial: hostile,
  fingerprint: hostile,
});
const presentedCertificate: fc.Arbitrary<PresentedCertificate> = fc.record({
  chain: fc.array(certificate, { maxLength: 3 }),
  ordered: fc.boolean(),
  complete: flag,
  trusted: flag,
  trustError: orNull(hostile),
  possession: flag,
  hostnameMatches: fc.boolean(),
  stapledOcsp: orNull(
    fc.record({
      status: fc.constantFrom("good", "revoked", "unknown", "unreadable"),
      thisUpdate: orNull(at(fc.double({ min: -5, max: 5, noNaN: true }))),
      nextUpdate: orNull(at(fc.double({ min: -5, max: 5, noNaN: true }))),
    }),
  ),
  timestamps: orNull(fc.nat(4)),
});
/** What stands for "not known" in the facts of a certificate by themselves. */
function weakerPresented(value: PresentedCertificate): readonly PresentedCertificate[] {
  const { stapledOcsp, chain } = value;
  return [
    ...blank(value, {
      trusted: null,
      possession: null,
      complete: null,
      trustError: null,
      timestamps: null,
      chain: [],
    }),
    ...(stapledOcsp === null
      ? []
      : [
          changed(value, {
            stapledOcsp: { status: "unreadable", thisUpdate: null, nextUpdate: null },
          }),
          changed(value, { stapledOcsp: { ...stapledOcsp, thisUpdate: null } }),
          changed(value, { stapledOcsp: { ...stapledOcsp, nextUpdate: "" } }),
        ]),
    ...eachItem(chain, (entry) =>
      blank(entry, {
        keyBits: null,
        keyType: "other",
        validFrom: "",
        validTo: "",
        signatureAlgorithm: null,
      }),
    ).map((list) => changed(value, { chain: list })),
  ];
}
function unreadParts(value: PresentedCertificate): readonly PresentedCertificate[] {
  return [
    ...eachItem(value.chain, (entry) =>
      blank(entry, { keyUsage: null, extendedKeyUsage: null, mustStaple: false }),
    ).map((list) => changed(value, { chain: list })),
    ...value.chain
      .slice(1)
      .map((_, index) => changed(value, { chain: value.chain.toSpliced(index + 1, 1) })),
  ];
}

const versions = fc.subarray([...TLS_VERSIONS], { minLength: 1 });
const tlsVersion = fc.constantFrom(...TLS_VERSIONS);
/** What versions offer, of these codes, under whatever names. */
const offeredOf = (...codes: readonly string[]) =>
  fc.array(fc.record({ version: tlsVersion, code: fc.constantFrom(...codes), name: hostile }), {
    maxLength: 4,
  });
const controls: readonly Subjects[] = [
  {
    control: tlsProtocolVersions,
    expectation: fc.record({ allowed: versions, required: fc.subarray([...TLS_VERSIONS]) }),
    facets: fc.record({
      protocols: fc
        .tuple(...TLS_VERSIONS.map(() => fc.constantFrom("accepted", "rejected", "unknown")))
        .map((statuses) => ({
          versions: TLS_VERSIONS.map((version, index) => ({
            version,
            status: statuses[index] ?? "unknown",
            why: null,
          })),
        })),
    }),
    weaken: facet("protocols", ({ versions: seen }) => [
      ...eachItem(seen, (entry) => blank(entry, { status: "unknown" })).map((list) => ({
        versions: list,
      })),
      ...seen.map((_, index) => ({ versions: seen.toSpliced(index, 1) })),
    ]),
  },
  {
    control: tlsProtocolVersions,
    expectation: fc.record({ allowed: versions, required: fc.subarray([...TLS_VERSIONS]) }),
    facets: fc.record({
      transport: fc.record({
        secureOnly: flag,
        minimumTls: orNull(fc.constantFrom(...TLS_VERSIONS)),
        minimumTlsIsDefault: fc.boolean(),
        platformFloor: orNull(
          fc.record({ version: fc.constantFrom(...TLS_VERSIONS), reference: hostile }),
        ),
        detail: hostile,
      }),
    }),
    weaken: facet("transport", (value) => blank(value, { minimumTls: null, platformFloor: null })),
  },
  {
    control: tlsCipherSuites,
    expectation: fc.record({
      profile: fc.constantFrom("mozilla-intermediate@6", "mozilla-old@5.8"),
      violates: fc.constantFrom("broken", "weak"),
    }),
    facets: fc.record({
      cipherSuites: fc.record({
        suites: fc.array(
          fc.record({
            version: fc.constantFrom(...TLS_VERSIONS),
            code: fc.constantFrom("0x1301", "0xC02F", "0x002F", "0x0005", "0xFEFC", "rubbish"),
            name: hostile,
          }),
          { maxLength: 6 },
        ),
        unfinished: fc.array(
          fc.record({ version: fc.constantFrom(...TLS_VERSIONS), why: hostile }),
          {
            maxLength: 2,
          },
        ),
        preferences: fc.array(
          fc.record({
            version: fc.constantFrom(...TLS_VERSIONS),
            order: orNull(fc.constantFrom("server", "client")),
            chachaForClients: flag,
          }),
          { maxLength: 2 },
        ),
      }),
    }),
    weaken: facet("cipherSuites", (value) =>
      TLS_VERSIONS.map((version) =>
        changed(value, {
          suites: value.suites.filter((suite) => suite.version !== version),
          unfinished: [...value.unfinished, { version, why: "cut off" }],
        }),
      ),
    ),
  },
  {
    control: tlsKeyExchange,
    expectation: fc.record({
      profile: fc.constantFrom("mozilla-intermediate@6", "bsi-tr-02102-2@2025-01"),
      violates: fc.constantFrom("broken", "weak"),
      postQuantum: fc.constantFrom("optional", "required"),
    }),
    facets: fc.record({
      keyExchange: fc.record({
        groups: offeredOf("0x001D", "0x11EC", "0x0013", "0x0009", "0x6399", "rubbish"),
        primes: fc.array(
          fc.record({
            version: tlsVersion,
            bits: fc.constantFrom(0, 512, 1024, 2048, 3072),
            name: orNull(hostile),
            export: fc.boolean(),
          }),
          { maxLength: 2 },
        ),
        signatureAlgorithms: offeredOf("0x0804", "0x0401", "0x0201", "0x0101", "rubbish"),
        anySignatureAlgorithm: fc.subarray([...TLS_VERSIONS], { maxLength: 1 }),
        unfinished: fc.array(fc.record({ version: tlsVersion, why: hostile }), { maxLength: 1 }),
      }),
      cipherSuites: fc.record({
        suites: offeredOf("0x1301", "0xC02F", "0x009E", "0x002F", "0xFEFC"),
        preferences: fc.constant([]),
        unfinished: fc.array(fc.record({ version: tlsVersion, why: hostile }), { maxLength: 1 }),
      }),
    }),
    weaken: (reading) => [
      ...facet("keyExchange", (value) =>
        TLS_VERSIONS.flatMap((version) => {
          const unfinished = [...value.unfinished, { version, why: "cut off" }];
          const rest = <T extends { readonly version: string }>(list: readonly T[]) =>
            list.filter((entry) => entry.version !== version);
          return [
            changed(value, { groups: rest(value.groups), unfinished }),
            changed(value, { primes: rest(value.primes), unfinished }),
            changed(value, { signatureAlgorithms: rest(value.signatureAlgorithms), unfinished }),
          ];
        }),
      )(reading),
      ...facet("cipherSuites", (value) =>
        TLS_VERSIONS.map((version) =>
          changed(value, {
            suites: value.suites.filter((suite) => suite.version !== version),
            unfinished: [...value.unfinished, { version, why: "cut off" }],
          }),
        ),
      )(reading),
    ],
  },
  {
    control: tlsCertificate,
    expectation: fc.constantFrom({}, { timestamps: "required" }),
    facets: fc.record({
      certificate: fc.record({
        hostname: hostile,
        presented: fc.array(presentedCertificate, { maxLength: 3 }),
        withoutName: orNull(hostile),
        unfinished: fc.array(hostile, { maxLength: 12 }),
      }),
    }),
    weaken: facet("certificate", (value) => [
      { ...value, presented: [] },
      ...value.presented.map((_, index) => ({
        ...value,
        presented: value.presented.toSpliced(index, 1),
        unfinished: [...value.unfinished, "one more"],
      })),
      ...eachItem(value.presented, weakerPresented).map((presented) =>
        changed(value, { presented }),
      ),
      // What cannot be read of a certificate counts as absent, and is told.
      ...eachItem(value.presented, unreadParts).map((presented) =>
        changed(value, { presented, unfinished: [...value.unfinished, "one more"] }),
      ),
    ]),
  },
  {
    control: tlsWeaknesses,
    expectation: fc.constantFrom({}, { violates: "weak" }, { except: ["rc4", "heartbleed"] }),
    facets: weaknessFacets,
    weaken: (reading) =>
      weakerWeaknessFacets(reading.facets).map((facets) => changed(reading, { facets })),
  },
  {
    control: httpsOnly,
    expectation: fc.constantFrom({}, { hsts: "required" }, { hsts: "required", hstsMinAge: "P1Y" }),
    facets: fc.record({
      http: fc
        .record({
          url: hostile,
          clearText: fc.constantFrom(
            "refused",
            "redirects-to-https",
            "redirects-elsewhere",
            "serves",
            "unknown",
          ),
          status: orNull(fc.nat(599)),
          location: orNull(hostile),
          hsts: orNull(
            fc.record({
              maxAgeSeconds: fc.constantFrom(0, 300, 31_536_000, Number.MAX_SAFE_INTEGER),
              includeSubDomains: fc.boolean(),
              preload: fc.boolean(),
            }),
          ),
          httpsAnswered: fc.boolean(),
          addresses: fc.array(
            fc.record({
              address: hostile,
              clearText: fc.constantFrom("refused", "redirects-to-https", "serves", "unknown"),
              status: orNull(fc.nat(599)),
              why: orNull(hostile),
            }),
            { maxLength: 3 },
          ),
        })
        .map((value) => (value.httpsAnswered ? value : changed(value, { hsts: null }))),
    }),
    weaken: facet("http", (value) => [
      ...blank(value, { clearText: "unknown", status: null, location: null }),
      { ...value, httpsAnswered: false, hsts: null },
      ...(value.addresses ?? []).map((_, at) => ({
        ...value,
        addresses: (value.addresses ?? []).map((one, index) =>
          index === at ? { ...one, clearText: "unknown" as const } : one,
        ),
      })),
    ]),
  },
  {
    control: httpsOnly,
    expectation: fc.constantFrom({}, { hsts: "required" }),
    facets: fc.record({
      transport: fc.record({
        secureOnly: flag,
        minimumTls: fc.constant(null),
        minimumTlsIsDefault: fc.constant(false),
        platformFloor: fc.constant(null),
        detail: hostile,
      }),
    }),
    weaken: facet("transport", (value) => blank(value, { secureOnly: null })),
  },
  {
    control: encryptionAtRest,
    expectation: fc.constantFrom(
      {},
      { algorithms: ["AES-256"] },
      { keyManagement: "customer" },
      { algorithms: ["AES-256", "AES-128"], keyManagement: "customer" },
    ),
    facets: fc.record({
      encryption: fc.record({
        enabled: flag,
        algorithm: orNull(fc.oneof(fc.constantFrom("AES-256", "AES128", "3DES"), hostile)),
        algorithmSource: orNull(fc.constantFrom("setting", "published-design")),
        algorithmReference: orNull(hostile),
        keyManagement: orNull(fc.constantFrom("provider", "customer")),
        caveat: orNull(hostile),
      }),
    }),
    weaken: facet("encryption", (value) =>
      blank(value, {
        enabled: null,
        algorithm: null,
        algorithmSource: null,
        algorithmReference: null,
        keyManagement: null,
        caveat: null,
      }),
    ),
  },
  {
    control: dataResidency,
    expectation: fc.constantFrom<Record<string, unknown>>(
      { regions: ["eu-west-3"] },
      { regions: ["eu-*"], countries: ["FR"] },
      { areas: ["eea"] },
    ),
    facets: fc.record({
      location: fc.record({
        regions: fc.array(fc.oneof(region, hostile), { maxLength: 4 }),
        zones: fc.constant(null),
      }),
    }),
    weaken: facet("location", (value) => blank(value, { regions: [] })),
  },
  {
    control: publicAccess,
    expectation: fc.constantFrom({}, { openNetwork: "forbidden" }),
    facets: fc.record({
      exposure: fc.record({
        anonymousAccess: flag,
        openNetwork: flag,
        through: fc.array(hostile, { maxLength: 12 }),
        closedBy: fc.array(hostile, { maxLength: 12 }),
      }),
    }),
    weaken: facet("exposure", (value) =>
      blank(value, { anonymousAccess: null, openNetwork: null, through: [], closedBy: [] }),
    ),
  },
  {
    control: geoReplication,
    expectation: fc.record(
      { regions, maxLag: duration, minimumDestinations: fc.integer({ min: 1, max: 3 }) },
      { requiredKeys: [] },
    ),
    facets: fc.record({
      replication: fc.record({
        destinations: fc.array(
          fc.record({
            region: orNull(region),
            subject: fc.constant(null),
            status: fc.constantFrom("active", "disabled", "degraded", "unknown"),
            whole: flag,
            lastSync: orNull(fc.oneof(moment, hostile)),
          }),
          { maxLength: 4 },
        ),
      }),
    }),
    weaken: (reading) => [
      { ...reading, subject: { ...reading.subject, region: null } },
      { ...reading, observedAt: {} },
      ...facet("replication", ({ destinations }) =>
        eachItem(destinations, (copy) =>
          blank(copy, { region: null, status: "unknown", whole: null, lastSync: null }),
        ).map((list) => ({ destinations: list })),
      )(reading),
    ],
  },
  {
    control: recoveryPointAge,
    expectation: fc
      .record(
        { maxAge: duration, maxGap: duration, tolerance: duration, window: duration },
        { requiredKeys: [] },
      )
      .filter(({ maxAge, maxGap }) => maxAge !== undefined || maxGap !== undefined),
    facets: fc.record({
      recoveryPoints: fc.record({
        points: fc.array(moment, { maxLength: 8 }).map((list) => list.toSorted()),
        since: fc.oneof(moment, fc.constant(new Date(NOW - 60 * DAY).toISOString())),
        olderExists: flag,
        retention: orNull(duration),
      }),
    }),
    weaken: facet("recoveryPoints", (value) => [
      ...blank(value, { olderExists: null, retention: "", since: "" }),
      ...eachItem(value.points, () => ["unreadable"]).map((points) => changed(value, { points })),
      // The list reaches less far back, and what it no longer reaches is not known.
      ...value.points.map((point, index) =>
        changed(value, {
          points: value.points.slice(index + 1),
          since: new Date(Math.max(Date.parse(point) + 1, Date.parse(value.since))).toISOString(),
          olderExists: null,
        }),
      ),
    ]),
  },
  {
    control: backupFrequency,
    expectation: fc.record(
      { maxInterval: duration, tolerance: duration },
      { requiredKeys: ["maxInterval"] },
    ),
    facets: fc.record({ backups: backupsFacet }),
    weaken: facet("backups", ({ rules, partOf }) =>
      eachItem(rules, (rule) => blank(rule, { longestInterval: null })).map((list) => ({
        rules: list,
        partOf,
      })),
    ),
  },
  {
    control: backupCoverage,
    expectation: fc.record(
      { minimumPlaces: fc.integer({ min: 1, max: 3 }), otherRegion: fc.boolean() },
      { requiredKeys: [] },
    ),
    facets: fc.record({ backups: backupsFacet }),
    weaken: (reading) => [
      { ...reading, subject: { ...reading.subject, region: null } },
      ...facet("backups", ({ rules, partOf }) =>
        eachItem(rules, (rule) =>
          eachItem(rule.places, (place) => blank(place, { region: null })).map((places) => ({
            ...rule,
            places,
          })),
        ).map((list) => ({ rules: list, partOf })),
      )(reading),
    ],
  },
  {
    control: backupRetention,
    expectation: fc.constantFrom<Record<string, unknown>>(
      { retention: "P30D", tolerance: "P1D" },
      { minimum: "P7D" },
      { maximum: "P1M" },
    ),
    facets: fc.record(
      {
        backups: backupsFacet,
        recoveryPoints: fc.record({
          points: fc.array(moment, { maxLength: 4 }).map((list) => list.toSorted()),
          since: moment,
          olderExists: flag,
          retention: orNull(duration),
        }),
      },
      { requiredKeys: ["recoveryPoints"] },
    ),
    weaken: (reading) => [
      ...facet("backups", ({ rules, partOf }) =>
        eachItem(rules, (rule) =>
          eachItem(rule.places, (place) => blank(place, { retention: "" })).map((places) => ({
            ...rule,
            places,
          })),
        ).map((list) => ({ rules: list, partOf })),
      )(reading),
      ...facet("recoveryPoints", (value) => [
        ...blank(value, { olderExists: null, since: "", retention: "" }),
        ...eachItem(value.points, () => ["unreadable"]).map((points) => changed(value, { points })),
      ])(reading),
    ],
  },
  {
    control: backupRetention,
    expectation: fc.constantFrom<Record<string, unknown>>(
      { retention: "P30D", tolerance: "P1D" },
      { minimum: "P7D" },
      { maximum: "P1M" },
    ),
    facets: fc.record({
      recoveryPoint: fc.record({
        of: fc.constant(null),
        at: orNull(fc.oneof(moment, hostile)),
        usable: fc.constant(true),
        deletedAt: orNull(fc.oneof(at(fc.double({ min: -60, max: 60, noNaN: true })), hostile)),
        state: hostile,
      }),
    }),
    weaken: facet("recoveryPoint", (value) => blank(value, { at: null, deletedAt: "" })),
  },
  {
    control: backupImmutability,
    expectation: fc.record(
      { mode: fc.constantFrom("compliance", "governance"), minimum: duration },
      { requiredKeys: [] },
    ),
    facets: fc.record({
      immutability: fc.record({
        mode: orNull(fc.constantFrom("compliance", "governance", "none")),
        minimumDays: orNull(fc.nat(60)),
        detail: hostile,
      }),
    }),
    weaken: facet("immutability", (value) => blank(value, { mode: null, minimumDays: null })),
  },
  {
    control: backupAccess,
    expectation: fc.constantFrom<Record<string, unknown>>(
      { principals: ["leads"] },
      { principals: [], unseen: "attested" },
    ),
    facets: fc.record({
      accessPolicy: fc.record({
        grants: fc.array(
          fc.record({
            principal: fc.oneof(fc.constantFrom("*", "arn"), hostile),
            labels: fc.subarray(["leads", "others"]),
            actions: fc.array(hostile, { maxLength: 3 }),
            conditions: fc.array(hostile, { maxLength: 2 }),
          }),
          { maxLength: 4 },
        ),
        unseen: fc.array(hostile, { maxLength: 2 }),
      }),
    }),
    weaken: facet("accessPolicy", ({ grants, unseen }) =>
      eachItem(grants, (grant) => [{ ...grant, conditions: ["some condition"] }]).map((list) => ({
        grants: list,
        unseen,
      })),
    ),
  },
  {
    control: attestation,
    expectation: fc.record({ covers: fc.constantFrom("this", "that"), maxAge: duration }),
    facets: fc.record({
      attestation: fc.record({
        id: hostile,
        owner: hostile,
        date: fc.oneof(
          moment.map((text) => text.slice(0, 10)),
          hostile,
        ),
        expires: fc.oneof(
          moment.map((text) => text.slice(0, 10)),
          hostile,
        ),
        covers: fc.subarray(["this", "that"]),
        evidence: orNull(
          fc.record({
            location: hostile,
            declaredSha256: fc.constant("a"),
            actualSha256: orNull(fc.constantFrom("a", "b")),
            checkable: fc.constant(true),
          }),
        ),
      }),
    }),
    weaken: facet("attestation", (value) => [
      ...blank(value, { date: "", expires: "", covers: [], evidence: null }),
      ...(value.evidence === null
        ? []
        : [{ ...value, evidence: { ...value.evidence, actualSha256: null } }]),
    ]),
  },
];

describe.each(controls)("$control.id", ({ control, expectation, facets, weaken }) => {
  const readings = fc
    .record({ facets, ownRegion: orNull(region) })
    .map(({ facets: seen, ownRegion }) => {
      const observedAt = Object.fromEntries(
        Object.keys(seen).map((name) => [name, new Date(NOW).toISOString()]),
      );
      return { subject: subject("one", ownRegion), labels: [], facets: seen, observedAt };
    });

  it("never fails or passes for want of evidence", () => {
    fc.assert(
      fc.property(expectation, readings, (written, reading) => {
        const before = judge(control, written, reading);
        for (const weaker of weaken(reading)) {
          const after = judge(control, written, weaker);
          expect(
            [before.outcome, "unknown"],
            `${before.message}\n  became: ${after.message}`,
          ).toContain(after.outcome);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("speaks in single, bounded lines whatever a server sends", () => {
    fc.assert(
      fc.property(expectation, readings, (written, reading) => {
        const { message, attention } = judge(control, written, reading);
        for (const text of [message, ...(attention ?? []).map((note) => note.message)]) {
          expect(text).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          expect(text.length).toBeLessThan(20_000);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe("zone-redundancy", () => {
  const redundancy = fc
    .record({
      zones: orNull(fc.integer({ min: 1, max: 4 })),
      zoneNames: orNull(fc.subarray(["a", "b", "c"])),
      geoRedundant: flag,
      setting: hostile,
      silent: fc.boolean(),
    })
    // A number of zones and the flag never contradict each other.
    .map(({ silent, ...rest }) =>
      Object.assign(rest, {
        zoneRedundant: silent ? null : rest.zones === null ? true : rest.zones > 1,
      }),
    );
  const expectation = fc
    .record(
      {
        minimumZones: fc.integer({ min: 1, max: 4 }),
        geoRedundantCounts: fc.boolean(),
        totalZones: fc.integer({ min: 1, max: 4 }),
      },
      { requiredKeys: [] },
    )
    .filter(
      ({ minimumZones, totalZones }) => minimumZones !== undefined || totalZones !== undefined,
    );
  const readings = fc.array(
    fc.record({ redundancy, target: fc.constantFrom("first", "second"), region }),
    { minLength: 1, maxLength: 4 },
  );

  it("never fails or passes for want of evidence", () => {
    fc.assert(
      fc.property(expectation, readings, fc.boolean(), (written, seen, complete) => {
        const given = seen.map(({ redundancy: value, target, region: place }, index): Reading => ({
          subject: { ...subject(String(index), place), target },
          labels: [],
          facets: { redundancy: value },
          observedAt: {},
        }));
        const expected = expectationOf(zoneRedundancy).parse(written);
        const outcomes = (list: readonly Reading[], all: boolean) =>
          new Map(
            zoneRedundancy
              .evaluate({ expect: expected, readings: list, complete: all, now: new Date(NOW) })
              .map((judgement) => [judgement.subject?.id ?? null, judgement.outcome]),
          );
        const before = outcomes(given, complete);
        const weaken = facet("redundancy", (value) =>
          blank(value, { zones: null, zoneNames: null, zoneRedundant: null, geoRedundant: null }),
        );
        const weaker = [
          outcomes(given, false),
          ...eachItem(given, weaken).map((list) => outcomes(list, complete)),
          ...given.map((_, index) => outcomes(given.toSpliced(index, 1), false)),
        ];
        for (const after of weaker) {
          for (const [id, outcome] of after) expect([before.get(id), "unknown"]).toContain(outcome);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("backup-location", () => {
  const expectation = fc.constantFrom<Record<string, unknown>>(
    { minimumSites: 2 },
    { minimumSites: 3, unseen: "attested" },
    { countries: ["FR"] },
    { apartFromProtectedData: true },
  );
  const recoveryPoint = fc.record({
    of: fc.constant(null),
    ofRegion: orNull(region),
    at: fc.constant(null),
    usable: fc.boolean(),
    deletedAt: fc.constant(null),
    state: hostile,
  });
  const readings = fc.array(
    fc.record({
      location: fc.record({
        regions: fc.array(region, { maxLength: 2 }),
        zones: orNull(fc.subarray(["a", "b"])),
      }),
      recoveryPoint: fc.option(recoveryPoint, { nil: undefined }),
      provider: fc.constantFrom("aws", "ovh"),
      target: fc.constantFrom("first", "second"),
    }),
    { minLength: 1, maxLength: 4 },
  );

  it("never fails or passes for want of evidence", () => {
    fc.assert(
      fc.property(expectation, readings, fc.boolean(), (written, seen, complete) => {
        const given = seen.map(
          ({ location: place, recoveryPoint: point, provider, target }, index) => ({
            subject: { ...subject(String(index), null), provider, target },
            labels: [],
            facets: {
              // A region that is one datacentre has no zones to show.
              location: provider === "ovh" ? { ...place, zones: null } : place,
              ...(point === undefined ? {} : { recoveryPoint: point }),
            },
            observedAt: {},
          }),
        );
        const outcomes = (list: readonly Reading[], all: boolean) =>
          new Map(
            backupLocation
              .evaluate({
                expect: expectationOf(backupLocation).parse(written),
                readings: list,
                complete: all,
                now: new Date(NOW),
              })
              .map((judgement) => [judgement.subject?.id ?? null, judgement.outcome]),
          );
        const before = outcomes(given, complete);
        const weaken: Weaken = (reading) => [
          // Zones that no interface shows are just what may be left to an attestation.
          ...facet("location", (value) =>
            blank(
              value,
              written["unseen"] === "attested" ? { regions: [] } : { zones: null, regions: [] },
            ),
          )(reading),
          ...facet("recoveryPoint", (value) => blank(value, { ofRegion: null }))(reading),
        ];
        const weaker = [
          outcomes(given, false),
          ...eachItem<Reading>(given, weaken).map((list) => outcomes(list, complete)),
          ...given.map((_, index) => outcomes(given.toSpliced(index, 1), false)),
        ];
        for (const after of weaker) {
          for (const [id, outcome] of after) expect([before.get(id), "unknown"]).toContain(outcome);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("recovery-point-age", () => {
  it("finds the largest gap of a list that is known in full", () => {
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 35 * 24 }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(hours, fc.integer({ min: 1, max: 20 * 24 }), (ages, limit) => {
        const sorted = [...ages, 36 * 24].toSorted((a, b) => b - a);
        const start = sorted.findLastIndex((age) => age >= 30 * 24);
        const chain = [...sorted.slice(start), 0];
        const largest = Math.max(
          ...chain.slice(1).map((age, index) => (chain[index] ?? age) - age),
        );
        const { outcome } = judge(
          recoveryPointAge,
          { maxGap: `PT${limit}H` },
          {
            subject: subject("set", null),
            labels: [],
            facets: {
              recoveryPoints: {
                points: sorted.map((age) => new Date(NOW - age * 3_600_000).toISOString()),
                since: new Date(NOW - 50 * DAY).toISOString(),
                olderExists: null,
                retention: null,
              },
            },
            observedAt: {},
          },
        );
        expect(outcome).toBe(largest > limit ? "fail" : "pass");
      }),
    );
  });
});

function subject(id: string, region: string | null): Subject {
  return { target: "target", provider: "aws", kind: "some-kind", id, name: id, region, tags: {} };
}

function judge(control: Control, written: Record<string, unknown>, reading: Reading): Judgement {
  if (control.judges !== "subject") throw new Error("judges no subject");
  return control.evaluate({
    expect: expectationOf(control).parse(written),
    ...reading,
    now: new Date(NOW),
  });
}
