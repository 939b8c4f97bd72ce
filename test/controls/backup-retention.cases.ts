import control from "#controls/resilience/backup-retention.ts";
import type { RecoveryPoint } from "#model/backup-facets.ts";
import type { RecoveryPoints } from "#model/facets.ts";
import { defineCases } from "./cases.ts";

const NOW = Date.parse("2026-06-01T00:00:00Z");
const at = (days: number) => new Date(NOW + days * 86_400_000).toISOString();
const DECLARED = { retention: "P30D", tolerance: "P1D" };

const rules = (...retentions: readonly (string | null)[]) => ({
  backups: {
    rules: retentions.map((retention, index) => ({
      name: `rule ${index + 1}`,
      longestInterval: 86_400,
      window: 0,
      places: [{ region: "eu-west-3", vault: null, retention }],
    })),
    partOf: [],
  },
});
const point = (fields: Partial<RecoveryPoint> = {}): { recoveryPoint: RecoveryPoint } => ({
  recoveryPoint: {
    of: null,
    at: at(-10),
    usable: true,
    deletedAt: at(20),
    state: "COMPLETED",
    ...fields,
  },
});
const points = (
  days: readonly number[],
  fields: Partial<RecoveryPoints> = {},
): { recoveryPoints: RecoveryPoints } => ({
  recoveryPoints: {
    points: days.map((day) => at(-day)),
    since: at(-30),
    olderExists: false,
    retention: null,
    ...fields,
  },
});

export default defineCases(control, [
  {
    name: "a rule that keeps as long as declared",
    expect: DECLARED,
    facets: rules("P30D"),
    outcome: "pass",
    says: "rule 1 keeps them for 30 days in eu-west-3; declared: kept for P30D, tolerance P1D either way",
  },
  {
    name: "a day off is tolerated",
    expect: DECLARED,
    facets: rules("P29D", "P31D"),
    outcome: "pass",
    says: "rule 1 keeps them for 29 days",
  },
  {
    name: "a day off is not, where nothing is tolerated",
    expect: { retention: "P30D" },
    facets: rules("P31D"),
    outcome: "fail",
    says: "rule 1 keeps them for 31 days",
  },
  {
    name: "too short",
    expect: DECLARED,
    facets: rules("P7D"),
    outcome: "fail",
    says: "rule 1 keeps them for 7 days in eu-west-3; declared",
  },
  {
    name: "too long is a breach too",
    expect: DECLARED,
    facets: rules("P35D"),
    outcome: "fail",
    says: "for 35 days",
  },
  {
    name: "for ever is too long",
    expect: DECLARED,
    facets: rules(null),
    outcome: "fail",
    says: "rule 1 keeps them for ever",
  },
  {
    name: "for ever is long enough where only a minimum was promised",
    expect: { minimum: "P30D" },
    facets: rules(null, "P90D"),
    outcome: "pass",
    says: "for ever in eu-west-3, rule 2 keeps them for 90 days in eu-west-3; declared: at least P30D",
  },
  {
    name: "every rule counts",
    expect: DECLARED,
    facets: rules("P30D", "P365D"),
    outcome: "fail",
    says: /^rule 2 keeps them for 365 days in eu-west-3; declared/,
  },
  {
    name: "every place of a rule counts",
    expect: DECLARED,
    facets: {
      backups: {
        rules: [
          {
            name: "nightly",
            longestInterval: 86_400,
            window: 0,
            places: [
              { region: "eu-west-3", vault: null, retention: "P30D" },
              { region: "eu-central-1", vault: null, retention: "P90D" },
            ],
          },
        ],
        partOf: [],
      },
    },
    outcome: "fail",
    says: "nightly keeps them for 90 days in eu-central-1",
  },
  {
    name: "a month holds for thirty days",
    expect: { retention: "P30D" },
    facets: rules("P1M"),
    outcome: "pass",
    says: "kept for P30D",
  },
  {
    name: "a retention that cannot be read",
    expect: DECLARED,
    facets: rules("thirty days"),
    outcome: "unknown",
    says: "for a time that cannot be read",
  },
  {
    name: "a rule without a place",
    expect: DECLARED,
    facets: {
      backups: {
        rules: [{ name: "nightly", longestInterval: 0, window: 0, places: [] }],
        partOf: [],
      },
    },
    outcome: "unknown",
    says: "nightly names no place",
  },
  {
    name: "without a rule nothing is kept, and nothing passes",
    expect: DECLARED,
    facets: { backups: { rules: [], partOf: [] } },
    outcome: "unknown",
    says: "no rule backs it up, so nothing of it is kept: back it up, or leave it out",
  },
  {
    name: "without a rule of its own or of the whole",
    expect: DECLARED,
    facets: { backups: { rules: [], partOf: ["the-instance"] } },
    outcome: "unknown",
    says: "nor what it is part of (the-instance)",
  },
  {
    name: "a good rule hides no point that should be gone",
    expect: DECLARED,
    facets: { ...rules("P30D"), ...points([40, 10]) },
    outcome: "fail",
    says: "a recovery point of 2026-04-22 00:00 UTC is still there, 40 days old",
  },
  {
    name: "a good rule, and points that are young enough",
    expect: DECLARED,
    facets: { ...rules("P30D"), ...points([30, 10]) },
    outcome: "pass",
    says: "rule 1 keeps them for 30 days",
  },
  {
    name: "a recovery point by its own dates",
    expect: DECLARED,
    facets: point(),
    outcome: "pass",
    says: "taken 2026-05-22 00:00 UTC, kept for 30 days",
  },
  {
    name: "one that is deleted too early",
    expect: DECLARED,
    facets: point({ deletedAt: at(-3) }),
    outcome: "fail",
    says: "kept for 7 days",
  },
  {
    name: "one that is deleted too late",
    expect: DECLARED,
    facets: point({ deletedAt: at(355) }),
    outcome: "fail",
    says: "kept for 365 days",
  },
  {
    name: "one that nothing says when it is deleted, and young",
    expect: DECLARED,
    facets: point({ deletedAt: null }),
    outcome: "unknown",
    says: "nothing says when it is deleted",
  },
  {
    name: "one that nothing says when it is deleted, and older than it may be",
    expect: DECLARED,
    facets: point({ at: at(-32), deletedAt: null }),
    outcome: "fail",
    says: "still there after 32 days",
  },
  {
    name: "one that nothing deletes, where only a minimum was promised",
    expect: { minimum: "P30D" },
    facets: point({ deletedAt: null }),
    outcome: "pass",
    says: "deleted by no rule",
  },
  {
    name: "one that another service deletes is said to be told by that",
    expect: DECLARED,
    facets: point({ deletionToldBy: "Backup recovery point, backup:List" }),
    outcome: "pass",
    says: "kept for 30 days (told by Backup recovery point, backup:List)",
  },
  {
    name: "one that another service may delete, where only a minimum was promised",
    expect: { minimum: "P5D" },
    facets: point({ deletedAt: null, deletionUnread: "the points were not listed" }),
    outcome: "unknown",
    says: "whether a rule deletes it is not known: the points were not listed",
  },
  {
    name: "one that another service may delete, and older than it may be",
    expect: DECLARED,
    facets: point({ at: at(-32), deletedAt: null, deletionUnread: "not listed" }),
    outcome: "fail",
    says: "still there after 32 days",
  },
  {
    name: "one that is of no use is no backup",
    expect: DECLARED,
    facets: point({ usable: false, state: "PARTIAL" }),
    outcome: "not-applicable",
    says: "no backup that one can recover from (PARTIAL)",
  },
  {
    name: "one that is of no use still keeps data",
    expect: DECLARED,
    facets: point({ usable: false, state: "EXPIRED", at: at(-60) }),
    outcome: "fail",
    says: "still there after 60 days",
  },
  {
    name: "one without a date",
    expect: DECLARED,
    facets: point({ at: null }),
    outcome: "unknown",
    says: "when it was taken is not known",
  },
  {
    name: "one with a deletion that cannot be read",
    expect: DECLARED,
    facets: point({ deletedAt: "soon" }),
    outcome: "unknown",
    says: "when it is deleted cannot be read",
  },
  {
    name: "a set of backups by its declared retention",
    expect: DECLARED,
    facets: points([20, 10], { retention: "P30D" }),
    outcome: "pass",
    says: "kept for 30 days",
  },
  {
    name: "a set of backups that is kept too short",
    expect: DECLARED,
    facets: points([5], { retention: "P7D" }),
    outcome: "fail",
    says: "kept for 7 days",
  },
  {
    name: "a set of backups of which nothing says how long",
    expect: DECLARED,
    facets: points([20, 10]),
    outcome: "unknown",
    says: "nothing says how long they are kept",
  },
  {
    name: "a set with a point that should be gone, before what the list reaches",
    expect: DECLARED,
    facets: points([20], { since: at(-40), olderExists: true, retention: "P30D" }),
    outcome: "fail",
    says: "a recovery point from before 2026-04-22 00:00 UTC is still there",
  },
  {
    name: "a set with an older point that may be just old enough",
    expect: DECLARED,
    facets: points([20], { olderExists: true, retention: "P30D" }),
    outcome: "pass",
    says: "kept for 30 days",
  },
  {
    name: "a set of which nobody looked for what is older",
    expect: DECLARED,
    facets: points([20], { since: at(-40), olderExists: null, retention: "P30D" }),
    outcome: "unknown",
    says: "from before 2026-04-22 00:00 UTC is still there was not looked for",
  },
  {
    name: "a point whose date cannot be read",
    expect: DECLARED,
    facets: { ...rules("P30D"), ...points([20], { points: ["yesterday"] }) },
    outcome: "unknown",
    says: "the date of a recovery point cannot be read",
  },
  {
    name: "what has no backups",
    expect: DECLARED,
    facets: {},
    outcome: "not-applicable",
    says: "holds no backups and has none",
  },
]);
