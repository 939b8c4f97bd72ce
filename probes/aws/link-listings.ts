import type {
  Connection,
  Connections,
  VirtualInterface,
  VirtualInterfaces,
} from "@aws-sdk/client-direct-connect";
import type {
  DescribeCustomerGatewaysResult,
  DescribeVpnConnectionsResult,
  VpnConnection,
} from "@aws-sdk/client-ec2";
import { isGone } from "./link-facets.ts";
import type { RegionalAsk } from "./known.ts";
import { defineListing } from "./listing.ts";
import { tagRecord } from "./tags.ts";

export const VPN_KIND = "AWS::EC2::VPNConnection";
export const DIRECT_KIND = "AWS::DirectConnect::Connection";

/** Site-to-site VPN. */
export const vpnConnections = defineListing({
  kinds: [VPN_KIND],
  service: "ec2",
  operation: "DescribeVpnConnections",
  permission: "ec2:DescribeVpnConnections",
  reach: "declared",
  page: () => async (client, options) => {
    const { DescribeVpnConnectionsCommand } = await import("@aws-sdk/client-ec2");
    return withoutKeys(await client.send(new DescribeVpnConnectionsCommand({}), options));
  },
  // It is not paged.
  next: (): undefined => undefined,
  items: (page: DescribeVpnConnectionsResult) => page.VpnConnections,
  subject: ({ VpnConnectionId: id, State, Tags }: VpnConnection, { account, region }) => {
    if (id === undefined || State === undefined) throw new TypeError("a VPN without id or state");
    if (isGone(State)) return null;
    const tags = tagRecord(Tags);
    const arn = `arn:${account.partition}:ec2:${region}:${account.id}:vpn-connection/${id}`;
    return { id: arn, name: tags["Name"] ?? id, tags };
  },
});

/** The answer holds the keys of the tunnels, in the gateway's configuration and beside it: they are let go at once. */
function withoutKeys(page: DescribeVpnConnectionsResult): DescribeVpnConnectionsResult {
  const VpnConnections = page.VpnConnections?.map((one) => ({
    ...one,
    CustomerGatewayConfiguration: undefined,
    Options: undefined,
  }));
  return { ...page, VpnConnections };
}

/** The other sides of VPN: id and address of each. */
export const gateways: RegionalAsk<
  "ec2",
  DescribeCustomerGatewaysResult,
  readonly [id: string, address: string]
> = {
  service: "ec2",
  operation: "DescribeCustomerGateways",
  permission: "ec2:DescribeCustomerGateways",
  page: () => async (client, options) => {
    const { DescribeCustomerGatewaysCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeCustomerGatewaysCommand({}), options);
  },
  next: () => undefined,
  items: ({ CustomerGateways }) =>
    CustomerGateways?.flatMap(({ CustomerGatewayId: id, IpAddress: address }) =>
      id === undefined || address === undefined ? [] : [[id, address] as const],
    ),
};

/** Lines of Direct Connect. */
export const connections = defineListing({
  kinds: [DIRECT_KIND],
  service: "directconnect",
  operation: "DescribeConnections",
  permission: "directconnect:DescribeConnections",
  reach: "declared",
  page: (nextToken) => async (client, options) => {
    const { DescribeConnectionsCommand } = await import("@aws-sdk/client-direct-connect");
    return client.send(new DescribeConnectionsCommand({ nextToken }), options);
  },
  next: (page: Connections) => page.nextToken,
  items: (page) => page.connections,
  subject: (connection: Connection, { account, region }) => {
    const { connectionId: id, connectionName, connectionState, tags } = connection;
    if (id === undefined) throw new TypeError("a connection without id");
    if (isGone(connectionState)) return null;
    const arn = `arn:${account.partition}:directconnect:${region}:${account.id}:dxcon/${id}`;
    return {
      id: arn,
      name: connectionName ?? id,
      tags: tagRecord((tags ?? []).map(({ key, value }) => ({ Key: key, Value: value }))),
    };
  },
});

/** What runs over the lines of Direct Connect. */
export const virtualInterfaces: RegionalAsk<"directconnect", VirtualInterfaces, VirtualInterface> =
  {
    service: "directconnect",
    operation: "DescribeVirtualInterfaces",
    permission: "directconnect:DescribeVirtualInterfaces",
    page: (nextToken) => async (client, options) => {
      const { DescribeVirtualInterfacesCommand } = await import("@aws-sdk/client-direct-connect");
      const page = await client.send(new DescribeVirtualInterfacesCommand({ nextToken }), options);
      return { ...page, virtualInterfaces: page.virtualInterfaces?.map(withoutAuthKeys) };
    },
    next: ({ nextToken }) => nextToken,
    items: (page) => page.virtualInterfaces,
  };

/** The keys of the BGP sessions, and the router's configuration that repeats them, are let go at once. */
function withoutAuthKeys(one: VirtualInterface): VirtualInterface {
  const bgpPeers = (one.bgpPeers ?? []).map((peer) => ({ ...peer, authKey: undefined }));
  return { ...one, authKey: undefined, customerRouterConfig: undefined, bgpPeers };
}
