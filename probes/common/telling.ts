import { kindOf } from "#facts/kinds.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { ProbeContext } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { sourceOf, tell, unanswered, type From, type Known } from "./known.ts";

/** How each facet of a subject is told: by which answer (null: by the listing), and how it is made of it. */
export type Telling = {
  readonly [F in FacetName]?:
    | (() => Promise<{
        readonly from: Known<unknown> | null;
        readonly map: () => Facets[F];
        /** Answers of which a part of the facet rests, that were asked for and may have failed. */
        readonly parts?: readonly Known<unknown>[];
      }>)
    | undefined;
};

/** Each wanted facet that the subject's kind has. */
export async function tellAll(
  { subject, source }: { readonly subject: Subject; readonly source: From },
  wanted: ReadonlySet<FacetName>,
  { context }: { readonly context: ProbeContext },
  telling: Telling,
): Promise<readonly (Observation | Problem)[]> {
  const facets = (kindOf(subject.kind)?.facets ?? []).filter((facet) => wanted.has(facet));
  const told = facets.map(async (facet) => {
    let one;
    try {
      one = await telling[facet]?.();
    } catch (error) {
      // What cannot even be asked is a problem of that facet alone.
      const failed = () => {
        throw error;
      };
      return [tell<FacetName>(context, subject, facet, source, failed)];
    }
    if (one === undefined) return [];
    const from = one.from === null ? source : sourceOf(one.from, source);
    const unread = (one.parts ?? []).flatMap((part) =>
      part.ok ? [] : [unanswered(context, subject, facet, part)],
    );
    return [...unread, tell<FacetName>(context, subject, facet, from, one.map)];
  });
  return (await Promise.all(told)).flat();
}
