import type { Evaluation } from "#model/report.ts";
import type { Content, Page } from "./page.ts";
import { addMore, addSubjects, firstOf, groupBy } from "./subjects.ts";
import { cut, cutMiddle } from "./width.ts";
import { jsonWords, moment, momentSpan } from "./words.ts";

/** How much of a report is shown. */
export interface Detail {
  /** All subjects and groups instead of the first few; passes, raw values, hashes of the evidence and mappings too. */
  readonly full: boolean;
}

/** Columns of the longest message that is shown whole. */
const LONGEST_MESSAGE = 600;
const LABEL_COLUMN = 10;
/** From this width on, labels have a column of their own. */
const WIDE = 60;

/** Columns of a message on what is unknown, where not all is asked for: its end tells what to do. */
const SHORT_MESSAGE = 240;
/** Columns of the operation by which something was seen. */
const SHORT_OPERATION = 100;

/** A message of any origin, bounded. */
export function bounded(message: string): string {
  return cut(message, LONGEST_MESSAGE);
}

/** Columns by which text stands to the right of its label. */
function labelColumn(page: Page): number {
  return page.width >= WIDE ? LABEL_COLUMN : 2;
}

/** Adds `Declared  …`: a label in a column of its own (of so many columns, where the page is wide enough) and its text. */
export function addLabelled(
  page: Page,
  label: string,
  content: Content,
  indent: number,
  column = LABEL_COLUMN,
): void {
  const wide = page.width >= WIDE;
  const text = wide ? label : `${label}:`;
  page.add(content, { indent, prefix: [{ text, tone: "faint" }], hang: wide ? column : 2 });
}

/**
 * Adds evaluations, those with the same message together: the message under its label, the subjects, and where and
 * when it was seen.
 */
export function addEvaluations(
  page: Page,
  label: string,
  evaluations: readonly Evaluation[],
  detail: Detail,
  indent: number,
): void {
  const groups = groupBy(evaluations, (evaluation) =>
    JSON.stringify([evaluation.message, evaluation.waivedBy, evaluation.attestedBy]),
  );
  const { first, more } = firstOf(groups, detail.full);
  const inner = indent + labelColumn(page);
  const origins = first.map(origin);
  for (const [index, group] of first.entries()) {
    const { message, outcome } = group[0];
    const brief = outcome === "unknown" && !detail.full;
    const text = brief ? cutMiddle(message, SHORT_MESSAGE) : bounded(message);
    addLabelled(page, label, text, indent);
    addExcuse(page, group[0], inner);
    const subjects = group.map(({ subject }) => subject);
    addSubjects(page, subjects, { indent: inner, full: detail.full, ids: detail.full }, (at) => {
      const evaluation = group[at];
      if (detail.full && evaluation !== undefined) addRecord(page, evaluation, inner + 2);
    });
    // Groups that were seen in the same way tell it once, after the last of them.
    const own = origins[index] ?? "";
    if (!detail.full && own !== "" && own !== origins[index + 1]) {
      page.add([{ text: own, tone: "faint" }], { indent: inner });
    }
  }
  addMore(page, more, inner);
}

function addExcuse(
  page: Page,
  { waivedBy, waivedUntil, attestedBy }: Evaluation,
  indent: number,
): void {
  if (waivedBy !== undefined) {
    const until = waivedUntil === undefined ? "" : `, until ${cut(waivedUntil, 40)}`;
    page.add([{ text: `waived by ${cut(waivedBy, 80)}${until}`, tone: "note" }], { indent });
  }
  if (attestedBy !== undefined) {
    page.add([{ text: `attested by ${cut(attestedBy, 80)}`, tone: "note" }], { indent });
  }
}

/** What an auditor follows back to the saved evidence: the values that decided, the operation, the hash. */
function addRecord(page: Page, { actual, source, observedAt }: Evaluation, indent: number): void {
  if (actual !== null) page.add([{ text: bounded(jsonWords(actual)), tone: "faint" }], { indent });
  if (source === null) return;
  const when = observedAt === null ? "" : `, ${moment(observedAt)}`;
  const hash = source.sha256 === null ? "" : `, sha256:${cut(source.sha256, 64)}`;
  const text = `${bounded(source.operation)} (probe ${cut(source.probe, 60)})${when}${hash}`;
  page.add([{ text, tone: "faint" }], { indent });
}

/** `s3:GetBucketEncryption, 2026-11-22 10:03 UTC` for a group: its operations and the span of its moments. */
function origin(group: readonly Evaluation[]): string {
  const operations = [...new Set(group.flatMap(({ source }) => source?.operation ?? []))];
  const { first, more } = firstOf(operations, false, 2);
  const moments = group.flatMap(({ observedAt }) => observedAt ?? []).sort();
  const by = first.map((operation) => cutMiddle(operation, SHORT_OPERATION)).join(" and ");
  return [
    more > 0 ? `${by} and ${more} more operations` : by,
    momentSpan(moments[0] ?? "", moments.at(-1) ?? ""),
  ]
    .filter((part) => part !== "")
    .join(", ");
}
