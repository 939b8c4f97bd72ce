import type { SubjectRef } from "#model/report.ts";
import { ENDPOINT_KIND, TARGET_KIND } from "#model/subject.ts";
import type { Page } from "./page.ts";
import { cut } from "./width.ts";

/** Subjects or groups that are listed before "and N more". */
const SHOWN = 5;
/** Columns of the longest name, and of the longest id, that are shown whole: ARNs and ARM ids fit. */
const LONGEST_NAME = 100;
const LONGEST_ID = 300;

/** What a list shows of its items: some first, and how many are left out. */
export function firstOf<T>(
  items: readonly T[],
  full: boolean,
  shown = SHOWN,
): { first: readonly T[]; more: number } {
  // One item takes as much room as the line that says it is left out.
  const limit = full || items.length <= shown + 1 ? items.length : shown;
  return { first: items.slice(0, limit), more: items.length - limit };
}

/** Adds the line for what a list leaves out, if it leaves out anything. */
export function addMore(page: Page, more: number, indent: number): void {
  if (more > 0) page.add([{ text: `and ${more} more (--full)`, tone: "faint" }], { indent });
}

/** The name alone, for lines that tell the rest elsewhere. */
export function subjectName(subject: SubjectRef): string {
  return cut(subject.name === "" ? subject.id : subject.name, LONGEST_NAME);
}

/**
 * Adds a list of subjects: name, kind, region and target on a line each; the full id below where it is asked for or
 * where only it tells two of the same name apart. `under` adds what belongs below a subject.
 */
export function addSubjects(
  page: Page,
  subjects: readonly SubjectRef[],
  options: { readonly indent: number; readonly full: boolean; readonly ids: boolean },
  under: (index: number) => void = () => {},
): void {
  const { indent, full, ids } = options;
  const { first, more } = firstOf(subjects, full);
  const ambiguous = sameNames(subjects);
  for (const [index, subject] of first.entries()) {
    const name = { text: subjectName(subject), tone: "strong" } as const;
    const place = subjectPlace(subject);
    page.add(place === "" ? [name] : [name, ` (${place})`], { indent, prefix: [{ text: "•" }] });
    if ((ids || ambiguous(subject)) && subject.id !== subject.name) {
      page.add([{ text: cut(subject.id, LONGEST_ID), tone: "faint" }], { indent: indent + 2 });
    }
    under(index);
  }
  addMore(page, more, indent);
}

/** What tells a subject from others, after its name: kind, region and target. */
function subjectPlace({ kind, region, target, name }: SubjectRef): string {
  if (kind === TARGET_KIND) return "the target as a whole";
  const parts = kind === ENDPOINT_KIND ? [] : [cut(kind, 60)];
  if (region !== null) parts.push(cut(region, 40));
  if (target !== name) parts.push(`target ${cut(target, 60)}`);
  return parts.join(", ");
}

/** Whether another subject in the list has the same name, so that only the id tells them apart. */
function sameNames(subjects: readonly SubjectRef[]): (subject: SubjectRef) => boolean {
  const seen = new Map<string, number>();
  for (const subject of subjects)
    seen.set(placeKey(subject), (seen.get(placeKey(subject)) ?? 0) + 1);
  return (subject) => (seen.get(placeKey(subject)) ?? 0) > 1;
}

function placeKey({ target, kind, region, name }: SubjectRef): string {
  return JSON.stringify([target, kind, region, name]);
}

/** Groups items by what `key` gives, in the order of first appearance. */
export function groupBy<T>(
  items: readonly T[],
  key: (item: T) => string,
): (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const name = key(item);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
