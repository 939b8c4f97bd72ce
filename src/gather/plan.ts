import { neededFacets } from "#derive/needed-facets.ts";
import type { Control } from "#model/control.ts";
import type { Estate, Target } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import type { Policy } from "#model/policy.ts";
import type { ProbeEntry } from "#model/probe.ts";

/** One probe to run against one target, for these facets. */
export interface PlannedProbe {
  readonly target: Target;
  readonly entry: ProbeEntry;
  readonly wanted: ReadonlySet<FacetName>;
}

/** What a facet is joined from, beside its own reading. */
const JOINED: Readonly<Partial<Record<FacetName, readonly FacetName[]>>> = {
  backups: ["backupPlan"],
  recoveryPoints: ["recoveryPoint", "backups", "backupPlan"],
};

/**
 * Which probes to run: those that give a facet which some claim needs of the target, and those that list
 * what a target holds, always. Only these are ever loaded.
 */
export function plan(
  policies: readonly Policy[],
  estate: Estate,
  controls: ReadonlyMap<string, Control>,
  probes: readonly ProbeEntry[],
): readonly PlannedProbe[] {
  return estate.targets.flatMap((target) => {
    const needed = new Set<FacetName>([
      "inventory",
      ...neededFacets(target, policies, estate, controls),
    ]);
    for (const facet of needed) {
      for (const part of JOINED[facet] ?? []) needed.add(part);
    }
    return probes
      .filter((entry) => entry.provider === target.provider)
      .map((entry) => {
        const provided = new Set(Object.keys(entry.provides));
        return {
          target,
          entry,
          wanted: new Set([...needed].filter((facet) => provided.has(facet))),
        };
      })
      .filter((planned) => planned.wanted.size > 0);
  });
}
