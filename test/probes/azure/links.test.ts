import { describe, expect, test } from "vitest";
import { armId } from "#fixtures/estate/azure/estate.ts";
import links from "#probes/azure/links.ts";
import { toCircuitLink, toConnectionLink } from "#probes/azure/link-facets.ts";
import { facetOf } from "../../support/probe-context.ts";
import { fakeSubscription, resource } from "./azure.ts";
import { FIRST } from "./fake.ts";

const id = (type: string, name: string) =>
  armId(FIRST, "production", `Microsoft.Network/${type}`, name);
const CONNECTIONS = "Microsoft.Network/connections";
const CIRCUITS = "Microsoft.Network/expressRouteCircuits";
const connection = (properties: object = {}) => ({
  name: "office",
  properties: {
    connectionType: "IPsec",
    connectionStatus: "Connected",
    localNetworkGateway2: { id: id("localNetworkGateways", "paris") },
    ...properties,
  },
});
const policy = (ipsecEncryption: unknown) => ({ ipsecPolicies: [{ ipsecEncryption }] });

describe("a connection", () => {
  test.each([
    [{}, { kind: "vpn", encrypted: true, peer: "paris", tunnels: [{ name: "office", up: true }] }],
    [{ connectionStatus: "NotConnected" }, { tunnels: [{ up: false }] }],
    [{ connectionStatus: "Connecting" }, { tunnels: [{ up: false }] }],
    [{ connectionStatus: "Unknown" }, { tunnels: [{ up: null }] }],
    [{ connectionStatus: undefined }, { tunnels: [{ up: null }] }],
    [
      {
        tunnelConnectionStatus: [
          {
            tunnel: "office_1",
            connectionStatus: "Connected",
            lastConnectionEstablishedUtcTime: "2026-05-01T10:00:00Z",
          },
          { tunnel: "office_2", connectionStatus: "NotConnected" },
        ],
      },
      {
        tunnels: [
          { name: "office_1", up: true, since: "2026-05-01T10:00:00.000Z" },
          { name: "office_2", up: false, since: null },
        ],
      },
    ],
    [policy("GCMAES256"), { encrypted: true }],
    [policy("None"), { encrypted: false }],
    [policy("ROT13"), { encrypted: null }],
    [policy(undefined), { encrypted: null }],
    [
      {
        connectionType: "Vnet2Vnet",
        localNetworkGateway2: undefined,
        virtualNetworkGateway2: { id: id("virtualNetworkGateways", "other") },
      },
      { kind: "vpn", encrypted: true, peer: "other" },
    ],
    // The line is the circuit's.
    [
      { connectionType: "ExpressRoute", peer: { id: id("expressRouteCircuits", "line") } },
      { kind: "dedicated", encrypted: false, peer: "line", tunnels: [{ up: true }] },
    ],
  ])("%j", (properties, expected) => {
    expect(toConnectionLink(connection(properties), false)).toMatchObject(expected);
  });

  test.each([
    {},
    { properties: {} },
    connection({ connectionType: "Carrier pigeon" }),
    connection({ tunnelConnectionStatus: {} }),
  ])("%j cannot be told", (raw) => {
    expect(() => toConnectionLink(raw, null)).toThrow(TypeError);
  });
});

const PORT = id("expressRoutePorts", "port").toLowerCase();
const circuit = (properties: object = {}) => ({
  name: "line",
  properties: {
    circuitProvisioningState: "Enabled",
    serviceProviderProvisioningState: "Provisioned",
    serviceProviderProperties: { serviceProviderName: "Orange", peeringLocation: "Paris" },
    peerings: [{ name: "AzurePrivatePeering", properties: { state: "Enabled" } }],
    ...properties,
  },
});
const port = (...configs: readonly (object | undefined)[]) =>
  new Map([
    [
      PORT,
      {
        properties: {
          links: configs.map((macSecConfig) => ({
            properties: { adminState: "Enabled", macSecConfig },
          })),
        },
      },
    ],
  ]);
const MACSEC = {
  cknSecretIdentifier: "https://vault/ckn",
  cakSecretIdentifier: "https://vault/cak",
};

describe("a circuit", () => {
  test.each([
    // Nothing says whether the routers speak to each other.
    [{}, [null]],
    [{ circuitProvisioningState: "Disabled" }, [false]],
    [{ serviceProviderProvisioningState: "NotProvisioned" }, [false]],
    [{ serviceProviderProvisioningState: "Deprovisioning" }, [false]],
    [{ circuitProvisioningState: "Perhaps" }, [null]],
    [{ peerings: [{ name: "p", properties: { state: "Disabled" } }] }, [false]],
    [{ peerings: [] }, []],
  ])("%j", (properties, up) => {
    const link = toCircuitLink(circuit(properties), new Map());
    expect(link).toMatchObject({ kind: "dedicated", encrypted: false, peer: "Orange, Paris" });
    expect(link.tunnels.map((tunnel) => tunnel.up)).toEqual(up);
  });

  test.each([
    ["MACsec on both links", port(MACSEC, MACSEC), true],
    ["on one", port(MACSEC, undefined), false],
    ["without its key", port({ cknSecretIdentifier: "x" }), false],
    ["no links", port(), null],
    ["a port that was not read", new Map(), null],
  ])("on the customer's own port: %s", (_, ports, encrypted) => {
    const own = circuit({
      expressRoutePort: { id: PORT },
      serviceProviderProvisioningState: undefined,
    });
    expect(toCircuitLink(own, ports)).toMatchObject({ encrypted, tunnels: [{ up: null }] });
  });

  test.each([{}, { properties: { peerings: {} } }])("%j cannot be told", (raw) => {
    expect(() => toCircuitLink(raw, new Map())).toThrow(TypeError);
  });
});

describe("from the wire", async () => {
  const resources = [
    resource(CONNECTIONS, "office", { properties: connection().properties }),
    resource(CONNECTIONS, "to-line", {
      properties: {
        connectionType: "ExpressRoute",
        connectionStatus: "Connected",
        peer: { id: id("expressRouteCircuits", "line") },
      },
    }),
    resource(CIRCUITS, "line", {
      properties: circuit({ expressRoutePort: { id: PORT } }).properties,
    }),
    resource("Microsoft.Network/expressRoutePorts", "port", {
      properties: port(MACSEC, MACSEC).get(PORT)?.properties ?? {},
    }),
  ];
  const { scan, azure } = await fakeSubscription({ resources });

  test("links and lines, with the state that each connection tells itself", async () => {
    const found = await scan().gather(links);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "office", "link")).toMatchObject({ kind: "vpn", encrypted: true });
    expect(facetOf(found, "line", "link")).toMatchObject({ kind: "dedicated", encrypted: true });
    expect(facetOf(found, "to-line", "link")).toMatchObject({ encrypted: true });
    const asked = azure.calls.filter(({ path }) => /connections\/[\w-]+\?/.test(path));
    expect(asked).toHaveLength(2);
  });

  test.each([
    ["Microsoft.Network/connections/read", [undefined, undefined, true], ["office", "to-line"]],
    ["Microsoft.Network/expressRouteCircuits/read", [true, null, undefined], ["line"]],
    ["Microsoft.Network/expressRoutePorts/read", [true, null, null], ["line"]],
  ])("without %s", async (action, encrypted, concerned) => {
    const denied = await fakeSubscription({ resources, denied: [action] });
    const found = await denied.scan().gather(links);
    const read = ["office", "to-line", "line"].map(
      (name) => facetOf(found, name, "link")?.encrypted,
    );
    expect(read).toEqual(encrypted);
    expect(new Set(found.problems.map(({ subject }) => subject?.name))).toEqual(new Set(concerned));
    for (const problem of found.problems) {
      expect(problem).toMatchObject({ reason: "denied", permission: action, facets: ["link"] });
    }
  });
});
