import { describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import mysql from "#probes/azure/mysql.ts";
import postgresql from "#probes/azure/postgresql.ts";
import resources from "#probes/azure/resources.ts";
import dataProtection from "#probes/azure/data-protection.ts";
import recoveryServices from "#probes/azure/recovery-services.ts";
import vaults from "#probes/azure/vaults.ts";
import databases from "#probes/azure/sql-databases.ts";
import instances from "#probes/azure/sql-managed-instances.ts";
import servers from "#probes/azure/sql-servers.ts";
import { derive } from "#derive/derive.ts";
import { estate, evidence, policy } from "../../support/evidence.ts";
import { fakeSubscription, resource } from "./azure.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
// The vaults too: a server may be backed up by one of their policies.
const PROBES = [
  resources,
  servers,
  databases,
  instances,
  postgresql,
  mysql,
  vaults,
  recoveryServices,
  dataProtection,
];

/** Promises of the kind that statements make, and what becomes of each for each resource. */
const PROMISES = {
  aes256: { control: "encryption-at-rest", expect: { algorithms: ["AES-256"] } },
  tls: {
    control: "tls-protocol-versions",
    expect: { allowed: ["TLSv1.2", "TLSv1.3"], required: [] },
  },
  encrypted: { control: "https-only", expect: { hsts: "optional" } },
  redundant: {
    control: "zone-redundancy",
    expect: { minimumZones: 2, geoRedundantCounts: true },
  },
  daily: { control: "backup-frequency", expect: { maxInterval: "P1D" } },
  gaps: {
    control: "recovery-point-age",
    expect: { maxGap: "P1D", tolerance: "PT4H", window: "P30D" },
  },
  replicated: {
    control: "geo-replication",
    expect: { regions: ["francesouth"], minimumDestinations: 1 },
  },
  near: {
    control: "geo-replication",
    expect: { regions: ["francesouth"], maxLag: "PT15M", minimumDestinations: 1 },
  },
  isolated: {
    control: "internet-exposure",
    expect: { managementPorts: "closed", databasePorts: "closed", firewall: "required" },
  },
  resident: { control: "data-residency", expect: { regions: ["francecentral", "francesouth"] } },
};
type Outcomes = Partial<Record<keyof typeof PROMISES, string>>;

const DATABASE = "Microsoft.Sql/servers/databases";
const SERVER = "Microsoft.Sql/servers";
const POSTGRES = "Microsoft.DBforPostgreSQL/flexibleServers";
const MYSQL = "Microsoft.DBforMySQL/flexibleServers";

function serverAt(
  name: string,
  location: string,
  properties: object,
  rules: readonly object[] = [],
) {
  return resource(SERVER, name, {
    location,
    properties: { publicNetworkAccess: "Disabled", minimalTlsVersion: "1.2", ...properties },
    below: {
      firewallRules: rules,
      failoverGroups: [],
      "encryptionProtector/current": { properties: { serverKeyType: "ServiceManaged" } },
      recoverableDatabases: [
        { name: "orders", properties: { lastAvailableBackupDate: "2026-06-01T11:40:00Z" } },
      ],
    },
  });
}

function databaseOn(
  server: string,
  name: string,
  location: string,
  properties: object,
  below: object = {},
) {
  const { id } = resource(SERVER, server);
  return {
    ...resource(DATABASE, name, {
      location,
      properties: {
        zoneRedundant: true,
        currentBackupStorageRedundancy: "Geo",
        defaultSecondaryLocation: location === "francecentral" ? "francesouth" : "francecentral",
        earliestRestoreDate: "2026-05-25T06:00:00Z",
        ...properties,
      },
      below: {
        "transparentDataEncryption/current": { properties: { state: "Enabled" } },
        "backupShortTermRetentionPolicies/default": { properties: { retentionDays: 7 } },
        "backupLongTermRetentionPolicies/default": { properties: {} },
        replicationLinks: [],
        ...below,
      },
    }),
    id: `${id}/databases/${name}`,
    name: `${server}/${name}`,
  };
}

function link(partnerLocation: string, fields: object = {}) {
  const properties = {
    partnerServer: "x",
    partnerLocation,
    role: "Primary",
    replicationState: "CATCH_UP",
    linkType: "GEO",
  };
  return { name: "link", properties: { ...properties, ...fields } };
}

const DAYS = ["25", "26", "27", "28", "29", "30", "31"];
const backups = (days: readonly string[]) =>
  days.map((day) => ({ name: day, properties: { completedTime: `2026-05-${day}T13:00:00Z` } }));
const on = (value: string) => ({ properties: { value, source: "user-override" } });
function flexible(
  kind: string,
  name: string,
  location: string,
  properties: object = {},
  below: object = {},
) {
  return resource(kind, name, {
    location,
    properties: {
      availabilityZone: "1",
      highAvailability: { mode: "ZoneRedundant", state: "Healthy", standbyAvailabilityZone: "2" },
      network: { publicNetworkAccess: "Enabled" },
      backup: { backupRetentionDays: 7, geoRedundantBackup: "Enabled" },
      ...properties,
    },
    below: {
      "configurations/require_secure_transport": on("on"),
      "configurations/ssl_min_protocol_version": on("TLSv1.2"),
      "configurations/tls_version": on("TLSv1.2,TLSv1.3"),
      firewallRules: [
        {
          name: "office",
          properties: { startIpAddress: "93.184.216.0", endIpAddress: "93.184.216.7" },
        },
      ],
      replicas: [],
      backups: backups(DAYS),
      ...below,
    },
  });
}

const OPEN = {
  name: "all",
  properties: { startIpAddress: "0.0.0.0", endIpAddress: "255.255.255.255" },
};
const replica = flexible(
  POSTGRES,
  "shop-replica",
  "francesouth",
  {
    backup: { backupRetentionDays: 7, geoRedundantBackup: "Disabled" },
    highAvailability: { mode: "Disabled" },
    sourceServerResourceId: resource(POSTGRES, "shop").id,
    replica: { role: "AsyncReplica", replicationState: "Active" },
  },
  { backups: [] },
);

const ESTATE = [
  serverAt("good", "francecentral", {}),
  serverAt(
    "loose",
    "francecentral",
    { minimalTlsVersion: "None", publicNetworkAccess: "Enabled" },
    [OPEN],
  ),
  serverAt("half", "francecentral", {
    minimalTlsVersion: undefined,
    publicNetworkAccess: "Enabled",
  }),
  serverAt("second", "francesouth", {}),
  { ...databaseOn("good", "master", "francecentral", {}), kind: "v12.0,system" },
  databaseOn("good", "orders", "francecentral", {}, { replicationLinks: [link("France South")] }),
  databaseOn(
    "loose",
    "orders",
    "francecentral",
    { zoneRedundant: false, currentBackupStorageRedundancy: "Local" },
    { "transparentDataEncryption/current": { properties: { state: "Disabled" } } },
  ),
  databaseOn(
    "half",
    "orders",
    "francecentral",
    { zoneRedundant: undefined },
    { replicationLinks: [link("West Europe")] },
  ),
  databaseOn(
    "second",
    "orders",
    "francesouth",
    { secondaryType: "Geo" },
    {
      replicationLinks: [link("France Central", { role: "Secondary", partnerDatabase: "orders" })],
    },
  ),
  flexible(POSTGRES, "shop", "francecentral", {}, { replicas: [replica] }),
  replica,
  flexible(
    MYSQL,
    "blog",
    "francecentral",
    { highAvailability: { mode: "SameZone", state: "Healthy" } },
    {
      firewallRules: [OPEN],
      "configurations/require_secure_transport": on("OFF"),
      "configurations/tls_version": on("TLSv1,TLSv1.2"),
      backups: backups(["25", "26", "29", "30", "31"]),
    },
  ),
  resource("Microsoft.Sql/managedInstances", "mi", {
    location: "francecentral",
    properties: { minimalTlsVersion: "1.2", publicDataEndpointEnabled: false, zoneRedundant: true },
  }),
];
const FAILOVER =
  "resourceGroups/production/providers/Microsoft.Sql/locations/francecentral/instanceFailoverGroups";

const EXPECTED: Readonly<Record<string, Outcomes>> = {
  good: { tls: "pass", encrypted: "pass", isolated: "pass" },
  loose: { tls: "fail", encrypted: "fail", isolated: "fail" },
  // What an absent minimum means is not known, nor what rules of single databases let in.
  half: { tls: "unknown", encrypted: "unknown", isolated: "unknown" },
  second: { tls: "pass", encrypted: "pass", isolated: "pass" },
  "good/orders": {
    aes256: "pass",
    redundant: "pass",
    daily: "pass",
    gaps: "pass",
    replicated: "pass",
    // Azure tells no lag.
    near: "unknown",
    resident: "pass",
  },
  "loose/orders": {
    aes256: "fail",
    redundant: "fail",
    daily: "pass",
    // ARM tells no last moment of backups that stay in their region.
    gaps: "unknown",
    replicated: "fail",
    near: "fail",
    resident: "pass",
  },
  "half/orders": {
    aes256: "pass",
    redundant: "pass",
    daily: "pass",
    gaps: "pass",
    // A secondary in a region that nobody declared.
    replicated: "fail",
    near: "fail",
    resident: "pass",
  },
  "second/orders": {
    aes256: "pass",
    redundant: "pass",
    daily: "pass",
    gaps: "pass",
    replicated: "not-applicable",
    near: "not-applicable",
    resident: "pass",
  },
  shop: {
    aes256: "pass",
    tls: "pass",
    encrypted: "pass",
    isolated: "pass",
    redundant: "pass",
    daily: "pass",
    gaps: "pass",
    replicated: "pass",
    near: "unknown",
    resident: "pass",
  },
  "shop-replica": {
    aes256: "pass",
    tls: "pass",
    encrypted: "pass",
    isolated: "pass",
    redundant: "pass",
    // Whether replicas are backed up is not documented, and this one shows nothing.
    daily: "unknown",
    gaps: "unknown",
    replicated: "not-applicable",
    near: "not-applicable",
    resident: "pass",
  },
  blog: {
    aes256: "pass",
    tls: "fail",
    encrypted: "fail",
    isolated: "fail",
    redundant: "fail",
    daily: "pass",
    gaps: "fail",
    replicated: "fail",
    near: "fail",
    resident: "pass",
  },
  mi: { tls: "pass", encrypted: "pass", redundant: "pass", replicated: "fail", near: "fail" },
};

type Judged = Record<string, Record<string, string>>;

function judge(observations: readonly Observation[], problems: readonly Problem[]): Judged {
  const kinds = [DATABASE, SERVER, POSTGRES, MYSQL, "Microsoft.Sql/managedInstances"];
  const claims = Object.entries(PROMISES).map(([id, check]) => ({
    id,
    checks: [{ ...check, scope: { kinds } }],
  }));
  const known = estate();
  const report = evaluate({
    policies: [policy(claims)],
    estate: known,
    attestations: [],
    waivers: [],
    evidence: { ...evidence(observations, problems), ...derive({ observations, problems }, known) },
    controls,
    readable: () => true,
    now: NOW,
    tool: { name: "probity", version: "test" },
    full: true,
  });
  const seen: Judged = {};
  for (const { id, checks } of report.claims) {
    for (const { subject, outcome } of checks.flatMap(({ evaluations }) => evaluations)) {
      (seen[subject.name] ??= {})[id] = outcome;
    }
  }
  return seen;
}

describe("databases, judged by what was promised of them", async () => {
  const held = { resources: ESTATE, below: { [FAILOVER]: [] } };
  const look = async (denied: readonly string[]) => {
    const { scan } = await fakeSubscription({ ...held, denied });
    const one = scan();
    const gathered = await Promise.all(PROBES.map((probe) => one.gather(probe)));
    return judge(
      gathered.flatMap(({ observations }) => observations),
      gathered.flatMap(({ problems }) => problems),
    );
  };
  const whole = await look([]);

  test.each(Object.entries(EXPECTED))("%s", (name, outcomes) => {
    expect(whole[name]).toEqual(outcomes);
  });

  test("nothing else is judged: master is no subject", () => {
    expect(Object.keys(whole).filter((name) => !(name in EXPECTED))).toEqual([]);
  });

  const actions = [
    ...new Set(
      PROBES.flatMap(({ provides }) =>
        Object.values(provides).flatMap(({ permissions }) => permissions),
      ),
    ),
  ];
  test.each(actions.filter((action) => /Microsoft\.(?:Sql|DBfor)/.test(action)))(
    "without %s nothing passes that did not, and nothing fails that did not",
    async (action) => {
      const judged = await look([action]);
      for (const [name, outcomes] of Object.entries(judged)) {
        for (const [promise, outcome] of Object.entries(outcomes)) {
          const before = whole[name]?.[promise];
          if (outcome !== before)
            expect([name, promise, outcome]).toEqual([name, promise, "unknown"]);
        }
      }
    },
  );
});
