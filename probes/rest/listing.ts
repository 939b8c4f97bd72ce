import { kindOf } from "#facts/kinds.ts";
import type { Target } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { chunks, cutOff, READ_AT_ONCE } from "#probes/common/chunks.ts";
import { fields, type Fields } from "#probes/common/json.ts";
import { tell, together, type From, type Known } from "#probes/common/known.ts";
import { tellAll, type Telling } from "#probes/common/telling.ts";

/** What was listed in one place: a project, a region, a zone. */
export interface Part {
  /** The place in the vendor's words, for messages; empty where there is only one. */
  readonly place: string;
  readonly known: Known<readonly unknown[]>;
}

/** One resource that was listed. */
export interface Found {
  readonly subject: Subject;
  /** Its entry in the listing. */
  readonly raw: Fields;
  readonly place: string;
  readonly source: From;
}

/** All that the listing of some kinds gave. */
export interface Listed {
  readonly kinds: readonly string[];
  readonly operation: string;
  /** All answers that it is made of; null where none came. */
  readonly source: From | null;
  readonly found: readonly Found[];
  /** The places of which not all was listed, and why. */
  readonly failed: readonly {
    readonly place: string;
    readonly operation: string;
    readonly permission: string;
    readonly failure: Failure;
  }[];
}

/** What a listing says of a resource; its target and provider are known. */
export type ListedSubject = Omit<Subject, "target" | "provider">;

/**
 * Makes subjects of what was listed, each id once.
 * @param subjectOf the resource of an entry; null: it is none of these kinds. Throws where it has not the documented
 * shape, and the listing is then not whole.
 */
export function listed(
  target: Pick<Target, "id" | "provider">,
  kinds: readonly [string, ...string[]],
  parts: readonly Part[],
  subjectOf: (raw: Fields, place: string) => ListedSubject | null,
): Listed {
  const found = new Map<string, Found>();
  const failed: Listed["failed"][number][] = [];
  for (const { place, known } of parts) {
    const { operation, permission } = known;
    if (!known.ok) {
      failed.push({ place, operation, permission, failure: known.failure });
      continue;
    }
    for (const item of known.value) {
      try {
        const raw = fields(item);
        const own = subjectOf(raw, place);
        if (own === null) continue;
        const subject = { target: target.id, provider: target.provider, ...own };
        const key = `${subject.kind}\n${subject.id}`;
        if (!found.has(key)) found.set(key, { subject, raw, place, source: known });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const message = `an entry of the listing does not have the documented shape: ${why}`;
        const failure: Failure = { reason: "malformed", message, retryable: false };
        failed.push({ place, operation, permission, failure });
        break;
      }
    }
  }
  const operation = parts[0]?.known.operation ?? "listing";
  const source = together(parts.flatMap(({ known }) => (known.ok ? [known] : [])));
  return { kinds, operation, source, found: [...found.values()], failed };
}

/** The inventory of what was listed, and a problem for each place that was not listed whole. */
export function* observeInventory(
  { kinds, operation, source, found, failed }: Listed,
  target: Pick<Target, "id" | "provider">,
  context: ProbeContext,
): Generator<Observation | Problem> {
  const whole = targetSubject(target);
  for (const one of failed) {
    const { reason, message } = one.failure;
    yield context.problem({
      operation: one.operation,
      subject: whole,
      kinds,
      facets: ["inventory"],
      reason,
      permission: reason === "denied" && one.permission !== "" ? one.permission : null,
      message: one.place === "" ? message : `${one.place}: ${message}`,
    });
  }
  if (failed.length > 0 && found.length === 0) return;
  const items = found.map(({ subject }) => subject);
  const value = { kinds, complete: failed.length === 0, items };
  yield context.observe(whole, "inventory", value, source ?? { operation });
}

/** How facets are made of a resource's own entry. Each throws where it has not the documented shape. */
export type FacetMaps = { readonly [F in FacetName]?: (raw: Fields, found: Found) => Facets[F] };

/** Of each resource those of the wanted facets that its kind has and that its entry in the listing tells. */
export async function* observeListed(
  { found, operation }: Listed,
  maps: FacetMaps,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
): AsyncGenerator<Observation | Problem> {
  for await (const some of chunks(found, context.signal, READ_AT_ONCE)) {
    for (const one of some) {
      for (const facet of kindOf(one.subject.kind)?.facets ?? []) {
        const map = maps[facet];
        if (map === undefined || !wanted.has(facet)) continue;
        yield tell<FacetName>(context, one.subject, facet, one.source, () => map(one.raw, one));
      }
    }
  }
  if (context.signal.aborted) yield cutOff(context, operation, wanted);
}

/** Of each resource those of the wanted facets that its kind has, where answers of their own tell them. */
export async function* tellListed(
  { found, operation }: Listed,
  telling: (one: Found) => Telling,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
): AsyncGenerator<Observation | Problem> {
  for await (const some of chunks(found, context.signal)) {
    const told = some.map((one) => tellAll(one, wanted, { context }, telling(one)));
    yield* (await Promise.all(told)).flat();
  }
  if (context.signal.aborted) yield cutOff(context, operation, wanted);
}
