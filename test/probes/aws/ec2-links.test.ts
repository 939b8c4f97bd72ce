import { describe, expect, test } from "vitest";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import probe from "#probes/aws/ec2-links.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const SECRET = "a-key-that-nobody-may-see";
const SINCE = new Date("2026-05-01T00:00:00Z");
const vpn = (id: string, fields: object = {}) => ({
  VpnConnectionId: id,
  State: "available",
  CustomerGatewayId: "cgw-1",
  CustomerGatewayConfiguration: `<pre_shared_key>${SECRET}</pre_shared_key>`,
  Options: { TunnelOptions: [{ PreSharedKey: SECRET }] },
  VgwTelemetry: [
    { OutsideIpAddress: "198.51.100.1", Status: "UP", LastStatusChange: SINCE },
    { OutsideIpAddress: "198.51.100.2", Status: "DOWN" },
  ],
  ...fields,
});
const line = (id: string, fields: object = {}) => ({
  connectionId: id,
  connectionName: id,
  connectionState: "available",
  location: "EqPA3",
  macSecCapable: false,
  ...fields,
});
const vif = (id: string, connectionId: string, fields: object = {}) => ({
  virtualInterfaceId: id,
  connectionId,
  virtualInterfaceType: "private",
  virtualInterfaceState: "available",
  authKey: SECRET,
  customerRouterConfig: SECRET,
  bgpPeers: [{ bgpStatus: "up", authKey: SECRET }],
  ...fields,
});
const answers = (fields: ApiAnswers = {}): ApiAnswers => ({
  "ec2:DescribeVpnConnections": { VpnConnections: [vpn("vpn-1")] },
  "ec2:DescribeCustomerGateways": {
    CustomerGateways: [{ CustomerGatewayId: "cgw-1", IpAddress: "192.0.2.1" }, {}],
  },
  "directconnect:DescribeConnections": { connections: [line("dxcon-1")] },
  "directconnect:DescribeVirtualInterfaces": { virtualInterfaces: [vif("dxvif-1", "dxcon-1")] },
  ...fields,
});
const see = async (fields: ApiAnswers = {}) => {
  const aws = await fakeAws({ answers: answers(fields) });
  return { aws, found: await aws.scan().gather(probe) };
};
const direct = async (connection: object, virtualInterfaces: readonly object[]) => {
  const { found } = await see({
    "directconnect:DescribeConnections": { connections: [line("dxcon-1", connection)] },
    "directconnect:DescribeVirtualInterfaces": { virtualInterfaces },
  });
  return facetOf(found, "dxcon-1", "link");
};

describe("links to other networks", () => {
  test("tunnels of a VPN, each with its state and its other side", async () => {
    const { found } = await see();
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "vpn-1", "link")).toEqual({
      kind: "vpn",
      encrypted: true,
      tunnels: [
        { name: "198.51.100.1", up: true, since: "2026-05-01T00:00:00.000Z" },
        { name: "198.51.100.2", up: false, since: null },
      ],
      peer: "192.0.2.1",
    });
    const ids = found.observations.flatMap((one) =>
      one.facet === "inventory" ? one.value.items.map(({ id }) => id) : [],
    );
    expect(ids).toEqual([
      `arn:aws:ec2:eu-west-3:${ACCOUNT}:vpn-connection/vpn-1`,
      `arn:aws:directconnect:eu-west-3:${ACCOUNT}:dxcon/dxcon-1`,
    ]);
  });

  test("no key of a tunnel or a session is kept", async () => {
    const { found } = await see();
    expect(JSON.stringify(found)).not.toContain(SECRET);
  });

  test("connections that are gone are none", async () => {
    const { found } = await see({
      "ec2:DescribeVpnConnections": {
        VpnConnections: ["deleted", "deleting", "pending"].map((State) =>
          vpn(`vpn-${State}`, { State, VgwTelemetry: [{ OutsideIpAddress: "198.51.100.1" }] }),
        ),
      },
      "directconnect:DescribeConnections": {
        connections: ["deleted", "rejected", "ordering"].map((connectionState) =>
          line(`dxcon-${connectionState}`, { connectionState }),
        ),
      },
    });
    const names = found.observations.flatMap((one) =>
      one.facet === "inventory" ? one.value.items.map(({ name }) => name) : [],
    );
    expect(names).toEqual(["vpn-pending", "dxcon-ordering"]);
    expect(facetOf(found, "vpn-pending", "link")?.tunnels).toMatchObject([{ up: null }]);
    expect(facetOf(found, "dxcon-ordering", "link")?.tunnels).toEqual([]);
  });

  test("a dedicated line is up by its BGP sessions, and private rather than encrypted", async () => {
    const { found } = await see();
    expect(facetOf(found, "dxcon-1", "link")).toEqual({
      kind: "dedicated",
      encrypted: false,
      tunnels: [{ name: "dxvif-1 (private)", up: true, since: null }],
      peer: "EqPA3",
    });
  });

  test.each([
    [{ connectionState: "down" }, {}, false],
    [{ connectionState: "unknown" }, {}, null],
    [{}, { virtualInterfaceState: "down" }, false],
    [{}, { virtualInterfaceState: "unknown" }, null],
    [{}, { bgpPeers: [{ bgpStatus: "down" }] }, false],
    [{}, { bgpPeers: [{ bgpStatus: "down" }, { bgpStatus: "up" }] }, true],
    [{}, { bgpPeers: [{ bgpStatus: "unknown" }] }, null],
    [{}, { bgpPeers: [] }, false],
    [{ connectionState: "down" }, { bgpPeers: [{ bgpStatus: "unknown" }] }, false],
    [{ lagId: "dxlag-1" }, { connectionId: "dxlag-1" }, true],
  ])("line %j with interface %j", async (connection, fields, up) => {
    const link = await direct(connection, [vif("dxvif-1", "dxcon-1", fields)]);
    expect(link?.tunnels.map((tunnel) => tunnel.up)).toEqual([up]);
  });

  test("interfaces of other lines, or that are gone, are not its own", async () => {
    const gone = vif("dxvif-2", "dxcon-1", { virtualInterfaceState: "deleted" });
    const link = await direct({}, [vif("dxvif-1", "dxcon-2"), gone]);
    expect(link?.tunnels).toEqual([]);
  });

  test.each([
    [
      {
        macSecCapable: true,
        encryptionMode: "must_encrypt",
        portEncryptionStatus: "Encryption Up",
      },
      true,
    ],
    [
      {
        macSecCapable: true,
        encryptionMode: "must_encrypt",
        portEncryptionStatus: "Encryption Down",
      },
      null,
    ],
    [
      {
        macSecCapable: true,
        encryptionMode: "should_encrypt",
        portEncryptionStatus: "Encryption Up",
      },
      null,
    ],
    [{ macSecCapable: true, encryptionMode: "no_encrypt" }, false],
    [{ macSecCapable: undefined }, null],
  ])("MACsec: %j", async (fields, encrypted) => {
    expect((await direct(fields, []))?.encrypted).toBe(encrypted);
  });

  test("all pages of every declared region", async () => {
    const aws = await fakeAws({
      regions: ["eu-west-3", "eu-west-1", "us-east-1"],
      answers: answers({
        "ec2:DescribeVpnConnections": ({ region }) => ({ VpnConnections: [vpn(`vpn-${region}`)] }),
        "directconnect:DescribeConnections": ({ input, region }) =>
          input["nextToken"] === "2"
            ? { connections: [line(`dxcon-2-${region}`)] }
            : { connections: [line(`dxcon-1-${region}`)], nextToken: "2" },
      }),
    });
    const found = await aws.scan({ regions: ["eu-west-3", "eu-west-1"] }).gather(probe);
    expect(found.problems).toEqual([]);
    const links = found.observations.filter(({ facet }) => facet === "link");
    expect(links.map(({ subject }) => subject.name)).toEqual([
      "vpn-eu-west-3",
      "vpn-eu-west-1",
      "dxcon-1-eu-west-3",
      "dxcon-2-eu-west-3",
      "dxcon-1-eu-west-1",
      "dxcon-2-eu-west-1",
    ]);
  });

  const denied = async (operation: string) => {
    const { aws } = await see();
    aws.setFaults({ operation, fault: { kind: "denied" } });
    return aws.scan().gather(probe);
  };
  test.each([
    ["DescribeVpnConnections", "ec2:DescribeVpnConnections", "dxcon-1"],
    ["DescribeConnections", "directconnect:DescribeConnections", "vpn-1"],
  ])("%s denied costs its own kind and nothing else", async (operation, permission, other) => {
    const found = await denied(operation);
    expect(found.problems).toMatchObject([{ reason: "denied", permission }]);
    expect(found.observations.filter(({ facet }) => facet === "link")).toHaveLength(1);
    expect(facetOf(found, other, "link")).toBeDefined();
  });

  test("virtual interfaces denied cost the facet of the lines", async () => {
    const found = await denied("DescribeVirtualInterfaces");
    expect(found.problems).toMatchObject([
      {
        reason: "denied",
        permission: "directconnect:DescribeVirtualInterfaces",
        subject: { name: "dxcon-1" },
        facets: ["link"],
      },
    ]);
    expect(facetOf(found, "vpn-1", "link")).toBeDefined();
  });

  test("customer gateways denied cost the name of the other side", async () => {
    const found = await denied("DescribeCustomerGateways");
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "ec2:DescribeCustomerGateways" },
    ]);
    expect(facetOf(found, "vpn-1", "link")).toMatchObject({
      peer: null,
      tunnels: [{ up: true }, {}],
    });
  });

  test.each([
    [
      "a VPN without state",
      { "ec2:DescribeVpnConnections": { VpnConnections: [vpn("vpn-1", { State: undefined })] } },
    ],
    [
      "a tunnel without address",
      {
        "ec2:DescribeVpnConnections": {
          VpnConnections: [vpn("vpn-1", { VgwTelemetry: [{ Status: "UP" }] })],
        },
      },
    ],
    ["a line without id", { "directconnect:DescribeConnections": { connections: [{}] } }],
    [
      "an interface without id",
      {
        "directconnect:DescribeVirtualInterfaces": {
          virtualInterfaces: [vif("x", "dxcon-1", { virtualInterfaceId: undefined })],
        },
      },
    ],
  ])("%s is malformed, not absent", async (_, fields) => {
    const { found } = await see(fields);
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
    expect(found.observations.filter(({ facet }) => facet === "link")).toHaveLength(1);
  });
});
