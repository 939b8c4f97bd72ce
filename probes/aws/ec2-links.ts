import type { Connection } from "@aws-sdk/client-direct-connect";
import type { VpnConnection } from "@aws-sdk/client-ec2";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, type Failure } from "#model/probe.ts";
import type { Link } from "#model/security-facets.ts";
import { classifyAws } from "./errors.ts";
import { toDirectConnectLink, toVpnLink } from "./link-facets.ts";
import {
  connections,
  DIRECT_KIND,
  gateways,
  virtualInterfaces,
  VPN_KIND,
  vpnConnections,
} from "./link-listings.ts";
import { listAll, observeListed, type Found } from "./listing.ts";
import { malformed } from "./pages.ts";
import { readRegionList } from "./region-list.ts";
import { inAccount, targetProblem, type AwsSession } from "./session.ts";

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
