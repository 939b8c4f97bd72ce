/** A time without a recovery point; milliseconds since 1970. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

/** The window that gaps are looked for in; milliseconds since 1970. */
export interface GapWindow {
  readonly start: number;
  readonly asOf: number;
  /** True where it begins when recovery points are deleted: what is older is a leftover, and bounds nothing. */
  readonly endsWithRetention: boolean;
}

/** Where the list begins, and whether something older exists (null: nobody looked). */
export interface Reach {
  readonly since: number;
  readonly olderExists: boolean | null;
}

/** A time of which every moment can be recovered; milliseconds since 1970. */
export type Continuous = Gap;

/** What a list of recovery points shows of a window. */
export interface GapReading {
  /** The largest time that surely passed without a recovery point. */
  readonly largest: Gap;
  /** The time at the window's start of which nothing is known: no point was made then, or it was deleted since. */
  readonly untold: Gap | null;
  /** Whether the gap that begins before the first point may be longer than what of it lies in the window. */
  readonly unbounded: boolean;
}

/**
 * Finds the gaps from one recovery point to the next and from the newest to `asOf`.
 * The last point at or before the window's start bounds the first gap. Without one, that gap is only known where
 * an older point is known to exist, or where retention explains that none does.
 * @param points Ascending, at least one, none after `asOf`; with the first and the last moment of `continuous`.
 * @param continuous Time in which there is no gap; null where there is none.
 */
export function readGaps(
  points: readonly [number, ...number[]],
  { start, asOf, endsWithRetention }: GapWindow,
  { since, olderExists }: Reach,
  continuous: Continuous | null,
): GapReading {
  const bound = points.findLast((point) => point <= start);
  const inside = points.filter((point) => point > start);
  const next = inside[0] ?? asOf;
  const bounded = bound !== undefined || olderExists === true;
  const beginning =
    bound === undefined ? Math.max(start, since) : endsWithRetention ? start : bound;
  const chain = [...(bounded ? [Math.min(beginning, next)] : []), ...inside, asOf];
  const gaps = chain
    .slice(1)
    .map((to, index): Gap => ({ from: chain[index] ?? to, to }))
    .filter(({ from, to }) => continuous === null || from < continuous.from || to > continuous.to);
  const untoldUntil =
    bound !== undefined ? start : olderExists === true ? Math.min(since, next) : next;
  return {
    largest: gaps.reduce((a, b) => (lengthOf(b) > lengthOf(a) ? b : a), { from: asOf, to: asOf }),
    untold: untoldUntil > start ? { from: start, to: untoldUntil } : null,
    unbounded: !bounded && !endsWithRetention,
  };
}

/** Length in milliseconds. */
export function lengthOf({ from, to }: Gap): number {
  return to - from;
}
