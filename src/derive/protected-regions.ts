import type { Observation } from "#model/evidence.ts";
import { canonicalId } from "#model/subject.ts";
import { regionsById } from "./replication-regions.ts";

/** Fills in the region of what recovery points were made of, where that is itself a subject of the evidence. */
export function resolveProtectedRegions(
  observations: readonly Observation[],
): readonly Observation[] {
  if (!observations.some(({ facet }) => facet === "recoveryPoint")) return observations;
  const regions = regionsById(observations);
  return observations.map((observation) => {
    if (observation.facet !== "recoveryPoint") return observation;
    const { of } = observation.value;
    const ofRegion = of === null ? null : (regions.get(canonicalId(of)) ?? null);
    return { ...observation, value: { ...observation.value, ofRegion } };
  });
}
