import type { CheckReport } from "#model/check-report.ts";
import type { Evaluation, Report } from "#model/report.ts";
import { printableJson } from "./escape.ts";
import { inModelOrder } from "./json-order.ts";

/** Passing evaluations that are written of each check where not all are wanted. */
const PASSES_KEPT = 3;

/**
 * The report as JSON: keys in the model's order, two spaces, a newline at the end. It holds all that the report holds;
 * with `full: false` each check keeps all evaluations that are no pass and the first few passes, and `counts` still
 * tells the true numbers.
 */
export function renderJson(report: Report, options: { readonly full?: boolean } = {}): string {
  return toJson(inModelOrder(options.full === false ? withFewPasses(report) : report));
}

/** The result of `probity check` as JSON, keys as it was put together, two spaces, a newline at the end. */
export function renderCheckJson(check: CheckReport): string {
  return toJson(check);
}

/** Safe to print: invisible and control characters are written as `\uXXXX`, which reads back as the same value. */
function toJson(value: unknown): string {
  return `${printableJson(JSON.stringify(value, null, 2))}\n`;
}

function withFewPasses(report: Report): Report {
  const claims = report.claims.map((claim) => ({
    ...claim,
    checks: claim.checks.map((check) => ({ ...check, evaluations: fewPasses(check.evaluations) })),
  }));
  return { ...report, claims };
}

function fewPasses(evaluations: readonly Evaluation[]): readonly Evaluation[] {
  let passes = 0;
  return evaluations.filter(({ outcome }) => outcome !== "pass" || ++passes <= PASSES_KEPT);
}
