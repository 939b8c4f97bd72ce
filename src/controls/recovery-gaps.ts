/** A time without a recovery point; milliseconds since 1970. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** What a list of recovery points shows of a window. */
export interface GapReading {
  /** The largest time that surely passed without a recovery point. */
  readonly largest: Gap;
  /** The time from the window's start to the first point where no older point bounds it; null where one does. */
  readonly untold: Gap | null;
}

/** Where the list begins, and whether something older exists (null: nobody looked). */
export interface Reach {
  readonly since: number;
  readonly olderExists: boolean | null;
}

/**
 * Finds the gaps from one recovery point to the next and from the newest to `asOf`, in a window that begins at `start`.
 * The last point at or before the start bounds the first gap. Without one, what lies before the first point is untold:
 * nothing was made then, or it was deleted since. Only where an older point is known to exist is that time a gap.
 * @param points Ascending, at least one, none after `asOf`.
 */
export function readGaps(
  points: readonly [number, ...number[]],
  start: number,
  asOf: number,
  reach: Reach,
): GapReading {
  const bound = points.findLast((point) => point <= start);
  const inside = points.filter((point) => point > start);
  const chain = [...(bound === undefined ? [] : [bound]), ...inside, asOf];
  const gaps = chain.slice(1).map((to, index): Gap => ({ from: chain[index] ?? to, to }));
  const first = points[0];
  if (bound === undefined && reach.olderExists === true) {
    gaps.push({ from: Math.min(first, Math.max(start, reach.since)), to: first });
  }
  return {
    largest: gaps.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a), { from: asOf, to: asOf }),
    untold: bound === undefined ? { from: start, to: first } : null,
  };
}

/** Length in milliseconds. */
export function lengthOf({ from, to }: Gap): number {
  return to - from;
}
