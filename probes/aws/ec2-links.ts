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
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, type Failure } from "#model/probe.ts";
import type { Link } from "#model/security-facets.ts";
import { classifyAws } from "./errors.ts";
import { isGone, toDirectConnectLink, toVpnLink } from "./link-facets.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { malformed } from "./pages.ts";
import { readRegionList, type RegionList } from "./region-list.ts";
import { inAccount, targetProblem, type AwsSession } from "./session.ts";
import { tagRecord } from "./tags.ts";

const VPN_KIND = "AWS::EC2::VPNConnection";
const DIRECT_KIND = "AWS::DirectConnect::Connection";

/** Links to other networks: site-to-site VPN and Direct Connect. */
export default defineProbe({
  id: "aws-ec2-links",
  title: "AWS Site-to-Site VPN and Direct Connect",
  provider: "aws",
  kinds: [VPN_KIND, DIRECT_KIND],
  provides: {
    inventory: { permissions: ["ec2:DescribeVpnConnections", "directconnect:DescribeConnections"] },
    link: {
      permissions: [
        "ec2:DescribeVpnConnections",
        "ec2:DescribeCustomerGateways",
        "directconnect:DescribeConnections",
        "directconnect:DescribeVirtualInterfaces",
      ],
    },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const [tunnels, lines] = await Promise.all([
        listAll(vpnConnections, session),
        listAll(connections, session),
      ]);
      yield* observeListed(vpnConnections, tunnels, wanted, session);
      yield* observeListed(connections, lines, wanted, session);
      if (!wanted.has("link")) return;
      for (const [region, found] of byRegion(tunnels.found)) yield* vpns(region, found, session);
      for (const [region, found] of byRegion(lines.found)) yield* directs(region, found, session);
    });
  },
});

const vpnConnections = defineListing({
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
  items: (page: DescribeVpnConnectionsResult) => page.VpnConnections ?? [],
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
  const VpnConnections = (page.VpnConnections ?? []).map((one) => ({
    ...one,
    CustomerGatewayConfiguration: undefined,
    Options: undefined,
  }));
  return { ...page, VpnConnections };
}

const gateways: RegionList<
  "ec2",
  DescribeCustomerGatewaysResult,
  readonly [id: string, address: string]
> = {
  service: "ec2",
  what: "customer gateways",
  operation: "DescribeCustomerGateways",
  page: () => async (client, options) => {
    const { DescribeCustomerGatewaysCommand } = await import("@aws-sdk/client-ec2");
    return client.send(new DescribeCustomerGatewaysCommand({}), options);
  },
  next: () => undefined,
  items: ({ CustomerGateways }) =>
    (CustomerGateways ?? []).flatMap(({ CustomerGatewayId: id, IpAddress: address }) =>
      id === undefined || address === undefined ? [] : [[id, address] as const],
    ),
};

const connections = defineListing({
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
  items: (page) => page.connections ?? [],
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

const virtualInterfaces: RegionList<"directconnect", VirtualInterfaces, VirtualInterface> = {
  service: "directconnect",
  what: "virtual interfaces",
  operation: "DescribeVirtualInterfaces",
  page: (nextToken) => async (client, options) => {
    const { DescribeVirtualInterfacesCommand } = await import("@aws-sdk/client-direct-connect");
    const page = await client.send(new DescribeVirtualInterfacesCommand({ nextToken }), options);
    return { ...page, virtualInterfaces: (page.virtualInterfaces ?? []).map(withoutAuthKeys) };
  },
  next: ({ nextToken }) => nextToken,
  items: (page) => page.virtualInterfaces ?? [],
};

/** The keys of the BGP sessions, and the router's configuration that repeats them, are let go at once. */
function withoutAuthKeys(one: VirtualInterface): VirtualInterface {
  const bgpPeers = (one.bgpPeers ?? []).map((peer) => ({ ...peer, authKey: undefined }));
  return { ...one, authKey: undefined, customerRouterConfig: undefined, bgpPeers };
}

async function* vpns(
  region: string,
  found: readonly Found<VpnConnection>[],
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const read = await readRegionList(session, region, gateways);
  if ("reason" in read) {
    const said = { ...read, message: `${region}: ${read.message}` };
    const operation = "ec2:DescribeCustomerGateways";
    const fields = { kinds: ["AWS::EC2::CustomerGateway"], facets: [] };
    yield targetProblem(session, operation, operation, said, fields);
  }
  const addresses = new Map("reason" in read ? [] : read);
  for (const one of found) {
    const peer = addresses.get(one.item.CustomerGatewayId ?? "") ?? null;
    yield told(one, () => toVpnLink(one.item, peer), session);
  }
}

async function* directs(
  region: string,
  found: readonly Found<Connection>[],
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const read = await readRegionList(session, region, virtualInterfaces);
  for (const one of found) {
    yield "reason" in read
      ? linkProblem(one, read, "directconnect:DescribeVirtualInterfaces", session)
      : told(one, () => toDirectConnectLink(one.item, read), session);
  }
}

function told<Item>(one: Found<Item>, map: () => Link, session: AwsSession): Observation | Problem {
  try {
    return session.context.observe(one.subject, "link", map(), one.source);
  } catch (error) {
    const said = malformed(error);
    const message = `the answer does not have the documented shape: ${said.message}`;
    return linkProblem(one, { ...said, message }, one.source.operation, session);
  }
}

function linkProblem<Item>(
  { subject }: Found<Item>,
  { reason, message }: Failure,
  operation: string,
  { context }: AwsSession,
): Problem {
  const permission = reason === "denied" ? operation : null;
  return context.problem({ operation, subject, facets: ["link"], reason, permission, message });
}

function byRegion<Item>(
  found: readonly Found<Item>[],
): ReadonlyMap<string, readonly Found<Item>[]> {
  return Map.groupBy(found, ({ place }) => place.region);
}
