import { type Loaded, remark } from "#configuration/document.ts";
import type { Remark } from "#configuration/errors.ts";
import { lapsedStandards } from "#facts/standards.ts";
import type { Policy } from "#model/policy.ts";
import { plain } from "#model/text.ts";
import { foldSpace } from "./quote.ts";

/**
 * What a reader should know of a policy that is valid: a quote that names a standard which had lapsed by `now`
 * is a warning, a claim's caveat a remark. In the order of the claims.
 */
export function lintPolicy(policy: Loaded<Policy>, now: Date): readonly Remark[] {
  return policy.value.claims.flatMap((claim, index) => {
    const path = ["claims", index];
    const lapsed = lapsedStandards(claim.quote, now.toISOString()).map((standard) => {
      const message =
        `: names ${standard.name}, which lapsed on ${standard.lapsed} ` +
        `(${standard.source}); replaced by ${standard.replacedBy}`;
      return remark("warning", policy, { path: [...path, "quote"], message });
    });
    if (claim.caveat === undefined) return lapsed;
    const message = `: ${claim.id}: ${plain(foldSpace(claim.caveat), 500)}`;
    return [...lapsed, remark("remark", policy, { path: [...path, "caveat"], message })];
  });
}
