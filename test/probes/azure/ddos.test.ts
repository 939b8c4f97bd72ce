import { describe, expect, test } from "vitest";
import ddos, { toProtection } from "#probes/azure/ddos.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const NETWORKS = "Microsoft.Network/virtualNetworks";
const ADDRESSES = "Microsoft.Network/publicIPAddresses";
const on = { enableDdosProtection: true, ddosProtectionPlan: { id: "/x/ddosProtectionPlans/p" } };
const mode = (protectionMode: unknown) => ({ ddosSettings: { protectionMode } });

describe("what is protected", () => {
  test.each([
    ["nothing there", [], [], true, false],
    ["a network by its plan", [on], [], true, true],
    ["a network without its plan", [{ enableDdosProtection: true }], [], true, false],
    ["a network that is off", [{ ...on, enableDdosProtection: false }], [], true, false],
    ["a network that does not say", [{}], [], true, false],
    ["a network that says something else", [{ enableDdosProtection: "true" }], [], true, null],
    ["an address", [], [mode("Enabled")], true, true],
    ["an address that inherits", [], [mode("VirtualNetworkInherited")], true, false],
    ["an address without settings", [], [{}], true, false],
    ["a mode that nobody knows", [], [mode("Perhaps")], true, null],
    ["a network without properties", [undefined], [], true, null],
    ["one of several", [{}, on], [mode("Disabled")], true, true],
    ["nothing seen, but not all was read", [{}], [], false, null],
    ["one seen, though not all was read", [on], [], false, true],
  ])("%s", (_, networks, addresses, complete, advanced) => {
    const raw = (list: readonly unknown[]) => list.map((properties) => ({ properties }));
    const protection = toProtection(raw(networks), raw(addresses), complete);
    expect(protection.advanced).toBe(advanced);
    expect(protection.platform?.reference).toMatch(/^https:\/\/learn\.microsoft\.com\//);
  });
});

describe("from the wire", async () => {
  const resources = [
    resource(NETWORKS, "net", { properties: { enableDdosProtection: false } }),
    resource(ADDRESSES, "ip", { properties: mode("Enabled") }),
  ];
  const { scan, azure } = await fakeSubscription({ resources });

  test("of the subscription as a whole", async () => {
    const found = await scan().gather(ddos);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, FIRST, "ddosProtection")).toMatchObject({
      advanced: true,
      detail: expect.stringContaining("IP Protection on 1 of 1"),
    });
  });

  test("only who exists is told where nothing else is wanted", async () => {
    const found = await scan().gather(ddos, ["inventory"]);
    expect(found.observations.map(({ facet }) => facet)).toEqual(["inventory"]);
  });

  test.each([
    [`${NETWORKS}/read`, true],
    [`${ADDRESSES}/read`, null],
  ])("without %s what comes with the platform is known", async (action, advanced) => {
    const denied = await fakeSubscription({ resources, denied: [action] });
    const found = await denied.scan().gather(ddos);
    expect(facetOf(found, FIRST, "ddosProtection")).toMatchObject({
      advanced,
      platform: { name: "Azure DDoS infrastructure protection" },
    });
    expect(found.problems).toMatchObject([{ permission: action, facets: ["ddosProtection"] }]);
  });

  test("resources that nobody listed may be protected", async () => {
    azure.setFaults({ path: /\/resources\?/, fault: { kind: "denied" } });
    const found = await scan().gather(ddos);
    expect(facetOf(found, FIRST, "ddosProtection")?.advanced).toBeNull();
    expect(found.problems).toMatchObject([
      { permission: "Microsoft.Resources/subscriptions/resources/read" },
    ]);
  });
});
