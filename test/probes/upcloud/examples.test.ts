/** UpCloud's recorded answers, against facts that a person read off each file. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseRange } from "#model/address-ranges.ts";
import { fields, list, type Fields } from "#probes/common/json.ts";
import { errorOf, withoutSecrets } from "#probes/upcloud/client.ts";
import {
  toBackups as ofDatabase,
  toEncryption as databaseEncryption,
  toExposure,
  toRecoveryPoints,
  toRedundancy,
} from "#probes/upcloud/database-facets.ts";
import { toEncryption as fileEncryption } from "#probes/upcloud/file-storages.ts";
import { toAllowed } from "#probes/upcloud/firewall-rules.ts";
import { isVpn, toLink } from "#probes/upcloud/gateway-facets.ts";
import { toExposure as objectExposure, toLocation } from "#probes/upcloud/object-storage-facets.ts";
import { wrapped } from "#probes/upcloud/pages.ts";
import { serverOf, toIngress } from "#probes/upcloud/server-facets.ts";
import { rulesOf } from "#probes/upcloud/servers.ts";
import { subjectOf } from "#probes/upcloud/session.ts";
import {
  storageOf,
  toBackups,
  toEncryption,
  toRecoveryPoint,
} from "#probes/upcloud/storage-facets.ts";
import { has, sharedFolder } from "../../support/requirements.ts";

const folder = join(sharedFolder, "payloads/upcloud");
const used = new Set<string>();

function read(file: string): unknown {
  used.add(file);
  return JSON.parse(readFileSync(join(folder, `${file}.json`), "utf8"));
}
const object = (file: string): Fields => fields(read(file));

/** Files whose operation no probe asks, and why. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  "gateway-plans": "what gateways there can be, not which there are",
  "network-detail": "the list tells all that is used of a network",
  "object-storage-access-keys": "who may sign in to a store is none of the promises",
  "object-storage-detail": "the list tells the same",
  "object-storage-policies": "who may sign in to a store is none of the promises",
  "server-networking": "a server's own answer holds the same",
  zones: "the table of regions knows them",
};

describe.runIf(has("shared"))("UpCloud's recorded answers", () => {
  test("a server whose firewall is off, with public addresses of both families", () => {
    const server = serverOf(object("server-detail-firewall-off"));
    expect(toIngress(server, null)).toEqual({
      allowed: [
        {
          protocol: "all",
          ports: null,
          ranges: ["0.0.0.0/0", "::/0"],
          others: [],
          rule: "the firewall is off, so everything is let in",
        },
      ],
      reachable: true,
      detail: "firewall off; 2 public addresses",
      firewall: false,
    });
  });

  test("one rule that accepts TCP over IPv4 from everywhere, and no default", () => {
    const own = ["94.237.10.20"].flatMap((one) => parseRange(one) ?? []);
    const allowed = toAllowed(rulesOf(object("server-firewall-rules")), own);
    expect(allowed[0]).toEqual({
      protocol: "tcp",
      ports: null,
      ranges: ["0.0.0.0/0"],
      others: [],
      rule: "rule 1 (This is the comment)",
    });
    expect(
      allowed.slice(1).map(({ protocol, unresolved }) => [protocol, unresolved?.length]),
    ).toEqual([
      ["udp", 1],
      ["icmp", 1],
      ["any other protocol", 1],
    ]);
  });

  test("two servers, of which the list says neither firewall nor addresses", () => {
    const servers = wrapped("servers", "server").items(read("server-list-filtered")).map(fields);
    expect(servers.map((one) => subjectOf("upcloud/server", one))).toMatchObject([
      {
        id: "009a78e4-5595-4551-8ba2-88eb0daaad29",
        region: "fi-hel2",
        tags: { testName: "getserverswithfilters" },
      },
      {
        id: "00a47181-df7b-42c2-a6cc-107c9603e1e8",
        tags: { managedBy: "upcloud-sdk-integration-test" },
      },
    ]);
    for (const server of servers) {
      expect(server["firewall"]).toBeUndefined();
      expect(() => toIngress(server, [])).toThrow(TypeError);
    }
  });

  test("sixteen storages, of which none says whether it is encrypted", () => {
    const storages = wrapped("storages", "storage").items(read("storage-list-private")).map(fields);
    expect(storages).toHaveLength(16);
    for (const storage of storages) {
      expect(toEncryption(storage).enabled).toBe(null);
      expect(subjectOf("upcloud/storage", storage)).toMatchObject({
        region: "fi-hel2",
        tags: null,
      });
    }
  });

  test("a storage with a daily rule, and a backup of it", () => {
    const storage = storageOf(object("storage-detail-daily-backup-rule"));
    expect(toBackups(storage, new Map())).toEqual({
      rules: [
        {
          name: "backup_rule daily at 04:30 UTC",
          longestInterval: 86_400,
          window: 0,
          places: [{ region: null, vault: null, retention: "P30D" }],
        },
      ],
      partOf: [],
    });
    const point = storageOf(object("storage-backup-detail"));
    expect(toRecoveryPoint(point)).toMatchObject({
      of: storage["uuid"],
      at: "2023-01-12T07:59:30.000Z",
      usable: true,
      state: "online",
    });
    expect(toEncryption(point).enabled).toBe(null);
  });

  test("a MySQL that is open to one address, with one backup, and without its password", () => {
    const database = fields(withoutSecrets(read("database-mysql-with-backup")));
    expect(JSON.stringify(database)).not.toContain("upadmin:");
    expect(toExposure(database)).toMatchObject({
      openNetwork: false,
      closedBy: ["ip_filter 10.0.0.1/32"],
    });
    expect(toRecoveryPoints(database)).toMatchObject({
      points: ["2024-11-12T15:27:34.585Z"],
      olderExists: false,
    });
    expect(toRedundancy(database)).toMatchObject({ zones: 1, zoneNames: ["fi-hel2"] });
    expect(ofDatabase(database).rules[0]?.name).toContain("at 07:10 UTC");
    expect(databaseEncryption(database)).toMatchObject({ enabled: true, algorithm: "AES-256" });
  });

  test("two databases that are still being made, without a backup", () => {
    const databases = list(read("database-list-page"));
    expect(databases.map((one) => toRecoveryPoints(one).points)).toEqual([[], []]);
    expect(databases.map((one) => subjectOf("upcloud/database", one).name)).toEqual([
      "getmanageddatabases-0",
      "getmanageddatabases-1",
    ]);
  });

  test("a tunnel that is idle is not up, and would encrypt", () => {
    expect(toLink(list(read("gateway-vpn-connections")))).toEqual({
      kind: "vpn",
      encrypted: true,
      tunnels: [{ name: "added-connection/added-tunnel", up: false, since: null }],
      peer: "100.10.0.111",
    });
  });

  test("a gateway that only translates addresses", () => {
    expect(isVpn(object("gateway-nat-running"))).toBe(false);
  });

  test("an object storage with a public network, in the zone of its region", () => {
    const [store = {}] = list(read("object-storage-list"));
    const regions = list(read("object-storage-regions"));
    expect(toLocation(store, regions)).toEqual({ regions: ["fi-hel2"], zones: null });
    expect(toLocation({ region: "apac-1" }, regions).regions).toEqual(["sg-sin1"]);
    expect(objectExposure(store)).toMatchObject({
      openNetwork: true,
      through: ["a public network (e4r2i.upcloudobjects.com)"],
    });
  });

  test("a file storage that does not say whether it is encrypted", () => {
    const [store = {}] = list(read("file-storage-list"));
    expect(fileEncryption(store).enabled).toBe(null);
    expect(subjectOf("upcloud/file-storage", store)).toMatchObject({
      region: "fi-hel2",
      tags: { managedBy: "upcloud-go-sdk-test" },
    });
  });

  test.each<[string, string, string, number]>([
    ["networks-in-zone-fi-hel2", "networks", "network", 10],
    ["routers", "routers", "router", 6],
    ["ip-addresses", "ip_addresses", "ip_address", 21],
    ["account-list", "accounts", "account", 4],
  ])("%s is a wrapped list", (file, outer, inner, length) => {
    expect(wrapped(outer, inner).items(read(file))).toHaveLength(length);
  });

  test.each<[string, string, string]>([
    [
      "storage-not-found-404",
      "STORAGE_NOT_FOUND",
      "The storage 0160e290-c379-4183-9f50-586ac8b41500 does not exist.",
    ],
    ["problem-404", "ERROR_RESOURCE_NOT_FOUND", "The resource you requested does not exist."],
  ])("the error %s", (file, code, message) => {
    expect(errorOf(read(file))).toEqual({ code, message });
  });

  test("no file of the folder is forgotten", () => {
    const files = readdirSync(folder)
      .filter((file) => file !== "manifest.json")
      .map((file) => file.replace(".json", ""));
    expect([...used, ...Object.keys(NOT_ASKED)].sort()).toEqual(files.sort());
  });
});
