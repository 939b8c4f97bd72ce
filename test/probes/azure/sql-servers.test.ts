import { describe, expect, test } from "vitest";
import { firewallExposure, firewallIngress } from "#probes/azure/database-firewall.ts";
import servers, { toDoor, toTransport } from "#probes/azure/sql-servers.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.Sql/servers";
const RULES = "Microsoft.Sql/servers/firewallRules/read";

function rule(name: string, startIpAddress: unknown, endIpAddress: unknown) {
  return { name, properties: { startIpAddress, endIpAddress } };
}
const AZURE = rule("AllowAllWindowsAzureIps", "0.0.0.0", "0.0.0.0");
const EVERYONE = rule("everyone", "0.0.0.0", "255.255.255.255");
const OFFICE = rule("office", "93.184.216.0", "93.184.216.15");

describe("what a server says of TLS", () => {
  test.each([
    ["1.2", true, "TLSv1.2"],
    ["1.3", true, "TLSv1.3"],
    ["1.0", true, "TLSv1.0"],
    // Every version, and clear text: that is no minimum.
    ["None", false, "TLSv1.0"],
    ["none", false, "TLSv1.0"],
    [undefined, null, null],
    [null, null, null],
    ["1.4", null, null],
    [1.2, null, null],
  ])("minimalTlsVersion %j", (minimalTlsVersion, secureOnly, minimumTls) => {
    const properties = { minimalTlsVersion, fullyQualifiedDomainName: "a.database.windows.net" };
    expect(toTransport({ properties })).toMatchObject({
      secureOnly,
      minimumTls,
      minimumTlsIsDefault: false,
      platformFloor: { version: "TLSv1.2" },
      hostNames: ["a.database.windows.net"],
    });
  });

  test("nothing is told without properties", () => {
    expect(() => toTransport({})).toThrow("no properties");
  });
});

describe("who is let in", () => {
  const door = (access: unknown, unseen: string | null = null) => ({
    ...toDoor({ properties: { publicNetworkAccess: access } }),
    unseen,
  });

  test.each([
    ["Disabled", [EVERYONE], false],
    ["Enabled", [EVERYONE], true],
    // Two halves are the whole.
    [
      "Enabled",
      [rule("a", "0.0.0.0", "127.255.255.255"), rule("b", "128.0.0.0", "255.255.255.255")],
      true,
    ],
    ["Enabled", [rule("most", "1.0.0.0", "254.255.255.255")], true],
    // All of Azure is not everyone, and nobody's own network either.
    ["Enabled", [AZURE, OFFICE], null],
    ["Enabled", [OFFICE], false],
    ["Enabled", [], false],
    // Nobody says whether the rules count.
    [undefined, [EVERYONE], null],
    [undefined, [OFFICE], false],
    ["SecuredByPerimeter", [EVERYONE], null],
    ["SecuredByPerimeter", [], null],
    [false, [OFFICE], null],
  ])("publicNetworkAccess %j with %j", (access, rules, openNetwork) => {
    const exposure = firewallExposure(door(access), rules);
    expect(exposure).toMatchObject({ anonymousAccess: false, openNetwork });
    expect(exposure.closedBy.length > 0).toBe(openNetwork === false);
    if (openNetwork === true) expect(exposure.through[0]).toMatch(/^firewall rule/);
  });

  test("rules of single databases are in no answer of Azure, so an open server is never known to be closed", () => {
    const open = toDoor({ properties: { publicNetworkAccess: "Enabled" } });
    expect(firewallExposure(open, [OFFICE])).toMatchObject({ openNetwork: null, closedBy: [] });
    expect(firewallIngress(open, [OFFICE]).allowed.at(-1)).toMatchObject({
      ranges: [],
      unresolved: [expect.stringContaining("single databases")],
    });
    expect(firewallExposure(open, [EVERYONE])).toMatchObject({ openNetwork: true });
  });

  test("ingress names the ranges, and what stands for ranges that nobody shows", () => {
    expect(firewallIngress(door("Enabled"), [OFFICE, AZURE, EVERYONE])).toMatchObject({
      reachable: true,
      firewall: true,
      allowed: [
        { protocol: "tcp", ports: [1433, 1433], ranges: ["93.184.216.0/28"] },
        { ranges: [], unresolved: [expect.stringContaining("every address of Azure")] },
        { ranges: ["0.0.0.0/0"] },
      ],
    });
    expect(firewallIngress(door("Disabled"), [EVERYONE])).toMatchObject({
      reachable: false,
      allowed: [],
    });
    expect(firewallIngress(door(undefined), [EVERYONE])).toMatchObject({ reachable: null });
    const perimeter = firewallIngress(door("SecuredByPerimeter"), []);
    expect(perimeter.allowed).toMatchObject([
      { unresolved: [expect.stringContaining("SecuredByPerimeter")] },
    ]);
  });

  test.each([
    [rule("a", "1.2.3.4", undefined)],
    [rule("a", "1.2.3.9", "1.2.3.4")],
    [rule("a", "1.2.3.4", "::1")],
    [rule("a", "everyone", "everyone")],
    [{ name: "a" }],
  ])("a rule of another shape tells nothing: %j", (raw) => {
    expect(() => firewallExposure(door("Enabled"), [raw])).toThrow(TypeError);
    expect(() => firewallIngress(door("Enabled"), [raw])).toThrow(TypeError);
  });
});

describe("from the wire", async () => {
  const properties = { minimalTlsVersion: "1.2", publicNetworkAccess: "Enabled" };
  const { azure, scan } = await fakeSubscription({
    pageSize: 2,
    resources: [
      resource(KIND, "open", {
        properties,
        below: { firewallRules: [OFFICE, AZURE, EVERYONE] },
      }),
      // Nothing lies below it: its rules are not asked for.
      resource(KIND, "shut", { properties: { ...properties, publicNetworkAccess: "Disabled" } }),
    ],
  });

  test("the rules are read to the last page, once, and only where they decide", async () => {
    const found = await scan().gather(servers);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "open", "exposure")).toMatchObject({ openNetwork: true });
    expect(facetOf(found, "shut", "exposure")).toMatchObject({ openNetwork: false });
    expect(facetOf(found, "shut", "ingress")).toMatchObject({ reachable: false });
    expect(azure.calls.filter(({ path }) => path.includes("firewallRules"))).toHaveLength(2);
  });

  test("denied rules cost what they decide, and no more", async () => {
    const denied = await fakeSubscription({
      resources: [resource(KIND, "open", { properties, below: { firewallRules: [OFFICE] } })],
      denied: [RULES],
    });
    const found = await denied.scan().gather(servers);
    expect(found.observations.map(({ facet }) => facet)).toEqual(["transport"]);
    expect(found.problems).toMatchObject([
      { facets: ["exposure"], reason: "denied", permission: RULES },
      { facets: ["ingress"], reason: "denied", permission: RULES },
    ]);
  });

  test("a page of the rules that does not come leaves the door unknown", async () => {
    azure.setFaults({ path: /firewallRules.*skiptoken/, fault: { kind: "denied" } });
    const found = await scan().gather(servers, ["exposure"]);
    expect(facetOf(found, "open", "exposure")).toBeUndefined();
    expect(found.problems).toMatchObject([{ subject: { name: "open" }, reason: "denied" }]);
  });

  test("an id that leads elsewhere costs its own facets, and nobody follows it", async () => {
    const crooked = await fakeSubscription({
      resources: [
        { ...resource(KIND, "crooked", { properties }), id: `${resource(KIND, "x").id}/../../y` },
        resource(KIND, "open", { properties, below: { firewallRules: [OFFICE] } }),
      ],
    });
    const found = await crooked.scan().gather(servers, ["ingress"]);
    expect(found.observations.map(({ subject }) => subject.name)).toEqual(["open"]);
    expect(found.problems).toMatchObject([{ subject: { name: "crooked" }, reason: "malformed" }]);
    expect(crooked.azure.calls.some(({ path }) => path.includes("/y/"))).toBe(false);
  });

  test("a server that cannot be read is a problem of every facet", async () => {
    const denied = await fakeSubscription({
      resources: [resource(KIND, "open", { properties })],
      denied: ["Microsoft.Sql/servers/read"],
    });
    const found = await denied.scan().gather(servers);
    expect(found.observations).toEqual([]);
    expect(found.problems.map(({ facets, permission }) => [facets, permission])).toEqual(
      ["transport", "exposure", "ingress"].map((facet) => [[facet], "Microsoft.Sql/servers/read"]),
    );
  });
});
