import { describe, expect, test } from "vitest";
import { zoneOfWindows } from "#facts/windows-zones.ts";
import {
  clockOf,
  longestBetween,
  retentionsOf,
  startsOfIntervals,
  weeklyStarts,
} from "#probes/azure/backup-schedules.ts";
import { toRules } from "#probes/azure/recovery-policy.ts";

const FROM = new Date("2026-06-01T12:00:00Z");
const HOUR = 3600;
const at = (...times: readonly string[]) => times.map((time) => `2026-01-01T${time}:00Z`);
const simple = (fields: object) => ({ schedulePolicyType: "SimpleSchedulePolicy", ...fields });
const second = (fields: object) => ({ schedulePolicyType: "SimpleSchedulePolicyV2", ...fields });
const hourly = (interval: number, scheduleWindowDuration: number) => ({
  scheduleRunFrequency: "Hourly",
  hourlySchedule: {
    interval,
    scheduleWindowDuration,
    scheduleWindowStartTime: "2026-01-01T08:00:00Z",
  },
});
const ALL = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

describe("the longest time between two starts", () => {
  test.each<[name: string, schedule: object, zone: string | undefined, hours: number]>([
    ["daily", simple({ scheduleRunFrequency: "Daily", scheduleRunTimes: at("19:00") }), "UTC", 24],
    [
      "no zone",
      simple({ scheduleRunFrequency: "Daily", scheduleRunTimes: at("02:00") }),
      undefined,
      24,
    ],
    // On the day on which clocks are set back.
    [
      "daily, Paris",
      simple({ scheduleRunFrequency: "Daily", scheduleRunTimes: at("02:00") }),
      "Romance Standard Time",
      25,
    ],
    [
      "daily, no summer time",
      simple({ scheduleRunFrequency: "Daily", scheduleRunTimes: at("02:00") }),
      "Tokyo Standard Time",
      24,
    ],
    [
      "twice a day",
      simple({ scheduleRunFrequency: "Daily", scheduleRunTimes: at("06:00", "20:00") }),
      "UTC",
      14,
    ],
    [
      "once a week",
      simple({
        scheduleRunFrequency: "Weekly",
        scheduleRunDays: ["Sunday"],
        scheduleRunTimes: at("02:00"),
      }),
      "UTC",
      168,
    ],
    [
      "working days",
      simple({
        scheduleRunFrequency: "Weekly",
        scheduleRunDays: ALL.slice(1, 6),
        scheduleRunTimes: at("02:00"),
      }),
      "UTC",
      72,
    ],
    [
      "every day by name",
      simple({
        scheduleRunFrequency: "Weekly",
        scheduleRunDays: ALL,
        scheduleRunTimes: at("02:00"),
      }),
      "UTC",
      24,
    ],
    [
      "second, daily",
      second({ scheduleRunFrequency: "Daily", dailySchedule: { scheduleRunTimes: at("10:00") } }),
      "UTC",
      24,
    ],
    [
      "second, weekly",
      second({
        scheduleRunFrequency: "Weekly",
        weeklySchedule: { scheduleRunDays: ["Monday", "Friday"], scheduleRunTimes: at("10:00") },
      }),
      "UTC",
      96,
    ],
    ["every 4 hours", second({ ...hourly(4, 24) }), "UTC", 4],
    // The nights count: every four hours, but only from 8 on for 12 hours.
    ["by day only", second({ ...hourly(4, 12) }), "UTC", 16],
    ["beyond midnight", second({ ...hourly(6, 18) }), "UTC", 12],
  ])("%s", (_name, schedule, zone, hours) => {
    expect(longestBetween(weeklyStarts(schedule), clockOf(zone), FROM)).toBe(hours * HOUR);
  });

  test.each<[why: string, schedule: unknown]>([
    ["no schedule", undefined],
    ["another type", { schedulePolicyType: "LongTermSchedulePolicy" }],
    ["no frequency", simple({ scheduleRunTimes: at("02:00") })],
    ["a frequency that is none", simple({ scheduleRunFrequency: "Invalid" })],
    ["no times", simple({ scheduleRunFrequency: "Daily", scheduleRunTimes: [] })],
    ["a time that is none", simple({ scheduleRunFrequency: "Daily", scheduleRunTimes: ["25:00"] })],
    ["no days", simple({ scheduleRunFrequency: "Weekly", scheduleRunTimes: at("02:00") })],
    [
      "a day that is none",
      simple({
        scheduleRunFrequency: "Weekly",
        scheduleRunDays: ["Day"],
        scheduleRunTimes: at("02:00"),
      }),
    ],
    [
      "weeks left out",
      simple({
        scheduleRunFrequency: "Weekly",
        scheduleRunDays: ["Sunday"],
        scheduleRunTimes: at("02:00"),
        scheduleWeeklyFrequency: 2,
      }),
    ],
    [
      "the first schema's fields in the second",
      second({ scheduleRunFrequency: "Daily", scheduleRunTimes: at("02:00") }),
    ],
    ["an hour that is none", second(hourly(0, 12))],
    ["no duration", second({ scheduleRunFrequency: "Hourly", hourlySchedule: { interval: 4 } })],
  ])("%s: it is not told", (_why, schedule) => {
    expect(() => weeklyStarts(schedule)).toThrow(TypeError);
  });

  test.each<[intervals: readonly unknown[], hours: number]>([
    [["R/2024-01-01T02:00:00+00:00/P1D"], 24],
    [["R/2019-11-20T08:00:00-08:00/P1W"], 168],
    [["R/2021-05-23T02:30:00Z/PT4H"], 4],
    [["R/2024-01-01T02:00:00Z/P1W", "R/2024-01-04T02:00:00Z/P1W"], 96],
    [["R/2024-01-01T02:00:00Z/P1D", "R/2024-01-01T08:00:00Z/P1D"], 18],
  ])("of %j", (intervals, hours) => {
    const starts = startsOfIntervals(intervals);
    expect(longestBetween(starts, clockOf("UTC"), FROM)).toBe(hours * HOUR);
  });

  test.each([
    [[]],
    [["P1D"]],
    [["R/2024-01-01T02:00:00Z/P1M"]],
    [["R/2024-01-01T02:00:00Z/PT5H"]],
    [["R/2024-13-45T02:00:00Z/P1D"]],
    [[7]],
    [["R/2024-01-01T02:00:00Z/PT0H"]],
  ])("of %j it is not told", (intervals) => {
    expect(() => startsOfIntervals(intervals)).toThrow(TypeError);
  });
});

test("time zones by the names of Windows", () => {
  expect(zoneOfWindows("romance standard time")).toBe("Europe/Paris");
  expect(zoneOfWindows("constructor")).toBeUndefined();
  expect(() => clockOf("Standard Time of Nowhere")).toThrow("a time zone that is not known");
});

describe("how long recovery points are kept", () => {
  const kept = (count: number, durationType: string) => ({
    retentionDuration: { count, durationType },
  });
  const longTerm = (fields: object) => ({
    retentionPolicyType: "LongTermRetentionPolicy",
    ...fields,
  });

  test.each<[policy: object, durations: readonly string[]]>([
    [longTerm({ dailySchedule: kept(30, "Days") }), ["P30D"]],
    [
      longTerm({
        dailySchedule: kept(7, "Days"),
        weeklySchedule: kept(12, "Weeks"),
        monthlySchedule: kept(60, "Months"),
        yearlySchedule: kept(10, "Years"),
      }),
      ["P7D", "P12W", "P60M", "P10Y"],
    ],
    [longTerm({ dailySchedule: null, weeklySchedule: kept(4, "Weeks") }), ["P4W"]],
    [{ retentionPolicyType: "SimpleRetentionPolicy", ...kept(15, "Days") }, ["P15D"]],
  ])("%j", (policy, durations) => {
    expect(retentionsOf(policy)).toEqual(durations);
  });

  test.each([
    [undefined],
    [longTerm({})],
    [longTerm({ dailySchedule: {} })],
    [longTerm({ dailySchedule: kept(0, "Days") })],
    [longTerm({ dailySchedule: kept(1, "Invalid") })],
    [{ retentionPolicyType: "Eternal", ...kept(1, "Days") }],
  ])("%j is not told", (policy) => {
    expect(() => retentionsOf(policy)).toThrow(TypeError);
  });

  const vault = { id: "/vault", region: "francecentral", copies: ["francesouth"] } as const;
  const part = (policyType: string, schedulePolicy: object, days: number) => ({
    policyType,
    schedulePolicy,
    retentionPolicy: { retentionPolicyType: "SimpleRetentionPolicy", ...kept(days, "Days") },
  });
  const weekly = (days: readonly string[]) =>
    simple({
      scheduleRunFrequency: "Weekly",
      scheduleRunDays: days,
      scheduleRunTimes: at("02:00"),
    });
  const log = { schedulePolicyType: "LogSchedulePolicy", scheduleFrequencyInMins: 15 };

  test("full on Sundays and differential on the other days are daily together; the log is a rule of its own", () => {
    const subProtectionPolicy = [
      part("Full", weekly(["Sunday"]), 90),
      part("Differential", weekly(ALL.slice(1)), 30),
      part("Log", log, 15),
    ];
    const properties = { settings: { timeZone: "UTC" }, subProtectionPolicy };
    expect(toRules({ name: "sql", properties }, vault, FROM)).toEqual([
      {
        name: "sql: Full, Differential",
        longestInterval: 86_400,
        window: 7200,
        places: [
          { region: "francecentral", vault: "/vault", retention: "P30D" },
          { region: "francecentral", vault: "/vault", retention: "P90D" },
          { region: "francesouth", vault: null, retention: "P30D" },
          { region: "francesouth", vault: null, retention: "P90D" },
        ],
      },
      {
        name: "sql: Log",
        longestInterval: 900,
        window: 7200,
        places: [
          { region: "francecentral", vault: "/vault", retention: "P15D" },
          { region: "francesouth", vault: null, retention: "P15D" },
        ],
      },
    ]);
  });

  test.each<[why: string, properties: object]>([
    ["an unknown part", { subProtectionPolicy: [part("Whatever", log, 1)] }],
    ["no part", { subProtectionPolicy: [] }],
    [
      "a log without frequency",
      { subProtectionPolicy: [part("Log", { schedulePolicyType: "LogSchedulePolicy" }, 1)] },
    ],
    ["no retention", { schedulePolicy: weekly(ALL) }],
    ["an unknown zone", { timeZone: "Nowhere", schedulePolicy: weekly(ALL) }],
  ])("%s: the policy is not told", (_why, properties) => {
    expect(() => toRules({ name: "p", properties }, vault, FROM)).toThrow(TypeError);
  });

  test("a file share's policy keeps its points by the retention of the vault", () => {
    const properties = {
      backupManagementType: "AzureStorage",
      timeZone: "UTC",
      schedulePolicy: weekly(ALL),
      vaultRetentionPolicy: {
        snapshotRetentionInDays: 5,
        vaultRetention: longTerm({ dailySchedule: kept(30, "Days") }),
      },
    };
    expect(toRules({ name: "p", properties }, { ...vault, copies: [] }, FROM)).toMatchObject([
      { longestInterval: 86_400, places: [{ vault: "/vault", retention: "P30D" }] },
    ]);
  });
});
