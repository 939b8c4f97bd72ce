/** Traps of Compute Engine, Cloud KMS and Cloud Monitoring. */
import { describe, expect, test } from "vitest";
import {
  isRegional,
  toBackups,
  toDiskLocation,
  toEncryption,
  toRecoveryPoint,
  toRedundancy,
  toRule,
  toStoredLocation,
} from "#probes/gcp/disk-facets.ts";
import { toSubject } from "#probes/gcp/inventory.ts";
import { toKeyRotation } from "#probes/gcp/kms.ts";
import { toServiceMonitoring } from "#probes/gcp/monitoring-facets.ts";
import { computeId, regionOf } from "#probes/gcp/names.ts";
import { byId, hostNamesOf, toTransport } from "#probes/gcp/tls-facets.ts";
import { toLink } from "#probes/gcp/vpn.ts";

const link = (rest: string) => `https://www.googleapis.com/compute/v1/projects/p/${rest}`;

test.each([
  ["ESTABLISHED", true],
  ["FIRST_HANDSHAKE", false],
  ["NO_INCOMING_PACKETS", false],
  ["NEGOTIATION_FAILURE", false],
  ["WAITING_FOR_FULL_CONFIG", false],
  ["DEPROVISIONING", false],
  ["ESTABLISHING_AGAIN", null],
])("a tunnel that is %s: up %s", (status, up) => {
  expect(toLink({ name: "t", status })).toMatchObject({ encrypted: true, tunnels: [{ up }] });
});

test("a tunnel without status is malformed; its other side may be a gateway", () => {
  expect(() => toLink({ name: "t" })).toThrow(TypeError);
  expect(toLink({ status: "ESTABLISHED", peerGcpGateway: link("x/other") }).peer).toBe("other");
  expect(toLink({ status: "ESTABLISHED" }).peer).toBeNull();
});

describe("TLS of load balancers", () => {
  const policies = (minTlsVersion: unknown, profile = "MODERN") =>
    byId([{ name: "own", selfLink: link("global/sslPolicies/own"), minTlsVersion, profile }]);
  const proxy = { sslPolicy: link("global/sslPolicies/own") };

  test.each([
    ["TLS_1_0", "MODERN", "TLSv1.0"],
    ["TLS_1_1", "CUSTOM", "TLSv1.1"],
    ["TLS_1_2", "COMPATIBLE", "TLSv1.2"],
    ["TLS_1_3", "MODERN", "TLSv1.3"],
    // Its ciphers are those of TLS 1.2 alone.
    ["TLS_1_0", "RESTRICTED", "TLSv1.2"],
  ])("%s with the profile %s", (version, profile, minimumTls) => {
    expect(toTransport(proxy, policies(version, profile), [])).toMatchObject({
      secureOnly: true,
      minimumTls,
      minimumTlsIsDefault: false,
    });
  });

  test("without a policy Google's default holds, and is said to be one", () => {
    expect(toTransport({}, new Map(), [])).toMatchObject({
      minimumTls: "TLSv1.0",
      minimumTlsIsDefault: true,
    });
  });

  test("a version that is not known, and a policy that was not listed, are no reading", () => {
    expect(() => toTransport(proxy, policies("TLS_2_0"), [])).toThrow("not known");
    expect(() => toTransport(proxy, policies(undefined), [])).toThrow("not known");
    expect(() => toTransport(proxy, new Map(), [])).toThrow("not listed");
  });

  test("names are those of its certificates and addresses, where the Internet is led to it", () => {
    const id = "//compute.googleapis.com/projects/p/global/targetHttpsProxies/a";
    const certificate = link("global/sslCertificates/c");
    const raw = { sslCertificates: [certificate, link("global/sslCertificates/gone")] };
    const certificates = byId([
      {
        selfLink: certificate,
        subjectAlternativeNames: ["A.example"],
        managed: { domains: ["b.example"] },
      },
    ]);
    const rule = (loadBalancingScheme: string, target = "a") => ({
      IPAddress: "192.0.2.1",
      loadBalancingScheme,
      target: link(`global/targetHttpsProxies/${target}`),
    });
    const names = (...rules: ReturnType<typeof rule>[]) =>
      hostNamesOf(raw, id, rules, certificates);
    expect(names(rule("EXTERNAL_MANAGED"))).toEqual(["a.example", "b.example", "192.0.2.1"]);
    expect(names(rule("INTERNAL_MANAGED"))).toEqual([]);
    expect(names(rule("EXTERNAL", "b"))).toEqual([]);
  });
});

test.each([
  [{ zone: link("zones/europe-north1-a") }, ["europe-north1"], 1],
  [
    { replicaZones: [link("zones/europe-north1-a"), link("zones/europe-north1-b")] },
    ["europe-north1"],
    2,
  ],
])("a disk in %j", (raw, regions, zones) => {
  expect(toDiskLocation(raw).regions).toEqual(regions);
  expect(toRedundancy(raw)).toMatchObject({ zones, zoneRedundant: zones > 1 });
});

test("a disk without zone, and one in a zone of a name that is not understood, are malformed", () => {
  expect(() => toDiskLocation({})).toThrow(TypeError);
  expect(() => toDiskLocation({ zone: "zones/mars" })).toThrow(TypeError);
});

test.each([
  [{}, "provider"],
  [{ diskEncryptionKey: { kmsKeyName: "k" } }, "customer"],
  [{ diskEncryptionKey: { sha256: "h" } }, "customer"],
  [{ snapshotEncryptionKey: { kmsKeyName: "k" } }, "customer"],
  [{ imageEncryptionKey: { kmsKeyName: "k" } }, "customer"],
  [{ diskEncryptionKey: {} }, "provider"],
])("keys of %j are the %s's", (raw, keyManagement) => {
  expect(toEncryption(raw)).toMatchObject({ enabled: true, keyManagement });
});

test.each(["abc", { kmsKeyName: { a: 1 } }])(
  "a key that is %j is nobody's",
  (diskEncryptionKey) => {
    expect(() => toEncryption({ diskEncryptionKey })).toThrow(TypeError);
  },
);

test.each([
  ["zones/europe-north1-a", false],
  ["regions/europe-north1", true],
])("a disk of %s", (place, regional) => {
  expect(isRegional({ selfLink: link(`${place}/disks/d`) })).toBe(regional);
});

test("a schedule that keeps for a time that is none is malformed", () => {
  const retentionPolicy = { maxRetentionDays: "many" };
  expect(() => toRule({ snapshotSchedulePolicy: { retentionPolicy } })).toThrow(TypeError);
});

test("a snapshot rests where its answer says, maybe in a multi-region, and nowhere else", () => {
  expect(toStoredLocation({ storageLocations: ["EU"] }).regions).toEqual(["eu"]);
  expect(() => toStoredLocation({})).toThrow(TypeError);
  expect(() => toStoredLocation({ storageLocations: ["eu", null] })).toThrow(TypeError);
});

test.each([
  ["READY", true],
  ["CREATING", false],
  ["UPLOADING", false],
  ["FAILED", false],
])("a snapshot that is %s", (status, usable) => {
  const raw = {
    status,
    creationTimestamp: "2026-05-31T20:00:00.000-08:00",
    sourceDisk: link("zones/z/disks/d"),
  };
  expect(toRecoveryPoint(raw)).toMatchObject({
    of: "//compute.googleapis.com/projects/p/zones/z/disks/d",
    at: "2026-06-01T04:00:00.000Z",
    usable,
  });
});

test("a snapshot in a state of tomorrow is neither usable nor not", () => {
  const raw = {
    status: "SOMETHING_NEW",
    creationTimestamp: "2026-05-31T20:00:00Z",
    sourceDisk: link("zones/europe-north1-a/disks/d"),
  };
  expect(() => toRecoveryPoint(raw)).toThrow("state");
});

test("a snapshot that a schedule made is deleted by it, of one that somebody made no rule tells", () => {
  const raw = {
    status: "READY",
    creationTimestamp: "2026-05-31T20:00:00Z",
    sourceDisk: link("zones/europe-north1-a/disks/d"),
  };
  expect(toRecoveryPoint(raw).deletionUnread).toBeUndefined();
  expect(() => toRecoveryPoint({ ...raw, sourceDisk: undefined })).toThrow("which disk");
  expect(toRecoveryPoint({ ...raw, autoCreated: true }).deletionUnread).toContain("schedule");
});

const schedule = (own: object, more: object = {}) => ({
  name: "s",
  snapshotSchedulePolicy: { schedule: own, ...more },
});

test.each<readonly [string, object, number | null, number]>([
  ["every four hours", { hourlySchedule: { hoursInCycle: 4, duration: "PT1H" } }, 4 * 3600, 3600],
  ["daily", { dailySchedule: { daysInCycle: 1, duration: "PT14400S" } }, 86_400, 14_400],
  [
    "on Mondays and Fridays",
    {
      weeklySchedule: {
        dayOfWeeks: [
          { day: "MONDAY", duration: "PT14400S" },
          { day: "FRIDAY", duration: "PT7200S" },
        ],
      },
    },
    4 * 86_400,
    14_400,
  ],
  [
    "on Sundays",
    { weeklySchedule: { dayOfWeeks: [{ day: "SUNDAY", duration: "PT0S" }] } },
    7 * 86_400,
    0,
  ],
  ["on a day that is none", { weeklySchedule: { dayOfWeeks: [{ day: "SOMEDAY" }] } }, null, 0],
  ["in a way that is new", { monthlySchedule: {} }, null, 0],
])("a schedule %s", (_, own, longestInterval, window) => {
  expect(toRule(schedule(own))).toMatchObject({ longestInterval, window });
});

test.each([undefined, "soon"])(
  "a schedule that starts within %s starts whenever it likes",
  (duration) => {
    const own = { dailySchedule: { daysInCycle: 1, duration } };
    expect(() => toRule(schedule(own))).toThrow(RangeError);
  },
);

describe("backups of a disk", () => {
  const id = "//compute.googleapis.com/projects/p/zones/z/disks/d";
  const own = "//compute.googleapis.com/projects/p/regions/r/resourcePolicies/s";
  const raw = { resourcePolicies: [link("regions/r/resourcePolicies/s")] };

  test("none: nothing is attached, and no plan protects it", () => {
    expect(toBackups({}, id, new Map(), new Map()).rules).toEqual([]);
  });

  test("a policy of another kind makes none", () => {
    expect(toBackups(raw, id, new Map([[own, { name: "placement" }]]), new Map()).rules).toEqual(
      [],
    );
  });

  test("a policy that was not listed is no lack of one", () => {
    expect(() => toBackups(raw, id, new Map(), new Map())).toThrow("not listed");
  });

  test("a plan of Backup and DR counts, for the disk or its machine, at an interval that is not read", () => {
    const users = [link("zones/z/instances/i")];
    const machine = "//compute.googleapis.com/projects/p/zones/z/instances/i";
    for (const [plans, name] of [
      [new Map([[id, ["daily"]]]), "backup plan daily"],
      [new Map([[machine, ["whole"]]]), "backup plan whole"],
    ] as const) {
      expect(toBackups({ users }, id, new Map(), plans).rules).toMatchObject([
        { name, longestInterval: null },
      ]);
    }
  });

  test("without storage locations they go somewhere that is not told", () => {
    const made = schedule(
      { dailySchedule: { daysInCycle: 1, duration: "PT14400S" } },
      { retentionPolicy: { maxRetentionDays: 8 } },
    );
    expect(toBackups(raw, id, new Map([[own, made]]), new Map()).rules[0]?.places).toEqual([
      { region: null, vault: null, retention: "P8D" },
    ]);
  });
});

test.each([
  [{ purpose: "ENCRYPT_DECRYPT", rotationPeriod: "7776000s" }, true, 90],
  [{ purpose: "ENCRYPT_DECRYPT" }, false, null],
  [{ purpose: "ENCRYPT_DECRYPT", importOnly: true }, null, null],
  [{ purpose: "ASYMMETRIC_SIGN" }, null, null],
])("rotation of %j", (raw, enabled, periodDays) => {
  expect(toKeyRotation(raw)).toMatchObject({ enabled, periodDays });
});

test("a key without purpose, and a period that is none, are malformed", () => {
  expect(() => toKeyRotation({})).toThrow(TypeError);
  expect(() => toKeyRotation({ purpose: "SOMETHING_NEW" })).toThrow(TypeError);
  expect(() => toKeyRotation({ purpose: "ENCRYPT_DECRYPT", rotationPeriod: 5 })).toThrow(TypeError);
});

const alert = (fields: object) => ({ displayName: "a", conditions: [{}], ...fields });

test.each([
  [{ enabled: true, notificationChannels: ["c"] }, true, true],
  [{ enabled: true }, true, false],
  [{ enabled: false }, false, false],
  // It is always told, so that nothing is known where it is not.
  [{}, null, false],
  [{ enabled: true, validity: { code: 3, message: "the metric is gone" } }, null, false],
  [{ enabled: true, conditions: [] }, null, false],
])("an alert policy with %j", (fields, enabled, notifies) => {
  expect(toServiceMonitoring([alert(fields)], []).alerts).toEqual([
    { name: "a", enabled, notifies },
  ]);
});

test.each([
  [{}, true],
  [{ disabled: false }, true],
  [{ disabled: true }, false],
  [{ disabled: "no" }, null],
])("an uptime check with %j is on: %s", (fields, enabled) => {
  const checks = [{ displayName: "c", ...fields }];
  expect(toServiceMonitoring([], checks).checks).toEqual([{ name: "c", enabled }]);
});

test.each([
  [
    "https://www.googleapis.com/compute/v1/projects/p/zones/z/disks/d",
    "projects/p/zones/z/disks/d",
  ],
  [
    "https://compute.googleapis.com/compute/beta/projects/p/global/images/i",
    "projects/p/global/images/i",
  ],
  ["projects/p/global/networks/n", "projects/p/global/networks/n"],
  ["//compute.googleapis.com/projects/p/global/networks/n", "projects/p/global/networks/n"],
  ["https://example.com/other", null],
  [7, null],
])("the full name behind %s", (written, name) => {
  expect(computeId(written)).toBe(name === null ? null : `//compute.googleapis.com/${name}`);
});

test("the region of a name is that of its zone", () => {
  expect(regionOf("//c/projects/p/zones/europe-north1-a/disks/d")).toBe("europe-north1");
  expect(regionOf("//c/projects/p/regions/europe-north1/disks/d")).toBe("europe-north1");
  expect(regionOf("//c/projects/p/global/images/i")).toBe("global");
});

test.each([
  ["europe-north1-b", "europe-north1"],
  ["europe-north1", "europe-north1"],
  ["EU", "eu"],
  ["global", "global"],
  [undefined, null],
])("an asset at %s", (location, region) => {
  const raw = { name: "//x/y", assetType: "x.googleapis.com/Y", location, labels: { a: "b" } };
  expect(toSubject(raw, "p")).toEqual({
    kind: "x.googleapis.com/Y",
    id: "//x/y",
    name: "y",
    region,
    tags: { a: "b" },
  });
});

test("a project is the same one by its number", () => {
  const assetType = "cloudresourcemanager.googleapis.com/Project";
  const name = "//cloudresourcemanager.googleapis.com/projects/481216230042";
  expect(toSubject({ name, assetType }, "p").id).toBe(
    "//cloudresourcemanager.googleapis.com/projects/p",
  );
});

test("an asset without name or type is malformed: it could be anything", () => {
  expect(() => toSubject({ name: "//x/y" }, "p")).toThrow(TypeError);
  expect(() => toSubject({ assetType: "x" }, "p")).toThrow(TypeError);
});
