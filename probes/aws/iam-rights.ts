import {
  CREDENTIAL_ACTIONS,
  OWN_ACTIONS,
  PERHAPS_RIGHTS_ACTIONS,
  readsOnly,
  RIGHTS_ACTIONS,
  SAMPLE_CHANGES,
} from "#facts/aws-actions.ts";
import { matchesWildcards, type IamStatement, type Named } from "./iam-statements.ts";
import { coverAll, type Condition } from "./policy-document.ts";

/** A policy that some principals have: its name for the report, and what it says; null: it was not in the answer. */
export interface NamedPolicy {
  readonly name: string;
  readonly statements: readonly IamStatement[] | null;
}

/** One change that a policy allows. */
interface Change {
  readonly action: string;
  /** Whether such an action surely exists, or is only what a wildcard might stand for. */
  readonly real: boolean;
  readonly resources: Named;
  readonly conditions: readonly Condition[];
  readonly policy: string;
}

/** yes, no, or cannot be told. */
export type May = "yes" | "maybe" | "no";

/** What the policies of a principal let it do. */
export interface Rights {
  readonly writes: boolean | null;
  readonly administers: boolean | null;
  readonly through: readonly string[];
  /** Whether it may take on any role at all. */
  readonly assumes: boolean;
  /** Whether it may take on this role. */
  readonly mayAssume: (roleArn: string) => May;
}

const ASSUME = "sts:AssumeRole";

/**
 * What identity policies and a permissions boundary allow together. Policies of the organisation only take away and are
 * not seen; conditions on the request (its time of day, place, second factor) are what the principal can bring about.
 * Logic: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @param boundary null: there is none
 * @param self ARN of the principal, whose own credentials are its own
 */
export function rightsOf(
  policies: readonly NamedPolicy[],
  boundary: NamedPolicy | null,
  self: string,
): Rights {
  const denials = [...policies, ...(boundary === null ? [] : [boundary])].flatMap(
    ({ statements }) => (statements ?? []).filter(({ effect }) => effect === "Deny"),
  );
  const allowed = (change: Change): May =>
    least([
      holds(change.conditions),
      ...denials.map((denial) => withstands(denial, change)),
      boundary === null ? "yes" : within(boundary, change),
    ]);
  const changes = policies.flatMap(changesOf).filter((change) => !isOwn(change, self));
  const judged = changes.map((change) => ({ change, may: allowed(change) }));
  const unread = policies.filter(({ statements }) => statements === null);
  const sure = judged.filter(({ may }) => may === "yes");
  const open = judged.filter(({ may }) => may === "maybe");
  const rights = most([
    ...[...sure, ...open].map(({ change, may }) => mayGiveRights(change, may)),
    unread.length > 0 ? "maybe" : "no",
  ]);
  const assuming = policies.flatMap(assumptionsOf);
  const names = (sure.length > 0 ? sure : open).map(({ change }) => change.policy);
  const unreadNames = unread.map(({ name }) => `${name} (not read)`);
  return {
    writes: sure.length > 0 ? true : open.length > 0 || unread.length > 0 ? null : false,
    administers: rights === "yes" ? true : rights === "no" ? false : null,
    through: [...new Set([...names, ...(sure.length > 0 ? [] : unreadNames)])],
    assumes: assuming.length > 0 || unread.length > 0,
    mayAssume: (roleArn) => {
      const only = { patterns: [roleArn], except: false };
      return most([
        ...assuming.map((change) =>
          applies(change.resources, roleArn) ? allowed({ ...change, resources: only }) : "no",
        ),
        unread.length > 0 ? "maybe" : "no",
      ]);
    },
  };
}

/** Managed policies are many principals': each is gone through once. */
const known = new WeakMap<NamedPolicy, readonly Change[]>();

/** Each change that some statement of a policy allows. */
function changesOf(policy: NamedPolicy): readonly Change[] {
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
function changesBehind(pattern: string): readonly Pick<Change, "action" | "real">[] {
  // Taking on a role changes nothing by itself, and nothing else of that service does.
  if (pattern.toLowerCase().startsWith("sts:") || readsOnly(pattern)) return [];
  if (!/[*?]/.test(pattern)) return [{ action: pattern, real: true }];
  const matches = anyAction([pattern]);
  const samples = SAMPLE_CHANGES.filter(matches).map((action) => ({ action, real: true }));
  return samples.length > 0
    ? samples
    : [{ action: pattern.replaceAll(/[*?]+/g, "Anything"), real: false }];
}

/** Where a policy allows taking on roles. */
function assumptionsOf({ name, statements }: NamedPolicy): readonly Change[] {
  return (statements ?? []).flatMap(({ effect, actions, resources, conditions }) =>
    effect === "Allow" && applies(actions, ASSUME)
      ? [{ action: ASSUME, real: true, resources, conditions, policy: name }]
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
function isOwn({ action, resources }: Change, self: string): boolean {
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

/** Whether conditions leave a way: those on the request do, those on who asks may not, and time passes. */
function holds(conditions: readonly Condition[]): May {
  return conditions.some(({ key }) => IDENTITY.test(key)) ? "maybe" : "yes";
}
const IDENTITY =
  /^aws:(?:principal|userid|username|federatedprovider|currenttime|epochtime|sourceidentity)|^saml:|:(?:sub|aud|amr)$/;

/** What a denial leaves of a change. */
function withstands({ actions, resources, conditions }: IamStatement, change: Change): May {
  if (!applies(actions, change.action)) return "yes";
  const covered = covers(resources, change.resources);
  if (covered === "no") return "yes";
  // A denial under conditions of the request leaves the other requests.
  if (conditions.length > 0 && holds(conditions) === "yes") return "yes";
  if (conditions.length > 0 || covered === "maybe") return "maybe";
  // All that is known of the wildcard was denied, but it may stand for more.
  return change.real ? "no" : "maybe";
}

/** Whether a boundary lets a change through. */
function within({ statements }: NamedPolicy, change: Change): May {
  if (statements === null) return "maybe";
  return most(
    statements.map(({ effect, actions, resources, conditions }) => {
      if (effect !== "Allow" || !applies(actions, change.action)) return "no";
      const meets =
        covers(resources, change.resources) === "yes" || overlaps(resources, change.resources);
      return least([holds(conditions), meets ? "yes" : "maybe"]);
    }),
  );
}

/** Whether all that a change may reach lies in what a statement names. */
function covers(named: Named, reached: Named): May {
  if (!named.except) {
    if (coverAll(named.patterns, ["*"])) return "yes";
    return !reached.except && coverAll(named.patterns, reached.patterns) ? "yes" : "no";
  }
  // Everything but some: what is left may be what the change reaches.
  return reached.except || reached.patterns.some((pattern) => touches(named.patterns, pattern))
    ? "maybe"
    : "yes";
}

function overlaps(named: Named, reached: Named): boolean {
  return (
    !named.except &&
    !reached.except &&
    reached.patterns.some((one) => coverAll([one], named.patterns))
  );
}

function touches(patterns: readonly string[], pattern: string): boolean {
  return patterns.some((one) => coverAll([one], [pattern]) || coverAll([pattern], [one]));
}

/** Whether a statement speaks of this action or resource. */
function applies({ patterns, except }: Named, name: string): boolean {
  return anyAction(patterns)(name) !== except;
}

function anyAction(patterns: readonly string[]): (name: string) => boolean {
  return (name) => patterns.some((pattern) => matchesWildcards(pattern, name));
}

/** Whether a change is one of rights. */
function mayGiveRights({ action, resources }: Change, may: May): May {
  const folded = action.toLowerCase();
  if (RIGHTS_ACTIONS.has(folded)) {
    return may === "yes" && !resources.except && coverAll(resources.patterns, ["*"])
      ? "yes"
      : "maybe";
  }
  return PERHAPS_RIGHTS_ACTIONS.has(folded) ? "maybe" : "no";
}

function least(parts: readonly May[]): May {
  return parts.includes("no") ? "no" : parts.includes("maybe") ? "maybe" : "yes";
}
function most(parts: readonly May[]): May {
  return parts.includes("yes") ? "yes" : parts.includes("maybe") ? "maybe" : "no";
}
