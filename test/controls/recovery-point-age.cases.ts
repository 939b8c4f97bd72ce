import control from "#controls/resilience/recovery-point-age.ts";
import type { RecoveryPoints } from "#model/facets.ts";
import { defineCases } from "./cases.ts";

const HOUR = 3_600_000;
const NOW = Date.parse("2026-06-01T00:00:00Z");
const ago = (hours: number) => new Date(NOW - hours * HOUR).toISOString();

/** Recovery points so many hours ago; the list reaches back 40 days. */
function points(
  hoursAgo: readonly number[],
  fields: Partial<RecoveryPoints> = {},
): { recoveryPoints: RecoveryPoints } {
  return {
    recoveryPoints: {
      points: hoursAgo.toSorted((a, b) => b - a).map(ago),
      since: ago(40 * 24),
      olderExists: null,
      retention: null,
      ...fields,
    },
  };
}
/** One every `step` hours from `from` hours ago until `to` hours ago. */
function every(step: number, from: number, to = 0): number[] {
  return Array.from(
    { length: Math.floor((from - to) / step) + 1 },
    (_, index) => from - index * step,
  );
}

const daily = { maxGap: "P1D", tolerance: "PT4H" };

export default defineCases(control, [
  {
    name: "fresh enough",
    expect: { maxAge: "PT2H" },
    facets: points([50, 1]),
    outcome: "pass",
    says: "newest recovery point 60 min old (2026-05-31 23:00 UTC); declared: newest at most PT2H old",
  },
  {
    name: "too old",
    expect: { maxAge: "PT2H" },
    facets: points([50, 3]),
    outcome: "fail",
    says: "newest recovery point 3 h old (2026-05-31 21:00 UTC)",
  },
  {
    name: "the tolerance is added, and shown",
    expect: { maxAge: "PT2H", tolerance: "PT1H" },
    facets: points([3]),
    outcome: "pass",
    says: "newest at most PT2H old, tolerance PT1H",
  },
  {
    name: "every day over the whole window",
    expect: daily,
    facets: points(every(24, 31 * 24, 10)),
    outcome: "pass",
    says: "within 30 days; declared: gaps of at most P1D over P30D, tolerance PT4H",
  },
  {
    name: "a fresh point hides no gap before it",
    expect: daily,
    facets: points([...every(24, 31 * 24, 240), 192, 168, ...every(24, 144, 1)]),
    outcome: "fail",
    says: "largest gap 48 h from 2026-05-22 00:00 UTC to 2026-05-24 00:00 UTC within 30 days",
  },
  {
    name: "the time since the newest is a gap too",
    expect: daily,
    facets: points(every(24, 31 * 24, 30)),
    outcome: "fail",
    says: "largest gap 48 h from 2026-05-30 00:00 UTC to 2026-06-01 00:00 UTC",
  },
  {
    name: "a gap before the window is no matter",
    expect: { ...daily, window: "P7D" },
    facets: points([39 * 24, ...every(24, 8 * 24)]),
    outcome: "pass",
    says: "within 7 days",
  },
  {
    name: "the point before the window bounds the first gap",
    expect: { maxGap: "P1D", window: "P7D" },
    facets: points([9 * 24, ...every(24, 6 * 24)]),
    outcome: "fail",
    says: "largest gap 3 days",
  },
  {
    name: "nothing bounds the first gap: made later, or deleted",
    expect: daily,
    facets: points(every(24, 10 * 24), { olderExists: false }),
    outcome: "unknown",
    says: "no recovery point is known in or before the 20 days from 2026-05-02 00:00 UTC to 2026-05-22 00:00 UTC",
  },
  {
    name: "an unknown beginning hides no gap that was seen",
    expect: daily,
    facets: points([...every(24, 10 * 24, 120), ...every(24, 48)], { olderExists: false }),
    outcome: "fail",
    says: "largest gap 3 days",
  },
  {
    name: "an older point makes the time after it a gap",
    expect: daily,
    facets: points(every(24, 10 * 24), { olderExists: true }),
    outcome: "fail",
    says: "largest gap 20 days",
  },
  {
    name: "the window ends where recovery points are no longer kept",
    expect: daily,
    facets: points(every(24, 7 * 24 - 1), { olderExists: false, retention: "P7D" }),
    outcome: "pass",
    says: "within 7 days",
  },
  {
    name: "what is older than retention is a leftover, and bounds no gap",
    expect: daily,
    facets: points([9 * 24, ...every(24, 7 * 24 - 1)], { retention: "P7D" }),
    outcome: "pass",
    says: "within 7 days",
  },
  {
    name: "a gap at the beginning of what is kept, with a leftover before it",
    expect: daily,
    facets: points([9 * 24, ...every(24, 5 * 24)], { retention: "P7D" }),
    outcome: "fail",
    says: "largest gap 48 h from 2026-05-25 00:00 UTC",
  },
  {
    name: "a window as long as retention ends with it",
    expect: { ...daily, window: "P7D" },
    facets: points(every(24, 7 * 24 - 1), { retention: "P7D" }),
    outcome: "pass",
    says: "within 7 days",
  },
  {
    name: "a gap of just the length that is allowed",
    expect: { maxGap: "PT24H" },
    facets: points(every(24, 31 * 24)),
    outcome: "pass",
    says: "largest gap 24 h",
  },
  {
    name: "a gap of a second more",
    expect: { maxGap: "PT24H" },
    facets: points([...every(24, 31 * 24, 48), 24 - 1 / 3600, 0]),
    outcome: "fail",
    says: "largest gap 24 h from 2026-05-30 00:00 UTC to 2026-05-31 00:00 UTC",
  },
  {
    name: "a retention that cannot be read",
    expect: daily,
    facets: points(every(24, 31 * 24), { retention: "a week" }),
    outcome: "unknown",
    says: "how long recovery points are kept cannot be read",
  },
  {
    name: "a list that begins with the window, and older points before it",
    expect: daily,
    facets: points(every(24, 30 * 24 - 3), { since: ago(30 * 24), olderExists: true }),
    outcome: "pass",
    says: "largest gap 24 h",
  },
  {
    name: "a first gap that nothing bounds may be longer than what is seen of it",
    expect: daily,
    facets: points(every(24, 30 * 24 - 3), { since: ago(30 * 24) }),
    outcome: "unknown",
    says: "declare how long they are kept",
  },
  {
    name: "a list that does not reach back leaves the rest open",
    expect: daily,
    facets: points(every(24, 10 * 24), { since: ago(10 * 24) }),
    outcome: "unknown",
    says: "no recovery point is known in or before the 20 days",
  },
  {
    name: "what is open before the window does not count against an age",
    expect: { maxAge: "P1D" },
    facets: points([3], { since: ago(24) }),
    outcome: "pass",
    says: "3 h old",
  },
  {
    name: "no recovery point, and none older",
    expect: daily,
    facets: points([], { olderExists: false }),
    outcome: "fail",
    says: "no recovery point exists",
  },
  {
    name: "no recovery point, and nobody looked further",
    expect: daily,
    facets: points([]),
    outcome: "unknown",
    says: "no recovery point since 2026-04-22 00:00 UTC was seen",
  },
  {
    name: "no recovery point for longer than is allowed",
    expect: daily,
    facets: points([], { olderExists: true }),
    outcome: "fail",
    says: "no recovery point since 2026-04-22 00:00 UTC",
  },
  {
    name: "no recovery point in a list too short to tell",
    expect: daily,
    facets: points([], { olderExists: true, since: ago(5) }),
    outcome: "unknown",
    says: "no recovery point since 2026-05-31 19:00 UTC was seen",
  },
  {
    name: "a clock that is a little ahead",
    expect: { maxAge: "PT1H" },
    facets: points([-0.05, 24]),
    outcome: "pass",
    says: "newest recovery point 0 s old",
  },
  {
    name: "a date in the future makes every age doubtful",
    expect: { maxAge: "PT1H" },
    facets: points([-2, 24]),
    outcome: "unknown",
    says: "dated 2026-06-01 02:00 UTC, after the moment of judging: a clock is wrong",
  },
  {
    name: "a date that cannot be read",
    expect: daily,
    facets: points([], { points: ["yesterday"] }),
    outcome: "unknown",
    says: "the date of a recovery point cannot be read",
  },
  {
    name: "the order of the list does not matter",
    expect: daily,
    facets: points([], {
      points: every(24, 31 * 24)
        .map(ago)
        .toReversed(),
    }),
    outcome: "pass",
    says: "largest gap 24 h",
  },
  {
    name: "a log of changes leaves no gap",
    expect: { maxGap: "PT1H" },
    facets: points([], { continuous: { from: ago(35 * 24), to: ago(0.1) }, olderExists: false }),
    outcome: "pass",
    says: "every moment until 6 min ago can be recovered (2026-05-31 23:54 UTC), largest gap 6 min",
  },
  {
    name: "points within the log's time are no gaps of it",
    expect: daily,
    facets: points([300, 100], { continuous: { from: ago(31 * 24), to: ago(2) } }),
    outcome: "pass",
    says: "largest gap 2 h",
  },
  {
    name: "a log that ended long ago, and nothing since",
    expect: daily,
    facets: points([], { continuous: { from: ago(31 * 24), to: ago(50) } }),
    outcome: "fail",
    says: "largest gap 50 h from 2026-05-29 22:00 UTC",
  },
  {
    name: "the time before a log that was turned on is judged by its points",
    expect: daily,
    facets: points([31 * 24, 200], { continuous: { from: ago(100), to: ago(0.1) } }),
    outcome: "fail",
    says: "largest gap 22.7 days",
  },
  {
    name: "before a log that was turned on, and no points",
    expect: daily,
    facets: points([], { continuous: { from: ago(100), to: ago(0.1) }, olderExists: false }),
    outcome: "unknown",
    says: "no recovery point is known in or before the 25.8 days",
  },
  {
    name: "a log as long as points are kept",
    expect: daily,
    facets: points([], { continuous: { from: ago(7 * 24), to: ago(0.1) }, retention: "P7D" }),
    outcome: "pass",
    says: "within 7 days",
  },
  {
    name: "a point after the log's end is the newest",
    expect: { maxAge: "PT2H" },
    facets: points([1], { continuous: { from: ago(100), to: ago(50) } }),
    outcome: "pass",
    says: "newest recovery point 60 min old",
  },
  {
    name: "a log that ends before it begins",
    expect: { maxAge: "PT2H" },
    facets: points([1], { continuous: { from: ago(1), to: ago(2) } }),
    outcome: "unknown",
    says: "cannot be read",
  },
  {
    name: "a log that ends in the future",
    expect: { maxAge: "PT2H" },
    facets: points([], { continuous: { from: ago(1), to: ago(-2) } }),
    outcome: "unknown",
    says: "a clock is wrong",
  },
]);
