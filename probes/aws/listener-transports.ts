import type {
  DescribeSSLPoliciesOutput,
  Rule,
  SslPolicy,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Transport } from "#model/facets.ts";
import { defineRead, type AnyRead, type Failure } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { awsQuestion, type Send } from "./calls.ts";
import { askItems } from "./known.ts";
import type { Found } from "./listing.ts";
import {
  clearTransport,
  endsTls,
  passedTransport,
  redirectsByDefault,
  secureTransport,
  type OwnedListener,
} from "./load-balancer-facets.ts";
import { listOf } from "./pages.ts";
import type { AwsSession } from "./session.ts";

export const POLICIES = "elasticloadbalancing:DescribeSSLPolicies";
export const RULES = "elasticloadbalancing:DescribeRules";

/** What the listeners let in: by the policies of their region, by their rules, or by themselves. */
export async function* listenerTransports(
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
  session: AwsSession,
): Promise<ReadonlyMap<string, SslPolicy> | Failure> {
  const policies = await askItems(session, {
    service: "elbv2",
    region,
    operation: "DescribeSSLPolicies",
    page: (Marker) => async (client, options) => {
      const { DescribeSSLPoliciesCommand } =
        await import("@aws-sdk/client-elastic-load-balancing-v2");
      return client.send(new DescribeSSLPoliciesCommand({ Marker }), options);
    },
    next: (page: DescribeSSLPoliciesOutput) => page.NextMarker,
    items: (page) =>
      page.SslPolicies?.map((policy) => {
        if (policy.Name === undefined) throw new TypeError("a policy without name");
        return [policy.Name, policy] as const;
      }),
  });
  return "reason" in policies ? policies : new Map(policies);
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
  return known(subject, { ...item, policy }, () => secureTransport(item, policy));
}

function withoutPolicy(
  { subject, item, place }: Found<OwnedListener>,
  { clients }: AwsSession,
): AnyRead {
  const { listener } = item;
  if (listener.Protocol !== "HTTP") {
    return known(subject, item, () => passedTransport(item));
  }
  if (!redirectsByDefault(listener)) {
    return known(subject, item, () => clearTransport(item, []));
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
      rules.push(...listOf(Rules));
      if (NextMarker === undefined || NextMarker === "") return { rules };
      Marker = NextMarker;
    }
    throw new TypeError("the list of rules does not end");
  };
}

/** A facet that follows from what was already answered. */
function known(subject: Subject, raw: object, map: () => Transport): AnyRead {
  return defineRead({
    service: "elbv2",
    operation: "elbv2:DescribeListeners",
    call: () => Promise.resolve(raw),
    subject,
    facet: "transport",
    permission: null,
    map,
  });
}
