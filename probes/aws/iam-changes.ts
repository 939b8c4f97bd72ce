import { CREDENTIAL_ACTIONS, OWN_ACTIONS, readsOnly, SAMPLE_CHANGES } from "#facts/aws-actions.ts";
import { matchesWildcards, type IamStatement, type Named } from "./iam-statements.ts";
import type { Condition } from "./policy-document.ts";

/** A policy that some principals have: its name for the report, and what it says; null: it was not in the answer. */
export interface NamedPolicy {
  readonly name: string;
  readonly statements: readonly IamStatement[] | null;
}

/** One change that a policy allows. */
export interface Change {
  readonly action: string;
  /** What the policy says of it: the action, or a pattern that stands for it. */
  readonly pattern: string;
  /** Whether such an action surely exists, or is only what a wildcard might stand for. */
  readonly real: boolean;
  readonly resources: Named;
  readonly conditions: readonly Condition[];
  readonly policy: string;
}

export const ASSUME = "sts:AssumeRole";

/** Managed policies are many principals': each is gone through once. */
const known = new WeakMap<NamedPolicy, readonly Change[]>();

/** Each change that some statement of a policy allows. */
export function changesOf(policy: NamedPolicy): readonly Change[] {
  const changes = known.get(policy) ?? findChanges(policy);
  known.set(policy, changes);
  return changes;
}

function findChanges({ name, statements }: NamedPolicy): readonly Change[] {
  return (statements ?? [])
    .filter(({ effect }) => effect === "Allow")
    .flatMap(({ actions, resources, conditions }) => {
      const excepted = anyAction(actions.except ? actions.patterns : []);
      const patterns = actions.except ? ["*"] : actions.patterns;
      return patterns
        .flatMap(changesBehind)
        .filter(({ action }) => !excepted(action))
        .map((change) => ({ ...change, resources, conditions, policy: name }));
    })
    .filter(({ action, conditions }) => !readsBySession(action, conditions));
}

/** The changes that a pattern of actions stands for: itself, samples of it, or something that nobody knows. */
function changesBehind(pattern: string): readonly Pick<Change, "action" | "pattern" | "real">[] {
  // Taking on a role changes nothing by itself, and nothing else of that service does.
  if (pattern.toLowerCase().startsWith("sts:") || readsOnly(pattern)) return [];
  if (!/[*?]/.test(pattern)) return [{ action: pattern, pattern, real: true }];
  const matches = anyAction([pattern]);
  const samples = SAMPLE_CHANGES.filter(matches).map((action) => ({ action, pattern, real: true }));
  return samples.length > 0
    ? samples
    : [{ action: pattern.replaceAll(/[*?]+/g, "Anything"), pattern, real: false }];
}

/** Where a policy allows taking on roles. */
export function assumptionsOf({ name, statements }: NamedPolicy): readonly Change[] {
  return (statements ?? []).flatMap(({ effect, actions, resources, conditions }) =>
    effect === "Allow" && applies(actions, ASSUME)
      ? [{ action: ASSUME, pattern: ASSUME, real: true, resources, conditions, policy: name }]
      : [],
  );
}

/** Express directory buckets are read through a session that says so. */
function readsBySession(action: string, conditions: readonly Condition[]): boolean {
  return (
    action.toLowerCase() === "s3express:createsession" &&
    conditions.some(
      ({ key, operator, values }) =>
        key === "s3express:sessionmode" &&
        operator === "stringequals" &&
        values.every((value) => value === "ReadOnly"),
    )
  );
}

/** A change of the principal's own credentials and of nothing else. */
export function isOwn({ action, resources }: Change, self: string): boolean {
  const folded = action.toLowerCase();
  if (OWN_ACTIONS.has(folded)) return true;
  if (!CREDENTIAL_ACTIONS.has(folded) || resources.except) return false;
  const own = self.replace(/^(arn:[^:]*:iam:):\d*:/, "$1:*:").toLowerCase();
  return resources.patterns.every((pattern) => {
    const name = pattern.toLowerCase();
    return (
      /:(?:user|mfa)\/(?:\*\/?)?\$\{aws:username\}$/.test(name) ||
      name.replace(/^(arn:[^:]*:iam:):[\d*]*:/, "$1:*:") === own
    );
  });
}

/** Whether a statement speaks of this action or resource. */
export function applies({ patterns, except }: Named, name: string): boolean {
  return anyAction(patterns)(name) !== except;
}

function anyAction(patterns: readonly string[]): (name: string) => boolean {
  return (name) => patterns.some((pattern) => matchesWildcards(pattern, name));
}
