import { describe, expect, test } from "vitest";
import { backup, database, idOf } from "#fixtures/estate/scaleway/entries.ts";
import probe from "#probes/scaleway/databases.ts";
import {
  toBackupLocation,
  toBackups,
  toEncryption,
  toExposure,
  toInstanceLocation,
  toRecoveryPoint,
  toRecoveryPoints,
  toRedundancy,
} from "#probes/scaleway/database-facets.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeScaleway } from "./support.ts";

const PRESIGNED =
  "https://s3.nl-ams.scw.cloud/a/b.custom?X-Amz-Credential=canary&X-Amz-Signature=canary-signature";
const NOW = Date.parse("2026-06-01T12:00:00Z");
const daysAgo = (days: number) => new Date(NOW - days * 86_400_000);
const PUBLIC = [{ ip: "51.15.0.1", port: 4837, load_balancer: {} }];
const allow = (ip: string) => ({ ip, action: "allow", direction: "inbound", protocol: "tcp" });

describe("managed databases in Scaleway's API", async () => {
  const scaleway = await fakeScaleway({
    "/rdb/v1/regions/fr-par/instances": [
      database(10, "main"),
      database(11, "open", { endpoints: PUBLIC, encryption: { enabled: false } }),
    ],
    "/rdb/v1/regions/nl-ams/instances": [database(12, "far", { region: "nl-ams" })],
    "/rdb/v1/regions/fr-par/instances/00000000-0000-4000-8000-000000000011/acls": [
      allow("10.0.0.0/8"),
      allow("0.0.0.0/0"),
    ],
    "/rdb/v1/regions/fr-par/backups": [
      backup(20, 10, daysAgo(1)),
      backup(21, 10, daysAgo(2), { same_region: false, download_url: PRESIGNED }),
      backup(22, 10, daysAgo(0), { status: "creating" }),
      backup(23, 11, daysAgo(3), { same_region: false }),
    ],
    "/rdb/v1/regions/fr-par/snapshots": [
      {
        id: idOf(30),
        name: "snap",
        instance_id: idOf(10),
        status: "ready",
        region: "fr-par",
        created_at: daysAgo(4).toISOString(),
      },
    ],
  });

  test("are listed in all regions, page by page", async () => {
    const found = await scaleway.scan({ pageSize: 1 }).gather(probe);
    expect(found.problems).toEqual([]);
    const kinds = found.observations
      .filter(({ facet }) => facet === "inventory")
      .flatMap(({ value }) =>
        "items" in value ? [[value.kinds[0], value.items.length, value.complete]] : [],
      );
    expect(kinds).toEqual([
      ["scaleway/rdb-instance", 3, true],
      ["scaleway/rdb-backup", 4, true],
      ["scaleway/rdb-snapshot", 1, true],
    ]);
  });

  test("recovery points are backups and snapshots that are whole", async () => {
    const found = await scaleway.scan().gather(probe);
    expect(facetOf(found, "main", "recoveryPoints")).toEqual({
      points: [4, 2, 1].map((days) => daysAgo(days).toISOString()),
      since: "1970-01-01T00:00:00.000Z",
      olderExists: false,
      retention: "P7D",
    });
    expect(facetOf(found, "far", "recoveryPoints")?.points).toEqual([]);
  });

  test("a listing of backups that failed anywhere leaves no instance its points", async () => {
    scaleway.api.setFaults({ path: /nl-ams\/backups/, fault: { kind: "status", status: 403 } });
    const found = await scaleway.scan().gather(probe);
    expect(facetOf(found, "main", "recoveryPoints")).toBeUndefined();
    expect(facetOf(found, "main", "encryption")?.enabled).toBe(true);
    const reasons = found.problems.map(({ reason, permission }) => `${reason} ${permission}`);
    expect([...new Set(reasons)]).toEqual(["denied RelationalDatabasesReadOnly"]);
  });

  test("exposure: the list of addresses is asked only before a public endpoint", async () => {
    const before = scaleway.api.calls.length;
    const found = await scaleway.scan().gather(probe, ["exposure"]);
    const asked = scaleway.api.calls.slice(before).filter(({ path }) => path.includes("/acls"));
    expect(asked).toHaveLength(1);
    expect(facetOf(found, "main", "exposure")).toMatchObject({ openNetwork: false });
    expect(facetOf(found, "open", "exposure")).toMatchObject({
      anonymousAccess: false,
      openNetwork: true,
    });
  });

  test("links that are secrets are kept nowhere", async () => {
    const found = await scaleway.scan().gather(probe);
    expect(JSON.stringify(found)).not.toMatch(/canary|X-Amz/);
  });

  test("projects that are not declared are left out", async () => {
    const own = { ...database(40, "ours"), project_id: idOf(1) };
    const other = { ...database(41, "theirs"), project_id: idOf(2) };
    const two = await fakeScaleway(
      { "/rdb/v1/regions/fr-par/instances": [own, other] },
      { projects: [idOf(1)] },
    );
    const found = await two.scan().gather(probe, []);
    expect(facetOf(found, "vendor", "inventory")?.items.map(({ name }) => name)).toEqual(["ours"]);
  });
});

describe("one entry", () => {
  test.each([
    ["in its own region", { same_region: true }, { regions: ["fr-par"] }],
    [
      "elsewhere, by its link",
      { same_region: false, download_url: PRESIGNED },
      { regions: ["nl-ams"] },
    ],
    [
      "elsewhere, and nothing says where",
      { same_region: false },
      { regions: [], possible: ["nl-ams", "pl-waw"] },
    ],
    [
      "elsewhere, with a link to another host",
      { same_region: false, download_url: "https://s3.nl-ams.scw.cloud.evil.example/" },
      { regions: [] },
    ],
    [
      "nothing is said",
      { same_region: undefined },
      { regions: [], possible: ["fr-par", "nl-ams", "pl-waw"] },
    ],
  ])("a backup %s", (_, fields, expected) => {
    expect(toBackupLocation(backup(1, 2, daysAgo(1), fields))).toMatchObject(expected);
  });

  test.each([
    [{ enabled: true }, true],
    [{ enabled: false }, false],
  ])("encryption %j", (encryption, enabled) => {
    const facet = toEncryption(database(1, "one", { encryption }));
    expect(facet).toMatchObject({ enabled, algorithm: null });
  });
  test.each([[{}], [undefined], [{ enabled: "yes" }]])(
    "encryption %j is not told",
    (encryption) => {
      expect(() => toEncryption(database(1, "one", { encryption }))).toThrow("encryption.enabled");
    },
  );

  test("schedules: hours, days, and turned off", () => {
    expect(toBackups(database(1, "one")).rules).toMatchObject([
      { longestInterval: 86_400, places: [{ region: "fr-par", retention: "P7D" }] },
    ]);
    expect(toBackups(database(1, "one", { backup_same_region: false })).rules[0]?.places).toEqual([
      { region: null, vault: null, retention: "P7D" },
    ]);
    const off = { frequency: 24, retention: 7, disabled: true };
    expect(toBackups(database(1, "one", { backup_schedule: off })).rules).toEqual([]);
    for (const broken of [
      {},
      { disabled: false },
      { frequency: 24, retention: 7 },
      { frequency: 0, retention: 7, disabled: false },
    ]) {
      expect(() => toBackups(database(1, "one", { backup_schedule: broken }))).toThrow(
        "backup_schedule",
      );
    }
  });

  test.each([
    ["ready", true],
    ["exporting", true],
    ["creating", false],
    ["error", false],
    ["locked", false],
    ["deleting", false],
  ])("a backup that is %s", (status, usable) => {
    expect(toRecoveryPoint(backup(1, 2, daysAgo(1), { status })).usable).toBe(usable);
  });

  test.each([
    ["every address", [allow("0.0.0.0/0")], true],
    ["every address in two halves", [allow("0.0.0.0/1"), allow("128.0.0.0/1")], true],
    ["an office", [allow("192.0.2.0/24")], false],
    ["nobody", [], null],
    ["every address but some", [allow("0.0.0.0/0"), { ip: "192.0.2.0/24", action: "deny" }], null],
  ])("a public endpoint that lets in %s", (_, rules, openNetwork) => {
    expect(toExposure(database(1, "one", { endpoints: PUBLIC }), rules).openNetwork).toBe(
      openNetwork,
    );
  });
  test.each([[{ ip: "all", action: "allow" }], [{ ip: "0.0.0.0/0", action: "maybe" }], [{}]])(
    "a rule %j is none",
    (rule) => {
      expect(() => toExposure(database(1, "one", { endpoints: PUBLIC }), [rule])).toThrow("rule");
    },
  );
  test("endpoints that are not told are not none", () => {
    expect(() => toExposure(database(1, "one", { endpoints: undefined }), [])).toThrow("endpoints");
  });
  test.each([[{}], [null], [{ ip: "51.15.0.1" }], [{ private_network: null }]])(
    "an endpoint %j is neither private nor public",
    (endpoint) => {
      const raw = database(1, "one", { endpoints: [endpoint] });
      expect(() => toExposure(raw, [allow("0.0.0.0/0")])).toThrow("endpoint");
    },
  );
  test.each([undefined, null, {}])("replicas that are %j are not none", (read_replicas) => {
    const raw = database(1, "one", { read_replicas });
    expect(() => toExposure(raw, [])).toThrow("read_replicas");
    expect(() => toInstanceLocation(raw)).toThrow("read_replicas");
    expect(() => toRedundancy(raw)).toThrow("read_replicas");
  });
  test.each([{ status: "of tomorrow" }, { instance_id: undefined }])(
    "of a backup with %j it is not known whether one can recover from it, and of what",
    (fields) => {
      const points = [backup(1, 2, daysAgo(1), fields)];
      expect(() => toRecoveryPoints(database(2, "one"), points)).toThrow("backup");
    },
  );
  test("a backup in a state of tomorrow costs no other instance its points", () => {
    const points = [backup(1, 2, daysAgo(1), { status: "of tomorrow" }), backup(3, 4, daysAgo(1))];
    expect(toRecoveryPoints(database(4, "other"), points).points).toHaveLength(1);
  });
  test.each(["soon", 7])("a time of deletion that is %j is not never", (expires_at) => {
    expect(toRecoveryPoint(backup(1, 2, daysAgo(1), { expires_at }))).toMatchObject({
      deletedAt: null,
      deletionUnread: expect.any(String),
    });
  });

  test.each([
    ["alone", { is_ha_cluster: false }, false],
    ["a cluster", { is_ha_cluster: true }, null],
    [
      "with a replica in another zone",
      { read_replicas: [{ same_zone: false, region: "fr-par" }] },
      true,
    ],
    [
      "with a replica beside it",
      { is_ha_cluster: false, read_replicas: [{ same_zone: true, region: "fr-par" }] },
      false,
    ],
  ])("redundancy: %s", (_, fields, zoneRedundant) => {
    expect(toRedundancy(database(1, "one", fields))).toMatchObject({
      zoneRedundant,
      geoRedundant: false,
    });
  });
});
