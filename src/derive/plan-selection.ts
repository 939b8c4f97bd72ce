import type { BackupPlan, BackupSelection, TagCondition } from "#model/backup-facets.ts";
import { exactGlob } from "#model/glob.ts";
import { REDACTED } from "#model/redacted.ts";
import type { Subject } from "#model/subject.ts";
import type { Membership } from "./scope.ts";

/** Whether a plan selects a subject, and what would have to be known where that cannot be told. */
export interface Selected {
  readonly membership: Membership;
  readonly missing: "tags" | "negation" | "kind" | "pattern" | "part" | null;
}
type Test = (subject: Subject) => Selected;
/** @param parts what is part of the subject and asks for its backups */
type PlanTest = (subject: Subject, parts?: readonly Subject[]) => Selected;

const YES: Selected = { membership: "yes", missing: null };
const NO: Selected = { membership: "no", missing: null };
const unknown = (missing: NonNullable<Selected["missing"]>): Selected => ({
  membership: "unknown",
  missing,
});

/** Compiles the selections of a plan to a test; any of them is enough. */
export function planMatcher({ selections }: BackupPlan): PlanTest {
  const tests = selections.map((selection) => ({ selection, test: selectionTest(selection) }));
  return (subject, parts = []) =>
    any(tests.map(({ selection, test }) => withParts(selection, test, parts)))(subject);
}

/** Whether a part is backed up with what is selected, where the selection leaves out parts of its kind. */
function withParts(
  { withoutParts = [] }: BackupSelection,
  test: Test,
  parts: readonly Subject[],
): Test {
  const open = parts.some(({ kind }) => withoutParts.some((one) => isSame(one, kind)));
  if (!open) return test;
  return (subject) => (test(subject).membership === "yes" ? unknown("part") : test(subject));
}

function selectionTest(selection: BackupSelection): Test {
  const included = any([idTest(selection.include), ...selection.anyTag.map(tagTest)]);
  const excluded = idTest(selection.exclude);
  const tests: readonly Test[] = [
    (subject) => keptKind(selection, subject),
    ...selection.allTags.map(tagTest),
    included,
    (subject) => not(excluded(subject)),
  ];
  return (subject) => {
    let result = YES;
    for (const test of tests) {
      const part = test(subject);
      if (part.membership === "no") return part;
      if (result === YES) result = part;
    }
    return result;
  };
}

function keptKind({ leftOut }: BackupSelection, { kind }: Subject): Selected {
  const found = leftOut.filter((one) => one.kind === "*" || isSame(one.kind, kind));
  if (found.some(({ sure }) => sure)) return NO;
  return found.length > 0 ? unknown("kind") : YES;
}

/** Ids are mostly listed one by one, hundreds of them; few have a wildcard. */
function idTest(patterns: readonly string[]): Test {
  const ids = new Set(patterns.filter((pattern) => !pattern.includes("*")));
  const globs = patterns.filter((pattern) => pattern.includes("*")).map(exactGlob);
  const otherwise = patterns.some((pattern) => pattern.includes(REDACTED))
    ? unknown("pattern")
    : NO;
  return ({ id }) => {
    if (patterns.length === 0) return NO;
    if (id.includes(REDACTED)) return patterns.includes("*") ? YES : unknown("pattern");
    return ids.has(id) || globs.some((matches) => matches(id)) ? YES : otherwise;
  };
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

/** One test that holds is enough. */
function any(tests: readonly Test[]): Test {
  return (subject) => {
    let result = NO;
    for (const test of tests) {
      const part = test(subject);
      if (part.membership === "yes") return part;
      if (result === NO) result = part;
    }
    return result;
  };
}

function not(part: Selected): Selected {
  return part.membership === "unknown" ? part : part.membership === "yes" ? NO : YES;
}

function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
