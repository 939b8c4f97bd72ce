import { zoneClock, type ZoneClock } from "#probes/common/zone-clock.ts";

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Clocks change on a Sunday: from one change to the next of its kind it may be a week more than a year. */
const YEAR_DAYS = 373;
/** 29 February comes again after eight years at the latest. */
const HORIZON_DAYS = 9 * YEAR_DAYS;

/** A day of the calendar. */
interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** 1 is Sunday. */
  readonly weekday: number;
  /** Last day of its month. */
  readonly last: number;
}
type DayTest = (day: Day) => boolean;

/** A schedule in its zone's own time. */
interface Schedule {
  /** Minutes since midnight, ascending. */
  readonly times: readonly [number, ...number[]];
  readonly days: DayTest;
}

/**
 * The longest time between two starts of a schedule within a year from the first start after `from`, seconds; null
 * where that cannot be told: an expression that is none, a zone that nobody knows, a schedule that does not go on.
 * Starts in an hour that a zone leaves out are left out, those in an hour that it has twice happen once.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 * @param expression `cron(…)` with AWS's six fields, or `rate(…)`
 * @param zone name of the time zone; UTC when left out
 */
export function longestInterval(
  expression: string,
  zone: string | undefined,
  from: Date,
): number | null {
  if (expression.length > 300) return null;
  const rate = /^\s*rate\(\s*(\d{1,6})\s+(minute|hour|day)s?\s*\)\s*$/.exec(expression);
  if (rate !== null) {
    const units = { minute: 60, hour: 3600, day: 86_400 };
    const seconds =
      Number(rate[1]) * (Object.entries(units).find(([u]) => u === rate[2])?.[1] ?? 0);
    return seconds > 0 ? seconds : null;
  }
  const schedule = parseCron(expression);
  const clock = zoneClock(zone ?? "UTC");
  return schedule === null || clock === null ? null : longestOf(schedule, clock, from.getTime());
}

function longestOf({ times, days }: Schedule, clock: ZoneClock, from: number): number | null {
  const inner = times
    .slice(1)
    .reduce((most, time, at) => Math.max(most, time - (times[at] ?? 0)), 0);
  const today = Math.floor((from + clock.offsetAt(from)) / DAY_MS);
  let longest = 0;
  let begin: number | null = null;
  let last: number | null = null;
  for (let day = today; day < today + HORIZON_DAYS; day += 1) {
    if (!days(dayOf(day))) continue;
    const steady = clock.steadyOffset(day);
    const starts =
      steady === null
        ? times.flatMap((time) => clock.toUtc(day * DAY_MS + time * MINUTE_MS) ?? [])
        : [times[0], times.at(-1) ?? times[0]].map(
            (time) => day * DAY_MS + time * MINUTE_MS - steady,
          );
    if (steady !== null && times.length > 1) longest = Math.max(longest, inner * MINUTE_MS);
    if (steady === null) starts.sort((a, b) => a - b);
    for (const [at, start] of starts.entries()) {
      // Between the two ends of a steady day lie its other starts.
      if (last !== null && (steady === null || at === 0)) longest = Math.max(longest, start - last);
      begin ??= start;
      last = start;
    }
    if (begin !== null && last !== null && last - begin >= YEAR_DAYS * DAY_MS)
      return longest / 1000;
  }
  return null;
}

function dayOf(index: number): Day {
  const date = new Date(index * DAY_MS);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return {
    year,
    month: month + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay() + 1,
    last: new Date(Date.UTC(year, month + 1, 0)).getUTCDate(),
  };
}

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split(" ");

/** Minutes, hours, day of month, month, day of week, year; exactly one of the two days is `?` in what AWS takes. */
function parseCron(expression: string): Schedule | null {
  const fields = /^\s*cron\((.*)\)\s*$/i.exec(expression)?.[1]?.trim().toUpperCase().split(/\s+/);
  if (fields?.length !== 6) return null;
  const [minute = "", hour = "", monthDay = "", month = "", weekday = "", year = ""] = fields;
  const minutes = numbers(minute, 0, 59);
  const hours = numbers(hour, 0, 23);
  const months = numbers(month, 1, 12, MONTHS);
  const years = numbers(year, 1970, 2199);
  const monthDays = dayTests(monthDay, monthDayTest);
  const weekdays = dayTests(weekday, weekdayTest);
  if (minutes === null || hours === null || months === null || years === null) return null;
  if (monthDays === null || weekdays === null) return null;
  const restricted = (field: string) => field !== "?" && field !== "*";
  if (restricted(monthDay) && restricted(weekday)) return null;
  const [first, ...rest] = [...hours]
    .flatMap((h) => [...minutes].map((m) => h * 60 + m))
    .sort((a, b) => a - b);
  if (first === undefined) return null;
  return {
    times: [first, ...rest],
    days: (day) => years.has(day.year) && months.has(day.month) && monthDays(day) && weekdays(day),
  };
}

/** The days that a list lets in; null where an item of it is none. */
function dayTests(field: string, item: (text: string) => DayTest | null): DayTest | null {
  if (field === "?" || field === "*") return () => true;
  const tests: DayTest[] = [];
  for (const text of field.split(",")) {
    const test = item(text);
    if (test === null) return null;
    tests.push(test);
  }
  return (day) => tests.some((test) => test(day));
}

function monthDayTest(text: string): DayTest | null {
  if (text === "L") return ({ day, last }) => day === last;
  if (text === "LW") return (day) => day.day === nearestWeekday(day, day.last);
  const near = /^([1-9]|[12]\d|3[01])W$/.exec(text);
  if (near !== null) return (day) => day.day === nearestWeekday(day, Number(near[1]));
  const set = numbers(text, 1, 31);
  return set === null ? null : ({ day }) => set.has(day);
}

function weekdayTest(text: string): DayTest | null {
  if (text === "L") return ({ weekday }) => weekday === 7;
  const last = /^([1-7]|[A-Z]{3})L$/.exec(text);
  const nth = /^([1-7]|[A-Z]{3})#([1-5])$/.exec(text);
  const named = last?.[1] ?? nth?.[1];
  if (named !== undefined) {
    const set = numbers(named, 1, 7, WEEKDAYS);
    if (set === null) return null;
    return nth === null
      ? ({ day, weekday, last: end }) => set.has(weekday) && day > end - 7
      : ({ day, weekday }) => set.has(weekday) && Math.ceil(day / 7) === Number(nth[2]);
  }
  const set = numbers(text, 1, 7, WEEKDAYS);
  return set === null ? null : ({ weekday }) => set.has(weekday);
}

/** The weekday of the same month that is nearest to a day of it; null where the month has no such day. */
function nearestWeekday({ day, weekday, last }: Day, wanted: number): number | null {
  if (wanted > last) return null;
  const which = ((((weekday - 1 + wanted - day) % 7) + 7) % 7) + 1;
  if (which === 7) return wanted === 1 ? 3 : wanted - 1;
  if (which === 1) return wanted === last ? wanted - 2 : wanted + 1;
  return wanted;
}

/** A list of numbers, names, ranges and steps; null where it is none. A range may lead over the end. */
function numbers(
  field: string,
  first: number,
  last: number,
  names: readonly string[] = [],
): ReadonlySet<number> | null {
  const value = (text: string): number | null => {
    const named = names.indexOf(text);
    if (named >= 0) return first + named;
    const number = /^\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
    return number >= first && number <= last ? number : null;
  };
  const found = new Set<number>();
  for (const item of field.split(",")) {
    const [, range = "", step] = /^([^/]*)(?:\/(\d{1,4}))?$/.exec(item) ?? [];
    const [low, high] = range === "*" ? [String(first), String(last)] : range.split("-", 2);
    const from = value(low ?? "");
    const to = high === undefined ? (step === undefined ? from : last) : value(high);
    const by = step === undefined ? 1 : Number(step);
    if (from === null || to === null || by < 1 || range.split("-").length > 2) return null;
    const end = to < from ? to + (last - first + 1) : to;
    for (let at = from; at <= end; at += by) found.add(at > last ? at - (last - first + 1) : at);
  }
  return found;
}
