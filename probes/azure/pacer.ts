import { setTimeout as delay } from "node:timers/promises";

/** A provider's documented allowance: so many requests at once, then so many a second. */
export interface Bucket {
  readonly burst: number;
  readonly perSecond: number;
}

/** A provider's documented allowance: so many requests in any time of so many seconds. */
export interface Window {
  readonly most: number;
  readonly seconds: number;
}

/**
 * Resolves when one more may be asked, or at once when the signal aborts. Asking slower costs less than being refused,
 * which the provider counts too.
 */
export type Pacer = (signal: AbortSignal) => Promise<void>;

/** How time passes; tests pass their own. */
export interface Clock {
  /** Milliseconds since any moment. */
  readonly now: () => number;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
};

/** A request that was sent later may be faster on its way, so the next window begins this much later, milliseconds. */
const ON_THE_WAY = 250;

/** Lets as many through as the bucket holds, and the others in their turn. */
export function bucket({ burst, perSecond }: Bucket, { now, wait }: Clock = CLOCK): Pacer {
  let room = burst;
  let since = now();
  return async (signal) => {
    const at = now();
    room = Math.min(burst, room + ((at - since) / 1000) * perSecond);
    since = at;
    // Below zero are those that wait: each takes its place when it comes.
    room -= 1;
    if (room < 0) await wait((-room / perSecond) * 1000, signal);
  };
}

/** Lets so many through in any such time, and the others in their turn. */
export function window({ most, seconds }: Window, { now, wait }: Clock = CLOCK): Pacer {
  /** When each of the last ones goes, as a ring. */
  const going: number[] = [];
  let count = 0;
  return async (signal) => {
    const at = now();
    const before = going[count % most];
    const next = before === undefined ? at : Math.max(at, before + seconds * 1000 + ON_THE_WAY);
    going[count % most] = next;
    count += 1;
    if (next > at) await wait(next - at, signal);
  };
}
