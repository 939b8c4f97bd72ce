import type { RecoveryPoints } from "#model/facets.ts";

/** How far back recovery points are kept one by one, milliseconds. */
export const POINTS_WINDOW_MS = 30 * 24 * 3_600_000;

/** What a listing of objects that are recovery points has shown so far. */
export interface ObjectTally {
  /** Minute since the epoch to the first moment seen in it, milliseconds since the epoch. */
  readonly moments: ReadonlyMap<number, number>;
  readonly olderExists: boolean;
}

const NOTHING_SEEN: ObjectTally = { moments: new Map(), olderExists: false };

/**
 * The recovery points that objects are. Objects written within one minute are one point, its first moment standing for
 * it. An empty object is none: it is the mark of a folder or of a dump that failed.
 * @param objects when each was made, milliseconds since the epoch, and its size in bytes
 * @param since start of the window, milliseconds since the epoch
 * @param before what earlier pages have shown
 */
export function tallyObjects(
  objects: Iterable<{ readonly at: number; readonly size: number }>,
  since: number,
  before: ObjectTally = NOTHING_SEEN,
): ObjectTally {
  const moments = new Map(before.moments);
  let { olderExists } = before;
  for (const { at, size } of objects) {
    if (size === 0) continue;
    if (at < since) olderExists = true;
    else {
      const minute = Math.floor(at / 60_000);
      moments.set(minute, Math.min(at, moments.get(minute) ?? at));
    }
  }
  return { moments, olderExists };
}

/** The facet, once the listing has come to its end. */
export function pointsOf(
  { moments, olderExists }: ObjectTally,
  since: number,
  retention: string | null,
): RecoveryPoints {
  return {
    points: [...moments.values()].sort((a, b) => a - b).map((at) => new Date(at).toISOString()),
    since: new Date(since).toISOString(),
    olderExists,
    retention,
  };
}
