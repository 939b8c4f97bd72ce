const DAY = 86_400;
const PATTERN =
  /^P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;

/** A parsed duration: whole calendar months apart from exact seconds. */
export interface Duration {
  readonly months: number;
  readonly seconds: number;
}

/** Reads an ISO 8601 duration (whole numbers, no sign); null when the text is none. */
export function parseDuration(text: string): Duration | null {
  const match = PATTERN.exec(text);
  if (match === null || text.length > 40) return null;
  const part = (index: number) => Number(match[index] ?? 0);
  return {
    months: part(1) * 12 + part(2),
    seconds: (part(3) * 7 + part(4)) * DAY + part(5) * 3600 + part(6) * 60 + part(7),
  };
}

/**
 * The most seconds that a duration can mean: `P3M` up to 92 days, `P5Y` up to 1827.
 * Promises in calendar units are judged by the reading most favourable to them.
 * @throws RangeError when the text is no duration (schemas have checked it before).
 */
export function longestSeconds(text: string): number {
  return extreme(text, Math.max);
}

/** The fewest seconds that a duration can mean: `P1M` down to 28 days, `P1Y` to 365. */
export function shortestSeconds(text: string): number {
  return extreme(text, Math.min);
}

function extreme(text: string, pick: (...values: number[]) => number): number {
  const parsed = parseDuration(text);
  if (parsed === null) throw new RangeError(`not an ISO 8601 duration: ${text}`);
  if (parsed.months === 0) return parsed.seconds;
  // Every start month of one leap cycle gives every length that can occur.
  const lengths = Array.from({ length: 48 }, (_, start) => {
    const from = Date.UTC(2000, start, 1);
    const to = Date.UTC(2000, start + parsed.months, 1);
    return (to - from) / 1000;
  });
  return pick(...lengths) + parsed.seconds;
}

/** Seconds in the words of a report: `26 h`, `3 days`, `45 min`. */
export function renderSeconds(seconds: number): string {
  const rounded = Math.round(seconds);
  if (rounded < 0) return `-${renderSeconds(-rounded)}`;
  if (rounded < 120) return `${rounded} s`;
  if (rounded < 2 * 3600) return `${Math.round(rounded / 60)} min`;
  if (rounded < 3 * DAY) return `${trim(rounded / 3600)} h`;
  return `${trim(rounded / DAY)} days`;
}

function trim(value: number): string {
  return String(Math.round(value * 10) / 10);
}
