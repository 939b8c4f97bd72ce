import type {
  DescribeListenersOutput,
  DescribeLoadBalancersOutput,
  LoadBalancer,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { defineChildListing } from "./children.ts";
import { defineListing, type Found } from "./listing.ts";
import { listenerName, toRedundancy, type OwnedListener } from "./load-balancer-facets.ts";

export const BALANCER_KIND = "AWS::ElasticLoadBalancingV2::LoadBalancer";
export const LISTENER_KIND = "AWS::ElasticLoadBalancingV2::Listener";
export const BALANCERS = "elasticloadbalancing:DescribeLoadBalancers";
export const LISTENERS = "elasticloadbalancing:DescribeListeners";

/** Application, network and gateway load balancers. */
export const balancers = defineListing({
  kinds: [BALANCER_KIND],
  service: "elbv2",
  operation: "DescribeLoadBalancers",
  permission: BALANCERS,
  reach: "declared",
  page: (Marker) => async (client, options) => {
    const { DescribeLoadBalancersCommand } =
      await import("@aws-sdk/client-elastic-load-balancing-v2");
    return client.send(new DescribeLoadBalancersCommand({ Marker }), options);
  },
  next: (page: DescribeLoadBalancersOutput) => page.NextMarker,
  items: (page) => page.LoadBalancers,
  subject: ({ LoadBalancerArn: id, LoadBalancerName: name }: LoadBalancer) => {
    if (id === undefined || name === undefined) throw new TypeError("a balancer without name");
    return { id, name, tags: "elsewhere" };
  },
  facets: { redundancy: toRedundancy },
});

/** The listeners of a balancer. */
export const listeners = defineChildListing({
  kinds: [LISTENER_KIND],
  service: "elbv2",
  operation: "DescribeListeners",
  permission: LISTENERS,
  page:
    ({ subject }: Found<LoadBalancer>, Marker) =>
    async (client, options) => {
      const { DescribeListenersCommand } =
        await import("@aws-sdk/client-elastic-load-balancing-v2");
      const asked = { LoadBalancerArn: subject.id, Marker };
      return client.send(new DescribeListenersCommand(asked), options);
    },
  next: (page: DescribeListenersOutput) => page.NextMarker,
  items: (page, { item }): readonly OwnedListener[] | undefined =>
    page.Listeners?.map((listener) => ({ listener, balancer: item })),
  subject: ({ listener }, parent) => {
    if (listener.ListenerArn === undefined) throw new TypeError("a listener without ARN");
    const name = `${parent.subject.name} ${listenerName(listener)}`;
    return { id: listener.ListenerArn, name, tags: "elsewhere" };
  },
});
