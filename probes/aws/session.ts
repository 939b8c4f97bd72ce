import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import { targetSubject } from "#model/subject.ts";
import { askAccount, provenAccount, type Account } from "./account.ts";
import { awsClients, type AwsClients } from "./clients.ts";
import { askRegions, type Regions } from "./account-regions.ts";
import { askTags, type TagsByArn } from "./tags.ts";

/** An account that was proven to be the declared one, and what all its probes share. */
export interface AwsSession {
  readonly target: TargetOf<"aws">;
  readonly context: ProbeContext;
  readonly clients: AwsClients;
  readonly account: Account;
  /** The regions that the estate declares and those that the account has enabled beside them. */
  readonly regions: () => Promise<Regions>;
  /** The tags of everything in a region that has any, for kinds whose listing tells none. */
  readonly tags: (region: string) => Promise<TagsByArn | Failure>;
}

/** What the probes of one target share: connections, credentials, and what needs asking only once. */
interface Shared {
  users: number;
  readonly clients: AwsClients;
  readonly account: ReturnType<typeof askAccount>;
  regions: Promise<Regions> | null;
  readonly tags: Map<string, Promise<TagsByArn | Failure>>;
}

/** By the signal of the target within its scan. */
const open = new WeakMap<AbortSignal, Shared>();

/**
 * Proves whose account it is, then does what is to be done there; what could not be proven is a problem of the whole
 * target. Connections are closed when the last probe of the target is done.
 */
export async function* inAccount(
  target: TargetOf<"aws">,
  context: ProbeContext,
  act: (session: AwsSession) => AsyncIterable<Observation | Problem>,
): AsyncGenerator<Observation | Problem> {
  const shared = open.get(context.signal) ?? share(target, context);
  open.set(context.signal, shared);
  shared.users += 1;
  try {
    const account = provenAccount(target, await shared.account);
    if ("reason" in account) {
      yield context.problem({ ...account, subject: null, facets: [], permission: null });
      return;
    }
    yield* act({
      target,
      context,
      clients: shared.clients,
      account,
      regions: () => (shared.regions ??= askRegions(target, shared.clients, context)),
      tags: (region) => {
        const tags = shared.tags.get(region) ?? askTags(region, shared.clients, context);
        shared.tags.set(region, tags);
        return tags;
      },
    });
  } finally {
    shared.users -= 1;
    if (shared.users === 0) {
      open.delete(context.signal);
      shared.clients.close();
    }
  }
}

function share(target: TargetOf<"aws">, context: ProbeContext): Shared {
  const clients = awsClients(target, context);
  return {
    users: 0,
    clients,
    account: askAccount(target, clients, context),
    regions: null,
    tags: new Map(),
  };
}

/** The problem of a listing, or of a part of it; grouped where several regions failed alike. */
export function targetProblem(
  { target, context }: Pick<AwsSession, "target" | "context">,
  operation: string,
  permission: string,
  { reason, message }: Failure,
  fields: Pick<Problem, "facets"> & { readonly kinds: readonly string[] },
): Problem {
  return context.problem({
    ...fields,
    operation,
    subject: targetSubject(target),
    reason,
    permission: reason === "denied" ? permission : null,
    message,
  });
}
