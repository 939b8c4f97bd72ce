import { describe, expect, test } from "vitest";
import { azurePairOf } from "#facts/azure-region-pairs.ts";
import {
  isBareReplica,
  toBackups,
  toDoor,
  toEncryption,
  toLocation,
  toRecoveryPoints,
  toRedundancy,
  toReplication,
} from "#probes/azure/flexible-facets.ts";
import { toTransport } from "#probes/azure/flexible-transport.ts";
import mysql from "#probes/azure/mysql.ts";
import postgresql from "#probes/azure/postgresql.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const POSTGRES = "Microsoft.DBforPostgreSQL/flexibleServers";
const MYSQL = "Microsoft.DBforMySQL/flexibleServers";
const BACKUP = { backupRetentionDays: 7, geoRedundantBackup: "Disabled" };
const server = (properties: object, location = "francecentral") => ({ location, properties });
const parameter = (value: unknown, fields: object = {}) => ({
  properties: { value, source: "user-override", ...fields },
});

describe("transport", () => {
  const NAMES = { secure: "require_secure_transport", lowest: "tls_version" };
  const raw = server({ fullyQualifiedDomainName: "a.mysql.database.azure.com" });

  test.each([
    ["ON", "TLSv1.2,TLSv1.3", true, ["TLSv1.2", "TLSv1.3"]],
    ["on", "TLSv1.2", true, ["TLSv1.2"]],
    ["OFF", "TLSv1,TLSv1.1,TLSv1.2", false, ["TLSv1.0", "TLSv1.1", "TLSv1.2"]],
    ["OFF", "TLSv1.0, TLSv1.2", false, ["TLSv1.0", "TLSv1.2"]],
    // One name that is none leaves all of it open.
    ["ON", "TLSv1.2,SSLv3", true, null],
    ["ON", "TLSv1.3,TLSv1.2", true, ["TLSv1.2", "TLSv1.3"]],
    ["maybe", "TLSv9", null, null],
    [undefined, undefined, null, null],
    ["", "", null, null],
  ])("require_secure_transport %j, tls_version %j", (secure, list, secureOnly, versions) => {
    const transport = toTransport(raw, parameter(secure), parameter(list), NAMES);
    expect(transport).toMatchObject({
      secureOnly,
      minimumTls: versions?.[0] ?? null,
      minimumTlsIsDefault: false,
      hostNames: ["a.mysql.database.azure.com"],
    });
    expect(transport.versions ?? null).toEqual(versions);
  });

  test("PostgreSQL names the lowest version, and says where nobody set it", () => {
    const names = { ...NAMES, lowest: "ssl_min_protocol_version" };
    const byDefault = parameter("TLSv1.2", { source: "system-default" });
    expect(toTransport(raw, parameter("on"), byDefault, names)).toMatchObject({
      minimumTls: "TLSv1.2",
      minimumTlsIsDefault: true,
      detail:
        "require_secure_transport on (user-override); ssl_min_protocol_version TLSv1.2 (system-default)",
    });
    expect(toTransport(raw, parameter("on"), byDefault, names)).not.toHaveProperty("versions");
  });

  test.each([true, "True"])("a value that waits for a restart is not in force: %j", (waits) => {
    const pending = parameter("ON", { isConfigPendingRestart: waits });
    expect(toTransport(raw, pending, null, NAMES)).toMatchObject({
      secureOnly: null,
      minimumTls: null,
    });
    const settled = parameter("ON", { isConfigPendingRestart: "False" });
    expect(toTransport(raw, settled, null, NAMES)).toMatchObject({ secureOnly: true });
  });

  test("a parameter without properties tells nothing", () => {
    expect(() => toTransport(raw, {}, null, NAMES)).toThrow("no properties");
  });
});

describe("what a server tells of itself", () => {
  test.each([
    [{ dataEncryption: { type: "SystemManaged" } }, "provider"],
    [{ dataEncryption: { type: "AzureKeyVault" } }, "customer"],
    [{ dataEncryption: { type: "Enclave" } }, null],
    [{}, null],
  ])("encryption with %j", (properties, keyManagement) => {
    expect(toEncryption(server(properties), "https://design.example")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "published-design",
      algorithmReference: "https://design.example",
      keyManagement,
    });
    expect(() => toEncryption({}, "")).toThrow("no properties");
  });

  test.each([
    ["Disabled", "francecentral", ["francecentral"]],
    ["Enabled", "France Central", ["francecentral", "francesouth"]],
    // A region without a pair that is published.
    ["Enabled", "italynorth", null],
    [undefined, "francecentral", null],
    ["Perhaps", "francecentral", null],
  ])("geoRedundantBackup %j in %s", (geoRedundantBackup, location, regions) => {
    const raw = server({ backup: { geoRedundantBackup } }, location);
    if (regions === null) expect(() => toLocation(raw)).toThrow(TypeError);
    else expect(toLocation(raw)).toEqual({ regions, zones: null });
  });

  test("pairs that go one way only", () => {
    expect(azurePairOf("BrazilSouth")).toBe("southcentralus");
    expect(azurePairOf("southcentralus")).toBe("northcentralus");
    expect(azurePairOf("nowhere")).toBeNull();
  });

  const TWO = { mode: "ZoneRedundant", standbyAvailabilityZone: "2" };
  test.each([
    [{ ...TWO, state: "Healthy" }, 2, true],
    [TWO, 2, true],
    // A standby that is not there yet, or not any more.
    [{ ...TWO, state: "CreatingStandby" }, null, null],
    [{ ...TWO, state: "FailingOver" }, null, null],
    [{ mode: "ZoneRedundant", state: "Healthy" }, null, true],
    [{ mode: "SameZone", state: "Healthy", standbyAvailabilityZone: "1" }, 1, false],
    [{ mode: "Disabled", state: "NotEnabled" }, 1, false],
    [{ mode: "Everywhere" }, null, null],
    [undefined, null, null],
  ])("redundancy with %j", (highAvailability, zones, zoneRedundant) => {
    const raw = server({ availabilityZone: "1", highAvailability });
    expect(toRedundancy(raw, false)).toMatchObject({ zones, zoneRedundant, geoRedundant: false });
  });

  test.each([
    [{ network: { publicNetworkAccess: "Enabled" } }, "Enabled", null],
    [
      { network: { publicNetworkAccess: "Disabled", delegatedSubnetResourceId: "/s/x" } },
      "Disabled",
      "/s/x",
    ],
    [{}, undefined, null],
  ])("the door of %j", (properties, access, subnet) => {
    expect(toDoor(server(properties), 5432)).toEqual({ access, subnet, port: 5432, unseen: null });
  });
});

describe("replicas", () => {
  const replica = (replicationState: unknown, fields: object = {}) => ({
    id: "/subscriptions/s/replica",
    location: "France South",
    properties: { replica: { role: "AsyncReplica", replicationState }, ...fields },
  });

  test.each([
    ["Active", "active"],
    // Not SQL's CATCH_UP: it is behind.
    ["Catchup", "unknown"],
    ["Provisioning", "degraded"],
    ["Broken", "degraded"],
    ["Reconfiguring", "unknown"],
    ["CATCH_UP", "unknown"],
    ["constructor", "unknown"],
    [undefined, "unknown"],
  ])("in the state %j", (state, status) => {
    expect(toReplication(server({}), [replica(state)])).toEqual({
      destinations: [
        {
          region: "francesouth",
          subject: "/subscriptions/s/replica",
          status,
          whole: true,
          lastSync: null,
        },
      ],
    });
  });

  test("a replica that was stopped copies nothing", () => {
    expect(toReplication(server({}), [replica("Active", { state: "Stopped" })])).toMatchObject({
      destinations: [{ status: "degraded" }],
    });
  });

  test.each([
    [{ replicationRole: "Replica", sourceServerResourceId: "/s/main" }, "/s/main"],
    [{ replica: { role: "GeoAsyncReplica" } }, "a server that is not named"],
    [{ replicationRole: "AsyncReplica" }, "a server that is not named"],
    [{ replicationRole: "None" }, undefined],
    [{ replicationRole: "Source" }, undefined],
    [{ replica: { role: "Primary" } }, undefined],
    [{}, undefined],
  ])("the role of %j", (properties, copyOf) => {
    expect(toReplication(server(properties), []).copyOf).toBe(copyOf);
  });
});

describe("backups", () => {
  test("are continuous, and are copied to the paired region where they are geo-redundant", () => {
    const place = (region: string) => ({ region, vault: null, retention: "P7D" });
    expect(toBackups(server({ backup: BACKUP })).rules).toEqual([
      {
        name: "automated backups",
        longestInterval: 0,
        window: 300,
        places: [place("francecentral")],
      },
    ]);
    const geo = server({ backup: { ...BACKUP, geoRedundantBackup: "Enabled" } });
    expect(toBackups(geo).rules[0]?.places).toEqual([place("francecentral"), place("francesouth")]);
  });

  test.each([
    [{}],
    [{ backup: {} }],
    [{ backup: { ...BACKUP, backupRetentionDays: 0 } }],
    [{ backup: { ...BACKUP, backupRetentionDays: "7" } }],
    [{ backup: { backupRetentionDays: 7 } }],
  ])("are not known of %j", (properties) => {
    expect(() => toBackups(server(properties))).toThrow(TypeError);
  });

  test.each([
    [BACKUP, "AsyncReplica", true],
    [{ ...BACKUP, earliestRestoreDate: "2026-05-25T00:28:17.7279547+00:00" }, "Replica", false],
    [BACKUP, "None", false],
  ])("whether %j of a server with the role %s says too little", (backup, replicationRole, bare) => {
    expect(isBareReplica(server({ backup, replicationRole }))).toBe(bare);
  });

  const NOW = "2026-06-01T12:00:00.000Z";
  const point = (completedTime: unknown) => ({ properties: { completedTime } });
  const raw = server({ backup: BACKUP });

  test("their moments, oldest first; one that runs is none yet", () => {
    const listed = [
      point("2026-05-31T16:05:23.92+00:00"),
      point(null),
      point("2026-05-30T18:05:19.9+02:00"),
    ];
    expect(toRecoveryPoints(raw, listed, NOW)).toEqual({
      points: ["2026-05-30T16:05:19.900Z", "2026-05-31T16:05:23.920Z"],
      since: "1970-01-01T00:00:00.000Z",
      olderExists: false,
      retention: "P7D",
    });
  });

  test.each([["yesterday"], ["0001-01-01T00:00:00Z"], [1]])("a time %j is none", (time) => {
    expect(() => toRecoveryPoints(raw, [point(time)], NOW)).toThrow(TypeError);
  });

  test("that none is listed says something of a server, and nothing of a replica", () => {
    expect(toRecoveryPoints(raw, [], NOW)).toMatchObject({ points: [], olderExists: false });
    const replica = server({ backup: BACKUP, replicationRole: "Replica" });
    expect(toRecoveryPoints(replica, [], NOW)).toMatchObject({ since: NOW, olderExists: null });
  });
});

describe("from the wire", async () => {
  const network = { publicNetworkAccess: "Enabled" };
  const properties = { network, backup: BACKUP, highAvailability: { mode: "Disabled" } };
  const parameters = {
    "configurations/require_secure_transport": parameter("on"),
    "configurations/ssl_min_protocol_version": parameter("TLSv1.2"),
    "configurations/tls_version": parameter("TLSv1.2,TLSv1.3"),
  };
  const below = {
    ...parameters,
    firewallRules: [],
    replicas: [],
    backups: [{ properties: { completedTime: "2026-06-01T00:00:00Z" } }],
  };
  const replica = resource(POSTGRES, "far", {
    location: "francesouth",
    properties: {
      ...properties,
      replicationRole: "AsyncReplica",
      sourceServerResourceId: resource(POSTGRES, "shop").id,
      replica: { role: "AsyncReplica", replicationState: "Active" },
    },
    below,
  });
  const estate = {
    resources: [
      resource(POSTGRES, "shop", {
        location: "francecentral",
        properties,
        below: { ...below, replicas: [replica] },
      }),
      replica,
      resource(MYSQL, "blog", { properties, below }),
    ],
  };
  const { azure, scan } = await fakeSubscription(estate);

  test("PostgreSQL and MySQL, each with its own parameter", async () => {
    const found = await scan().gather(postgresql);
    // Whether a replica is backed up itself is not documented.
    expect(found.problems).toMatchObject([
      { subject: { name: "far" }, facets: ["backups"], reason: "unsupported", permission: null },
    ]);
    expect(new Set(found.observations.map(({ facet }) => facet)).size).toBe(9);
    expect(facetOf(found, "shop", "transport")).toMatchObject({ minimumTls: "TLSv1.2" });
    expect(facetOf(found, "shop", "ingress")).toMatchObject({
      detail: expect.stringContaining("5432"),
    });
    const other = await scan().gather(mysql);
    expect(other.problems).toEqual([]);
    expect(facetOf(other, "blog", "transport")).toMatchObject({ versions: ["TLSv1.2", "TLSv1.3"] });
    expect(facetOf(other, "blog", "ingress")).toMatchObject({
      detail: expect.stringContaining("3306"),
    });
  });

  test("a replica elsewhere is a copy for both, and what it is a copy of is told", async () => {
    const found = await scan().gather(postgresql, ["redundancy", "replication"]);
    expect(facetOf(found, "shop", "redundancy")).toMatchObject({ geoRedundant: true });
    expect(facetOf(found, "far", "redundancy")).toMatchObject({ geoRedundant: true });
    expect(facetOf(found, "shop", "replication")).toMatchObject({
      destinations: [{ region: "francesouth", subject: replica.id, status: "active" }],
    });
    expect(facetOf(found, "far", "replication")?.copyOf).toMatch(/\/shop$/);
  });

  test("a replica that does not run is no copy elsewhere", async () => {
    const broken = { ...replica, properties: { replica: { replicationState: "Broken" } } };
    const shop = resource(POSTGRES, "shop", {
      location: "francecentral",
      properties,
      below: { ...below, replicas: [broken] },
    });
    const found = await (
      await fakeSubscription({ resources: [shop] })
    )
      .scan()
      .gather(postgresql, ["redundancy"]);
    expect(facetOf(found, "shop", "redundancy")).toMatchObject({ geoRedundant: false });
  });

  test.each([
    ["configurations", ["transport"]],
    ["firewallRules", ["exposure", "ingress"]],
    ["replicas", ["redundancy", "replication"]],
    ["backups", ["recoveryPoints"]],
  ])("denied %s costs what needs it, and no more", async (type, facets) => {
    const permission = `${POSTGRES}/${type}/read`;
    const denied = await fakeSubscription({ ...estate, denied: [permission] });
    const found = await denied.scan().gather(postgresql);
    const ofShop = found.problems.filter(({ subject }) => subject?.name === "shop");
    expect(
      ofShop.map((problem) => `${problem.facets.join()} ${problem.permission}`).sort(),
    ).toEqual(facets.map((facet) => `${facet} ${permission}`).sort());
    // Zones are known without the replicas; a copy elsewhere is not.
    expect(facetOf(found, "shop", "redundancy")?.geoRedundant).toBe(
      type === "replicas" ? null : true,
    );
    for (const facet of [
      "transport",
      "exposure",
      "ingress",
      "replication",
      "recoveryPoints",
    ] as const) {
      expect(facetOf(found, "shop", facet) === undefined).toBe(facets.includes(facet));
    }
  });

  test("one parameter that does not come leaves the other", async () => {
    azure.setFaults({ path: /ssl_min_protocol_version/, fault: { kind: "denied" } });
    const found = await scan().gather(postgresql, ["transport"]);
    expect(facetOf(found, "shop", "transport")).toMatchObject({
      secureOnly: true,
      minimumTls: null,
    });
    expect(found.problems.map(({ subject }) => subject?.name ?? "").sort()).toEqual([
      "far",
      "shop",
    ]);
  });
});
