import { describe, expect, test } from "vitest";
import ddosControl from "#controls/exposure/ddos-protection.ts";
import publicAddresses, { hasPlan, toDdosProtection } from "#probes/azure/public-addresses.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.Network/publicIPAddresses";
const NETWORK = "Microsoft.Network/virtualNetworks";
const attached = { ipConfiguration: { id: "/nic/ip" } };
const mode = (protectionMode?: string) => ({ ...attached, ddosSettings: { protectionMode } });
const plan = { enableDdosProtection: true, ddosProtectionPlan: { id: "/plan" } };
const none = { enableDdosProtection: false };

test.each([
  [mode("Enabled"), [], true],
  [mode("Disabled"), [true], false],
  [mode("Sometimes"), [true], null],
  [mode("VirtualNetworkInherited"), [true], true],
  [mode("VirtualNetworkInherited"), [false, false], false],
  [mode("VirtualNetworkInherited"), [true, false], null],
  [mode("VirtualNetworkInherited"), [false, null], null],
  [mode("VirtualNetworkInherited"), [], false],
  [attached, [true], true],
  [{ ddosSettings: { protectionMode: "VirtualNetworkInherited" } }, [true], false],
])("%j among networks with plans %j: advanced %s", (properties, plans, advanced) => {
  const facet = toDdosProtection({ properties }, plans);
  expect(facet).toMatchObject({
    advanced,
    platform: { name: "Azure DDoS infrastructure protection" },
  });
  const judge = (level: string) =>
    ddosControl.evaluate({ expect: { level }, facets: { ddosProtection: facet } } as never).outcome;
  expect(judge("platform")).toBe("pass");
  expect(judge("advanced")).toBe(advanced === null ? "unknown" : advanced ? "pass" : "fail");
});

test.each([
  [plan, true],
  [none, false],
  [{ enableDdosProtection: true }, false],
  [{ ddosProtectionPlan: { id: "/plan" } }, null],
  [{ enableDdosProtection: "true" }, null],
])("the plan of a network %j: %s", (properties, expected) => {
  expect(hasPlan({ properties })).toBe(expected);
});

describe("from the wire", async () => {
  const resources = [
    resource(KIND, "front", { properties: mode("VirtualNetworkInherited") }),
    resource(KIND, "far", { location: "northeurope", properties: mode("VirtualNetworkInherited") }),
    resource(KIND, "own", { properties: mode("Enabled") }),
    resource(NETWORK, "hub", { properties: plan }),
    resource(NETWORK, "other", { location: "northeurope", properties: none }),
  ];
  const { azure, scan } = await fakeSubscription({ resources });

  test("an address inherits from the networks of its region", async () => {
    const found = await scan().gather(publicAddresses);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "front", "ddosProtection")?.advanced).toBe(true);
    expect(facetOf(found, "far", "ddosProtection")?.advanced).toBe(false);
    expect(facetOf(found, "own", "ddosProtection")?.advanced).toBe(true);
  });

  test("networks that may not be read leave it open, and are named", async () => {
    const denied = await fakeSubscription({ resources, denied: [`${NETWORK}/read`] });
    const found = await denied.scan().gather(publicAddresses);
    expect(found.problems.map((problem) => [problem.subject?.name, problem.permission])).toEqual([
      ["front", `${NETWORK}/read`],
      ["far", `${NETWORK}/read`],
    ]);
    expect(facetOf(found, "front", "ddosProtection")?.advanced).toBeNull();
    expect(facetOf(found, "own", "ddosProtection")?.advanced).toBe(true);
  });

  test("a list of resources that broke off proves no absence", async () => {
    const page = {
      kind: "body",
      body: JSON.stringify({ value: [resource(KIND, "front"), "odd"] }),
    } as const;
    azure.setFaults({ path: /\/resources\?/, fault: page });
    const found = await scan().gather(publicAddresses);
    expect(facetOf(found, "front", "ddosProtection")?.advanced).toBeNull();
  });
});
