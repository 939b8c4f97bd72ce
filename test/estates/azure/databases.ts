import {
  backupsAt,
  copiedTo,
  flexible,
  managedInstance,
  MYSQL,
  parameter,
  POSTGRESQL,
  rule,
  sqlDatabase,
  sqlServer,
} from "#fixtures/estate/azure/kept/databases.ts";
import { daysAgo, idIn, type Place } from "#fixtures/estate/azure/kept/place.ts";
import { many, passes, seeded, type AzureSeed } from "./seed.ts";

const SERVER = passes("public-access", "https-only", "tls-protocol-versions", "internet-exposure");
const DATABASE = passes(
  "data-residency",
  "encryption-at-rest",
  "zone-redundancy",
  "geo-copies",
  "backup-frequency",
  "backup-retention",
);
const FLEXIBLE = { ...SERVER, ...DATABASE, ...passes("recovery-point-age") };

const EVERYONE = rule("all", "0.0.0.0", "255.255.255.255");

/** SQL servers with their databases, instances, and flexible servers. */
export function databases(place: Place): readonly AzureSeed[] {
  return [...sql(place), ...servers(place)];
}

function sql(place: Place): readonly AzureSeed[] {
  const names = [
    ...many(10, (name) => name, "db"),
    ..."clear,near,abroad,brief,seeding,pooled".split(","),
  ];
  const shut = "transparentDataEncryption/current";
  return [
    seeded(sqlServer(place, "sql-main", names), SERVER),
    {
      ...seeded(sqlDatabase(place, "sql-main/master", { kind: "v12.0,system" }), {}),
      trap: "the database that every server has of its own",
    },
    ...many(10, (name) => seeded(sqlDatabase(place, `sql-main/${name}`), DATABASE), "db"),
    seeded(
      sqlDatabase(place, "sql-main/clear", {
        below: { [shut]: { properties: { state: "Disabled" } } },
      }),
      { ...DATABASE, "encryption-at-rest": "fail" },
      { violates: "a database without encryption" },
    ),
    seeded(
      sqlDatabase(place, "sql-main/near", {
        properties: { zoneRedundant: false, currentBackupStorageRedundancy: "Local" },
        below: { replicationLinks: [] },
      }),
      { ...DATABASE, "zone-redundancy": "fail", "geo-copies": "fail" },
      { violates: "a database in one place" },
    ),
    seeded(
      sqlDatabase(place, "sql-main/abroad", { below: { replicationLinks: [copiedTo("West US")] } }),
      { ...DATABASE, "geo-copies": "fail" },
      { violates: "a secondary in a region that nobody declared" },
    ),
    seeded(
      sqlDatabase(place, "sql-main/seeding", {
        below: { replicationLinks: [copiedTo("francesouth", { replicationState: "SEEDING" })] },
      }),
      { ...DATABASE, "geo-copies": "fail" },
      { violates: "a secondary that is still being made" },
    ),
    seeded(
      sqlDatabase(place, "sql-main/brief", {
        below: {
          "backupShortTermRetentionPolicies/default": { properties: { retentionDays: 7 } },
        },
      }),
      { ...DATABASE, "backup-retention": "fail" },
      { violates: "backups that go too early" },
    ),
    seeded(
      sqlServer(place, "sql-loose", [], {
        properties: { minimalTlsVersion: "None", publicNetworkAccess: "Enabled" },
        below: { firewallRules: [EVERYONE] },
      }),
      {
        "public-access": "fail",
        "https-only": "fail",
        "tls-protocol-versions": "fail",
        "internet-exposure": "fail",
      },
      { violates: "a server of databases that lets everyone in, in clear text" },
    ),
    seeded(
      sqlServer(place, "sql-azure", [], {
        properties: { publicNetworkAccess: "Enabled" },
        below: { firewallRules: [rule("AllowAllWindowsAzureIps", "0.0.0.0", "0.0.0.0")] },
      }),
      { ...SERVER, "public-access": "unknown", "internet-exposure": "unknown" },
      { trap: "a rule of 0.0.0.0, which is no address" },
    ),
    seeded(
      sqlServer(place, "sql-unset", [], { properties: { minimalTlsVersion: undefined } }),
      { ...SERVER, "https-only": "unknown", "tls-protocol-versions": "unknown" },
      { trap: "a minimum that nobody stated" },
    ),
    seeded(
      managedInstance(place, "instance", [], { properties: { zoneRedundant: true } }),
      passes(
        "https-only",
        "tls-protocol-versions",
        "public-access",
        "zone-redundancy",
        "geo-copies",
      ),
    ),
    seeded(
      managedInstance(place, "instance-lone", [], { properties: { zoneRedundant: false } }),
      { "zone-redundancy": "fail", "geo-copies": "fail" },
      { violates: "an instance in one zone, without a copy" },
    ),
  ];
}

function servers(place: Place): readonly AzureSeed[] {
  const postgresql = (name: string, change = {}) => flexible(place, POSTGRESQL, name, change);
  const mysql = (name: string, change = {}) => flexible(place, MYSQL, name, change);
  const broken = daysAgo(place, 31).filter((_, day) => day !== 3 && day !== 4);
  return [
    ...many(5, (name) => seeded(postgresql(name), FLEXIBLE), "pg-good"),
    ...many(4, (name) => seeded(mysql(name), FLEXIBLE), "my-good"),
    seeded(
      mysql("my-clear", {
        below: { "configurations/require_secure_transport": parameter("OFF") },
      }),
      { ...FLEXIBLE, "https-only": "fail" },
      { violates: "a database server that takes clear text" },
    ),
    seeded(
      mysql("my-old", { below: { "configurations/tls_version": parameter("TLSv1,TLSv1.2") } }),
      { ...FLEXIBLE, "tls-protocol-versions": "fail" },
      { violates: "a database server that accepts TLS 1.0" },
    ),
    seeded(
      mysql("my-open", { below: { firewallRules: [EVERYONE] } }),
      { ...FLEXIBLE, "public-access": "fail", "internet-exposure": "fail" },
      { violates: "a database server that lets everyone in" },
    ),
    seeded(
      postgresql("pg-subnet", {
        properties: {
          network: {
            publicNetworkAccess: "Enabled",
            delegatedSubnetResourceId: `${idIn(place, "Microsoft.Network/virtualNetworks", "net")}/subnets/db`,
          },
        },
        below: { firewallRules: [EVERYONE] },
      }),
      FLEXIBLE,
      { trap: "an open rule of a server that has no public address" },
    ),
    seeded(
      postgresql("pg-halves", {
        below: {
          firewallRules: [
            rule("low", "0.0.0.0", "127.255.255.255"),
            rule("high", "128.0.0.0", "255.255.255.255"),
          ],
        },
      }),
      { ...FLEXIBLE, "public-access": "fail", "internet-exposure": "fail" },
      { trap: "two rules that together let everyone in" },
    ),
    seeded(
      postgresql("pg-lone", {
        properties: {
          highAvailability: { mode: "SameZone", state: "Healthy" },
          backup: { backupRetentionDays: 30, geoRedundantBackup: "Disabled" },
        },
        below: { replicas: [] },
      }),
      { ...FLEXIBLE, "zone-redundancy": "fail", "geo-copies": "fail" },
      { violates: "a database server in one zone" },
    ),
    seeded(
      postgresql("pg-brief", {
        properties: { backup: { backupRetentionDays: 7, geoRedundantBackup: "Enabled" } },
      }),
      { ...FLEXIBLE, "backup-retention": "fail", "recovery-point-age": "pass" },
      { violates: "a server whose backups go too early" },
    ),
    seeded(
      mysql("my-gap", { below: { backups: backupsAt(broken) } }),
      { ...FLEXIBLE, "recovery-point-age": "fail" },
      { violates: "two days without a backup", trap: "a backup of today" },
    ),
    seeded(
      postgresql("pg-waiting", {
        below: {
          "configurations/ssl_min_protocol_version": parameter("TLSv1.2", {
            isConfigPendingRestart: true,
          }),
        },
      }),
      { ...FLEXIBLE, "tls-protocol-versions": "unknown" },
      { trap: "a setting that waits for a restart" },
    ),
    seeded(
      postgresql("pg-replica", {
        location: "francesouth",
        properties: {
          sourceServerResourceId: idIn(place, POSTGRESQL, "pg-good1"),
          replica: { role: "AsyncReplica", replicationState: "Active" },
          backup: { backupRetentionDays: 30, geoRedundantBackup: "Disabled" },
        },
        below: { replicas: [], backups: [] },
      }),
      {
        ...FLEXIBLE,
        "geo-copies": "not-applicable",
        "backup-frequency": "unknown",
        "backup-retention": "unknown",
        "recovery-point-age": "unknown",
      },
      { trap: "a read replica need not be copied again" },
    ),
  ];
}
