/** Whom a bucket lets in, by its IAM policy and its access lists; pure. */
import type { AccessGrant, AccessPolicy } from "#model/backup-facets.ts";
import type { Exposure } from "#model/facets.ts";
import { fields, flag, list, text, type Fields } from "#probes/common/json.ts";

/** Everybody, and everybody with any account of Google's: https://cloud.google.com/storage/docs/access-control/iam#identifiers */
const PUBLIC: ReadonlySet<string> = new Set(["allusers", "allauthenticatedusers"]);

interface Grant {
  readonly member: string;
  readonly role: string;
  readonly condition: string | null;
}

/** @throws when it is no policy */
function grantsOf(policy: Fields): readonly Grant[] {
  // A policy without bindings still says that it is one; an answer that says nothing is no empty policy.
  if (policy["bindings"] === undefined && policy["kind"] !== "storage#policy") {
    throw new TypeError("an answer that is no policy");
  }
  return list(policy["bindings"]).flatMap(({ role, members, condition }) => {
    const name = text(role);
    if (name === null || !Array.isArray(members)) throw new TypeError("a binding without role");
    const { expression } = fields(condition);
    return members.map((one: unknown) => {
      const member = text(one);
      // Whoever is not understood may be everybody.
      if (member === null) throw new TypeError("a binding with a member that is none");
      return { member, role: name, condition: condition === undefined ? null : words(expression) };
    });
  });
}

function words(expression: unknown): string {
  return text(expression)?.slice(0, 200) ?? "a condition that is not told";
}

/** Public access prevention, in lower case; null where it is not told. */
function prevention({ iamConfiguration }: Fields): string | null {
  return text(fields(iamConfiguration)["publicAccessPrevention"])?.toLowerCase() ?? null;
}

/** Whether the IAM policy alone decides; null where it is not told. */
function uniform({ iamConfiguration }: Fields): boolean | null {
  const { uniformBucketLevelAccess, bucketPolicyOnly } = fields(iamConfiguration);
  return flag(fields(uniformBucketLevelAccess ?? bucketPolicyOnly)["enabled"]);
}

/** Whether public access is prevented at the bucket itself, so that nothing else can open it. */
export function isPrevented(raw: Fields): boolean {
  return prevention(raw) === "enforced";
}

/**
 * Who may reach a bucket without being somebody. `inherited` prevention may be enforced by a policy of the organisation
 * or not; where IAM lets the public in, nothing on the bucket closes it.
 * @param folders how many managed folders, each with a policy of its own, the bucket has
 */
export function toExposure(raw: Fields, policy: Fields, folders: number): Exposure {
  const told = prevention(raw);
  const exposure = (anonymous: boolean | null, through: readonly string[], closed: string[]) => ({
    anonymousAccess: anonymous,
    openNetwork: null,
    through,
    closedBy: closed,
  });
  if (told === "enforced") return exposure(false, [], ["public access prevention is enforced"]);
  const open = grantsOf(policy).filter(({ member }) => PUBLIC.has(member.toLowerCase()));
  const surely = open.filter(({ condition }) => condition === null);
  const lists = accessLists(raw);
  const through = [
    ...open.map(({ member, role, condition }) =>
      `${member} has ${role}${condition === null ? "" : ` if ${condition}`}`.slice(0, 300),
    ),
    ...lists,
  ];
  if (surely.length > 0 || lists.length > 0) return exposure(true, through, []);
  if (open.length > 0) return exposure(null, through, []);
  if (told !== "inherited" && told !== "unspecified") return exposure(null, [], []);
  if (uniform(raw) !== true) {
    return exposure(null, ["single objects may have access lists of their own"], []);
  }
  if (folders > 0) {
    const some = `${folders} managed ${folders === 1 ? "folder has a policy" : "folders have policies"} of their own`;
    return exposure(null, [some], []);
  }
  return exposure(false, [], ["no role for allUsers or allAuthenticatedUsers"]);
}

/** What the bucket's own lists let everybody do; only where they count. */
function accessLists(raw: Fields): readonly string[] {
  if (uniform(raw) === true) return [];
  const shown = (name: string, what: string) =>
    list(raw[name]).flatMap(({ entity, role }) =>
      PUBLIC.has((text(entity) ?? "").toLowerCase())
        ? [`${text(entity) ?? ""} is ${text(role) ?? "something"} ${what}`.slice(0, 200)]
        : [],
    );
  return [...shown("acl", "of the bucket"), ...shown("defaultObjectAcl", "of new objects")];
}

/** Whom the bucket's own policy lets in. Roles of the project, the folder and the organisation reach it too. */
export function toAccessPolicy(raw: Fields, policy: Fields): AccessPolicy {
  const merged = new Map<string, AccessGrant>();
  for (const { member, role, condition } of grantsOf(policy)) {
    const principal = PUBLIC.has(member.toLowerCase()) ? "*" : member;
    const conditions = condition === null ? [] : [condition];
    const key = `${principal}\n${conditions.join("\n")}`;
    const actions = [...(merged.get(key)?.actions ?? []), role];
    merged.set(key, { principal, labels: [], actions, conditions });
  }
  return {
    grants: [...merged.values()],
    unseen: [
      "roles that the project, its folders and the organisation give",
      ...(uniform(raw) === true ? [] : ["access lists of single objects"]),
    ],
  };
}
