import { setTimeout as wait } from "node:timers/promises";

/** A provider's documented allowance: so many requests at once, then so many a second. */
export interface Allowance {
  readonly burst: number;
  readonly perSecond: number;
}

/**
 * Lets as many through as the allowance has room for, and the others in their turn: asking slower costs less than being
 * refused, which the provider counts too.
 * @returns resolves when one more may be asked; rejects when the signal aborts
 */
export function pacer({ burst, perSecond }: Allowance): (signal: AbortSignal) => Promise<void> {
  let room = burst;
  let since = performance.now();
  return async (signal) => {
    const now = performance.now();
    room = Math.min(burst, room + ((now - since) / 1000) * perSecond);
    since = now;
    // Below zero are those that wait: each takes its place when it comes.
    room -= 1;
    if (room < 0) await wait((-room / perSecond) * 1000, undefined, { signal });
  };
}
