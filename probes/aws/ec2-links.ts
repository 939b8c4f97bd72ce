import type { Connection } from "@aws-sdk/client-direct-connect";
import type { VpnConnection } from "@aws-sdk/client-ec2";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe } from "#model/probe.ts";
import { classifyAws } from "./errors.ts";
import { answerOf, tell } from "#probes/common/known.ts";
import { askAll } from "./known.ts";
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
  const read = await askAll(session, { ...gateways, region });
  if (!read.ok) {
    const { operation, permission, failure } = read;
    const said = { ...failure, message: `${region}: ${failure.message}` };
    const fields = { kinds: ["AWS::EC2::CustomerGateway"], facets: [] };
    yield targetProblem(session, operation, permission, said, fields);
  }
  const addresses = new Map(read.ok ? read.value : []);
  for (const { subject, item, source } of found) {
    const peer = addresses.get(item.CustomerGatewayId ?? "") ?? null;
    yield tell(session.context, subject, "link", source, () => toVpnLink(item, peer));
  }
}

async function* directs(
  region: string,
  found: readonly Found<Connection>[],
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const read = await askAll(session, { ...virtualInterfaces, region });
  for (const { subject, item, source } of found) {
    yield tell(session.context, subject, "link", source, () =>
      toDirectConnectLink(item, answerOf(read)),
    );
  }
}

function byRegion<Item>(
  found: readonly Found<Item>[],
): ReadonlyMap<string, readonly Found<Item>[]> {
  return Map.groupBy(found, ({ place }) => place.region);
}
