import type { DeclaredRanges } from "#model/control.ts";
import type { Estate } from "#model/estate.ts";
import { selectorMatcher, type Labelled } from "./scope.ts";

/**
 * Gives each subject the ranges of addresses that the estate declares for it. Where that depends on a tag or a region
 * that was not read, they are given as not certain.
 */
export function rangesDeclarer(
  estate: Pick<Estate, "ranges">,
): (labelled: Labelled) => readonly DeclaredRanges[] {
  const rules = estate.ranges.map(({ name, ranges, match }) => ({
    name,
    ranges,
    matches: match === undefined ? () => "yes" as const : selectorMatcher(match),
  }));
  return (labelled) =>
    rules.flatMap(({ name, ranges, matches }) => {
      const membership = matches(labelled);
      return membership === "no" ? [] : [{ name, ranges, certain: membership === "yes" }];
    });
}
