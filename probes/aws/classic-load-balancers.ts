import type {
  DescribeAccessPointsOutput,
  LoadBalancerDescription,
} from "@aws-sdk/client-elastic-load-balancing";
import { defineProbe, defineRead } from "#model/probe.ts";
import { awsQuestion } from "./calls.ts";
import { toRedundancy, toTransport } from "./classic-load-balancer-facets.ts";
import { classifyAws } from "./errors.ts";
import { listOf } from "./pages.ts";
import { defineListing, listAll, observeListed } from "./listing.ts";
import { inAccount } from "./session.ts";

const KIND = "AWS::ElasticLoadBalancing::LoadBalancer";
const BALANCERS = "elasticloadbalancing:DescribeLoadBalancers";
const POLICIES = "elasticloadbalancing:DescribeLoadBalancerPolicies";

/** Classic load balancers. */
export default defineProbe({
  id: "aws-classic-load-balancers",
  title: "Elastic Load Balancing, classic",
  provider: "aws",
  kinds: [KIND],
  provides: {
    inventory: { permissions: [BALANCERS, "tag:GetResources"] },
    redundancy: { permissions: [BALANCERS] },
    transport: { permissions: [BALANCERS, POLICIES] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(balancers, session);
      yield* observeListed(balancers, listed, wanted, session);
      if (!wanted.has("transport")) return;
      const reads = listed.found.map(({ subject, item, place }) =>
        defineRead({
          ...awsQuestion(
            session.clients,
            "elb",
            place.region,
            "DescribeLoadBalancerPolicies",
            async (client, options) => {
              const { DescribeLoadBalancerPoliciesCommand } =
                await import("@aws-sdk/client-elastic-load-balancing");
              const asked = { LoadBalancerName: subject.name };
              return client.send(new DescribeLoadBalancerPoliciesCommand(asked), options);
            },
          ),
          subject,
          facet: "transport",
          permission: POLICIES,
          map: ({ PolicyDescriptions }) => toTransport(item, listOf(PolicyDescriptions)),
        }),
      );
      yield* context.readAll(reads);
    });
  },
});

const balancers = defineListing({
  kinds: [KIND],
  service: "elb",
  operation: "DescribeLoadBalancers",
  permission: BALANCERS,
  reach: "declared",
  page: (Marker) => async (client, options) => {
    const { DescribeLoadBalancersCommand } = await import("@aws-sdk/client-elastic-load-balancing");
    return client.send(new DescribeLoadBalancersCommand({ Marker }), options);
  },
  next: (page: DescribeAccessPointsOutput) => page.NextMarker,
  items: (page) => page.LoadBalancerDescriptions,
  subject: ({ LoadBalancerName: name }: LoadBalancerDescription, { account, region }) => {
    if (name === undefined) throw new TypeError("a balancer without name");
    const { partition, id: owner } = account;
    const id = `arn:${partition}:elasticloadbalancing:${region}:${owner}:loadbalancer/${name}`;
    return { id, name, tags: "elsewhere" };
  },
  facets: { redundancy: toRedundancy },
});
