import { globMatcher } from "./glob.ts";

/** Whether one of the patterns (`pf-roles`, `pingflow/pf-*`) names the claim. */
export function namesClaim(patterns: readonly string[], policy: string, claim: string): boolean {
  return patterns.some((pattern) =>
    globMatcher(pattern)(pattern.includes("/") ? `${policy}/${claim}` : claim),
  );
}
