import type { BackupPlan, BackupSelection, TagCondition } from "#model/backup-facets.ts";
import { exactGlob } from "#model/glob.ts";
import { REDACTED } from "#model/redacted.ts";
import type { Subject } from "#model/subject.ts";
import type { Membership } from "./scope.ts";

/** Whether a plan selects a subject, and what would have to be known where that cannot be told. */
export interface Selected {
  readonly membership: Membership;
  readonly missing: "tags" | "negation" | "kind" | "pattern" | null;
}
type Test = (subject: Subject) => Selected;

const YES: Selected = { membership: "yes", missing: null };
const NO: Selected = { membership: "no", missing: null };
const unknown = (missing: NonNullable<Selected["missing"]>): Selected => ({
  membership: "unknown",
  missing,
});

/** Compiles the selections of a plan to a test; any of them is enough. */
export function planMatcher({ selections }: BackupPlan): Test {
  const tests = selections.map(selectionTest);
  return (subject) => any(tests.map((test) => test(subject)));
}

function selectionTest(selection: BackupSelection): Test {
  const included = selection.include.map(idTest);
  const excluded = selection.exclude.map(idTest);
  const anyTag = selection.anyTag.map(tagTest);
  const allTags = selection.allTags.map(tagTest);
  return (subject) => {
    const of = (tests: readonly Test[]) => tests.map((test) => test(subject));
    const parts = [
      any([...of(included), ...of(anyTag)]),
      ...of(allTags),
      not(any(of(excluded))),
      keptKind(selection, subject),
    ];
    return (
      parts.find(({ membership }) => membership === "no") ??
      parts.find(({ membership }) => membership === "unknown") ??
      YES
    );
  };
}

function keptKind({ leftOut }: BackupSelection, { kind }: Subject): Selected {
  const found = leftOut.filter((one) => one.kind === "*" || isSame(one.kind, kind));
  if (found.some(({ sure }) => sure)) return NO;
  return found.length > 0 ? unknown("kind") : YES;
}

function idTest(pattern: string): Test {
  if (pattern.includes(REDACTED)) return () => unknown("pattern");
  const matches = exactGlob(pattern);
  return ({ id }) => (id.includes(REDACTED) ? unknown("pattern") : matches(id) ? YES : NO);
}

function tagTest({ key, operator, value }: TagCondition): Test {
  if (key.includes(REDACTED) || value.includes(REDACTED)) return () => unknown("pattern");
  const matches =
    operator === "equals" || operator === "not-equals"
      ? (text: string) => text === value
      : exactGlob(value);
  const negated = operator === "not-equals" || operator === "not-like";
  return ({ tags }) => {
    if (tags === null) return unknown("tags");
    const found = Object.hasOwn(tags, key) ? tags[key] : undefined;
    if (found === undefined) {
      if (Object.keys(tags).some((name) => name.includes(REDACTED))) return unknown("tags");
      // AWS speaks of "resources that you tagged" and leaves open whether it means those without this tag.
      return negated ? unknown("negation") : NO;
    }
    if (found.includes(REDACTED)) return unknown("tags");
    return matches(found) === negated ? NO : YES;
  };
}

function any(parts: readonly Selected[]): Selected {
  return (
    parts.find(({ membership }) => membership === "yes") ??
    parts.find(({ membership }) => membership === "unknown") ??
    NO
  );
}

function not(part: Selected): Selected {
  return part.membership === "unknown" ? part : part.membership === "yes" ? NO : YES;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
