/** Traps of Cloud SQL: where backups go, what lets clear text in, who gets in, how often one is made. */
import { describe, expect, test } from "vitest";
import { recordsChanges, toBackups, toRecoveryPoints } from "#probes/gcp/sql-backups.ts";
import { toEncryption, toLocation, toRedundancy, toReplication } from "#probes/gcp/sql-facets.ts";
import { toExposure, toIngress, toTransport } from "#probes/gcp/sql-network.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
const SINCE = Date.parse("2026-05-02T12:00:00Z");
const instance = (backupConfiguration: object, more: object = {}) => ({
  name: "db",
  project: "p",
  region: "europe-north1",
  databaseVersion: "POSTGRES_16",
  settings: { backupConfiguration },
  ...more,
});
const run = (endTime: string, more: object = {}) => ({
  status: "SUCCESSFUL",
  endTime,
  location: "europe-north1",
  ...more,
});

test.each([
  ["no backups", { enabled: false }, [], ["europe-north1"], undefined],
  [
    "a place that is set",
    { enabled: true, location: "europe-north1" },
    [],
    ["europe-north1"],
    undefined,
  ],
  ["no place: the default may be used", { enabled: true }, [], ["europe-north1"], ["eu"]],
  [
    "a backup that is in the default",
    { enabled: true },
    [run("2026-05-31T03:00:00Z", { location: "eu" })],
    ["europe-north1", "eu"],
    undefined,
  ],
  [
    "a backup from before the place was set",
    { enabled: true, location: "europe-north1" },
    [run("2026-05-31T03:00:00Z", { location: "EU" })],
    ["europe-north1", "eu"],
    undefined,
  ],
  [
    "a backup that failed",
    { enabled: true, location: "europe-north1" },
    [run("2026-05-31T03:00:00Z", { status: "FAILED", location: "us" })],
    ["europe-north1"],
    undefined,
  ],
  [
    "a backup that names no place",
    { enabled: false },
    [run("2026-05-31T03:00:00Z", { location: undefined })],
    ["europe-north1"],
    ["eu"],
  ],
])("location with %s", (_, own, runs, regions, possible) => {
  const found = toLocation(instance(own), runs);
  expect(found.regions).toEqual(regions);
  expect(found.possible).toEqual(possible);
});

test("an instance that does not say whether it is backed up is malformed", () => {
  expect(() => toLocation(instance({}), [])).toThrow(TypeError);
  expect(() => toBackups(instance({}), null)).toThrow(TypeError);
});

test.each([
  [{ sslMode: "ALLOW_UNENCRYPTED_AND_ENCRYPTED", requireSsl: true }, false],
  [{ sslMode: "ENCRYPTED_ONLY", requireSsl: false }, true],
  [{ sslMode: "TRUSTED_CLIENT_CERTIFICATE_REQUIRED" }, true],
  [{ sslMode: "SOMETHING_NEW" }, null],
  // Old instances have no sslMode.
  [{ requireSsl: true }, true],
  [{ requireSsl: false }, null],
  [{}, null],
])("%j: clear text refused: %s", (ipConfiguration, secureOnly) => {
  expect(toTransport({ settings: { ipConfiguration } })).toMatchObject({
    secureOnly,
    minimumTls: null,
  });
});

const network = (value: string, expirationTime?: string) => ({
  value,
  ...(expirationTime === undefined ? {} : { expirationTime }),
});
const reached = (ipv4Enabled: boolean | undefined, ...authorizedNetworks: object[]) => ({
  databaseVersion: "MYSQL_8_0",
  settings: {
    ipConfiguration: { ...(ipv4Enabled === undefined ? {} : { ipv4Enabled }), authorizedNetworks },
  },
});

test.each([
  ["no public address", reached(false, network("0.0.0.0/0")), false, false],
  ["a public one that nobody may reach", reached(true), false, true],
  ["an office", reached(true, network("203.0.113.0/24")), false, true],
  [
    "everybody, in two halves",
    reached(true, network("0.0.0.0/1"), network("128.0.0.0/1")),
    true,
    true,
  ],
  ["everybody", reached(true, network("0.0.0.0/0")), true, true],
  [
    "everybody, until yesterday",
    reached(true, network("0.0.0.0/0", "2026-05-31T00:00:00Z")),
    false,
    true,
  ],
  [
    "everybody, until tomorrow",
    reached(true, network("0.0.0.0/0", "2026-06-02T00:00:00Z")),
    true,
    true,
  ],
  ["whether it is public is not told", reached(undefined, network("0.0.0.0/0")), null, null],
])("%s", (_, raw, openNetwork, reachable) => {
  expect(toExposure(raw, NOW)).toMatchObject({ anonymousAccess: false, openNetwork });
  expect(toIngress(raw, NOW)).toMatchObject({ reachable, firewall: true });
});

test("authorized networks are let in at the database's port", () => {
  const { allowed } = toIngress(reached(true, network("203.0.113.0/24")), NOW);
  expect(allowed).toMatchObject([{ ports: [3306, 3306], ranges: ["203.0.113.0/24"] }]);
});

test.each([
  ["REGIONAL", 2, true],
  ["ZONAL", 1, false],
  ["SQL_AVAILABILITY_TYPE_UNSPECIFIED", null, null],
])("%s", (availabilityType, zones, zoneRedundant) => {
  expect(toRedundancy({ settings: { availabilityType } })).toMatchObject({ zones, zoneRedundant });
});

describe("backups", () => {
  const daily = { enabled: true, location: "EU", backupRetentionSettings: { retainedBackups: 7 } };
  const logged = { ...daily, transactionLogRetentionDays: 7 };
  test.each([
    ["off", { enabled: false, pointInTimeRecoveryEnabled: true }, []],
    ["a day apart", daily, [86_400]],
    ["with a log of changes", { ...logged, pointInTimeRecoveryEnabled: true }, [86_400, 0]],
    ["with MySQL's", { ...logged, binaryLogEnabled: true }, [86_400, 0]],
    ["by a plan that is not read", { ...daily, backupTier: "ENHANCED" }, [null]],
  ])("%s", (_, own, intervals) => {
    const { rules } = toBackups(instance(own), null);
    expect(rules.map(({ longestInterval }) => longestInterval)).toEqual(intervals);
  });

  test.each([
    ["backups", { enabled: true }],
    ["its log", { ...daily, pointInTimeRecoveryEnabled: true }],
  ])("how long it keeps %s is told, or nothing is known", (_, own) => {
    expect(() => toBackups(instance(own), null)).toThrow(TypeError);
  });

  test("kept for so many days as one is made a day, where they were set to go", () => {
    expect(toBackups(instance(daily), null).rules[0]?.places).toEqual([
      { region: "eu", vault: null, retention: "P7D" },
    ]);
  });

  test("a replica has those of its primary", () => {
    const replica = instance({ enabled: false }, { masterInstanceName: "p:primary" });
    const primary = { ...instance(daily), name: "primary" };
    expect(toBackups(replica, primary)).toMatchObject({
      rules: [{ longestInterval: 86_400 }],
      partOf: ["//cloudsql.googleapis.com/projects/p/instances/primary"],
    });
    expect(toReplication({ ...primary, replicaNames: ["db"] }, new Map([["db", replica]]))).toEqual(
      {
        destinations: [
          {
            region: "europe-north1",
            subject: "//cloudsql.googleapis.com/projects/p/instances/db",
            status: "unknown",
            whole: true,
            lastSync: null,
          },
        ],
      },
    );
  });

  test("those that exist and succeeded, oldest first, and whether older ones do", () => {
    const runs = [
      run("2026-05-31T03:00:00Z"),
      run("2026-05-30T03:00:00Z"),
      run("2026-05-29T03:00:00Z", { status: "FAILED" }),
      run("2026-04-01T03:00:00Z"),
    ];
    expect(toRecoveryPoints(instance(daily), runs, null, SINCE)).toEqual({
      points: ["2026-05-30T03:00:00.000Z", "2026-05-31T03:00:00.000Z"],
      since: "2026-05-02T12:00:00.000Z",
      olderExists: true,
      retention: "P7D",
    });
    expect(() => toRecoveryPoints(instance(daily), [run("today")], null, SINCE)).toThrow();
  });

  test("a log counts by what can be recovered of it, not by its setting", () => {
    const logged = instance({ ...daily, pointInTimeRecoveryEnabled: true });
    expect(recordsChanges(logged)).toBe(true);
    const recovery = {
      earliestRecoveryTime: "2026-05-25T12:00:00Z",
      latestRecoveryTime: "2026-06-01T11:00:00Z",
    };
    expect(toRecoveryPoints(logged, [], recovery, SINCE).continuous).toEqual({
      from: "2026-05-25T12:00:00.000Z",
      to: "2026-06-01T11:00:00.000Z",
    });
    for (const said of [{}, { latestRecoveryTime: recovery.latestRecoveryTime }]) {
      expect(() => toRecoveryPoints(logged, [], said, SINCE)).toThrow("without its two ends");
    }
  });
});

test.each(["pointInTimeRecoveryEnabled", "binaryLogEnabled"])(
  "whether a log is kept is not known of %s: perhaps",
  (name) => {
    expect(() => recordsChanges(instance({ enabled: true, [name]: "perhaps" }))).toThrow(TypeError);
  },
);

test.each([undefined, "SOMETHING_NEW", { a: 1 }])(
  "a backup in the state %j is malformed",
  (status) => {
    const runs = [run("2026-05-31T00:00:00Z", { status })];
    expect(() => toLocation(instance({ enabled: true }), runs)).toThrow(TypeError);
    expect(() => toRecoveryPoints(instance({ enabled: true }), runs, null, SINCE)).toThrow(
      TypeError,
    );
  },
);

test("a key of Cloud KMS is the customer's", () => {
  expect(toEncryption({}).keyManagement).toBe("provider");
  const own = { diskEncryptionConfiguration: { kmsKeyName: "k" } };
  expect(toEncryption(own).keyManagement).toBe("customer");
  for (const diskEncryptionConfiguration of ["abc", { kmsKeyName: { a: 1 } }]) {
    expect(() => toEncryption({ diskEncryptionConfiguration })).toThrow(TypeError);
  }
});

test.each([
  { settings: {} },
  { settings: { ipConfiguration: "abc" } },
  reached(true, network("everybody")),
  reached(true, network("203.0.113.0/24", "soon")),
])("of %j it is not known who gets in", (raw) => {
  expect(() => toExposure(raw, NOW)).toThrow(TypeError);
});
