import { describe, expect, test } from "vitest";
import resources from "#probes/azure/resources.ts";
import {
  isMaster,
  toBackups,
  toEncryption,
  toLocation,
  toRecoveryPoints,
  toRedundancy,
} from "#probes/azure/sql-database-facets.ts";
import databases from "#probes/azure/sql-databases.ts";
import { isElsewhere, toReplication } from "#probes/azure/sql-replication.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.Sql/servers/databases";
const NOW = "2026-06-01T12:00:00.000Z";
const database = (properties: object = {}, fields: object = {}) => ({
  id: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/main/databases/orders",
  name: "orders",
  location: "France Central",
  properties,
  ...fields,
});
const tde = (state: unknown) => ({ properties: { state } });
const protector = (serverKeyType: unknown) => ({ properties: { serverKeyType } });

describe("encryption", () => {
  test.each([
    ["Enabled", protector("ServiceManaged"), true, "provider"],
    ["Enabled", protector("AzureKeyVault"), true, "customer"],
    ["enabled", protector("Somebody"), true, null],
    ["Enabled", null, true, null],
    ["Disabled", protector("ServiceManaged"), false, null],
    ["Encrypting", protector("ServiceManaged"), null, null],
    [undefined, protector("ServiceManaged"), null, null],
  ])("state %j with %j", (state, keys, enabled, keyManagement) => {
    const encryption = toEncryption(database(), tde(state), keys);
    expect(encryption).toMatchObject({ enabled, keyManagement });
    expect(encryption.algorithm).toBe(enabled === true ? "AES-256" : null);
    expect(encryption.algorithmSource).toBe(enabled === true ? "published-design" : null);
    if (keyManagement === null) expect(encryption.caveat).toMatch(/\w/);
  });

  test("a database's own key goes before the server's", () => {
    const own = database({ encryptionProtector: "https://vault.example/keys/orders" });
    expect(toEncryption(own, tde("Enabled"), protector("ServiceManaged"))).toMatchObject({
      keyManagement: "customer",
    });
  });

  test("an answer without properties tells nothing", () => {
    expect(() => toEncryption(database(), {}, null)).toThrow("no properties");
  });
});

describe("where it rests", () => {
  test.each([
    ["Local", {}, ["francecentral"]],
    ["Zone", {}, ["francecentral"]],
    ["Geo", { defaultSecondaryLocation: "France South" }, ["francecentral", "francesouth"]],
    ["GeoZone", { defaultSecondaryLocation: "France South" }, ["francecentral", "francesouth"]],
    // Backups are elsewhere, and nobody says where.
    ["Geo", {}, null],
    ["Everywhere", {}, null],
    ["constructor", {}, null],
    [undefined, {}, null],
  ])("with backups in storage %j", (storage, properties, regions) => {
    if (regions === null)
      expect(() => toLocation(database(properties), storage)).toThrow(TypeError);
    else expect(toLocation(database(properties), storage)).toEqual({ regions, zones: null });
  });
});

describe("redundancy", () => {
  test.each([
    [true, null, true, null],
    [false, null, false, 1],
    [undefined, null, null, null],
    ["true", null, null, null],
    // A pool decides for the databases in it.
    [false, { properties: { zoneRedundant: true } }, true, null],
    [true, { properties: { zoneRedundant: false } }, false, 1],
    [true, undefined, null, null],
  ])("zoneRedundant %j in the pool %j", (own, pool, zoneRedundant, zones) => {
    expect(toRedundancy(database({ zoneRedundant: own }), pool, false)).toMatchObject({
      zoneRedundant,
      zones,
      geoRedundant: false,
    });
  });
});

describe("replication", () => {
  const link = (fields: object = {}) => ({
    properties: {
      partnerServer: "second",
      partnerDatabase: "orders",
      partnerLocation: "France South",
      role: "Primary",
      partnerRole: "Secondary",
      replicationState: "CATCH_UP",
      linkType: "GEO",
      ...fields,
    },
  });
  const SECOND = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/second";
  const group = (databaseIds: readonly string[], location = "France South") => ({
    properties: { databases: databaseIds, partnerServers: [{ id: SECOND, location }] },
  });

  test.each([
    ["CATCH_UP", "active"],
    ["catch_up", "active"],
    ["SEEDING", "degraded"],
    ["PENDING", "degraded"],
    ["SUSPENDED", "degraded"],
    // PostgreSQL's words are not SQL's.
    ["Active", "unknown"],
    ["constructor", "unknown"],
    [undefined, "unknown"],
  ])("in the state %j", (replicationState, status) => {
    expect(toReplication(database(), [link({ replicationState })], [])).toEqual({
      destinations: [{ region: "francesouth", subject: null, status, whole: true, lastSync: null }],
    });
  });

  test("no link is no copy; a named replica reads the same storage and is none either", () => {
    expect(toReplication(database(), [], [])).toEqual({ destinations: [] });
    const named = link({ linkType: "NAMED", partnerLocation: "West Europe" });
    expect(toReplication(database(), [named], [])).toEqual({ destinations: [] });
    expect(isElsewhere(database(), toReplication(database(), [named], []).destinations)).toBe(
      false,
    );
  });

  test("a secondary is a copy, and its primary is no copy that is asked for", () => {
    const secondary = toReplication(database(), [link({ role: "Secondary" })], []);
    expect(secondary.copyOf).toBe("second/orders");
    expect(toReplication(database({ secondaryType: "Geo" }), [], []).copyOf).toMatch(/not named/);
    expect(toReplication(database(), [link()], [])).not.toHaveProperty("copyOf");
    // It is copied on from there.
    const both = toReplication(database(), [link(), link({ role: "NonReadableSecondary" })], []);
    expect(both.copyOf).toBe("second/orders");
  });

  test("a failover group names the other end", () => {
    const { destinations } = toReplication(
      database(),
      [link()],
      [group([database().id.toUpperCase()])],
    );
    expect(destinations).toMatchObject([
      { subject: `${SECOND}/databases/orders`, status: "active" },
    ]);
    const told = link({ partnerDatabaseId: "/subscriptions/x/db" });
    expect(toReplication(database(), [told], []).destinations[0]?.subject).toBe(
      "/subscriptions/x/db",
    );
  });

  test("a group that no link bears out is no copy that is known to run", () => {
    expect(toReplication(database(), [], [group([database().id])]).destinations).toMatchObject([
      { region: "francesouth", subject: `${SECOND}/databases/orders`, status: "unknown" },
    ]);
    expect(toReplication(database(), [], [group(["/subscriptions/other"])])).toEqual({
      destinations: [],
    });
  });

  test.each([
    ["France South", "CATCH_UP", true],
    ["France Central", "CATCH_UP", false],
    // The first copy is not made, or nothing follows any more.
    ["France South", "SEEDING", false],
    ["France South", "SUSPENDED", false],
    ["France South", "Perhaps", null],
    [undefined, "CATCH_UP", null],
  ])("a copy in %j that is %s is elsewhere: %j", (partnerLocation, replicationState, elsewhere) => {
    const links = [link({ partnerLocation, replicationState })];
    const { destinations } = toReplication(database(), links, []);
    expect(isElsewhere(database(), destinations)).toBe(elsewhere);
  });

  test("a link without properties tells nothing", () => {
    expect(() => toReplication(database(), [{}], [])).toThrow("no properties");
  });
});

describe("backups", () => {
  const short = { properties: { retentionDays: 7, diffBackupIntervalInHours: 12 } };
  const none = {
    properties: {
      weeklyRetention: "PT0S",
      monthlyRetention: "PT0S",
      yearlyRetention: "PT0S",
      weekOfYear: 0,
    },
  };
  const place = (retention: string, region = "francecentral") => ({
    region,
    vault: null,
    retention,
  });

  test("log backups go on all the time", () => {
    expect(toBackups(database(), "Local", short, none)).toEqual({
      rules: [
        {
          name: "point-in-time restore, differential every 12 h",
          longestInterval: 0,
          window: 600,
          places: [place("P7D")],
        },
      ],
      partOf: [],
    });
  });

  test("those that are kept long are rules of their own, and all are copied where storage is geo-redundant", () => {
    const raw = database({ defaultSecondaryLocation: "francesouth" });
    const long = {
      properties: { weeklyRetention: "P1M", monthlyRetention: "P1Y", yearlyRetention: "P5Y" },
    };
    const { rules } = toBackups(raw, "Geo", short, long);
    expect(rules.map(({ name, longestInterval }) => [name, longestInterval])).toEqual([
      ["point-in-time restore, differential every 12 h", 0],
      ["long-term retention, weekly", 604_800],
      ["long-term retention, monthly", 3_024_000],
      ["long-term retention, yearly", 32_054_400],
    ]);
    expect(rules[1]?.places).toEqual([place("P1M"), place("P1M", "francesouth")]);
  });

  test.each([
    [{ properties: { retentionDays: 0 } }, none],
    [{ properties: { retentionDays: "7" } }, none],
    [{ properties: {} }, none],
    [{}, none],
    [short, { properties: { weeklyRetention: "a month" } }],
    [short, { properties: { weeklyRetention: 30 } }],
    [short, {}],
  ])("are not known by %j and %j", (policy, long) => {
    expect(() => toBackups(database(), "Local", policy, long)).toThrow();
  });

  const last = (lastAvailableBackupDate: unknown) => ({ properties: { lastAvailableBackupDate } });
  const FROM = "2026-05-25T08:00:00.000Z";
  const TO = "2026-06-01T11:00:00.000Z";
  const raw = database({ earliestRestoreDate: FROM });

  test("every moment to the last backup that is told can be restored", () => {
    expect(toRecoveryPoints(raw, short, last("2026-06-01T11:00:00Z"), NOW)).toEqual({
      points: [],
      since: FROM,
      olderExists: null,
      retention: "P7D",
      continuous: { from: FROM, to: TO },
    });
    const instance = database({ earliestRestorePoint: FROM });
    expect(toRecoveryPoints(instance, short, last(TO), NOW).continuous?.from).toBe(FROM);
  });

  test.each([
    // ARM tells no last moment of backups that stay in their region.
    [raw, null],
    [raw, last(undefined)],
    [raw, last("0001-01-01T00:00:00Z")],
    [raw, last("2026-05-01T00:00:00Z")],
    [database(), last(TO)],
  ])("without both ends nothing is told, neither that there is a gap", (of, until) => {
    expect(toRecoveryPoints(of, short, until, NOW)).toEqual({
      points: [],
      since: NOW,
      olderExists: null,
      retention: "P7D",
    });
  });
});

describe("master", () => {
  test.each([
    ["/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/master", true],
    ["/subscriptions/s/resourcegroups/g/providers/microsoft.sql/servers/a/databases/MASTER", true],
    [
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/a/databases/masters",
      false,
    ],
    ["/subscriptions/s/resourceGroups/g/providers/Microsoft.Sql/servers/master/databases/a", false],
    ["/subscriptions/s/resourceGroups/g/providers/Microsoft.X/servers/a/databases/master", false],
  ])("%s: %j", (id, expected) => {
    expect(isMaster(id)).toBe(expected);
  });
});

describe("from the wire", async () => {
  const settings = {
    "transparentDataEncryption/current": tde("Enabled"),
    "backupShortTermRetentionPolicies/default": { properties: { retentionDays: 7 } },
    "backupLongTermRetentionPolicies/default": { properties: {} },
  };
  const properties = {
    zoneRedundant: false,
    earliestRestoreDate: "2026-05-25T08:00:00Z",
    currentBackupStorageRedundancy: "Geo",
    defaultSecondaryLocation: "francesouth",
  };
  const last = (name: string) => ({
    name,
    properties: { lastAvailableBackupDate: "2026-06-01T11:00:00Z" },
  });
  const under = (kind: string, parent: string, name: string, fields: object) => {
    const at = resource(kind.replace(/\/databases$|\/elasticPools$/, ""), parent);
    const type = kind.split("/").at(-1);
    return {
      ...resource(kind, name, fields),
      id: `${at.id}/${type}/${name}`,
      name: `${parent}/${name}`,
    };
  };
  const pool = under("Microsoft.Sql/servers/elasticPools", "main", "pool", {
    properties: { zoneRedundant: true },
  });
  const estate = {
    resources: [
      resource("Microsoft.Sql/servers", "main", {
        properties: {},
        below: {
          "encryptionProtector/current": protector("AzureKeyVault"),
          failoverGroups: [],
          recoverableDatabases: [last("orders")],
        },
      }),
      under(KIND, "main", "master", { properties: {} }),
      under(KIND, "main", "orders", {
        location: "francecentral",
        properties,
        below: { ...settings, replicationLinks: [] },
      }),
      pool,
      under(KIND, "main", "pooled", {
        location: "francecentral",
        properties: {
          ...properties,
          elasticPoolId: pool.id.toUpperCase(),
          currentBackupStorageRedundancy: "Local",
        },
        below: { ...settings, replicationLinks: [] },
      }),
      resource("Microsoft.Sql/managedInstances", "mi", {
        properties: { currentBackupStorageRedundancy: "Geo" },
        below: {
          "encryptionProtector/current": protector("ServiceManaged"),
          recoverableDatabases: [last("ledger")],
        },
      }),
      under("Microsoft.Sql/managedInstances/databases", "mi", "ledger", {
        location: "francecentral",
        properties: {
          defaultSecondaryLocation: "francesouth",
          earliestRestorePoint: "2026-05-25T08:00:00Z",
        },
        below: settings,
      }),
    ],
  };
  const { azure, scan } = await fakeSubscription(estate);

  test("databases of both kinds tell all that their kinds have, and master is no subject", async () => {
    const found = await scan().gather(databases);
    expect(found.problems).toEqual([]);
    const seen = Object.groupBy(found.observations, ({ subject }) => subject.name);
    expect(
      Object.fromEntries(Object.entries(seen).map(([name, all]) => [name, all?.length])),
    ).toEqual({
      "main/orders": 6,
      "main/pooled": 6,
      "mi/ledger": 4,
    });
    expect(facetOf(found, "main/orders", "encryption")).toMatchObject({
      keyManagement: "customer",
    });
    expect(facetOf(found, "main/orders", "redundancy")).toMatchObject({
      zoneRedundant: false,
      geoRedundant: false,
    });
    expect(facetOf(found, "main/pooled", "redundancy")).toMatchObject({ zoneRedundant: true });
    expect(facetOf(found, "main/pooled", "location")).toMatchObject({ regions: ["francecentral"] });
    expect(facetOf(found, "mi/ledger", "location")).toMatchObject({
      regions: ["francecentral", "francesouth"],
    });
    expect(facetOf(found, "mi/ledger", "encryption")).toMatchObject({ keyManagement: "provider" });
    for (const name of ["main/orders", "mi/ledger"]) {
      expect(facetOf(found, name, "recoveryPoints")?.continuous?.to).toBe(
        "2026-06-01T11:00:00.000Z",
      );
    }
    expect(facetOf(found, "main/pooled", "recoveryPoints")).toMatchObject({ olderExists: null });
    expect(azure.calls.some(({ path }) => /databases\/master/.test(path))).toBe(false);
    // Once for the server, not for each of its databases.
    expect(
      azure.calls.filter(({ path }) => /servers\/main\/encryptionProtector/.test(path)),
    ).toHaveLength(1);
  });

  test("master is not in the inventory either, which stays complete", async () => {
    const { observations } = await scan().gather(resources);
    const [inventory] = observations.flatMap(({ facet, value }) =>
      facet === "inventory" ? [value] : [],
    );
    expect(inventory).toMatchObject({ complete: true });
    expect(inventory?.items.map(({ name }) => name)).not.toContain("main/master");
    expect(inventory?.items).toHaveLength(6);
  });

  test.each([
    ["servers/databases/transparentDataEncryption", ["encryption"], []],
    // Which keys is not known then; that it is encrypted is.
    ["servers/encryptionProtector", ["encryption"], ["encryption"]],
    ["servers/databases/replicationLinks", ["redundancy", "replication"], ["redundancy"]],
    ["servers/failoverGroups", ["replication"], ["replication"]],
    ["servers/databases/backupShortTermRetentionPolicies", ["backups", "recoveryPoints"], []],
    ["servers/databases/backupLongTermRetentionPolicies", ["backups"], []],
    ["servers/recoverableDatabases", ["recoveryPoints"], []],
  ])("denied %s costs what needs it, and no more", async (type, facets, still) => {
    const permission = `Microsoft.Sql/${type}/read`;
    const denied = await fakeSubscription({ ...estate, denied: [permission] });
    const found = await denied.scan().gather(databases);
    const lost = found.problems.filter(({ subject }) => subject?.name === "main/orders");
    expect(lost.map((problem) => `${problem.facets.join()} ${problem.permission}`).sort()).toEqual(
      facets.map((facet) => `${facet} ${permission}`).sort(),
    );
    expect(found.problems.some(({ subject }) => subject?.name === "mi/ledger")).toBe(false);
    const all = [
      "location",
      "encryption",
      "redundancy",
      "replication",
      "backups",
      "recoveryPoints",
    ] as const;
    for (const facet of all) {
      const gone = facets.includes(facet) && !(still as readonly string[]).includes(facet);
      expect(facetOf(found, "main/orders", facet) === undefined, facet).toBe(gone);
    }
  });

  test.each([
    ["Microsoft.Sql/servers/elasticPools/read", "main/pooled", "redundancy"],
    ["Microsoft.Sql/managedInstances/read", "mi/ledger", "location"],
  ] as const)("denied %s is named for %s", async (permission, name, facet) => {
    const denied = await fakeSubscription({ ...estate, denied: [permission] });
    const found = await denied.scan().gather(databases, [facet]);
    expect(found.problems).toMatchObject([{ subject: { name }, facets: [facet], permission }]);
  });

  test("the state of encryption that comes broken is no state", async () => {
    azure.setFaults({ path: /transparentDataEncryption/, fault: { kind: "body", body: "[]" } });
    const found = await scan().gather(databases, ["encryption"]);
    expect(found.observations).toEqual([]);
    expect(found.problems).toHaveLength(3);
    expect(found.problems[0]).toMatchObject({ reason: "malformed", permission: null });
  });

  test("a secondary that shows no backup of its own is none that lacks backups", async () => {
    const { earliestRestoreDate: _none, ...rest } = properties;
    const second = await fakeSubscription({
      resources: [
        under(KIND, "second", "orders", {
          properties: { ...rest, secondaryType: "Geo" },
          below: { ...settings, replicationLinks: [] },
        }),
      ],
    });
    const found = await second.scan().gather(databases, ["backups"]);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ facets: ["backups"], reason: "unsupported" }]);
  });
});
