/** Microsoft's own example answers of databases, against facts that a person read off each file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { firewallExposure } from "#probes/azure/database-firewall.ts";
import * as flexible from "#probes/azure/flexible-facets.ts";
import { toTransport as parameters } from "#probes/azure/flexible-transport.ts";
import * as sql from "#probes/azure/sql-database-facets.ts";
import { isElsewhere, toReplication } from "#probes/azure/sql-replication.ts";
import { toDoor, toTransport } from "#probes/azure/sql-servers.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { fields, type Fields } from "#probes/common/json.ts";

const folder = join(sharedFolder, "payloads/azure");

/** The entries of a listing; else the answer itself. */
function entries(file: string): readonly Fields[] {
  const example: unknown = JSON.parse(readFileSync(join(folder, `Microsoft.${file}.json`), "utf8"));
  const answer = fields(fields(fields(fields(example)["responses"])["200"])["body"]);
  const { value } = answer;
  return Array.isArray(value) ? value.map(fields) : [answer];
}
function first(file: string): Fields {
  return entries(file)[0] ?? {};
}
/** Answers of which no facet is made, and why. */
const ASIDE: Readonly<Record<string, string>> = {
  "Sql/ServerAdvancedThreatProtectionSettingsGet": "threat detection of a single server",
  "Sql/ServerBlobAuditingGet": "auditing of a single server",
};
const used = new Set(Object.keys(ASIDE));
function example(file: string): Fields {
  used.add(file);
  return first(file);
}
function examples(file: string): readonly Fields[] {
  used.add(file);
  return entries(file);
}

describe.skipIf(!has("shared"))("Azure SQL", () => {
  test.each([
    ["Sql/ServerGet", null],
    ["Sql/ServerList", null],
    ["Sql/ServerUpdate", false],
  ] as const)("%s: no minimum TLS version is shown, open network %j", (file, openNetwork) => {
    for (const server of examples(file)) {
      expect(toTransport(server)).toMatchObject({
        secureOnly: null,
        minimumTls: null,
        hostNames: [`${String(server["name"])}.database.windows.net`],
      });
      expect(firewallExposure(toDoor(server), [])).toMatchObject({ openNetwork });
    }
  });

  test("a database in Southeast Asia with backups in several zones; and master", () => {
    const [database, master] = examples("Sql/ListVCoreDatabasesByServer");
    const short = example("Sql/ListShortTermRetentionPoliciesByDatabase");
    const long = example("Sql/LongTermRetentionPolicyListByDatabase");
    expect(database?.["name"]).toBe("testdb");
    expect(sql.isMaster(String(database?.["id"]))).toBe(false);
    expect(sql.isMaster(String(master?.["id"]))).toBe(true);
    if (database === undefined) return;
    expect(sql.toLocation(database, "Zone")).toEqual({ regions: ["southeastasia"], zones: null });
    expect(sql.toRedundancy(database, null, false)).toEqual({
      zones: 1,
      zoneRedundant: false,
      geoRedundant: false,
      setting: "BC_Gen4, zoneRedundant false, backup storage Zone",
    });
    const place = (retention: string) => ({ region: "southeastasia", vault: null, retention });
    expect(sql.toBackups(database, "Zone", short, long).rules).toMatchObject([
      {
        name: "point-in-time restore, differential every 24 h",
        longestInterval: 0,
        places: [place("P7D")],
      },
      { name: "long-term retention, weekly", places: [place("P1M")] },
      { name: "long-term retention, monthly", places: [place("P1Y")] },
      { name: "long-term retention, yearly", places: [place("P5Y")] },
    ]);
    expect(sql.earliestOf(database)).toBe("2017-06-07T04:51:33.937Z");
    expect(sql.isSecondary(database)).toBe(false);
  });

  test("a pool across zones decides for the databases in it", () => {
    const [database = {}] = examples("Sql/ListVCoreDatabasesByServer");
    expect(sql.toRedundancy(database, example("Sql/ElasticPoolGet"), null)).toMatchObject({
      zones: null,
      zoneRedundant: true,
    });
  });

  test.each(["Sql/TransparentDataEncryptionGet", "Sql/TransparentDataEncryptionList"])(
    "%s: encrypted, with the customer's key",
    (file) => {
      const database = { properties: {} };
      const keys = example("Sql/EncryptionProtectorList");
      expect(sql.toEncryption(database, example(file), keys)).toMatchObject({
        enabled: true,
        algorithm: "AES-256",
        algorithmSource: "published-design",
        keyManagement: "customer",
      });
    },
  );

  test.each([
    ["Sql/ReplicationLinkListByDatabase", 2],
    ["Sql/ReplicationLinkListByServer", 3],
  ])("%s: primary of links to Japan East that run", (file, count) => {
    const links = examples(file);
    const database = { location: "Japan West", name: "tetha-db", properties: {} };
    const { destinations, copyOf } = toReplication(database, links, []);
    expect(copyOf).toBeUndefined();
    expect(destinations).toHaveLength(count);
    for (const one of destinations) {
      expect(one).toMatchObject({ region: "japaneast", status: "active", lastSync: null });
    }
    expect(isElsewhere(database, destinations)).toBe(true);
  });

  test.each(["Sql/FailoverGroupGet", "Sql/FailoverGroupList"])(
    "%s: no database is in it",
    (file) => {
      const groups = examples(file);
      const database = { id: "/subscriptions/s/db", name: "db", properties: {} };
      expect(toReplication(database, [], groups)).toEqual({ destinations: [] });
      const listed = groups.map((group) => ({
        ...group,
        properties: { ...fields(group["properties"]), databases: ["/subscriptions/s/DB"] },
      }));
      expect(toReplication(database, [], listed).destinations[0]).toMatchObject({
        region: "japanwest",
        subject: expect.stringMatching(
          /\/servers\/failover-group-secondary-server\/databases\/db$/,
        ),
        status: "unknown",
      });
    },
  );
});

const DESIGN = "https://design.example";
/** What all of the examples have in common. */
function common(server: Fields, where: string) {
  expect(flexible.toEncryption(server, DESIGN)).toMatchObject({
    enabled: true,
    algorithm: "AES-256",
  });
  expect(flexible.toLocation(server).regions).toEqual([where]);
  expect(flexible.toBackups(server).rules).toMatchObject([
    { longestInterval: 0, places: [{ region: where, retention: "P7D" }] },
  ]);
}

describe.skipIf(!has("shared"))("flexible servers", () => {
  test.each([
    // [file, name, region, zones, own subnet]
    ["DBforPostgreSQL/ServerGet", "pgtestsvc1", "westus", ["1"], false],
    ["DBforPostgreSQL/ServerGetWithVnet", "pgtestsvc4", "westus", ["1", "2"], true],
    ["DBforPostgreSQL/ServerList", "pgtestsvc4", "westus", ["1", "2"], true],
    ["DBforPostgreSQL/ServerList", "pgtestsvc1", "eastus", ["1"], false],
    ["DBforPostgreSQL/ReplicasListByServer", "pgtestsvc5rep", "westus", ["2"], false],
    ["DBforMySQL/ServersList", "mysqltestserver1", "southeastasia", ["1"], false],
    ["DBforMySQL/ServersList", "mysqltestserver2", "southeastasia", ["2"], false],
    ["DBforMySQL/ServersList", "mysqltestserver3", "southeastasia", ["1"], false],
  ] as const)("%s: %s", (file, name, where, zones, subnet) => {
    const server = examples(file).find((one) => one["name"] === name) ?? {};
    common(server, where);
    expect(flexible.toLocation(server).zones).toEqual(zones);
    expect(flexible.toRedundancy(server, false)).toMatchObject({
      zones: zones.length,
      zoneNames: zones,
      zoneRedundant: zones.length > 1,
    });
    // Without rules nobody is let in, by a subnet of its own or by the firewall.
    const door = flexible.toDoor(server, 5432);
    expect(door.subnet !== null).toBe(subnet);
    expect(firewallExposure(door, [])).toMatchObject({ openNetwork: false });
  });

  test("a replica that follows, seen from its primary and by itself", () => {
    const replicas = examples("DBforPostgreSQL/ReplicasListByServer");
    expect(flexible.toReplication(example("DBforPostgreSQL/ServerGet"), replicas)).toEqual({
      destinations: [
        {
          region: "westus",
          subject: expect.stringMatching(/\/pgtestsvc5rep$/),
          status: "active",
          whole: true,
          lastSync: null,
        },
      ],
    });
    const [replica = {}] = replicas;
    expect(flexible.toReplication(replica, []).copyOf).toMatch(/not named/);
    // It shows from when on it can be restored itself.
    expect(flexible.isBareReplica(replica)).toBe(false);
    expect(flexible.toEncryption(replica, DESIGN).keyManagement).toBe("provider");
    expect(
      flexible.toEncryption(example("DBforPostgreSQL/ServerGet"), DESIGN).keyManagement,
    ).toBeNull();
  });

  test("eleven backups in ten days", () => {
    const backups = examples("DBforPostgreSQL/BackupListByServer");
    const server = example("DBforPostgreSQL/ServerGet");
    const { points, retention, olderExists } = flexible.toRecoveryPoints(server, backups, "");
    expect(points).toHaveLength(11);
    expect([points[0], points.at(-1)]).toEqual([
      "2021-06-15T16:05:19.902Z",
      "2021-06-24T06:13:31.496Z",
    ]);
    expect({ retention, olderExists }).toEqual({ retention: "P7D", olderExists: false });
  });

  test.each([
    // The first page of PostgreSQL's parameters ends before those of TLS: they are asked for by name.
    ["DBforPostgreSQL/ConfigurationListByServer", 145],
    ["DBforMySQL/ConfigurationGet", 1],
  ])("%s: no parameter of TLS is among its %i", (file, count) => {
    const all = examples(file);
    expect(all).toHaveLength(count);
    expect(all.some(({ name }) => /tls|ssl|secure/i.test(String(name)))).toBe(false);
    // Each is of the shape that is read.
    const server = example("DBforPostgreSQL/ServerGet");
    const names = { secure: "array_nulls", lowest: "tls_version" };
    for (const one of all) {
      expect(parameters(server, one, null, names).detail).toMatch(
        /\(system-default\)|\(user-override\)|no source/,
      );
    }
  });
});

test.skipIf(!has("shared"))(
  "every example of databases is read, or set aside with a reason",
  () => {
    const files = ["Sql", "DBforPostgreSQL", "DBforMySQL"].flatMap((provider) =>
      readdirSync(join(folder, `Microsoft.${provider}`)).map(
        (file) => `${provider}/${file.replace(/\.json$/, "")}`,
      ),
    );
    expect(files.filter((file) => !used.has(file))).toEqual([]);
  },
);
