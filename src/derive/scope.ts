import { anyGlob, globMatcher } from "#model/glob.ts";
import type { LabelRule, Target } from "#model/estate.ts";
import type { Scope, Selector } from "#model/scope.ts";
import { REDACTED } from "#model/redacted.ts";
import type { Subject } from "#model/subject.ts";

/** Whether something belongs: `unknown` where what decides it (a tag, a region) was not read or was redacted. */
export type Membership = "yes" | "no" | "unknown";

/** A subject with what the estate says of it. */
export interface Labelled {
  readonly subject: Subject;
  readonly labels: ReadonlyMap<string, Membership>;
}

type Test = (labelled: Labelled) => Membership;

/** Compiles a scope, once per check, to a fast test over subjects. */
export function scopeMatcher(scope: Scope): Test {
  const included = selectorMatcher(scope);
  const excluded = (scope.exclude ?? []).map(selectorMatcher);
  if (excluded.length === 0) return included;
  return (labelled) => {
    const membership = included(labelled);
    if (membership === "no") return "no";
    let out: Membership = "no";
    for (const test of excluded) {
      const result = test(labelled);
      if (result === "yes") return "no";
      if (result === "unknown") out = "unknown";
    }
    return out === "unknown" ? "unknown" : membership;
  };
}

/** Compiles a selector: every field that is given must match; within a field one value is enough. */
export function selectorMatcher(selector: Selector): Test {
  const tests: Test[] = [];
  const { providers, targets, kinds, regions, ids, tags, labels } = selector;
  if (providers !== undefined) {
    const set = new Set<string>(providers);
    tests.push(({ subject }) => (set.has(subject.provider) ? "yes" : "no"));
  }
  if (targets !== undefined) tests.push(textTest(targets, (subject) => subject.target));
  if (kinds !== undefined) tests.push(textTest(kinds, (subject) => subject.kind));
  if (ids !== undefined) tests.push(textTest(ids, (subject) => subject.id));
  if (regions !== undefined) tests.push(textTest(regions, (subject) => subject.region));
  if (labels !== undefined) {
    tests.push(({ labels: given }) => any(labels.map((label) => given.get(label) ?? "no")));
  }
  for (const [key, pattern] of Object.entries(tags ?? {})) {
    const matches = globMatcher(pattern);
    tests.push(({ subject }) => {
      if (subject.tags === null) return "unknown";
      const value = Object.hasOwn(subject.tags, key) ? subject.tags[key] : undefined;
      if (value === undefined) return Object.keys(subject.tags).some(isRedacted) ? "unknown" : "no";
      if (isRedacted(value)) return "unknown";
      return matches(value) ? "yes" : "no";
    });
  }
  return (labelled) => {
    let result: Membership = "yes";
    for (const test of tests) {
      const membership = test(labelled);
      if (membership === "no") return "no";
      if (membership === "unknown") result = "unknown";
    }
    return result;
  };
}

/** False only where no subject of the target, seen or not, can be in the scope. */
export function scopeTouchesTarget(
  scope: Scope,
  target: Target,
  rules: readonly LabelRule[],
): boolean {
  const touches = (selector: Selector) => {
    if (selector.providers !== undefined && !selector.providers.includes(target.provider))
      return false;
    if (selector.targets !== undefined && !anyGlob(selector.targets)(target.id)) return false;
    if (selector.labels === undefined) return true;
    return selector.labels.some(
      (label) =>
        target.labels.includes(label) ||
        ("backups" in target && target.backups.some((set) => set.labels.includes(label))) ||
        rules.some((rule) => rule.label === label && scopeTouchesTarget(rule.match, target, [])),
    );
  };
  const excludedWhole = (scope.exclude ?? []).some(
    ({ kinds, regions, ids, tags, ...wide }) =>
      [kinds, regions, ids, tags].every((field) => field === undefined) &&
      (wide.labels === undefined || wide.labels.some((label) => target.labels.includes(label))) &&
      touches(wide),
  );
  return touches(scope) && !excludedWhole;
}

function textTest(patterns: readonly string[], field: (subject: Subject) => string | null): Test {
  const matches = anyGlob(patterns);
  // Few values recur over thousands of subjects.
  const seen = new Map<string, Membership>();
  return ({ subject }) => {
    const text = field(subject);
    if (text === null || isRedacted(text)) return "unknown";
    let result = seen.get(text);
    if (result === undefined) {
      result = matches(text) ? "yes" : "no";
      if (seen.size < 10_000) seen.set(text, result);
    }
    return result;
  };
}

/** A text that lost a part of it: what it was cannot be told. */
function isRedacted(text: string): boolean {
  return text.includes(REDACTED);
}

function any(memberships: readonly Membership[]): Membership {
  if (memberships.includes("yes")) return "yes";
  return memberships.includes("unknown") ? "unknown" : "no";
}
