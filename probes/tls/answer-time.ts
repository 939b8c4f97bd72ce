import { longestSeconds } from "#model/duration.ts";
import type { Target } from "#model/estate.ts";

const CALL_SECONDS = 30;
const ANSWER_MS = 5000;
/** So many waits of full length, one after the other, must fit into one call, or it is cut off with all that it learned. */
const WAITS_PER_CALL = 6;

/** Longest wait for one answer on the wire, in whole milliseconds, as timers want them. */
export function answerMilliseconds({ limits }: Target): number {
  const call =
    limits?.callTimeout === undefined ? CALL_SECONDS : longestSeconds(limits.callTimeout);
  return Math.max(1, Math.floor(Math.min(ANSWER_MS, (call * 1000) / WAITS_PER_CALL)));
}
