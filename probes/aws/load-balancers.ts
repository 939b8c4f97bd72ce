import type { LoadBalancer } from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, defineRead } from "#model/probe.ts";
import { besideEachOther } from "./beside-each-other.ts";
import { listChildren } from "./children.ts";
import { classifyAws } from "./errors.ts";
import { POLICIES, listenerTransports, RULES } from "./listener-transports.ts";
import { listAll, observeListed, type Found } from "./listing.ts";
import { noFirewallBecause } from "./load-balancer-facets.ts";
import {
  BALANCER_KIND,
  BALANCERS,
  balancers,
  LISTENER_KIND,
  LISTENERS,
  listeners,
} from "./load-balancer-listings.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { FIREWALL_PERMISSIONS, firewallReader, type FirewallReader } from "./web-acl-reads.ts";
import { withoutFirewall } from "./web-acl.ts";

/** Application, network and gateway load balancers with their listeners. */
export default defineProbe({
  id: "aws-load-balancers",
  title: "Elastic Load Balancing",
  provider: "aws",
  kinds: [BALANCER_KIND, LISTENER_KIND],
  provides: {
    inventory: { permissions: [BALANCERS, LISTENERS, "tag:GetResources"] },
    redundancy: { permissions: [BALANCERS] },
    transport: { permissions: [LISTENERS, POLICIES, RULES] },
    webFirewall: { permissions: FIREWALL_PERMISSIONS },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(balancers, session);
      yield* observeListed(balancers, listed, wanted, session);
      if (wanted.has("webFirewall")) {
        const reader = firewallReader(session);
        yield* besideEachOther(listed.found, context.signal, (found) =>
          firewall(found, reader, session),
        );
      }
      // An application balancer's listeners are subjects too: without them nothing says that none is left out.
      const inside = await listChildren(listeners, listed, session);
      yield* observeListed(listeners, inside, wanted, session);
      if (wanted.has("transport")) yield* listenerTransports(inside.found, session);
    });
  },
});

async function* firewall(
  { subject, item, place, source }: Found<LoadBalancer>,
  reader: FirewallReader,
  { context }: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const because = noFirewallBecause(item);
  if (because === null) yield* reader.ofResource(subject, subject.id, place.region);
  else {
    yield context.read(
      defineRead({
        service: "elbv2",
        operation: source.operation,
        call: () => Promise.resolve(item),
        subject,
        facet: "webFirewall",
        permission: null,
        map: () => withoutFirewall(because),
      }),
    );
  }
}
