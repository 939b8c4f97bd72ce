import { describe, expect, test } from "vitest";
import control from "#controls/exposure/internet-exposure.ts";
import type { ArmResource } from "#fixtures/estate/azure/estate.ts";
import { armId } from "#fixtures/estate/azure/estate.ts";
import type { Ingress } from "#model/security-facets.ts";
import { SCHEMA_KIT } from "#model/schema.ts";
import { resourceSubject } from "#probes/azure/arm.ts";
import type { Found } from "#probes/azure/listing.ts";
import { toNetwork, type Unread } from "#probes/azure/network-reading.ts";
import networks from "#probes/azure/networks.ts";
import { toGroupIngress } from "#probes/azure/security-group-ingress.ts";
import { toNetworkIngress } from "#probes/azure/virtual-network-ingress.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const id = (type: string, name: string) => armId(FIRST, "production", `Microsoft.${type}`, name);
const ref = (type: string, name: string) => ({ id: id(type, name) });
const NSG = "Network/networkSecurityGroups";
const NIC = "Network/networkInterfaces";
const VNET = id("Network/virtualNetworks", "net");
const subnetId = (name: string) => `${VNET}/subnets/${name}`;

const rule = (fields: object = {}, priority = 300) => ({
  name: "open",
  properties: {
    direction: "Inbound",
    access: "Allow",
    protocol: "Tcp",
    sourcePortRange: "*",
    destinationPortRange: "22",
    sourceAddressPrefix: "*",
    destinationAddressPrefix: "*",
    priority,
    ...fields,
  },
});
const WEB = rule({ destinationPortRange: "443" });
/** A group that lets everyone in at SSH, unless said otherwise. */
const group = (name: string, at: object = {}, rules: readonly object[] = [rule()]) =>
  resource(`Microsoft.${NSG}`, name, { properties: { securityRules: rules, ...at } });
const inSubnet = (name = "web") => ({ subnets: [{ id: subnetId(name) }] });
const atInterface = (name = "nic") => ({ networkInterfaces: [ref(NIC, name)] });

interface SubnetFields {
  readonly group?: string;
  readonly owners?: readonly string[];
  readonly more?: object;
}
const subnet = (name: string, { group: own, owners = [], more = {} }: SubnetFields = {}) => ({
  id: subnetId(name),
  name,
  properties: {
    ...(own === undefined ? {} : { networkSecurityGroup: ref(NSG, own) }),
    ...(owners.length === 0
      ? {}
      : { ipConfigurations: owners.map((owner) => ({ id: `${owner}/ipConfigurations/a` })) }),
    ...more,
  },
});
const net = (...subnets: readonly object[]) =>
  resource("Microsoft.Network/virtualNetworks", "net", { properties: { subnets } });
const nic = (configuration: object = {}, more: object = {}, name = "nic") =>
  resource(`Microsoft.${NIC}`, name, {
    properties: {
      ipConfigurations: [
        {
          properties: {
            subnet: { id: subnetId("web") },
            privateIPAddress: "10.0.0.4",
            ...configuration,
          },
        },
      ],
      ...more,
    },
  });
const IP = { publicIPAddress: ref("Network/publicIPAddresses", "ip") };
const ip = (sku: string | null = "Standard", owner = `${id(NIC, "nic")}/ipConfigurations/a`) =>
  resource("Microsoft.Network/publicIPAddresses", "ip", {
    ...(sku === null ? {} : { sku: { name: sku } }),
    properties: { ipConfiguration: { id: owner } },
  });
const LB = id("Network/loadBalancers", "lb");
const POOL = { loadBalancerBackendAddressPools: [{ id: `${LB}/backendAddressPools/p` }] };
const FRONT = `${LB}/frontendIPConfigurations/f`;
const balancer = (
  frontend: object = IP,
  rules: readonly object[] = [{ protocol: "Tcp", backendPort: 443 }],
  sku = "Standard",
  addresses: readonly object[] = [],
) =>
  resource("Microsoft.Network/loadBalancers", "lb", {
    sku: { name: sku },
    properties: {
      frontendIPConfigurations: [{ id: FRONT, properties: frontend }],
      loadBalancingRules: rules.map((one) => ({
        properties: { frontendIPConfiguration: { id: FRONT }, ...one },
      })),
      inboundNatRules: [],
      backendAddressPools: [{ properties: { loadBalancerBackendAddresses: addresses } }],
    },
  });

const found = (raw: ArmResource): Found => ({
  subject: resourceSubject(raw, "t"),
  raw: { ...raw },
  source: { operation: "GET x", observedAt: "2026-06-01T12:00:00Z", sha256: "" },
  subscription: FIRST,
});
const networkOf = (resources: readonly ArmResource[], missing: readonly Unread[] = []) =>
  toNetwork(FIRST, { found: resources.map(found), unread: [] }, missing);
const ingressOf = (own: ArmResource, ...rest: readonly ArmResource[]) =>
  toGroupIngress(own.id, { ...own }, networkOf([own, ...rest])).ingress;
/** As pf-isolation asks. */
const judged = (ingress: Ingress) =>
  control.evaluate({
    expect: control
      .expectation(SCHEMA_KIT)
      .parse({ managementPorts: "closed", databasePorts: "closed", firewall: "required" }),
    facets: { ingress },
    subject: resourceSubject(group("judged"), "t"),
    labels: [],
    observedAt: {},
    now: new Date("2026-06-01T12:00:00Z"),
  });

describe("what stands behind a group", () => {
  const bySubnet = group("nsg", inSubnet());
  const web = net(subnet("web", { group: "nsg", owners: [id(NIC, "nic")] }));
  test.each([
    ["nothing at all", group("nsg"), [], false, "attached to nothing", "pass"],
    [
      "an empty subnet",
      bySubnet,
      [net(subnet("web", { group: "nsg" }))],
      false,
      "with nothing in them",
      "pass",
    ],
    ["a private interface", bySubnet, [web, nic()], false, "nothing there", "pass"],
    ["a public interface", bySubnet, [web, nic(IP), ip()], true, "address nic", "fail"],
    [
      "a public interface of its own",
      group("nsg", atInterface()),
      [net(subnet("web")), nic(IP, { networkSecurityGroup: ref(NSG, "nsg") })],
      true,
      "1 network interface; the Internet can address nic",
      "fail",
    ],
    [
      "an interface that was not read",
      group("nsg", atInterface()),
      [],
      null,
      "the interface nic was not read",
      "unknown",
    ],
    ["a subnet that was not read", bySubnet, [], null, "in the subnet web was not read", "unknown"],
    ["an interface in it that was not read", bySubnet, [web], null, "nic was not read", "unknown"],
    [
      "a load balancer that passes another port on",
      bySubnet,
      [web, nic(POOL), balancer()],
      true,
      "passes on a part only",
      "pass",
    ],
    [
      "a load balancer that passes it on",
      bySubnet,
      [web, nic(POOL), balancer(IP, [{ protocol: "Tcp", backendPort: 22 }])],
      true,
      "passes on a part only",
      "fail",
    ],
    [
      "a load balancer for every port",
      bySubnet,
      [web, nic(POOL), balancer(IP, [{ protocol: "All", backendPort: 0 }])],
      true,
      "address nic",
      "fail",
    ],
    [
      "a private load balancer",
      bySubnet,
      [web, nic(POOL), balancer({ subnet: { id: subnetId("web") } })],
      false,
      "nothing there",
      "pass",
    ],
    [
      "a load balancer that was not read",
      bySubnet,
      [web, nic(POOL)],
      null,
      "the load balancer lb before it was not read",
      "unknown",
    ],
    [
      "a pool that names addresses",
      bySubnet,
      [
        web,
        nic(),
        balancer(IP, [{ protocol: "Tcp", backendPort: 22 }], "Standard", [
          { properties: { ipAddress: "10.0.0.4", virtualNetwork: { id: VNET } } },
        ]),
      ],
      true,
      "address nic",
      "fail",
    ],
    [
      "a pool that names the address of another network",
      bySubnet,
      [
        web,
        nic(),
        balancer(IP, [{ protocol: "Tcp", backendPort: 22 }], "Standard", [
          { properties: { ipAddress: "10.0.0.4", virtualNetwork: { id: `${VNET}2` } } },
        ]),
      ],
      false,
      "nothing there",
      "pass",
    ],
    [
      "an application gateway with a public address",
      bySubnet,
      [
        net(subnet("web", { group: "nsg", owners: [id("Network/applicationGateways", "gw")] })),
        ip("Standard", `${id("Network/applicationGateways", "gw")}/frontendIPConfigurations/f`),
      ],
      true,
      "address gw",
      "fail",
    ],
    [
      "one without",
      bySubnet,
      [net(subnet("web", { group: "nsg", owners: [id("Network/applicationGateways", "gw")] }))],
      false,
      "nothing there",
      "pass",
    ],
    [
      "a service that may be public",
      bySubnet,
      [
        net(
          subnet("web", {
            group: "nsg",
            more: {
              delegations: [{ properties: { serviceName: "Microsoft.Sql/managedInstances" } }],
            },
          }),
        ),
      ],
      null,
      "microsoft.sql/managedinstances has public addresses there is not read",
      "unknown",
    ],
    [
      "a service that is private",
      bySubnet,
      [
        net(
          subnet("web", {
            group: "nsg",
            more: {
              delegations: [
                { properties: { serviceName: "Microsoft.DBforPostgreSQL/flexibleServers" } },
              ],
            },
          }),
        ),
      ],
      false,
      "nothing there",
      "pass",
    ],
    [
      "a scale set with public addresses",
      bySubnet,
      [
        net(subnet("web", { group: "nsg" })),
        resource("Microsoft.Compute/virtualMachineScaleSets", "set", {
          properties: {
            virtualMachineProfile: {
              networkProfile: {
                networkInterfaceConfigurations: [
                  {
                    properties: {
                      ipConfigurations: [
                        {
                          properties: {
                            subnet: { id: subnetId("web") },
                            publicIPAddressConfiguration: { name: "ip" },
                          },
                        },
                      ],
                    },
                  },
                ],
              },
            },
          },
        }),
      ],
      true,
      "address set",
      "fail",
    ],
  ] as const)("%s", (_, own, rest, reachable, detail, outcome) => {
    const ingress = ingressOf(own, ...rest);
    expect(ingress).toMatchObject({ reachable, firewall: true });
    expect(ingress.detail).toContain(detail);
    expect(judged(ingress).outcome).toBe(outcome);
  });

  test.each([
    ["nothing", group("nsg"), true],
    ["a private interface", bySubnet, undefined],
  ])("idle behind %s", (_, own, idle) => {
    const rest = own === bySubnet ? [web, nic()] : [];
    expect(ingressOf(own, ...rest).idle).toBe(idle);
  });
});

describe("a group before the subnet and one at the interface", () => {
  const strict = [rule({ access: "Deny" }, 200), WEB];
  const at = nic(IP, { networkSecurityGroup: ref(NSG, "own") });
  const web = net(subnet("web", { group: "outer", owners: [id(NIC, "nic")] }));

  test.each([
    ["the outer one denies", [rule()], strict, "pass"],
    ["the inner one denies", strict, [rule()], "pass"],
    ["both let in", [rule()], [rule()], "fail"],
    ["the outer one does not know SSH", [rule()], [WEB], "pass"],
  ])("%s", (_, inner, outer, outcome) => {
    const own = group("own", atInterface(), inner);
    const other = group("outer", inSubnet(), outer);
    expect(judged(ingressOf(own, other, web, at, ip())).outcome).toBe(outcome);
    expect(judged(ingressOf(other, own, web, at, ip())).outcome).toBe(outcome);
  });

  test.each([
    ["was not read", [web, at]],
    ["has another shape", [web, at, group("outer", {}, [{ name: "x" }])]],
  ])("the outer one %s", (_, rest) => {
    const ingress = ingressOf(group("own", atInterface()), ...rest);
    expect(ingress).toMatchObject({ reachable: null });
    expect(ingress.detail).toContain("what the other group before nic lets in was not read");
  });

  test("the network of the subnet was not read", () => {
    const ingress = ingressOf(group("own", atInterface()), at);
    expect(ingress).toMatchObject({ reachable: null });
    expect(ingress.detail).toContain("whether a group stands before the subnet");
  });

  test("another machine in the subnet has no group of its own", () => {
    const open = nic(IP, {}, "bare");
    const ingress = ingressOf(
      group("outer", inSubnet()),
      group("own", atInterface(), strict),
      web,
      at,
      open,
    );
    expect(judged(ingress)).toMatchObject({ outcome: "fail" });
    expect(ingress.allowed).toHaveLength(1);
  });
});

describe("routes of the subnet: the neighbours may be everyone", () => {
  const near = rule({ sourceAddressPrefix: "VirtualNetwork" });
  const table = { routeTable: ref("Network/routeTables", "udr") };
  const routes = (...prefixes: readonly unknown[]) =>
    resource("Microsoft.Network/routeTables", "udr", {
      properties: { routes: prefixes.map((addressPrefix) => ({ properties: { addressPrefix } })) },
    });
  const web = net(subnet("web", { group: "nsg", owners: [id(NIC, "nic")], more: table }));
  test.each([
    ["a default route", [near], nic(IP), [routes("0.0.0.0/0")], "unknown"],
    ["two halves of one", [near], nic(IP), [routes("0.0.0.0/1", "128.0.0.0/1")], "unknown"],
    ["a table that was not read", [near], nic(IP), [], "unknown"],
    ["a route that names nothing", [near], nic(IP), [routes(null)], "unknown"],
    ["a route to the office", [near], nic(IP), [routes("10.0.0.0/8", "AzureCloud")], "pass"],
    ["no neighbours are let in", [WEB], nic(IP), [routes("0.0.0.0/0")], "pass"],
    [
      "neighbours are denied",
      [rule({ access: "Deny" }, 200), near],
      nic(IP),
      [routes("::/0")],
      "pass",
    ],
    ["nothing public is there", [near], nic(), [routes("0.0.0.0/0")], "pass"],
  ])("%s", (_, rules, one, tables, outcome) => {
    const ingress = ingressOf(group("nsg", inSubnet(), rules), web, one, ...tables);
    expect(judged(ingress).outcome).toBe(outcome);
  });

  test("both groups before an interface let the neighbours in", () => {
    const ingress = ingressOf(
      group("own", atInterface(), [near]),
      group("nsg", inSubnet(), [near]),
      web,
      nic(IP, { networkSecurityGroup: ref(NSG, "own") }),
      routes("0.0.0.0/0"),
    );
    expect(judged(ingress)).toMatchObject({ outcome: "unknown" });
  });
});

describe("a virtual network", () => {
  const ingress = (own: ArmResource, ...rest: readonly ArmResource[]) =>
    toNetworkIngress({ ...own }, networkOf([own, ...rest])).ingress;
  test.each([
    ["all subnets with a group", [subnet("web", { group: "nsg" })], true, "pass"],
    ["one without", [subnet("web", { group: "nsg" }), subnet("db")], false, "fail"],
    [
      "what can have none",
      [
        "GatewaySubnet",
        "AzureFirewallSubnet",
        "AzureFirewallManagementSubnet",
        "RouteServerSubnet",
        "AzureBastionSubnet",
      ].map((name) => subnet(name)),
      true,
      "pass",
    ],
    [
      "what only goes out",
      [
        subnet("app", {
          more: { delegations: [{ properties: { serviceName: "Microsoft.Web/serverFarms" } }] },
        }),
      ],
      true,
      "pass",
    ],
    [
      "another delegation",
      [
        subnet("db", {
          more: {
            delegations: [{ properties: { serviceName: "Microsoft.Sql/managedInstances" } }],
          },
        }),
      ],
      false,
      "fail",
    ],
    ["no subnets", [], true, "pass"],
  ])("%s", (_, subnets, firewall, outcome) => {
    const told = ingress(net(...subnets));
    expect(told).toMatchObject({ firewall, allowed: [], reachable: false });
    expect(judged(told).outcome).toBe(outcome);
  });

  const bare = net(subnet("web", { owners: [id(NIC, "nic")] }));
  test.each([
    ["a Basic address", [nic(IP), ip("Basic")], true, 1],
    ["a Standard address, which is closed by design", [nic(IP), ip()], false, 0],
    ["an address of no SKU", [nic(IP), ip(null)], null, 1],
    ["an address that was not read", [nic(IP)], null, 1],
    ["an interface that was not read", [], null, 1],
    ["a private interface", [nic()], false, 0],
    ["a Basic load balancer", [nic(POOL), balancer(IP, undefined, "Basic")], true, 1],
    ["a Standard load balancer", [nic(POOL), balancer()], false, 0],
    ["a load balancer that was not read", [nic(POOL)], null, 1],
    [
      "a group at the interface",
      [nic(IP, { networkSecurityGroup: ref(NSG, "nsg") }), ip("Basic")],
      false,
      0,
    ],
  ])("without a group: %s", (_, rest, reachable, many) => {
    const told = ingress(bare, ...rest);
    expect(told).toMatchObject({ reachable, firewall: false });
    expect(told.allowed).toHaveLength(many);
  });

  test.each([
    {},
    { properties: {} },
    { properties: { subnets: [{}] } },
    { properties: { subnets: [{ id: "/x", name: "y" }] } },
  ])("%j is no network", (raw) => {
    expect(() => toNetworkIngress(raw, networkOf([]))).toThrow(TypeError);
  });
});

describe("one answer less upholds nothing and breaks no promise", () => {
  const strict = [rule({ access: "Deny" }, 200), WEB];
  const near = [rule({ sourceAddressPrefix: "VirtualNetwork" })];
  const udr = { routeTable: ref("Network/routeTables", "udr") };
  const at = (own: string, configuration: object = IP) =>
    nic(configuration, { networkSecurityGroup: ref(NSG, own) });
  const web = net(subnet("web", { group: "nsg", owners: [id(NIC, "nic")], more: udr }));
  const everywhere = resource("Microsoft.Network/routeTables", "udr", {
    properties: { routes: [{ properties: { addressPrefix: "0.0.0.0/0" } }] },
  });
  const ssh = [{ protocol: "Tcp", backendPort: 22 }];
  const gateway = id("Network/applicationGateways", "gw");
  const bare = net(subnet("web", { owners: [id(NIC, "nic")] }));
  const scenarios: Readonly<Record<string, readonly ArmResource[]>> = {
    "a public interface": [group("nsg", inSubnet()), web, nic(IP), ip(), everywhere],
    "neighbours who may be everyone": [
      group("nsg", inSubnet(), near),
      web,
      nic(IP),
      ip(),
      everywhere,
    ],
    "closed by the outer group": [
      group("own", atInterface()),
      group("nsg", inSubnet(), strict),
      web,
      at("own"),
      ip(),
      everywhere,
    ],
    "closed by the inner group": [
      group("own", atInterface(), strict),
      group("nsg", inSubnet()),
      web,
      at("own"),
      ip(),
      everywhere,
    ],
    "open in both": [
      group("own", atInterface()),
      group("nsg", inSubnet()),
      web,
      at("own"),
      ip(),
      everywhere,
    ],
    "behind a load balancer": [
      group("nsg", inSubnet()),
      web,
      nic(POOL),
      balancer(IP, ssh),
      ip(),
      everywhere,
    ],
    "behind one for the web": [
      group("nsg", inSubnet()),
      web,
      nic(POOL),
      balancer(),
      ip(),
      everywhere,
    ],
    "in a pool by its address": [
      group("nsg", inSubnet()),
      web,
      nic(),
      balancer(IP, ssh, "Standard", [
        { properties: { ipAddress: "10.0.0.4", virtualNetwork: { id: VNET } } },
      ]),
    ],
    "a gateway": [
      group("nsg", inSubnet()),
      net(subnet("web", { group: "nsg", owners: [gateway] })),
      ip("Standard", `${gateway}/frontendIPConfigurations/f`),
    ],
    "a Basic address without a group": [bare, nic(IP), ip("Basic")],
    "a Standard one": [bare, nic(IP), ip()],
    "a Basic load balancer": [bare, nic(POOL), balancer(IP, ssh, "Basic")],
  };
  const denied: Unread = {
    ok: false,
    operation: "GET x",
    permission: "x/read",
    failure: { reason: "denied", message: "denied", retryable: false },
  };
  const outcomes = (resources: readonly ArmResource[], lost: readonly ArmResource[]) => {
    const unread = lost.map((one) => ({ subject: found(one).subject, known: denied }));
    const network = toNetwork(FIRST, { found: resources.map(found), unread }, []);
    return resources.flatMap((one) => {
      const { kind } = found(one).subject;
      if (kind.endsWith("/networkSecurityGroups")) {
        return [[one.name, judged(toGroupIngress(one.id, { ...one }, network).ingress).outcome]];
      }
      return kind.endsWith("/virtualNetworks")
        ? [[one.name, judged(toNetworkIngress({ ...one }, network).ingress).outcome]]
        : [];
    });
  };

  test.each(Object.entries(scenarios))("%s", (_, resources) => {
    const whole = new Map(outcomes(resources, []).map(([name, outcome]) => [name, outcome]));
    for (const lost of resources) {
      const rest = resources.filter((one) => one !== lost);
      for (const [name, outcome] of outcomes(rest, [lost])) {
        const before = whole.get(name);
        expect([before, "unknown"], `${name} without ${lost.name}`).toContain(outcome);
      }
    }
  });
});

describe("from the wire", async () => {
  const resources = [
    group("nsg", inSubnet()),
    net(subnet("web", { group: "nsg", owners: [id(NIC, "nic")] })),
    nic({ ...IP }),
    nic(POOL, {}, "behind"),
    balancer(),
    ip(),
  ];
  const { scan, azure } = await fakeSubscription({ resources });

  test("the group and the network", async () => {
    const all = await scan().gather(networks);
    expect(all.problems).toEqual([]);
    expect(all.observations).toHaveLength(2);
    expect(facetOf(all, "nsg", "ingress")).toMatchObject({
      reachable: true,
      allowed: [{ protocol: "tcp", ports: [22, 22], ranges: ["0.0.0.0/0", "::/0"] }],
    });
    expect(facetOf(all, "net", "ingress")).toMatchObject({ firewall: true, allowed: [] });
  });

  test("nothing is asked for what is not wanted", async () => {
    const before = azure.calls.length;
    expect(await scan().gather(networks, ["location"])).toMatchObject({ observations: [] });
    expect(azure.calls).toHaveLength(before);
  });

  test.each([
    ["Microsoft.Network/networkSecurityGroups/read", undefined, true],
    ["Microsoft.Network/virtualNetworks/read", true, undefined],
    // What is known to be open stays open, whatever else is not read.
    ["Microsoft.Network/loadBalancers/read", true, true],
    ["Microsoft.Network/publicIPAddresses/read", true, true],
    ["Microsoft.Network/networkInterfaces/read", null, true],
    ["Microsoft.Compute/virtualMachineScaleSets/read", true, true],
    ["Microsoft.Network/routeTables/read", true, true],
  ])("without %s", async (action, reachable, firewall) => {
    const denied = await fakeSubscription({ resources, denied: [action] });
    const all = await denied.scan().gather(networks);
    expect(facetOf(all, "nsg", "ingress")?.reachable).toBe(reachable);
    expect(facetOf(all, "net", "ingress")?.firewall).toBe(firewall);
    const needed = reachable !== true || firewall !== true;
    expect(all.problems.map(({ permission }) => permission)).toEqual(
      needed ? all.problems.map(() => action) : [],
    );
    expect(all.problems.length > 0).toBe(needed);
  });
});
