import type { Observation } from "#model/evidence.ts";
import { canonicalId } from "#model/subject.ts";

/** Fills in the region of replication destinations that are themselves subjects of the evidence. */
export function resolveReplicationRegions(
  observations: readonly Observation[],
): readonly Observation[] {
  const regions = regionsById(observations);
  return observations.map((observation) => {
    if (observation.facet !== "replication") return observation;
    const destinations = observation.value.destinations.map((destination) =>
      destination.region === null && destination.subject !== null
        ? { ...destination, region: regions.get(canonicalId(destination.subject)) ?? null }
        : destination,
    );
    return { ...observation, value: { ...observation.value, destinations } };
  });
}

/** The region of every listed subject of which it was read, by its canonical id. */
export function regionsById(observations: readonly Observation[]): ReadonlyMap<string, string> {
  const regions = new Map<string, string>();
  for (const observation of observations) {
    if (observation.facet !== "inventory") continue;
    for (const { id, region } of observation.value.items) {
      if (region !== null) regions.set(canonicalId(id), region);
    }
  }
  return regions;
}
