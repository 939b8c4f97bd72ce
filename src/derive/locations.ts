import { kindOf } from "#facts/kinds.ts";
import type { Observation } from "#model/evidence.ts";
import { subjectKey } from "#model/subject.ts";

/**
 * The location of the listed subjects whose data never leaves the region that the inventory shows.
 * Kinds that may keep copies elsewhere (a geo-redundant account) must be read by a probe of their own.
 */
export function deriveLocations(observations: readonly Observation[]): readonly Observation[] {
  const located = new Set<string>();
  for (const { facet, subject } of observations) {
    if (facet === "location") located.add(subjectKey(subject));
  }
  const derived: Observation[] = [];
  for (const observation of observations) {
    if (observation.facet !== "inventory") continue;
    for (const subject of observation.value.items) {
      const key = subjectKey(subject);
      if (subject.region === null || located.has(key)) continue;
      if (kindOf(subject.kind)?.regional !== true) continue;
      located.add(key);
      derived.push({
        subject,
        facet: "location",
        value: { regions: [subject.region], zones: null },
        observedAt: observation.observedAt,
        source: observation.source,
      });
    }
  }
  return derived;
}
