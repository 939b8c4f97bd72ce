import control from "#controls/logging/log-retention.ts";
import type { Retention } from "#model/security-facets.ts";
import { defineCases } from "./cases.ts";

const kept = (after: string | null, whole: boolean | null = true): { retention: Retention } => ({
  retention: { after, whole, detail: "retentionInDays" },
});
const spread = (after: string, longest: string): { retention: Retention } => ({
  retention: { after, longest, whole: true, detail: "retentionInDays" },
});
const RANGE = { minimum: "P30D", maximum: "P3M" };

export default defineCases(control, [
  {
    name: "within the range",
    expect: RANGE,
    facets: kept("P60D"),
    outcome: "pass",
    says: "entries are kept for 60 days (retentionInDays); declared: at least P30D, at most P3M",
  },
  { name: "at its lower end", expect: RANGE, facets: kept("P30D"), outcome: "pass", says: "30 d" },
  { name: "below it", expect: RANGE, facets: kept("P14D"), outcome: "fail", says: "for 14 days" },
  {
    name: "three months are up to 92 days, and deletion may lag by three",
    expect: RANGE,
    facets: kept("P95D"),
    outcome: "pass",
    says: "(up to 92 days)",
  },
  { name: "too long", expect: RANGE, facets: kept("P96D"), outcome: "fail", says: "for 96 days" },
  {
    name: "tables of different times within the range",
    expect: RANGE,
    facets: spread("P30D", "P90D"),
    outcome: "pass",
    says: "kept for 30 days to 90 days",
  },
  {
    name: "one table is kept too long",
    expect: RANGE,
    facets: spread("P30D", "P730D"),
    outcome: "fail",
    says: "for 30 days to 730 days",
  },
  {
    name: "one table is kept too short",
    expect: RANGE,
    facets: spread("P4D", "P30D"),
    outcome: "fail",
    says: "for 4 days to 30 days",
  },
  {
    name: "for ever is too long",
    expect: RANGE,
    facets: kept(null),
    outcome: "fail",
    says: "kept for ever",
  },
  {
    name: "for ever is long enough",
    expect: { minimum: "P1Y" },
    facets: kept(null),
    outcome: "pass",
    says: "kept for ever",
  },
  {
    name: "a part that expires too early",
    expect: { minimum: "P30D" },
    facets: kept("P1D", false),
    outcome: "fail",
    says: "for 24 h",
  },
  {
    name: "a part that expires late enough is no less than was promised",
    expect: { minimum: "P30D" },
    facets: kept("P60D", false),
    outcome: "pass",
    says: "60 days",
  },
  {
    name: "a rest that never expires",
    expect: { maximum: "P3D" },
    facets: kept("P1D", false),
    outcome: "fail",
    says: "only a part of the entries is deleted",
  },
  {
    name: "nobody says whether it goes for all",
    expect: { maximum: "P3D" },
    facets: kept("P1D", null),
    outcome: "unknown",
    says: "not known",
  },
  {
    name: "a retention that is none",
    expect: { maximum: "P3D" },
    facets: kept("three days"),
    outcome: "unknown",
    says: "cannot be told",
  },
  {
    name: "nothing is known of when anything goes",
    expect: RANGE,
    facets: kept(null, null),
    outcome: "unknown",
    says: "how long entries are kept cannot be told",
  },
  {
    name: "a part that goes too early fails, whatever becomes of the rest",
    expect: RANGE,
    facets: kept("P7D", null),
    outcome: "fail",
    says: "for 7 days",
  },
  {
    name: "a part that goes too late fails too",
    expect: RANGE,
    facets: kept("P100D", null),
    outcome: "fail",
    says: "for 100 days",
  },
  {
    name: "five years hold 1,827 days",
    expect: { minimum: "P1M", maximum: "P5Y" },
    facets: kept("P1827D"),
    outcome: "pass",
    says: "1827 days",
  },
  {
    name: "what keeps no logs",
    expect: RANGE,
    facets: {},
    outcome: "not-applicable",
    says: "keeps no log entries",
  },
]);
