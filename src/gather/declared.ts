import { endpointSubject } from "#estate/endpoint.ts";
import { identitySubjects } from "#estate/identity.ts";
import type { Target } from "#model/estate.ts";
import type { Observation } from "#model/evidence.ts";
import { targetSubject } from "#model/subject.ts";

/** The endpoints that the estate declares, and their identity endpoints, are there by declaration, whether or not they answer. */
export function declaredInventory(targets: readonly Target[], at: string): readonly Observation[] {
  return targets.flatMap((target) => {
    if (target.provider !== "endpoint") return [];
    const items = [endpointSubject(target), ...identitySubjects(target)];
    return [
      {
        subject: targetSubject(target),
        facet: "inventory" as const,
        value: { kinds: items.map(({ kind }) => kind), complete: true, items },
        observedAt: at,
        source: { probe: "estate", operation: "declared in the estate", sha256: null },
      },
    ];
  });
}
