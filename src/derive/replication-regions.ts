import type { Observation } from "#model/evidence.ts";

/** Fills in the region of replication destinations that are themselves subjects of the evidence. */
export function resolveReplicationRegions(
  observations: readonly Observation[],
): readonly Observation[] {
  const regions = new Map<string, string>();
  for (const observation of observations) {
    if (observation.facet !== "inventory") continue;
    for (const { id, region } of observation.value.items) {
      if (region !== null) regions.set(id.toLowerCase(), region);
    }
  }
  return observations.map((observation) => {
    if (observation.facet !== "replication") return observation;
    const destinations = observation.value.destinations.map((destination) =>
      destination.region === null && destination.subject !== null
        ? { ...destination, region: regions.get(destination.subject.toLowerCase()) ?? null }
        : destination,
    );
    return { ...observation, value: { destinations } };
  });
}
