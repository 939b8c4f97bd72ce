import type { Estate } from "#model/estate.ts";
import type { Evidence } from "#model/evidence.ts";
import { labelPrincipals } from "./access-labels.ts";
import { deriveBackups, type Joined } from "./backups.ts";
import { deriveEndpointSettings } from "./endpoint-settings.ts";
import { knownSubjects } from "./known-subjects.ts";
import { deriveLocations } from "./locations.ts";
import { resolvePointDeletions } from "./point-deletions.ts";
import { resolveProtectedRegions } from "./protected-regions.ts";
import { deriveRecoveryPoints } from "./recovery-points.ts";
import { resolveReplicationRegions } from "./replication-regions.ts";

/**
 * Joins what several probes saw, and says why where a join cannot be made. Pure, and run again on every replay: derived
 * facts are never saved.
 */
export function derive(
  { observations, problems }: Pick<Evidence, "observations" | "problems">,
  estate: Estate,
): Joined {
  const placed = resolveProtectedRegions(resolveReplicationRegions(observations));
  const known = knownSubjects(placed);
  const backups = deriveBackups({ observations: placed, problems }, known);
  const points = deriveRecoveryPoints(backups, known);
  const deletions = resolvePointDeletions(points, known);
  const labelled = labelPrincipals(deletions, estate);
  return {
    observations: [...labelled, ...deriveLocations(labelled), ...deriveEndpointSettings(labelled)],
    problems: points.problems,
  };
}
