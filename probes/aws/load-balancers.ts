import type {
  DescribeListenersOutput,
  DescribeLoadBalancersOutput,
  LoadBalancer,
  Rule,
  SslPolicy,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe, defineRead, type AnyRead, type Failure } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { besideEachOther } from "./beside-each-other.ts";
import { awsQuestion, type Send } from "./calls.ts";
import { defineChildListing, listChildren } from "./children.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import {
  clearTransport,
  endsTls,
  listenerName,
  noFirewallBecause,
  passedTransport,
  redirectsByDefault,
  secureTransport,
  toRedundancy,
  type OwnedListener,
} from "./load-balancer-facets.ts";
import { malformed, pages } from "./pages.ts";
import { inAccount, type AwsSession } from "./session.ts";
import { FIREWALL_PERMISSIONS, firewallReader, type FirewallReader } from "./web-acl-reads.ts";
import { withoutFirewall } from "./web-acl.ts";

const BALANCER_KIND = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LISTENER_KIND = "AWS::ElasticLoadBalancingV2::Listener";
const LISTENERS = "elasticloadbalancing:DescribeListeners";
const BALANCERS = "elasticloadbalancing:DescribeLoadBalancers";
const POLICIES = "elasticloadbalancing:DescribeSSLPolicies";
const RULES = "elasticloadbalancing:DescribeRules";

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
      if (wanted.has("transport")) yield* transports(inside.found, session);
    });
  },
});

const balancers = defineListing({
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
  items: (page) => page.LoadBalancers ?? [],
  subject: ({ LoadBalancerArn: id, LoadBalancerName: name }: LoadBalancer) => {
    if (id === undefined || name === undefined) throw new TypeError("a balancer without name");
    return { id, name, tags: "elsewhere" };
  },
  facets: { redundancy: toRedundancy },
});

const listeners = defineChildListing({
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
  items: (page, { item }): readonly OwnedListener[] =>
    (page.Listeners ?? []).map((listener) => ({ listener, balancer: item })),
  subject: ({ listener }, parent) => {
    if (listener.ListenerArn === undefined) throw new TypeError("a listener without ARN");
    const name = `${parent.subject.name} ${listenerName(listener)}`;
    return { id: listener.ListenerArn, name, tags: "elsewhere" };
  },
});

async function* firewall(
  { subject, item, place }: Found<LoadBalancer>,
  reader: FirewallReader,
  { context }: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const because = noFirewallBecause(item);
  if (because === null) yield* reader.ofResource(subject, subject.id, place.region);
  else yield context.read(known(subject, "webFirewall", item, () => withoutFirewall(because)));
}

async function* transports(
  found: readonly Found<OwnedListener>[],
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const { context } = session;
  const secure = found.filter(({ item }) => endsTls(item.listener));
  const regions = new Set(secure.map(({ place }) => place.region));
  const policies = new Map(
    await Promise.all(
      [...regions].map(async (region) => [region, await policiesOf(region, session)] as const),
    ),
  );
  for (const one of secure) {
    const read = policies.get(one.place.region) ?? new Map<string, SslPolicy>();
    const item = withPolicy(one, read);
    yield "subject" in item
      ? context.read(item)
      : context.problem({ ...item, subject: one.subject });
  }
  const rest = found.filter(({ item }) => !endsTls(item.listener));
  yield* context.readAll(rest.map((one) => withoutPolicy(one, session)));
}

/** The policies of a region, by name. */
async function policiesOf(
  region: string,
  { context, clients }: AwsSession,
): Promise<ReadonlyMap<string, SslPolicy> | Failure> {
  const policies = new Map<string, SslPolicy>();
  const listing = pages(
    context,
    (Marker) =>
      awsQuestion(clients, "elbv2", region, "DescribeSSLPolicies", async (client, options) => {
        const { DescribeSSLPoliciesCommand } =
          await import("@aws-sdk/client-elastic-load-balancing-v2");
        return client.send(new DescribeSSLPoliciesCommand({ Marker }), options);
      }),
    (raw) => raw.NextMarker,
  );
  for await (const page of listing) {
    if (!page.ok) return page.failure;
    for (const policy of page.raw.SslPolicies ?? []) {
      if (policy.Name === undefined) return malformed(new TypeError("a policy without name"));
      policies.set(policy.Name, policy);
    }
  }
  return policies;
}

function withPolicy(
  { subject, item, place }: Found<OwnedListener>,
  policies: ReadonlyMap<string, SslPolicy> | Failure,
): AnyRead | Omit<Problem, "target" | "probe" | "kinds" | "subject"> {
  const operation = "elbv2:DescribeSSLPolicies";
  const facets: readonly FacetName[] = ["transport"];
  if ("reason" in policies) {
    const { reason, message } = policies;
    const permission = reason === "denied" ? POLICIES : null;
    return { operation, facets, reason, permission, message };
  }
  const name = item.listener.SslPolicy;
  const policy = policies.get(name ?? "");
  if (policy === undefined) {
    const named = name === undefined ? "no policy is named" : `the policy ${plain(name, 80)}`;
    const message = `${named}${name === undefined ? "" : ` is not among those of ${place.region}`}, so its versions are not known`;
    return { operation, facets, reason: "partial", permission: null, message };
  }
  return known(subject, "transport", { ...item, policy }, () => secureTransport(item, policy));
}

function withoutPolicy(
  { subject, item, place }: Found<OwnedListener>,
  { clients }: AwsSession,
): AnyRead {
  const { listener } = item;
  if (listener.Protocol !== "HTTP") {
    return known(subject, "transport", item, () => passedTransport(item));
  }
  if (!redirectsByDefault(listener)) {
    return known(subject, "transport", item, () => clearTransport(item, []));
  }
  return defineRead({
    ...awsQuestion(clients, "elbv2", place.region, "DescribeRules", allRules(subject.id)),
    subject,
    facet: "transport",
    permission: RULES,
    map: ({ rules }) => clearTransport(item, rules),
  });
}

/** A balancer has some hundred rules at most; pages that never end are no answer. */
const MOST_PAGES = 50;

function allRules(ListenerArn: string): Send<"elbv2", { readonly rules: readonly Rule[] }> {
  return async (client, options) => {
    const { DescribeRulesCommand } = await import("@aws-sdk/client-elastic-load-balancing-v2");
    const rules: Rule[] = [];
    let Marker: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const asked = { ListenerArn, Marker };
      const { Rules, NextMarker } = await client.send(new DescribeRulesCommand(asked), options);
      rules.push(...(Rules ?? []));
      if (NextMarker === undefined || NextMarker === "") return { rules };
      Marker = NextMarker;
    }
    throw new TypeError("the list of rules does not end");
  };
}

/** A facet that follows from what was already answered. */
function known<F extends "transport" | "webFirewall", Raw extends object>(
  subject: AnyRead["subject"],
  facet: F,
  raw: Raw,
  map: Parameters<typeof defineRead<F, Raw>>[0]["map"],
): AnyRead {
  return defineRead({
    service: "elbv2",
    operation: facet === "transport" ? "elbv2:DescribeListeners" : "elbv2:DescribeLoadBalancers",
    call: () => Promise.resolve(raw),
    subject,
    facet,
    permission: null,
    map,
  });
}
