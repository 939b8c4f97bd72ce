import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { tell, unanswered } from "#probes/common/known.ts";
import { tellAll, type Telling } from "#probes/common/telling.ts";
import { facetsOf, type Found, type Listed } from "./listing.ts";
import type { AzureSession } from "./session.ts";

/**
 * Of each resource those of the wanted facets that its kind has, where some take more than the resource's own JSON.
 * @param told the facets that `tellingOf` tells
 */
export async function* tellEach(
  { found, unread }: Listed,
  told: readonly FacetName[],
  tellingOf: (one: Found) => Telling,
  wanted: ReadonlySet<FacetName>,
  { context }: Pick<AzureSession, "context">,
): AsyncGenerator<Observation | Problem> {
  const ours = new Set(told.filter((facet) => wanted.has(facet)));
  if (ours.size === 0) return;
  for (const { subject, known } of unread) {
    if (known.ok) continue;
    for (const facet of facetsOf(subject, ours)) yield unanswered(context, subject, facet, known);
  }
  for await (const some of chunks(found, context.signal)) {
    const given = some.flatMap((one) => {
      const telling = tellingOf(one);
      return facetsOf(one.subject, ours).map((facet) => tellOne(one, facet, telling, context));
    });
    yield* (await Promise.all(given)).flat();
  }
  if (context.signal.aborted) yield cutOff(context, "GET resources", ours);
}

/** What cannot even be asked, because an answer before it has another shape, is a problem of that facet alone. */
async function tellOne(
  one: Found,
  facet: FacetName,
  telling: Telling,
  context: AzureSession["context"],
): Promise<readonly (Observation | Problem)[]> {
  try {
    return await tellAll(one, new Set([facet]), { context }, telling);
  } catch (error) {
    return [
      tell<FacetName>(context, one.subject, facet, one.source, () => {
        throw error;
      }),
    ];
  }
}
