import { kindOf } from "#facts/kinds.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { Subject } from "#model/subject.ts";
import { chunks, cutOff, interleaved, READ_AT_ONCE } from "#probes/common/chunks.ts";
import { tell, unanswered, type From, type Known } from "#probes/common/known.ts";
import type { Fields } from "#probes/common/json.ts";
import { resourceSubject } from "./arm.ts";
import { askArm, below } from "./asks.ts";
import { classifyAzure } from "./errors.ts";
import { askGraph } from "./graph.ts";
import type { AzureSession } from "./session.ts";

/** A resource and all that Azure says of it in one answer. */
export interface Found {
  readonly subject: Subject;
  /** The resource as ARM's own JSON. */
  readonly raw: Fields;
  readonly source: From;
  /** Its subscription's id. */
  readonly subscription: string;
}

export interface Listed {
  readonly found: readonly Found[];
  /** Resources that are there and could not be read. */
  readonly unread: readonly { readonly subject: Subject; readonly known: Known<unknown> }[];
}

/**
 * The resources of these kinds with their properties. That they exist is known from ARM's own list; Resource Graph gives
 * the properties of most in few calls, but is silent on what the identity may not read and late on what is new, so what
 * it does not have is asked for one by one.
 * @param versions API version of each kind, in its exact spelling
 */
export async function listResources(
  versions: Readonly<Record<string, string>>,
  session: AzureSession,
): Promise<Listed> {
  const byType = new Map(Object.entries(versions).map(([kind, one]) => [kind.toLowerCase(), one]));
  const listings = await Promise.all(
    session.subscriptions.readable.map(async (subscription) => {
      const { items } = await session.resources(subscription);
      const ours = [...items.values()].filter(({ kind }) => byType.has(kind.toLowerCase()));
      return ours.map((subject) => ({ subject, subscription }));
    }),
  );
  // So that what is asked of them one by one is asked of all subscriptions beside each other.
  const items = interleaved(listings);
  if (items.length === 0) return { found: [], unread: [] };
  const { rows, failure } = await askGraph(Object.keys(versions), session);
  if (failure !== null) {
    session.context.log("Resource Graph did not answer for all; ARM is asked instead", { failure });
  }
  const found: Found[] = [];
  const unread: { subject: Subject; known: Known<unknown> }[] = [];
  await Promise.all(
    items.map(async ({ subject, subscription }) => {
      const row = rows.get(subject.id.toLowerCase());
      if (row !== undefined) {
        found.push({ subject, subscription, ...row });
        return;
      }
      const apiVersion = byType.get(subject.kind.toLowerCase()) ?? "";
      const known = await askResource(session, subject, subscription, apiVersion);
      if (!known.ok) unread.push({ subject, known });
      else found.push({ subject, subscription, raw: known.value, source: known });
    }),
  );
  const inOrder = new Map(items.map(({ subject }, index) => [subject.id, index]));
  const place = (one: { subject: Subject }) => inOrder.get(one.subject.id) ?? 0;
  return {
    found: found.sort((a, b) => place(a) - place(b)),
    unread: unread.sort((a, b) => place(a) - place(b)),
  };
}

async function askResource(
  session: AzureSession,
  subject: Subject,
  subscription: string,
  apiVersion: string,
): Promise<Known<Fields>> {
  const operation = `GET ${subject.kind}/{name}`;
  const permission = `${subject.kind}/read`;
  let path;
  try {
    path = below(subject.id);
  } catch (error) {
    return { ok: false, operation, permission, failure: classifyAzure(error) };
  }
  return askArm(session, { under: subscription, path, apiVersion });
}

/** How facets are made of a resource's own JSON. Each throws where it has not the documented shape. */
export type FacetMaps = { readonly [F in FacetName]?: (raw: Fields, found: Found) => Facets[F] };

/** Of each resource those of the wanted facets that its kind has and that its own JSON tells. */
export async function* observeResources(
  { found, unread }: Listed,
  maps: FacetMaps,
  wanted: ReadonlySet<FacetName>,
  { context }: Pick<AzureSession, "context">,
): AsyncGenerator<Observation | Problem> {
  for (const { subject, known } of unread) {
    if (known.ok) continue;
    for (const facet of facetsOf(subject, wanted)) {
      if (facet in maps) yield unanswered(context, subject, facet, known);
    }
  }
  for await (const some of chunks(found, context.signal, READ_AT_ONCE)) {
    for (const one of some) {
      for (const facet of facetsOf(one.subject, wanted)) {
        const map = maps[facet];
        if (map === undefined) continue;
        yield tell<FacetName>(context, one.subject, facet, one.source, () => map(one.raw, one));
      }
    }
  }
  if (context.signal.aborted) yield cutOff(context, "GET resources", wanted);
}

/** The wanted facets that a subject's kind has. */
export function facetsOf({ kind }: Subject, wanted: ReadonlySet<FacetName>): readonly FacetName[] {
  return (kindOf(kind)?.facets ?? []).filter((facet) => wanted.has(facet));
}

/** What a listing below a resource gave, as subjects of the kind. @throws when an entry is no resource of the kind */
export function childSubject(raw: Fields, parent: Subject, kind: string): Subject {
  const subject = resourceSubject({ type: kind, ...raw }, parent.target);
  if (!subject.id.toLowerCase().startsWith(`${parent.id.toLowerCase()}/`)) {
    throw new Error("an entry of the listing does not lie inside what was listed");
  }
  return { ...subject, kind, region: subject.region ?? parent.region };
}
