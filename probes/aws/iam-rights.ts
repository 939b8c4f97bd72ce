import { PERHAPS_RIGHTS_ACTIONS, RIGHTS_ACTIONS } from "#facts/aws-actions.ts";
import {
  applies,
  ASSUME,
  assumptionsOf,
  changesOf,
  isOwn,
  type Change,
  type NamedPolicy,
} from "./iam-changes.ts";
import type { IamStatement, Named } from "./iam-statements.ts";
import { coverAll, type Condition } from "./policy-document.ts";

/** yes, no, or cannot be told. */
export type May = "yes" | "maybe" | "no";

/** What the policies of a principal let it do. */
export interface Rights {
  readonly writes: boolean | null;
  readonly administers: boolean | null;
  readonly through: readonly string[];
  /** Whether it may take on any role at all. */
  readonly assumes: boolean;
  /** Whether it may take on this role, whose trust policy may name it: that is enough but for a denial. */
  readonly mayAssume: (roleArn: string, named: boolean) => May;
}

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
  const unread = policies.filter(({ statements }) => statements === null);
  // A policy that was not read may give more, and may deny what the others give.
  const undenied = (change: Change): May =>
    least([
      holds(change.conditions),
      ...denials.map((denial) => withstands(denial, change)),
      unread.length > 0 ? "maybe" : "yes",
    ]);
  const allowed = (change: Change): May =>
    least([undenied(change), boundary === null ? "yes" : within(boundary, change)]);
  const changes = policies.flatMap(changesOf).filter((change) => !isOwn(change, self));
  const judged = changes.map((change) => ({ change, may: allowed(change) }));
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
    mayAssume: (roleArn, named) => {
      const only = { patterns: [roleArn], except: false };
      const trusted = {
        action: ASSUME,
        pattern: ASSUME,
        real: true,
        resources: only,
        conditions: [],
        policy: "",
      };
      return most([
        named ? undenied(trusted) : "no",
        ...assuming.map((change) =>
          applies(change.resources, roleArn) ? allowed({ ...change, resources: only }) : "no",
        ),
        unread.length > 0 ? "maybe" : "no",
      ]);
    },
  };
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
  if (change.real || (!actions.except && coverAll(actions.patterns, [change.pattern]))) return "no";
  // What was tried of the wildcard is denied, but it may stand for more.
  return "maybe";
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
