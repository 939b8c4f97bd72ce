import type { Report } from "#model/report.ts";

/** The keys of an object in their order, each with the shape of what it holds where that has keys of its own. */
type Shape = readonly (string | readonly [key: string, shape: Shape])[];

const SUBJECT: Shape = ["target", "provider", "kind", "id", "name", "region"];
const SOURCE: Shape = ["probe", "operation", "sha256"];
const OUTCOMES: Shape = [
  "pass",
  "fail",
  "unknown",
  "not-applicable",
  "error",
  "waived",
  "attested",
];
const INTERPRETED: Shape = ["who", "when", "why"];
const EVALUATION: Shape = [
  "outcome",
  ["subject", SUBJECT],
  "expected",
  "actual",
  "message",
  "observedAt",
  ["source", SOURCE],
  "waivedBy",
  "waivedUntil",
  "attestedBy",
];
const CHECK: Shape = [
  "control",
  "title",
  "result",
  "pending",
  ["basis", ["standard", ["interpreted", INTERPRETED]]],
  "expected",
  "reason",
  "remediation",
  ["counts", OUTCOMES],
  ["evaluations", EVALUATION],
];
const CLAIM: Shape = [
  "policy",
  "id",
  "quote",
  "section",
  "severity",
  "verdict",
  "reason",
  ["coverage", ["judged", "total"]],
  "mappings",
  "caveat",
  ["checks", CHECK],
  ["attestations", ["covers", "state", "date", "expires", "by", "message"]],
];
const SUMMARY: Shape = [
  [
    "claims",
    [
      "upheld",
      "violated",
      "unverified",
      "attested",
      "lapsed",
      "waived",
      "notApplicable",
      "informational",
    ],
  ],
  ["evaluations", ["pass", "fail", "unknown", "notApplicable", "error"]],
  "pending",
  ["basis", ["live", "attestation", "both"]],
];
const PROBLEM: Shape = [
  "target",
  "probe",
  "operation",
  ["subject", SUBJECT],
  "kinds",
  "facets",
  "reason",
  "permission",
  "message",
];
const REPORT: Shape = [
  "schemaVersion",
  ["tool", ["name", "version"]],
  "startedAt",
  "finishedAt",
  "asOf",
  "complete",
  ["policies", ["id", "sha256", "company", "title"]],
  ["summary", SUMMARY],
  ["claims", CLAIM],
  ["attention", ["kind", "due", "message", ["subject", SUBJECT]]],
  ["undeclared", ["kind", ["subject", SUBJECT], "message"]],
  ["problems", PROBLEM],
];

/**
 * The report with its keys in the model's order, however it was put together, so that two reports can be compared
 * line by line. What a policy or a control wrote (`expected`, `actual`, `mappings`) keeps its own order.
 */
export function inModelOrder(report: Report): unknown {
  return ordered(report, REPORT);
}

function ordered(value: unknown, shape: Shape): unknown {
  if (Array.isArray(value)) return value.map((item) => ordered(item, shape));
  if (typeof value !== "object" || value === null) return value;
  const given = new Map<string, unknown>(Object.entries(value));
  const out: [string, unknown][] = [];
  for (const entry of shape) {
    const [key, inner] = typeof entry === "string" ? [entry, null] : entry;
    if (!given.has(key)) continue;
    const held = given.get(key);
    out.push([key, inner === null ? held : ordered(held, inner)]);
    given.delete(key);
  }
  // A field that is newer than this table is written all the same.
  return Object.fromEntries([...out, ...given]);
}
