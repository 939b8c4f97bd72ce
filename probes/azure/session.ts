import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import { oncePer } from "#probes/common/known.ts";
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
  readonly subscriptions: Promise<Subscriptions>;
  readonly resources: AzureSession["resources"];
}

/** By the signal of the target within its scan. */
const open = new WeakMap<AbortSignal, Shared>();

/**
 * Proves which of the declared subscriptions can be read, then does what is to be done in those. Which cannot is said
 * once, by the probe of all resources.
 */
export async function* inSubscriptions(
  target: TargetOf<"azure">,
  context: ProbeContext,
  act: (session: AzureSession) => AsyncIterable<Observation | Problem>,
): AsyncGenerator<Observation | Problem> {
  const client = () => openClient(target, context);
  const shared = open.get(context.signal) ?? {
    subscriptions: askSubscriptions(target, { context, client }),
    resources: oncePer((id) => askResources(id, target, { context, client })),
  };
  open.set(context.signal, shared);
  const subscriptions = await shared.subscriptions;
  yield* act({ target, context, client, subscriptions, resources: shared.resources });
}
