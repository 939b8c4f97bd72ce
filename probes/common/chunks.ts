import { setImmediate as turn } from "node:timers/promises";
import type { Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { ProbeContext } from "#model/probe.ts";

/** Subjects that one listing may have: beyond it the listing is given up as too large. */
export const MOST_SUBJECTS = 100_000;

/** So many subjects are asked about beside each other. */
const ASKED_AT_ONCE = 250;
/** So many subjects are read from what was answered before others have their turn. */
export const READ_AT_ONCE = 50;

/**
 * The items in chunks, as long as the signal lets it. A deadline is a timer, and timers and answers only come where the
 * work pauses, so there is a pause after each chunk, and another for each probe that works beside this one.
 */
export async function* chunks<T>(
  items: readonly T[],
  signal: AbortSignal,
  size = ASKED_AT_ONCE,
): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length && !signal.aborted; at += size) {
    yield items.slice(at, at + size);
    await turnInLine();
  }
}

let last = Promise.resolve();

/** One at a time: where fifty probes went on in the same turn, no answer would be taken for as long. */
function turnInLine(): Promise<void> {
  last = last.then(() => turn());
  return last;
}

/** The items of several lists, one of each in turn: where each list has a limit of its own, none waits for another. */
export function interleaved<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = lists.reduce((most, { length }) => Math.max(most, length), 0);
  return Array.from({ length: longest }, (_, at) =>
    lists.flatMap((list) => list.slice(at, at + 1)),
  ).flat();
}

/** The problem of everything that was not read because the signal ended it. */
export function cutOff(
  context: ProbeContext,
  operation: string,
  facets: Iterable<FacetName>,
): Problem {
  const reason: unknown = context.signal.reason;
  const late = reason instanceof Error && reason.name === "TimeoutError";
  return context.problem({
    operation,
    subject: null,
    facets: [...facets],
    reason: late ? "timeout" : "cancelled",
    permission: null,
    message: late
      ? "the target's deadline passed before all of it was read"
      : "the scan was cut off before all of it was read",
  });
}
