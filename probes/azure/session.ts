import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import { oncePer } from "#probes/common/known.ts";
import { perScan } from "#probes/common/per-scan.ts";
import { openClient, type AzureClient } from "./client.ts";
import { askResources, type Resources } from "./resource-list.ts";
import { askSubscriptions, type Subscriptions } from "./subscriptions.ts";

/** A target whose subscriptions were proven readable, and what all its probes share. */
export interface AzureSession {
  readonly target: TargetOf<"azure">;
  readonly context: ProbeContext;
  readonly client: () => Promise<AzureClient>;
  readonly subscriptions: Subscriptions;
  /** All resources of a readable subscription, of whatever kind; asked once. */
  readonly resources: (subscription: string) => Promise<Resources>;
}

/** What went unread of the target as a whole, and what would have let it be read. */
export interface Unread {
  readonly operation: string;
  readonly permission: string;
  readonly failure: Failure;
}

interface Shared {
  readonly client: AzureSession["client"];
  readonly subscriptions: Promise<Subscriptions>;
  readonly resources: AzureSession["resources"];
}

const shared = perScan((target: TargetOf<"azure">, context: ProbeContext): Shared => {
  const client = () => openClient(target, context);
  return {
    client,
    subscriptions: askSubscriptions(target, { context, client }),
    resources: oncePer((id) => askResources(id, target, { context, client })),
  };
});

/**
 * Proves which of the declared subscriptions can be read, then does what is to be done in those. Which cannot is said
 * once, by the probe of all resources.
 */
export async function* inSubscriptions(
  target: TargetOf<"azure">,
  context: ProbeContext,
  act: (session: AzureSession) => AsyncIterable<Observation | Problem>,
): AsyncGenerator<Observation | Problem> {
  const { client, resources, subscriptions } = shared(target, context);
  yield* act({ target, context, client, subscriptions: await subscriptions, resources });
}
