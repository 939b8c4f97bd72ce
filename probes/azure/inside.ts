import type { Observation, Problem } from "#model/evidence.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { interleaved } from "#probes/common/chunks.ts";
import { together, type From, type Known } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { askArm, below, listArm } from "./asks.ts";
import { classifyAzure, malformed } from "./errors.ts";
import { childSubject } from "./listing.ts";
import type { AzureSession } from "./session.ts";

/** A resource in which others lie that ARM's list of all resources does not show. */
export interface Parent {
  readonly subject: Subject;
  readonly subscription: string;
}
export interface Parents {
  readonly items: readonly Parent[];
  /** Whether these are all there are. */
  readonly complete: boolean;
  /** What kept the rest from being known; null where these are all. */
  readonly unread: (Known<never> & { readonly ok: false }) | null;
  /** The lists that name them; null when nothing was answered. */
  readonly source: From | null;
}

/** What lies inside a parent. */
export interface Child {
  readonly subject: Subject;
  readonly raw: Fields;
  readonly parent: Parent;
  /** The listing. */
  readonly source: From;
}

/** All resources of these kinds, by ARM's own list. */
export async function parentsOf(
  kinds: readonly string[],
  { subscriptions, resources }: AzureSession,
): Promise<Parents> {
  const names = new Set(kinds.map((kind) => kind.toLowerCase()));
  const listings = await Promise.all(
    subscriptions.readable.map(async (subscription) => ({
      subscription,
      ...(await resources(subscription)),
    })),
  );
  const unread = [...subscriptions.unread, ...listings.flatMap((listing) => listing.unread)];
  const [first] = unread;
  return {
    // As in listing.ts: next to each other stands what other subscriptions have.
    items: interleaved(
      listings.map(({ subscription, items }) =>
        [...items.values()]
          .filter(({ kind }) => names.has(kind.toLowerCase()))
          .map((subject) => ({ subject, subscription })),
      ),
    ),
    complete: first === undefined,
    unread: first === undefined ? null : { ok: false, ...first },
    source: together(listings.flatMap(({ source }) => source ?? [])),
  };
}

/** A listing below a resource, as subjects of a kind. One entry that is none of them makes it a failure. */
export async function listInside(
  session: AzureSession,
  parent: Parent,
  ask: { readonly rest: string; readonly kind: string; readonly apiVersion: string },
  query?: string,
): Promise<Known<readonly Child[]>> {
  const { rest, kind, apiVersion } = ask;
  const path = pathBelow(parent, rest);
  if (typeof path !== "string") return path;
  const known = await listArm(session, {
    under: parent.subscription,
    path,
    apiVersion,
    ...(query === undefined ? {} : { query }),
  });
  return childrenOf(known, (raws) => raws, parent, kind);
}

/** One thing below a resource. */
export async function askInside(
  session: AzureSession,
  parent: Parent,
  rest: string,
  apiVersion: string,
): Promise<Known<Fields>> {
  const path = pathBelow(parent, rest);
  if (typeof path !== "string") return path;
  return askArm(session, { under: parent.subscription, path, apiVersion });
}

/** The same as `listInside` where what lies inside is part of the resource's own answer, to who asks for it. */
export async function expandInside(
  session: AzureSession,
  parent: Parent,
  ask: { readonly field: string; readonly kind: string; readonly apiVersion: string },
  entries: (raw: Fields) => readonly Fields[],
): Promise<Known<readonly Child[]>> {
  const { field, kind, apiVersion } = ask;
  const path = pathBelow(parent, "");
  if (typeof path !== "string") return path;
  const query = `$expand=${field}`;
  const known = await askArm(session, { under: parent.subscription, path, apiVersion, query });
  return childrenOf(known, entries, parent, kind);
}

function pathBelow({ subject }: Parent, rest: string): string | (Known<never> & { ok: false }) {
  try {
    return below(subject.id, rest);
  } catch (error) {
    const operation = `GET ${subject.kind}/{name}/${rest}`;
    return { ok: false, operation, permission: "", failure: classifyAzure(error) };
  }
}

function childrenOf<Raw>(
  known: Known<Raw>,
  entries: (raw: Raw) => readonly Fields[],
  parent: Parent,
  kind: string,
): Known<readonly Child[]> {
  if (!known.ok) return known;
  try {
    const value = entries(known.value).map((raw) => ({
      raw,
      parent,
      source: fromOf(known),
      subject: childSubject(raw, parent.subject, kind),
    }));
    return { ...known, value };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const { failure } = malformed(`${parent.subject.name.slice(0, 100)}: ${why}`);
    const { operation, permission } = known;
    return { ok: false, operation, permission, failure };
  }
}

/** What each child says. One that cannot be understood leaves open what its parent holds, and is a failure of it all. */
export function understood<Value>(
  known: Known<readonly Child[]>,
  read: (child: Child) => Value,
): Known<readonly Value[]> {
  if (!known.ok) return known;
  try {
    return { ...known, value: known.value.map(read) };
  } catch (error) {
    const { operation, permission } = known;
    const why = error instanceof Error ? error.message : String(error);
    const { failure } = malformed(`not all that the vault protects is known: ${why}`);
    return { ok: false, operation, permission, failure };
  }
}

/**
 * The inventory of a kind that lies inside others: complete only when all of these are known and each answered.
 * @param answers what each of them answered, or why not
 */
export function* observeInside(
  kind: string,
  items: readonly Subject[],
  { complete, source }: Parents,
  answers: readonly Known<unknown>[],
  { context, target }: Pick<AzureSession, "context" | "target">,
): Generator<Observation | Problem> {
  const failures = new Map<string, Known<unknown> & { ok: false }>();
  for (const known of answers) {
    if (!known.ok) failures.set(`${known.operation} ${known.failure.message}`, known);
  }
  for (const { operation, permission, failure } of failures.values()) {
    const { reason, message } = failure;
    yield context.problem({
      operation,
      subject: targetSubject(target),
      kinds: [kind],
      facets: ["inventory"],
      reason,
      permission: reason === "denied" ? permission : null,
      message,
    });
  }
  const answered = answers.flatMap((known) => (known.ok ? [fromOf(known)] : []));
  const from = together(answered) ?? source;
  if (from === null) return;
  const inventory = { kinds: [kind], complete: complete && failures.size === 0, items };
  yield context.observe(targetSubject(target), "inventory", inventory, from);
}

function fromOf({ operation, observedAt, sha256 }: From): From {
  return { operation, observedAt, sha256 };
}
