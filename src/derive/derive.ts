import type { Observation } from "#model/evidence.ts";
import { deriveEndpointSettings } from "./endpoint-settings.ts";
import { deriveLocations } from "./locations.ts";
import { resolveProtectedRegions } from "./protected-regions.ts";
import { resolveReplicationRegions } from "./replication-regions.ts";

/** Joins what several probes saw. Pure, and run again on every replay: derived facts are never saved. */
export function derive(observations: readonly Observation[]): readonly Observation[] {
  const joined = resolveProtectedRegions(resolveReplicationRegions(observations));
  return [...joined, ...deriveLocations(joined), ...deriveEndpointSettings(joined)];
}
