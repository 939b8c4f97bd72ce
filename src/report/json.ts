import type { CheckReport } from "#model/check-report.ts";
import type { Report } from "#model/report.ts";
import { printableJson } from "./escape.ts";

/** The report as JSON: two spaces, a newline at the end. */
export function renderJson(report: Report): string {
  return toJson(report);
}

/** The result of `probity check` as JSON, in the same form. */
export function renderCheckJson(check: CheckReport): string {
  return toJson(check);
}

/** Safe to print: invisible and control characters are written as `\uXXXX`, which reads back as the same value. */
function toJson(value: unknown): string {
  return `${printableJson(JSON.stringify(value, null, 2))}\n`;
}
