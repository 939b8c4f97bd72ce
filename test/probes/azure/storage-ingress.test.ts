import { describe, expect, test } from "vitest";
import exposure from "#controls/exposure/internet-exposure.ts";
import restriction from "#controls/exposure/access-restriction.ts";
import { SCHEMA_KIT } from "#model/schema.ts";
import { resourceSubject } from "#probes/azure/arm.ts";
import { storageIngress } from "#probes/azure/storage-ingress.ts";

const account = (properties: object = {}, kind = "StorageV2") => ({
  kind,
  properties: { publicNetworkAccess: "Enabled", supportsHttpsTrafficOnly: true, ...properties },
});
const acls = (defaultAction: string | undefined, more: object = {}) => ({
  networkAcls: { defaultAction, bypass: "None", ipRules: [], virtualNetworkRules: [], ...more },
});
const ips = (...values: readonly unknown[]) =>
  acls("Deny", { ipRules: values.map((value) => ({ value, action: "Allow" })) });
const WORLD = ["0.0.0.0/0", "::/0"];
const ports = (raw: unknown) => storageIngress(raw).allowed.map((rule) => rule.ports?.[0]);

const reading = (raw: unknown) => ({
  facets: { ingress: storageIngress(raw) },
  subject: resourceSubject(
    { id: "/subscriptions/s/x", type: "Microsoft.Storage/storageAccounts", name: "files" },
    "t",
  ),
  labels: [],
  observedAt: {},
  now: new Date("2026-06-01T12:00:00Z"),
});
/** As pf-ip-restriction asks, with one office declared. */
const restricted = (raw: unknown) =>
  restriction.evaluate({
    ...reading(raw),
    expect: restriction
      .expectation(SCHEMA_KIT)
      .parse({ rules: "declared-ranges-only", ports: "all" }),
    declaredRanges: [{ name: "office", ranges: ["198.51.100.0/24"], certain: true }],
  }).outcome;
const exposed = (raw: unknown) =>
  exposure.evaluate({
    ...reading(raw),
    expect: exposure
      .expectation(SCHEMA_KIT)
      .parse({ managementPorts: "closed", databasePorts: "closed", firewall: "required" }),
  }).outcome;

describe("whom the firewall lets in", () => {
  test.each([
    ["everyone", acls("Allow"), { ranges: WORLD }, true, "fail"],
    ["nobody", acls("Deny"), { ranges: [] }, true, "pass"],
    ["an office", ips("198.51.100.0/24"), { ranges: ["198.51.100.0/24"] }, true, "pass"],
    ["an address of it", ips("198.51.100.7"), { ranges: ["198.51.100.7"] }, true, "pass"],
    ["another office", ips("198.51.100.0/24", "203.0.113.5"), {}, true, "fail"],
    ["half of the world", ips("0.0.0.0/1"), { ranges: ["0.0.0.0/1"] }, true, "fail"],
    ["a range that is none", ips("office"), { unresolved: ["office"] }, true, "unknown"],
    [
      "a subnet, a resource and Azure's own services",
      acls("Deny", {
        bypass: "AzureServices",
        virtualNetworkRules: [{ id: "/s/x/virtualNetworks/n/subnets/web", action: "Allow" }],
        resourceAccessRules: [{ tenantId: "t", resourceId: "/s/x/factories/copy" }],
      }),
      { ranges: [], others: ["subnet web", "resource copy", "bypass AzureServices"] },
      true,
      "pass",
    ],
    ["no action", acls(undefined), { ranges: WORLD }, null, "unknown"],
    ["an action that nobody knows", acls("Perhaps"), { ranges: WORLD }, null, "unknown"],
    ["no rules at all", {}, { ranges: WORLD }, null, "unknown"],
    [
      "a perimeter, whose rules are not read",
      { ...acls("Deny"), publicNetworkAccess: "SecuredByPerimeter" },
      { ranges: WORLD },
      null,
      "unknown",
    ],
    [
      "rules where access is not stated",
      { ...ips("198.51.100.0/24"), publicNetworkAccess: undefined },
      { ranges: ["198.51.100.0/24"] },
      true,
      "pass",
    ],
  ])("%s", (_, properties, rule, reachable, outcome) => {
    const raw = account(properties);
    const ingress = storageIngress(raw);
    expect(ingress).toMatchObject({ reachable, firewall: reachable === null ? null : true });
    expect(ingress.allowed[0]).toMatchObject(rule);
    expect(restricted(raw)).toBe(outcome);
  });

  test("whatever the rules, nobody where public access is disabled", () => {
    const raw = account({ ...acls("Allow"), publicNetworkAccess: "Disabled" });
    expect(storageIngress(raw)).toMatchObject({ allowed: [], reachable: false, firewall: true });
    expect([restricted(raw), exposed(raw)]).toEqual(["pass", "pass"]);
  });

  test.each([
    acls("Deny", { ipRules: {} }),
    acls("Deny", { ipRules: [{}] }),
    acls("Deny", { virtualNetworkRules: [{ id: 7 }] }),
    acls("Deny", { resourceAccessRules: [{}] }),
  ])("%j is of no known shape", (properties) => {
    expect(() => storageIngress(account(properties))).toThrow(TypeError);
  });
});

describe("where an account answers", () => {
  test.each([
    ["blobs alone", account(acls("Allow"), "BlockBlobStorage"), [443], "pass"],
    ["files too", account(acls("Allow")), [443, 445], "fail"],
    [
      "in clear text",
      account({ ...acls("Allow"), supportsHttpsTrafficOnly: false }, "BlobStorage"),
      [80, 443],
      "pass",
    ],
    [
      "in clear text where nothing is said",
      account({ ...acls("Allow"), supportsHttpsTrafficOnly: undefined }, "BlobStorage"),
      [80, 443],
      "pass",
    ],
    [
      "by SFTP",
      account({ ...acls("Allow"), isSftpEnabled: true }, "BlockBlobStorage"),
      [443, 22],
      "fail",
    ],
    ["files, for an office", account(ips("198.51.100.0/24")), [443, 445], "pass"],
  ])("%s", (_, raw, expected, outcome) => {
    expect(ports(raw)).toEqual(expected);
    expect(exposed(raw)).toBe(outcome);
  });
});
