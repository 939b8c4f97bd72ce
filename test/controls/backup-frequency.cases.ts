import control from "#controls/resilience/backup-frequency.ts";
import type { Backups, BackupRule } from "#model/backup-facets.ts";
import { defineCases } from "./cases.ts";

const HOUR = 3600;
const rule = (hours: number | null, window = 0, name = "daily/keep"): BackupRule => ({
  name,
  longestInterval: hours === null ? null : hours * HOUR,
  window: window * HOUR,
  places: [{ region: "eu-west-3", vault: "main", retention: "P30D" }],
});
const backups = (rules: readonly BackupRule[], partOf: readonly string[] = []) => ({
  backups: { rules, partOf } satisfies Backups,
});
const DAILY = { maxInterval: "P1D" };

export default defineCases(control, [
  {
    name: "every day",
    expect: DAILY,
    facets: backups([rule(24)]),
    outcome: "pass",
    says: "at most 24 h apart (daily/keep); declared: at most P1D apart, beside the rule's own window",
  },
  {
    name: "continuous",
    expect: { maxInterval: "PT1H" },
    facets: backups([rule(0, 0, "point in time")]),
    outcome: "pass",
    says: "continuous (point in time)",
  },
  {
    name: "a second more than declared",
    expect: DAILY,
    facets: backups([rule(24 + 1 / HOUR)]),
    outcome: "fail",
    says: "at most 24 h apart",
  },
  {
    name: "every week where every day was promised",
    expect: DAILY,
    facets: backups([rule(168)]),
    outcome: "fail",
    says: "at most 7 days apart (daily/keep)",
  },
  {
    name: "the rule's own window is tolerated, and shown",
    expect: DAILY,
    facets: backups([rule(25, 1)]),
    outcome: "pass",
    says: "at most 25 h apart (daily/keep, with a window of 60 min)",
  },
  {
    name: "the claim's tolerance takes the place of the rule's window",
    expect: { ...DAILY, tolerance: "PT2H" },
    facets: backups([rule(26, 0)]),
    outcome: "pass",
    says: "tolerance PT2H",
  },
  {
    name: "a wide window of the rule is no excuse beside the claim's own tolerance",
    expect: { ...DAILY, tolerance: "PT1H" },
    facets: backups([rule(48, 48)]),
    outcome: "fail",
    says: "at most 48 h apart",
  },
  {
    name: "one rule that is frequent enough is enough",
    expect: DAILY,
    facets: backups([rule(168, 0, "weekly"), rule(24, 0, "nightly"), rule(null)]),
    outcome: "pass",
    says: "(nightly)",
  },
  {
    name: "two rules may interleave",
    expect: { maxInterval: "PT12H" },
    facets: backups([rule(24, 0, "noon"), rule(24, 0, "midnight")]),
    outcome: "unknown",
    says: "none is frequent enough alone, together they may be",
  },
  {
    name: "two rules that cannot, however they interleave",
    expect: DAILY,
    facets: backups([rule(168, 0, "weekly"), rule(720, 0, "monthly")]),
    outcome: "fail",
    says: "at most 7 days apart (weekly), at most 30 days apart (monthly)",
  },
  {
    name: "a schedule that cannot be told",
    expect: DAILY,
    facets: backups([rule(null)]),
    outcome: "unknown",
    says: "how often daily/keep runs cannot be told",
  },
  {
    name: "a schedule that cannot be told beside one that is too rare",
    expect: DAILY,
    facets: backups([rule(168, 0, "weekly"), rule(null)]),
    outcome: "unknown",
    says: "cannot be told",
  },
  {
    name: "nothing backs it up",
    expect: DAILY,
    facets: backups([]),
    outcome: "fail",
    says: "no rule backs it up; declared",
  },
  {
    name: "nothing backs it up, nor what it is part of",
    expect: DAILY,
    facets: backups([], ["arn:aws:ec2:eu-west-3:1:instance/i-1"]),
    outcome: "fail",
    says: "nor what it is part of (arn:aws:ec2:eu-west-3:1:instance/i-1)",
  },
  {
    name: "a month in favour of the promise",
    expect: { maxInterval: "P1M" },
    facets: backups([rule(31 * 24)]),
    outcome: "pass",
    says: "31 days",
  },
  {
    name: "a hostile name of a rule",
    expect: DAILY,
    facets: backups([rule(168, 0, "a\nb\u202E")]),
    outcome: "fail",
    says: "a\\u{a}b\\u{202e}",
  },
  {
    name: "what has no backups of its own",
    expect: DAILY,
    facets: {},
    outcome: "not-applicable",
    says: "no backup of its own",
  },
]);
