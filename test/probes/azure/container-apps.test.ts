import { describe, expect, test } from "vitest";
import containerApps from "#probes/azure/container-apps.ts";
import { toIngress, toTransport } from "#probes/azure/container-apps-facets.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";

const KIND = "Microsoft.App/containerApps";
const ENVIRONMENT = "Microsoft.App/managedEnvironments";
const app = (ingress: unknown) => ({ properties: { configuration: { ingress } } });
const EVERY = ["0.0.0.0/0", "::/0"];

describe("transport", () => {
  test.each([
    [
      "no clear text",
      { allowInsecure: false, fqdn: "a.example", customDomains: [{ name: "shop.example" }] },
      true,
      "TLSv1.2",
    ],
    ["clear text", { allowInsecure: true }, false, "TLSv1.2"],
    ["not stated", {}, null, "TLSv1.2"],
    ["TCP", { transport: "Tcp", exposedPort: 5432 }, null, null],
    [
      "more ports",
      { allowInsecure: false, additionalPortMappings: [{ targetPort: 22, exposedPort: 2222 }] },
      null,
      "TLSv1.2",
    ],
    ["no way in", null, true, null],
  ])("%s", (_, ingress, secureOnly, minimumTls) => {
    expect(toTransport(app(ingress))).toMatchObject({ secureOnly, minimumTls });
  });

  test("the minimum is the platform's, and said to be", () => {
    expect(
      toTransport(
        app({ allowInsecure: false, fqdn: "a.example", customDomains: [{ name: "shop.example" }] }),
      ),
    ).toMatchObject({
      minimumTlsIsDefault: true,
      platformFloor: { version: "TLSv1.2" },
      hostNames: ["a.example", "shop.example"],
    });
    expect(() => toTransport({ properties: {} })).toThrow("no configuration");
  });
});

describe("ingress", () => {
  const open = { properties: {} };
  const inside = { properties: { vnetConfiguration: { internal: true } } };
  const network = { properties: { vnetConfiguration: { internal: false } } };
  const office = { name: "office", ipAddressRange: "203.0.113.0/24", action: "Allow" };
  test.each([
    ["no rules", { external: true }, open, true, [EVERY, EVERY]],
    [
      "one range",
      { external: true, ipSecurityRestrictions: [office] },
      open,
      true,
      [["203.0.113.0/24"], ["203.0.113.0/24"]],
    ],
    [
      "0.0.0.0/0",
      { external: true, ipSecurityRestrictions: [{ ...office, ipAddressRange: "0.0.0.0/0" }] },
      network,
      true,
      [["0.0.0.0/0"], ["0.0.0.0/0"]],
    ],
    ["an internal environment", { external: true }, inside, false, [EVERY, EVERY]],
    [
      "an environment that does not say",
      { external: true },
      { properties: { vnetConfiguration: {} } },
      null,
      [EVERY, EVERY],
    ],
    ["within the environment", { external: false }, null, false, []],
    ["not stated", {}, open, null, [EVERY, EVERY]],
    ["TCP at a port", { external: true, transport: "tcp", exposedPort: 5432 }, open, true, [EVERY]],
    ["no way in", null, null, false, []],
  ])("%s", (_, ingress, environment, reachable, ranges) => {
    const facet = toIngress(app(ingress), environment);
    expect(facet).toMatchObject({ reachable, firewall: true });
    expect(facet.allowed.map((rule) => rule.ranges)).toEqual(ranges);
  });

  test("denials leave the rest of the Internet, and a range that is none is not known", () => {
    const [denied] = toIngress(
      app({ external: true, ipSecurityRestrictions: [{ ...office, action: "Deny" }] }),
      open,
    ).allowed;
    expect(denied?.ranges).toContain("::/0");
    expect(denied?.ranges).not.toContain("0.0.0.0/0");
    const [odd] = toIngress(
      app({ external: true, ipSecurityRestrictions: [{ ...office, ipAddressRange: "here" }] }),
      open,
    ).allowed;
    expect(odd).toMatchObject({ ranges: [], unresolved: ["here"] });
    expect(() =>
      toIngress(
        app({ external: true, ipSecurityRestrictions: [{ ...office, action: "Log" }] }),
        open,
      ),
    ).toThrow(TypeError);
  });
});

describe("from the wire", async () => {
  const environment = resource(ENVIRONMENT, "apps", {
    properties: { vnetConfiguration: { internal: true } },
  });
  const properties = (
    external: boolean,
    environmentId: unknown = environment.id.toUpperCase(),
  ) => ({
    environmentId,
    ...app({ external, allowInsecure: false }).properties,
  });
  const resources = [
    environment,
    resource(KIND, "outside", { properties: properties(true) }),
    resource(KIND, "inside", { properties: properties(false) }),
    resource(KIND, "astray", { properties: properties(true, "/subscriptions/../x") }),
  ];
  const { scan } = await fakeSubscription({ resources });

  test("the environment tells whether there is a public address", async () => {
    const found = await scan().gather(containerApps);
    expect(facetOf(found, "outside", "ingress")).toMatchObject({ reachable: false });
    expect(found.problems).toMatchObject([
      { subject: { name: "astray" }, facets: ["ingress"], reason: "malformed" },
    ]);
  });

  test("its denial costs the ingress of those that depend on it", async () => {
    const denied = await fakeSubscription({
      resources: resources.slice(0, 3),
      denied: [`${ENVIRONMENT}/read`],
    });
    const found = await denied.scan().gather(containerApps);
    expect(found.problems).toMatchObject([
      { subject: { name: "outside" }, facets: ["ingress"], permission: `${ENVIRONMENT}/read` },
    ]);
    expect(found.observations).toHaveLength(3);
  });
});
