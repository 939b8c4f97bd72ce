import type { CheckReport } from "#model/check-report.ts";
import type { Report } from "#model/report.ts";
import { printableJson } from "./escape.ts";

/** The report as JSON: two spaces, a newline at the end. */
export function renderJson(report: Report): string {
  return toJson(report, 2);
}

/** The result of `probity check` as JSON, in the same form. */
export function renderCheckJson(check: CheckReport): string {
  return toJson(check, 2);
}

/** The same on one line, for JSON Lines (https://jsonlines.org). */
export function renderCheckJsonLine(check: CheckReport): string {
  return toJson(check, 0);
}

/** Safe to print: invisible and control characters are written as `\uXXXX`, which reads back as the same value. */
function toJson(value: unknown, indent: number): string {
  return `${printableJson(JSON.stringify(value, null, indent))}\n`;
}
