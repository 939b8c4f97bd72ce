import { type Loaded, remark } from "#configuration/document.ts";
import type { Remark } from "#configuration/errors.ts";
import { scopeTouchesTarget } from "#derive/scope.ts";
import type { Estate } from "#model/estate.ts";
import type { Policy } from "#model/policy.ts";
import { probes } from "#probes/index.ts";

/** Where policies and an estate do not meet: a misspelt label, a target that is missing, a provider that no probe reads. */
export function fitRemarks(
  policies: readonly Loaded<Policy>[],
  estate: Estate,
): readonly (Remark | string)[] {
  if (estate.targets.length === 0) return [];
  return [...policies.flatMap((policy) => emptyScopes(policy, estate)), ...unreadProviders(estate)];
}

function emptyScopes(policy: Loaded<Policy>, estate: Estate): readonly Remark[] {
  return policy.value.claims.flatMap((claim, index) =>
    claim.checks.flatMap(({ scope }, position) => {
      if (scope.mayBeEmpty === true) return [];
      const touched = estate.targets.some((target) =>
        scopeTouchesTarget(scope, target, estate.labels),
      );
      if (touched) return [];
      const labels = scope.labels === undefined ? "" : `, labels ${scope.labels.join(", ")}`;
      const providers =
        scope.providers === undefined ? "any provider" : `providers ${scope.providers.join(", ")}`;
      const message = `: ${claim.id}: no target of the estate is in its scope (${providers}${labels}), so it will be unverified`;
      return [remark("warning", policy, { path: ["claims", index, "checks", position], message })];
    }),
  );
}

function unreadProviders(estate: Estate): readonly string[] {
  return estate.targets
    .filter(({ provider }) => !probes.some((probe) => probe.provider === provider))
    .map(({ id, provider }) => `warning: target ${id}: no probe reads ${provider} yet`);
}
