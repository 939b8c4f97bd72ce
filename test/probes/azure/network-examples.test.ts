/** Microsoft's own example answers on networks, against facts that a person read off each file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resourceSubject } from "#probes/azure/arm.ts";
import { toProtection } from "#probes/azure/ddos.ts";
import { toNetwork } from "#probes/azure/network-reading.ts";
import { toGroupIngress } from "#probes/azure/security-group-ingress.ts";
import { toIngressRule, toOpenings } from "#probes/azure/security-rules.ts";
import { storageIngress } from "#probes/azure/storage-ingress.ts";
import { has, sharedFolder } from "../../support/requirements.ts";
import { fields, type Fields } from "#probes/common/json.ts";

function entries(file: string): readonly Fields[] {
  const path = join(sharedFolder, "payloads/azure", `${file}.json`);
  const example: unknown = JSON.parse(readFileSync(path, "utf8"));
  const body = fields(fields(fields(fields(example)["responses"])["200"])["body"]);
  return Array.isArray(body["value"]) ? body["value"].map(fields) : [body];
}

/** The rules that every group has. */
const NEIGHBOURS = [
  {
    protocol: "all",
    ports: null,
    ranges: [],
    others: ["VirtualNetwork"],
    rule: "AllowVnetInBound (65000): all protocols from VirtualNetwork",
  },
  {
    protocol: "all",
    ports: null,
    ranges: [],
    others: ["AzureLoadBalancer"],
    rule: "AllowAzureLoadBalancerInBound (65001): all protocols from AzureLoadBalancer",
  },
];
const HTTP = {
  protocol: "all",
  ports: [80, 80],
  ranges: ["0.0.0.0/0", "::/0"],
  others: [],
  rule: "rule1 (130): tcp and udp 80 from *",
};
const NOTHING = toNetwork("subid", { found: [], unread: [] }, []);

describe.skipIf(!has("shared"))("Microsoft's examples", () => {
  test.each([
    ["NetworkSecurityGroupGet", [["testnsg", [HTTP, ...NEIGHBOURS]]]],
    [
      "NetworkSecurityGroupListAll",
      [
        ["nsg1", NEIGHBOURS],
        ["nsg3", NEIGHBOURS],
      ],
    ],
  ])("%s: attached to nothing, so nobody comes in", (file, expected) => {
    const groups = entries(`Microsoft.Network/${file}`).map((raw) => {
      const { id, name } = resourceSubject(raw, "t");
      return { name, told: toGroupIngress(id, raw, NOTHING) };
    });
    expect(groups.map(({ name, told }) => [name, told.ingress.allowed])).toEqual(expected);
    for (const { told } of groups) {
      expect(told).toMatchObject({
        ingress: { reachable: false, idle: true, detail: "attached to nothing", firewall: true },
        unread: [],
      });
    }
  });

  test("NetworkSecurityGroupRuleList: the same rules as the group's", () => {
    const securityRules = entries("Microsoft.Network/NetworkSecurityGroupRuleList");
    expect(toOpenings({ properties: { securityRules } }).map(toIngressRule)).toEqual([HTTP]);
  });

  test("PublicIpAddressListAll: which resources are public, and what protects them", () => {
    const addresses = entries("Microsoft.Network/PublicIpAddressListAll");
    const found = addresses.map((raw) => ({
      raw,
      subject: resourceSubject(raw, "t"),
      source: { operation: "GET x", observedAt: "2026-06-01T12:00:00Z", sha256: "" },
      subscription: "subid",
    }));
    const network = toNetwork("subid", { found, unread: [] }, []);
    expect([...network.publicOwners].map((id) => id.split("/").slice(-2).join("/"))).toEqual([
      "networkinterfaces/testdns649",
      "loadbalancers/testlb",
    ]);
    // None says its SKU, so nothing is known of what it lets in without a group.
    expect([...network.addresses.values()]).toEqual([null, null, null]);
    expect(toProtection([], addresses, true)).toMatchObject({
      advanced: false,
      detail: expect.stringContaining("on 0 of 3 public addresses"),
    });
  });

  const WORLD = ["0.0.0.0/0", "::/0"];
  test.each([
    // Nothing is said of a firewall.
    ["StorageAccountList", "sto1125", null, WORLD],
    ["StorageAccountList", "sto3699", null, WORLD],
    ["StorageAccountList", "sto8596", true, WORLD],
    ["StorageAccountList", "sto6637", null, WORLD],
    ["StorageAccountList", "sto834", null, WORLD],
    ["StorageAccountList", "sto9174", null, WORLD],
    ["StorageAccountGetProperties", "sto8596", true, WORLD],
    ["StorageAccountGetPropertiesGeoReplicationStatscanFailoverTrue", "sto8596", true, WORLD],
    ["StorageAccountCreateAllowedCopyScopeToAAD", "sto4445", null, WORLD],
  ])("%s: %s lets in", (file, name, reachable, ranges) => {
    const account = entries(`Microsoft.Storage/${file}`).find((raw) => raw["name"] === name);
    const ingress = storageIngress(account);
    expect(ingress).toMatchObject({ reachable, firewall: reachable });
    expect(ingress.allowed.map((rule) => rule.ranges)).toContainEqual(ranges);
  });
});
