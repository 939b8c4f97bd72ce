import { endpointPlace, endpointSubject } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";

/** That facets of an endpoint could not be read, and where it was asked. */
export function endpointProblem(
  context: Pick<ProbeContext, "problem">,
  target: TargetOf<"endpoint">,
  operation: string,
  facets: readonly FacetName[],
  { reason, message }: Pick<Failure, "reason" | "message">,
): Problem {
  return context.problem({
    operation,
    subject: endpointSubject(target),
    facets,
    reason,
    permission: null,
    message: `${endpointPlace(target)}: ${message}`,
  });
}
