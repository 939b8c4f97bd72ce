import control from "#controls/resilience/recovery-test-age.ts";
import type { RecoveryTest } from "#model/backup-facets.ts";
import { defineCases } from "./cases.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const ago = (days: number) => new Date(NOW - days * 86_400_000).toISOString();
const test = (fields: Partial<RecoveryTest> = {}): { recoveryTest: RecoveryTest } => ({
  recoveryTest: {
    lastSuccess: ago(30),
    lastAttempt: ago(30),
    lastOutcome: "COMPLETED",
    since: null,
    ...fields,
  },
});
const YEAR = { maxAge: "P1Y" };
const one = (outcome: "pass" | "fail" | "unknown" | "not-applicable", says: string) =>
  [[outcome, "subject-1", says]] as const;

export default defineCases(control, [
  {
    name: "succeeded lately",
    expect: YEAR,
    readings: [{ facets: test() }],
    judgements: one(
      "pass",
      "last succeeded 30 days ago (2026-05-02 00:00 UTC); declared: a recovery that succeeded at most P1Y ago",
    ),
  },
  {
    name: "a year holds 366 days",
    expect: YEAR,
    readings: [{ facets: test({ lastSuccess: ago(366) }) }],
    judgements: one("pass", "366 days ago"),
  },
  {
    name: "too long ago",
    expect: YEAR,
    readings: [{ facets: test({ lastSuccess: ago(367), lastAttempt: ago(367) }) }],
    judgements: one("fail", "last succeeded 367 days ago"),
  },
  {
    name: "a failed attempt since is told",
    expect: YEAR,
    readings: [{ facets: test({ lastAttempt: ago(2), lastOutcome: "FAILED" }) }],
    judgements: one("pass", ", last attempt of 2026-05-30 00:00 UTC: FAILED; declared"),
  },
  {
    name: "never succeeded",
    expect: YEAR,
    readings: [{ facets: test({ lastSuccess: null, lastAttempt: ago(2), lastOutcome: "FAILED" }) }],
    judgements: one("fail", "never succeeded, last attempt of 2026-05-30 00:00 UTC: FAILED"),
  },
  {
    name: "never attempted",
    expect: YEAR,
    readings: [{ facets: test({ lastSuccess: null, lastAttempt: null, lastOutcome: null }) }],
    judgements: one("fail", "never succeeded, never attempted"),
  },
  {
    name: "no success in a history that is shorter than allowed",
    expect: YEAR,
    readings: [
      { facets: test({ lastSuccess: null, lastAttempt: null, lastOutcome: null, since: ago(30) }) },
    ],
    judgements: one("unknown", "what was before is not told any more"),
  },
  {
    name: "no success in a history that is long enough",
    expect: { maxAge: "P30D" },
    readings: [{ facets: test({ lastSuccess: null, since: ago(40) }) }],
    judgements: one("fail", "no success since 2026-04-22 00:00 UTC"),
  },
  {
    name: "a history whose beginning cannot be read",
    expect: YEAR,
    readings: [{ facets: test({ lastSuccess: null, since: "long ago" }) }],
    judgements: one("unknown", "cannot be read"),
  },
  {
    name: "a success that cannot be read",
    expect: YEAR,
    readings: [{ facets: test({ lastSuccess: "lately" }) }],
    judgements: one("unknown", "when it last succeeded cannot be read"),
  },
  {
    name: "a success in the future",
    expect: YEAR,
    readings: [{ facets: test({ lastSuccess: ago(-1) }) }],
    judgements: one("unknown", "a clock is wrong"),
  },
  {
    name: "each by itself",
    expect: YEAR,
    readings: [{ facets: test() }, { facets: test({ lastSuccess: ago(500) }) }],
    complete: false,
    judgements: [
      ["pass", "subject-1", "30 days ago"],
      ["fail", "subject-2", "500 days ago"],
    ],
  },
  {
    name: "none is set up, and everything was listed",
    expect: YEAR,
    readings: [],
    judgements: [["fail", null, "no recovery test is set up; declared"]],
  },
  {
    name: "none is seen, and not everything was listed",
    expect: YEAR,
    readings: [],
    complete: false,
    judgements: [],
  },
  {
    name: "what is no recovery test",
    expect: YEAR,
    readings: [{ facets: {} }],
    judgements: one("not-applicable", "is no recovery test"),
  },
]);
