import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { tellAll, type Telling } from "#probes/common/telling.ts";
import type { AzureSession } from "./session.ts";

export const SUBSCRIPTION_KIND = "Microsoft.Resources/subscriptions";

/** A subscription itself, for what is set once for all of it. */
function subscriptionSubject(id: string, target: string): Subject {
  return {
    target,
    provider: "azure",
    kind: SUBSCRIPTION_KIND,
    id: `/subscriptions/${id}`,
    name: id,
    region: null,
    tags: {},
  };
}

/** The subscriptions that a target is, and the wanted facets of each; their list is complete where all were readable. */
export async function* observeSubscriptions(
  session: AzureSession,
  wanted: ReadonlySet<FacetName>,
  telling: (subscription: string) => Telling,
): AsyncGenerator<Observation | Problem> {
  const { target, context, subscriptions } = session;
  const items = subscriptions.readable.map((id) => subscriptionSubject(id, target.id));
  const inventory = context.observe(
    targetSubject(target),
    "inventory",
    { kinds: [SUBSCRIPTION_KIND], complete: subscriptions.unread.length === 0, items },
    { operation: "GET /subscriptions/{subscriptionId}" },
  );
  yield inventory;
  const { source, observedAt } = inventory;
  const from = { operation: source.operation, observedAt, sha256: "" };
  const told = items.map((subject) =>
    tellAll({ subject, source: from }, wanted, session, telling(subject.name)),
  );
  yield* (await Promise.all(told)).flat();
}
