import type { Control } from "#model/control.ts";
import type { Estate, Target } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import type { Policy } from "#model/policy.ts";
import { scopeTouchesTarget } from "./scope.ts";

/** The facets that the controls of some claims need of a target. */
export function neededFacets(
  target: Target,
  policies: readonly Policy[],
  { labels }: Pick<Estate, "labels">,
  controls: ReadonlyMap<string, Control>,
): ReadonlySet<FacetName> {
  const checks = policies.flatMap(({ claims }) => claims.flatMap((claim) => claim.checks));
  return new Set(
    checks
      .filter(({ scope }) => scopeTouchesTarget(scope, target, labels))
      .flatMap(({ control }) => controls.get(control ?? "")?.needs ?? []),
  );
}
