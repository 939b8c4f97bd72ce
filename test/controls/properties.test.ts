import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import publicAccess from "#controls/exposure/public-access.ts";
import attestation from "#controls/governance/attestation.ts";
import geoReplication from "#controls/resilience/geo-replication.ts";
import recoveryPointAge from "#controls/resilience/recovery-point-age.ts";
import zoneRedundancy from "#controls/resilience/zone-redundancy.ts";
import dataResidency from "#controls/storage/data-residency.ts";
import encryptionAtRest from "#controls/storage/encryption-at-rest.ts";
import httpsOnly from "#controls/transport/https-only.ts";
import tlsCertificate from "#controls/transport/tls-certificate.ts";
import tlsCipherSuites from "#controls/transport/tls-cipher-suites.ts";
import tlsProtocolVersions from "#controls/transport/tls-protocol-versions.ts";
import type { Control, Judgement, Reading } from "#model/control.ts";
import type { Facets } from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";
import { TLS_VERSIONS } from "#model/tls.ts";

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

const versions = fc.subarray([...TLS_VERSIONS], { minLength: 1 });
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
        groups: fc.constant([]),
        serverPreference: flag,
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
    control: tlsCertificate,
    expectation: fc.constant({}),
    facets: fc.record({
      certificate: fc.record({
        hostname: hostile,
        chain: fc.array(
          fc.record({
            subject: hostile,
            issuer: hostile,
            altNames: fc.array(hostile, { maxLength: 20 }),
            validFrom: moment,
            validTo: at(fc.double({ min: -5, max: 90, noNaN: true })),
            keyType: fc.constantFrom("rsa", "ec", "ed25519", "ed448", "dsa", "other"),
            keyBits: orNull(fc.constantFrom(224, 256, 1024, 2048)),
            signatureAlgorithm: orNull(hostile),
            serial: hostile,
            fingerprint: hostile,
          }),
          { maxLength: 2 },
        ),
        trusted: fc.boolean(),
        trustError: orNull(hostile),
        hostnameMatches: fc.boolean(),
      }),
    }),
    weaken: facet("certificate", (value) => [
      { ...value, chain: [] },
      { ...value, trustError: null },
      ...eachItem(value.chain, (entry) =>
        blank(entry, { keyBits: null, keyType: "other", validFrom: "", validTo: "" }),
      ).map((chain) => changed(value, { chain })),
    ]),
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
        })
        .map((value) => (value.httpsAnswered ? value : changed(value, { hsts: null }))),
    }),
    weaken: facet("http", (value) => [
      ...blank(value, { clearText: "unknown", status: null, location: null }),
      { ...value, httpsAnswered: false, hsts: null },
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
        const expected = zoneRedundancy.expectation.parse(written);
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
    expect: control.expectation.parse(written),
    ...reading,
    now: new Date(NOW),
  });
}
