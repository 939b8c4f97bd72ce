import type { Report, ReportedProblem } from "#model/report.ts";
import type { Page } from "./page.ts";
import { addMore, addSubjects, firstOf, groupBy, subjectName } from "./subjects.ts";
import { addSection } from "./text-claims.ts";
import { bounded, type Detail } from "./text-evaluations.ts";
import { cut } from "./width.ts";
import { compareText, daysBetween, dueIn, moment } from "./words.ts";

/** Days within which a due date is coloured. */
const SOON = 14;
const MORE_SHOWN = 20;

/** Adds what needs an eye soon and is no violation yet, the most pressing first. */
export function addAttention(page: Page, report: Report, detail: Detail): void {
  const { attention, asOf } = report;
  if (attention.length === 0) return;
  const sorted = [...attention].sort((a, b) => compareText(a.due, b.due));
  const groups = groupBy(sorted, ({ due, message }) => JSON.stringify([due, message]));
  page.blank();
  addSection(page, "attention", attention.length, "dates to act by, no violation by themselves");
  const { first, more } = firstOf(groups, detail.full, MORE_SHOWN);
  for (const group of first) {
    const { due, message } = group[0];
    const days = daysBetween(asOf, due);
    const tone = days === null || days > SOON ? "note" : "warn";
    const when = dueIn(asOf, due);
    const text = `${moment(due)}${when === "" ? "" : `, ${when}`}`;
    page.add([{ text, tone }, `: ${bounded(message)}`], { indent: 2, hang: 2 });
    const subjects = group.flatMap(({ subject }) => subject ?? []);
    addSubjects(page, subjects, { indent: 4, full: detail.full, ids: detail.full });
  }
  addMore(page, more, 2);
}

/** Adds what reality shows and no claim names. */
export function addUndeclared(page: Page, report: Report, detail: Detail): void {
  const { undeclared } = report;
  if (undeclared.length === 0) return;
  page.blank();
  addSection(page, "undeclared", undeclared.length, "what is there and no claim speaks of");
  const groups = groupBy(undeclared, ({ kind, message }) => JSON.stringify([kind, message]));
  const { first, more } = firstOf(groups, detail.full, MORE_SHOWN);
  for (const group of first) {
    const { kind, message } = group[0];
    page.add([{ text: cut(kind, 60), tone: "strong" }, `: ${bounded(message)}`], {
      indent: 2,
      hang: 2,
    });
    const subjects = group.map(({ subject }) => subject);
    addSubjects(page, subjects, { indent: 4, full: detail.full, ids: detail.full });
  }
  addMore(page, more, 2);
}

/** Adds what could not be read, by target and reason, and at the end of each target the permissions to grant. */
export function addProblems(page: Page, report: Report, detail: Detail): void {
  const { problems } = report;
  if (problems.length === 0) return;
  page.blank();
  addSection(page, "could not be read", problems.length, "what depends on it is unverified");
  for (const ofTarget of groupBy(problems, ({ target }) => target)) {
    for (const group of groupBy(ofTarget, ({ reason }) => reason)) {
      const { target, reason } = group[0];
      const heading = `${cut(target, 60)} · ${cut(reason, 40)}`;
      page.add([{ text: heading, tone: "strong" }, ` (${group.length})`], { indent: 2, hang: 2 });
      addProblemGroup(page, group, detail);
    }
    const missing = [...new Set(ofTarget.flatMap(({ permission }) => permission ?? []))].sort(
      compareText,
    );
    if (missing.length > 0) {
      const names = missing.map((permission) => cut(permission, 120)).join(", ");
      const heading = `${cut(ofTarget[0].target, 60)} · to do`;
      page.add([{ text: heading, tone: "strong" }, `: grant ${names}`], { indent: 2, hang: 2 });
    }
  }
}

function addProblemGroup(page: Page, problems: readonly ReportedProblem[], detail: Detail): void {
  const groups = groupBy(problems, ({ operation, permission, message }) =>
    JSON.stringify([operation, permission, message]),
  );
  const { first, more } = firstOf(groups, detail.full);
  for (const group of first) {
    const { operation, permission, message } = group[0];
    const needs = permission === null ? "" : ` (needs ${cut(permission, 120)})`;
    page.add(`${cut(operation, 120)}${needs}: ${bounded(message)}`, {
      indent: 4,
      prefix: [{ text: "•" }],
    });
    const names = touched(group, detail.full);
    if (names !== "") page.add([{ text: names, tone: "faint" }], { indent: 6 });
  }
  addMore(page, more, 4);
}

/** The subjects that a problem touches, or the kinds where it touches all of a kind. */
function touched(problems: readonly ReportedProblem[], full: boolean): string {
  // One subject can lack several facets for the same reason, and two subjects can have one name.
  const names = new Map<string, string>();
  for (const { subject, kinds } of problems) {
    if (subject !== null)
      names.set(JSON.stringify([subject.kind, subject.id]), subjectName(subject));
    else for (const kind of kinds) if (kind !== "*") names.set(kind, `all of ${cut(kind, 60)}`);
  }
  const { first, more } = firstOf([...names.values()], full);
  return first.join(", ") + (more > 0 ? ` and ${more} more (--full)` : "");
}
