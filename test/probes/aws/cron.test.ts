import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { longestInterval } from "#probes/aws/cron.ts";

const FROM = new Date("2026-06-01T12:00:00Z");
const HOUR = 3600;
const DAY = 24 * HOUR;

describe("the longest time between two starts", () => {
  test.each<[schedule: string, seconds: number | null]>([
    ["cron(0 5 ? * * *)", DAY],
    ["cron(0 5 * * ? *)", DAY],
    ["cron(0 5 * * * *)", DAY],
    ["CRON( 0  5 ? * * * )", DAY],
    ["cron(15 * ? * * *)", HOUR],
    ["cron(0/20 * ? * * *)", HOUR / 3],
    ["cron(*/20 * ? * * *)", HOUR / 3],
    ["cron(5-15/5 * ? * * *)", 50 * 60],
    ["cron(* * ? * * *)", 60],
    ["cron(0 0/6 ? * * *)", 6 * HOUR],
    ["cron(0 5/12 ? * * *)", 12 * HOUR],
    ["cron(0 2,14,20 ? * * *)", 12 * HOUR],
    ["cron(0 22-2 ? * * *)", 20 * HOUR],
    ["cron(0 5 ? * MON-FRI *)", 3 * DAY],
    ["cron(0 5 ? * 2-6 *)", 3 * DAY],
    ["cron(0 5 ? * FRI-MON *)", 4 * DAY],
    ["cron(0 5 ? * SUN,WED *)", 4 * DAY],
    ["cron(0 5 ? * sat *)", 7 * DAY],
    ["cron(0 5 ? * L *)", 7 * DAY],
    ["cron(0 5 1 * ? *)", 31 * DAY],
    ["cron(0 5 L * ? *)", 31 * DAY],
    ["cron(0 5 31 * ? *)", 61 * DAY],
    ["cron(0 5 1,15 * ? *)", 17 * DAY],
    ["cron(0 5 ? * 2#1 *)", 35 * DAY],
    ["cron(0 5 ? * MON#1 *)", 35 * DAY],
    ["cron(0 5 ? * 6L *)", 35 * DAY],
    ["cron(0 5 1 JAN,JUL ? *)", 184 * DAY],
    ["cron(0 5 1 */3 ? *)", 92 * DAY],
    ["cron(0 5 29 2 ? *)", 1461 * DAY],
    ["cron(0 5 ? * * 2026-2199)", DAY],
    ["rate(12 hours)", 12 * HOUR],
    ["rate(1 day)", DAY],
    ["rate(30 minutes)", HOUR / 2],
    // It never starts, or not again.
    ["cron(0 5 31 2 ? *)", null],
    ["cron(0 5 30W 2 ? *)", null],
    ["cron(0 5 ? * * 2020)", null],
    ["cron(0 5 1 7 ? 2026)", null],
    ["cron(0 5 ? * * 2026)", null],
    // AWS takes none of these.
    ["cron(0 5 ? * *)", null],
    ["cron(0 5 1 * MON *)", null],
    ["cron(0 24 ? * * *)", null],
    ["cron(60 5 ? * * *)", null],
    ["cron(0 5 ? * 0 *)", null],
    ["cron(0 5 ? * 8 *)", null],
    ["cron(0 5 ? 13 * *)", null],
    ["cron(0/0 5 ? * * *)", null],
    ["cron(0 5-7-9 ? * * *)", null],
    ["cron(? 5 ? * * *)", null],
    ["cron(0 L ? * * *)", null],
    ["cron(0 5 ? * MON#6 *)", null],
    ["cron(0 5 ? * XYZ#1 *)", null],
    ["cron(0 5 , * ? *)", null],
    ["rate(0 hours)", null],
    ["rate(1 fortnight)", null],
    ["0 5 ? * * *", null],
    ["", null],
    [`cron(${"0,".repeat(5000)}0 5 ? * * *)`, null],
  ])("%s", (schedule, seconds) => {
    expect(longestInterval(schedule, undefined, FROM)).toBe(seconds);
  });

  // 2026: 1 August is a Saturday, so its nearest weekday of the month is Monday the 3rd; 1 September is a Tuesday.
  test("the nearest weekday stays within its month", () => {
    const within = (year: number, schedule: string) =>
      longestInterval(schedule, undefined, new Date(`${year}-01-01T00:00:00Z`));
    // 3 August 2026 to 1 July 2027; from 1 July 2026 it is 33 days.
    expect(within(2026, "cron(0 5 1W 7-8 ? 2026-2028)")).toBe((365 - 33) * DAY);
    // 31 May 2026 is a Sunday: the weekday before is Friday the 29th, as 1 June is not in its month.
    expect(within(2026, "cron(0 5 31W,1W 5,6 ? 2026-2028)")).toBe(
      (Date.UTC(2027, 4, 3, 5) - Date.UTC(2026, 5, 1, 5)) / 1000,
    );
  });

  test.each<[zone: string, schedule: string, seconds: number | null, why: string]>([
    ["Europe/Paris", "cron(0 5 ? * * *)", 25 * HOUR, "the night on which clocks go back"],
    ["Europe/Paris", "cron(30 2 ? * * *)", 47 * HOUR, "02:30 is left out in March"],
    ["Europe/Paris", "cron(30 2 ? * SUN *)", 14 * DAY - HOUR, "a Sunday is left out"],
    ["Europe/Paris", "cron(0 * ? * * *)", 2 * HOUR, "an hour comes twice and counts once"],
    ["America/New_York", "cron(0 0/12 ? * * *)", 13 * HOUR, "half a day with 13 hours"],
    ["Asia/Kolkata", "cron(0 5 ? * * *)", DAY, "no summer time"],
    ["Pacific/Auckland", "cron(30 2 ? * * *)", 47 * HOUR, "the southern spring"],
    ["Australia/Lord_Howe", "cron(0 5 ? * * *)", 24.5 * HOUR, "half an hour of summer time"],
    ["UTC", "cron(0 5 ? * * *)", DAY, ""],
    ["Mars/Olympus", "cron(0 5 ? * * *)", null, "no such zone"],
  ])("in %s, %s: %j s (%s)", (zone, schedule, seconds) => {
    expect(longestInterval(schedule, zone, FROM)).toBe(seconds);
  });

  test("does not depend on when within a year it is asked, for what comes every month", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3000 }), (days) => {
        const from = new Date(Date.UTC(2024, 0, 1) + days * DAY * 1000);
        expect(longestInterval("cron(0 5 1 * ? *)", undefined, from)).toBe(31 * DAY);
        expect(longestInterval("cron(0 5 ? * * *)", "Europe/Paris", from)).toBe(25 * HOUR);
      }),
      { numRuns: 60 },
    );
  });

  test("agrees with looking at every hour of a year", () => {
    const hours = fc.uniqueArray(fc.integer({ min: 0, max: 23 }), { minLength: 1, maxLength: 4 });
    const monthDays = fc.uniqueArray(fc.integer({ min: 1, max: 28 }), { maxLength: 4 });
    const weekdays = fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 3 });
    fc.assert(
      fc.property(hours, monthDays, weekdays, fc.boolean(), (hour, days, week, byWeek) => {
        const list = (items: readonly number[]) => (items.length === 0 ? "*" : items.join(","));
        const day = byWeek ? `? * ${list(week)}` : `${list(days)} * ?`;
        const starts: number[] = [];
        const first = Date.UTC(2026, 5, 1);
        for (let at = first; at < first + 400 * DAY * 1000; at += HOUR * 1000) {
          const date = new Date(at);
          const wanted = byWeek
            ? week.length === 0 || week.includes(date.getUTCDay() + 1)
            : days.length === 0 || days.includes(date.getUTCDate());
          if (wanted && hour.includes(date.getUTCHours())) starts.push(at);
        }
        const gaps = starts.slice(1).map((start, at) => (start - (starts[at] ?? start)) / 1000);
        const schedule = `cron(0 ${hour.join(",")} ${day} *)`;
        expect(longestInterval(schedule, undefined, FROM)).toBe(Math.max(...gaps));
      }),
      { numRuns: 100 },
    );
  });

  test("takes any text, and gives a number of seconds or none", () => {
    const part = fc.constantFrom(
      "*",
      "?",
      "L",
      "W",
      "#",
      "/",
      "-",
      ",",
      "1",
      "31",
      "MON",
      " ",
      "0",
    );
    const expression = fc.array(part, { maxLength: 24 }).map((parts) => `cron(${parts.join("")})`);
    fc.assert(
      fc.property(fc.oneof(expression, fc.string()), fc.option(fc.string()), (text, zone) => {
        const found = longestInterval(text, zone ?? undefined, FROM);
        expect(found === null || (Number.isFinite(found) && found > 0)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
