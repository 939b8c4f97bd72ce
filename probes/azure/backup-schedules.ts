/** When backup policies of Azure start; pure. */
import { zoneOfWindows } from "#facts/windows-zones.ts";
import { zoneClock, type ZoneClock } from "#probes/common/zone-clock.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MINUTES = 1440;
const WEEK_MINUTES = 7 * DAY_MINUTES;
/** Clocks change on a Sunday: from one change to the next of its kind it may be a week more than a year. */
const YEAR_DAYS = 373;
/** A Sunday, as days since 1970. */
const A_SUNDAY = 3;
const WEEKDAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

/** Minutes since Sunday, 00:00, of the zone's own time, at which something starts every week. */
export type WeeklyStarts = readonly number[];

/**
 * The longest time between two starts over a year from a moment on, seconds; null where there is no start. The day on
 * which clocks are set back is longer than others.
 */
export function longestBetween(starts: WeeklyStarts, clock: ZoneClock, from: Date): number | null {
  const sorted = [...new Set(starts)].sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const today = Math.floor(from.getTime() / (DAY_MINUTES * MINUTE_MS));
  const sunday = today - ((((today - A_SUNDAY) % 7) + 7) % 7);
  let longest = 0;
  let last: number | null = null;
  for (let week = 0; week <= YEAR_DAYS / 7 + 1; week += 1) {
    const begin = (sunday + week * 7) * DAY_MINUTES;
    for (const start of sorted) {
      const local = (begin + start) * MINUTE_MS;
      // Azure does not say what becomes of a start in an hour that clocks leave out: it is taken to come at its end.
      const moment = clock.toUtc(local) ?? clock.toUtc(local + HOUR_MS);
      if (moment === null) return null;
      if (last !== null) longest = Math.max(longest, moment - last);
      last = Math.max(last ?? moment, moment);
    }
  }
  return longest / 1000;
}

/** The clock of a policy's time zone, which it names as Windows does; UTC where it names none. @throws for another */
export function clockOf(timeZone: unknown): ZoneClock {
  const name = text(timeZone) ?? "UTC";
  const clock = zoneClock(zoneOfWindows(name) ?? name);
  if (clock === null) throw new TypeError(`a time zone that is not known: ${name.slice(0, 60)}`);
  return clock;
}

/**
 * The starts of a Recovery Services policy's schedule in one week.
 * https://learn.microsoft.com/rest/api/backup/protection-policies/get
 * @throws when it is of another type, or a part of it is missing
 */
export function weeklyStarts(schedule: unknown): WeeklyStarts {
  const raw = fields(schedule);
  const type = text(raw["schedulePolicyType"]);
  const frequency = text(raw["scheduleRunFrequency"])?.toLowerCase();
  if (type !== "SimpleSchedulePolicy" && type !== "SimpleSchedulePolicyV2") {
    throw new TypeError(`a schedule of a type that is not known: ${(type ?? "none").slice(0, 60)}`);
  }
  const second = type === "SimpleSchedulePolicyV2";
  if (frequency === "hourly") return hourly(fields(raw["hourlySchedule"]));
  if (frequency === "daily") {
    return daily(timesOf(second ? fields(raw["dailySchedule"]) : raw));
  }
  if (frequency === "weekly") {
    const week = second ? fields(raw["weeklySchedule"]) : raw;
    const every = raw["scheduleWeeklyFrequency"];
    if (every !== undefined && every !== null && every !== 0 && every !== 1) {
      throw new TypeError("a schedule that leaves weeks out");
    }
    const days = weekdaysOf(week["scheduleRunDays"]);
    return days.flatMap((day) => timesOf(week).map((time) => day * DAY_MINUTES + time));
  }
  throw new TypeError(`a schedule that runs ${(frequency ?? "never").slice(0, 60)}`);
}

/** Seconds from one backup of the log to the next. @throws when the schedule is none of a log */
export function logInterval(schedule: unknown): number {
  const { schedulePolicyType, scheduleFrequencyInMins: minutes } = fields(schedule);
  const whole = typeof minutes === "number" && Number.isInteger(minutes) && minutes >= 1;
  if (schedulePolicyType !== "LogSchedulePolicy" || !whole) {
    throw new TypeError("a log schedule without frequency");
  }
  return minutes * 60;
}

/** Every so many hours from a time on for some hours: what begins at the window's end is not counted on. */
function hourly(raw: Fields): WeeklyStarts {
  const { interval, scheduleWindowDuration: hours } = raw;
  const [from] = timesOf({ scheduleRunTimes: [raw["scheduleWindowStartTime"]] });
  if (from === undefined || !isHours(interval) || !isHours(hours)) {
    throw new TypeError("an hourly schedule without interval, start or duration");
  }
  return daily(everyMinutes(from, interval * 60, hours * 60));
}

function isHours(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 24;
}

function everyMinutes(from: number, step: number, length: number): readonly number[] {
  return Array.from({ length: Math.ceil(length / step) }, (_, at) => from + at * step);
}

function daily(times: readonly number[]): WeeklyStarts {
  return WEEKDAYS.flatMap((_, day) =>
    times.map((time) => (day * DAY_MINUTES + time) % WEEK_MINUTES),
  );
}

/** Minutes since midnight: the times are those of the policy's zone, though they are written with a Z. */
function timesOf({ scheduleRunTimes }: Fields): readonly number[] {
  const times = Array.isArray(scheduleRunTimes) ? scheduleRunTimes : [];
  if (times.length === 0) throw new TypeError("a schedule without times");
  return times.map((time: unknown) => {
    const [, hours, minutes] =
      /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):([0-5]\d)/.exec(text(time) ?? "") ?? [];
    if (hours === undefined) throw new TypeError("a schedule with a time that is none");
    return Number(hours) * 60 + Number(minutes);
  });
}

function weekdaysOf(value: unknown): readonly number[] {
  const days = Array.isArray(value) ? value : [];
  if (days.length === 0) throw new TypeError("a weekly schedule without days");
  return days.map((day: unknown) => {
    const index = WEEKDAYS.indexOf(text(day)?.toLowerCase() ?? "");
    if (index < 0) throw new TypeError("a weekly schedule with a day that is none");
    return index;
  });
}

/**
 * How long recovery points are kept by a Recovery Services policy: ISO 8601 durations, that of all of them first, then
 * those for which a part of them (one a week, a month, a year) is kept longer.
 * @throws when no duration is named or one cannot be read
 */
export function retentionsOf(policy: unknown): readonly [string, ...string[]] {
  const raw = fields(policy);
  const type = text(raw["retentionPolicyType"]);
  if (type !== "SimpleRetentionPolicy" && type !== "LongTermRetentionPolicy") {
    throw new TypeError(
      `a retention of a type that is not known: ${(type ?? "none").slice(0, 60)}`,
    );
  }
  const parts =
    type === "SimpleRetentionPolicy"
      ? [raw]
      : ["dailySchedule", "weeklySchedule", "monthlySchedule", "yearlySchedule"]
          .map((name) => raw[name])
          .filter((part) => part !== undefined && part !== null)
          .map(fields);
  const [first, ...rest] = parts.map(({ retentionDuration }) => durationOf(retentionDuration));
  if (first === undefined) throw new TypeError("a retention without duration");
  return [first, ...rest];
}

const UNITS: Readonly<Record<string, string>> = { days: "D", weeks: "W", months: "M", years: "Y" };

function durationOf(value: unknown): string {
  const { count, durationType } = fields(value);
  const unit = UNITS[text(durationType)?.toLowerCase() ?? ""];
  if (unit === undefined || typeof count !== "number" || !Number.isInteger(count) || count < 1) {
    throw new TypeError("a retention that is no duration");
  }
  return `P${count}${unit}`;
}

const REPEATING =
  /^R\d*\/(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?\/P(?:(\d{1,3})([DW])|T(\d{1,3})H)$/;

/**
 * The starts of a Backup vault's policy in one week, of ISO 8601 repeating intervals such as `R/2024-01-01T02:00:00Z/P1D`.
 * @throws where one is no such interval, or does not come again at the same time each week
 */
export function startsOfIntervals(intervals: readonly unknown[]): WeeklyStarts {
  if (intervals.length === 0) throw new TypeError("a schedule without intervals");
  return intervals.flatMap((interval) => {
    const [, at, , count, unit, hours] = REPEATING.exec(text(interval) ?? "") ?? [];
    const begin = Date.parse(`${at ?? ""}Z`) / MINUTE_MS;
    const step =
      hours === undefined
        ? Number(count) * (unit === "W" ? WEEK_MINUTES : DAY_MINUTES)
        : Number(hours) * 60;
    if (!Number.isFinite(begin) || !(step > 0) || WEEK_MINUTES % step !== 0) {
      const shown = String(text(interval)).slice(0, 60);
      throw new TypeError(`a schedule that is no weekly repetition: ${shown}`);
    }
    const first = (((begin - A_SUNDAY * DAY_MINUTES) % step) + step) % step;
    return everyMinutes(first, step, WEEK_MINUTES);
  });
}

/** The intervals of a Backup vault's trigger, and their clock. */
export function triggerOf(rule: Fields): { starts: WeeklyStarts; clock: ZoneClock } {
  const schedule = fields(fields(rule["trigger"])["schedule"]);
  const { repeatingTimeIntervals, timeZone } = schedule;
  const intervals = Array.isArray(repeatingTimeIntervals) ? repeatingTimeIntervals : [];
  // Hours go on whatever clocks show.
  const ofHours = intervals.some((interval) => /PT\d+H$/.test(text(interval) ?? ""));
  return {
    starts: startsOfIntervals(intervals),
    clock: clockOf(ofHours ? "UTC" : timeZone),
  };
}

/** The rules of a policy that are objects of a type. */
export function rulesOfType(properties: Fields, objectType: string): readonly Fields[] {
  return list(properties["policyRules"]).filter((rule) => rule["objectType"] === objectType);
}
