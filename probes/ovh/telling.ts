import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { ProbeContext } from "#model/probe.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { tellAll, type Telling } from "#probes/common/telling.ts";
import type { Detailed, DetailedList } from "./details.ts";

/** Of each thing those of the wanted facets that its kind has, by its own answer or by others. */
export async function* tellDetailed(
  { found, operation }: Pick<DetailedList, "found" | "operation">,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
  telling: (one: Detailed) => Telling,
): AsyncGenerator<Observation | Problem> {
  for await (const some of chunks(found, context.signal)) {
    const told = some.map((one) => tellAll(one, wanted, { context }, telling(one)));
    yield* (await Promise.all(told)).flat();
  }
  if (context.signal.aborted) yield cutOff(context, operation, wanted);
}
