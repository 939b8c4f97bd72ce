import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { answerOf, unanswered, type From } from "#probes/common/known.ts";
import { tellAll, type Telling } from "#probes/common/telling.ts";
import { facetsOf, type Found, type Listed } from "./listing.ts";
import type { AzureSession } from "./session.ts";

/** Of each resource those of the wanted facets that its kind has, where several answers tell one; beside each other. */
export async function* tellResources(
  { found, unread }: Listed,
  wanted: ReadonlySet<FacetName>,
  session: Pick<AzureSession, "context">,
  telling: (one: Found) => Telling,
): AsyncGenerator<Observation | Problem> {
  const { context } = session;
  for (const { subject, known } of unread) {
    if (known.ok) continue;
    for (const facet of facetsOf(subject, wanted)) {
      yield unanswered(context, subject, facet, known);
    }
  }
  for await (const some of chunks(found, context.signal)) {
    const told = some.map((one) => tellAll(one, wanted, session, telling(one)));
    yield* (await Promise.all(told)).flat();
  }
  if (context.signal.aborted) yield cutOff(context, "GET resources", wanted);
}

/** Told in place of a facet that no answer of Azure can give. @throws what `tell` makes a problem of */
export function untold({ operation }: From, message: string): never {
  const failure = { reason: "unsupported", message, retryable: false } as const;
  return answerOf<never>({ ok: false, operation, permission: "", failure });
}
