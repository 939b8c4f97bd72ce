import type { Failure } from "#model/probe.ts";

/** What failed for the same reason in the same words, so that it is told once. */
export interface FailedAlike<Failed> {
  readonly failure: Failure;
  readonly same: readonly Failed[];
}

/** Puts together what failed alike, in the order of the first of each. */
export function failedAlike<Failed extends { readonly failure: Failure }>(
  failed: readonly Failed[],
): readonly FailedAlike<Failed>[] {
  const groups = Map.groupBy(failed, ({ failure }) => `${failure.reason} ${failure.message}`);
  return [...groups.values()].flatMap((same) =>
    same.slice(0, 1).map(({ failure }) => ({ failure, same })),
  );
}
