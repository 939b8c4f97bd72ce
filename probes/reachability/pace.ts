import { setTimeout as delay } from "node:timers/promises";

/** How time passes; tests pass their own. */
export interface Clock {
  /** Milliseconds since any moment. */
  readonly now: () => number;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export const CLOCK: Clock = {
  now: () => performance.now(),
  wait: (milliseconds, signal) => delay(milliseconds, undefined, { signal }).catch(() => {}),
};

/** Between one attempt at a host and the next, milliseconds: nobody shall take it for a scan of ports. */
const GAP = 1000;

/** Resolves when the host may be tried once more, or at once when the signal aborts. */
export type Pace = (address: string, signal: AbortSignal) => Promise<void>;

/** Lets one attempt a second through to each address, whatever target it is made for. */
export function pace({ now, wait }: Clock): Pace {
  /** When the next attempt may be made, by address; as many as the estate declares. */
  const next = new Map<string, number>();
  return async (address, signal) => {
    const at = now();
    const turn = Math.max(at, next.get(address) ?? at);
    next.set(address, turn + GAP);
    if (turn > at) await wait(turn - at, signal);
  };
}
