import { longestSeconds, parseDuration, renderSeconds, shortestSeconds } from "#model/duration.ts";

/** How long something is to be kept, as an expectation writes it. ISO 8601 durations. */
export interface KeptFor {
  /** Neither shorter nor longer than this. */
  readonly retention?: string | undefined;
  readonly minimum?: string | undefined;
  readonly maximum?: string | undefined;
  readonly tolerance?: string | undefined;
}

/** The same in seconds, each bound read in favour of the promise. */
export interface KeptLimits {
  readonly least: number;
  readonly most: number;
}

/** The bounds in seconds, tolerance included; 0 and infinity where nothing binds. */
export function keptLimits({ retention, minimum, maximum, tolerance }: KeptFor): KeptLimits {
  const spare = tolerance === undefined ? 0 : longestSeconds(tolerance);
  const least = minimum ?? retention;
  const most = maximum ?? retention;
  return {
    least: least === undefined ? 0 : Math.max(0, shortestSeconds(least) - spare),
    most: most === undefined ? Infinity : longestSeconds(most) + spare,
  };
}

/**
 * Whether a setting keeps within the limits, read in favour of the promise: a month holds for 28 days and for 31.
 * @param kept ISO 8601 duration; null: for ever
 * @returns null where the text is no duration
 */
export function judgeKept(
  kept: string | null,
  { least, most }: KeptLimits,
): "kept" | "too short" | "too long" | null {
  if (kept === null) return most === Infinity ? "kept" : "too long";
  if (parseDuration(kept) === null) return null;
  if (longestSeconds(kept) < least) return "too short";
  return shortestSeconds(kept) > most ? "too long" : "kept";
}

/** A time of keeping in words. */
export function keptInWords(kept: string | null): string {
  if (kept === null) return "for ever";
  return parseDuration(kept) === null
    ? "for a time that cannot be read"
    : `for ${renderSeconds(longestSeconds(kept))}`;
}
