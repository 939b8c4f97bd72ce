import type {
  AttachedPolicy,
  GetAccountAuthorizationDetailsResponse,
  GroupDetail,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from "@aws-sdk/client-iam";
import type { Privileges } from "#model/security-facets.ts";
import type { NamedPolicy } from "./iam-changes.ts";
import { rightsOf, type Rights, type May } from "./iam-rights.ts";
import { parseIamPolicy } from "./iam-statements.ts";
import { toTrust, type Trust } from "./iam-trust.ts";

/** The user that an account begins with; the credential report's name for it. */
export const ROOT_NAME = "<root_account>";

/** A principal of an account. */
export type Principal =
  | { readonly type: "root"; readonly arn: string }
  | { readonly type: "user"; readonly arn: string; readonly detail: UserDetail }
  | { readonly type: "role"; readonly arn: string; readonly detail: RoleDetail };

interface Resolved {
  readonly rights: Rights;
  readonly trust: Trust | null;
  writes: boolean | null;
  administers: boolean | null;
  readonly through: Set<string>;
}

/** A role of the account, and whether it may come to more rights by taking on others. */
interface Role {
  readonly arn: string;
  readonly role: Resolved | Error;
  readonly mayGain: boolean;
}

/** A role that a principal may take on; an error: what it may do cannot be read. */
interface Step {
  readonly role: Resolved | Error;
  readonly name: string;
  readonly may: May;
}

/** Users, groups, roles and policies of an account, page by page, and what they let each principal do together. */
export class IamDirectory {
  readonly #account: string;
  readonly #partition: string;
  readonly #groups = new Map<string, GroupDetail>();
  readonly #policies = new Map<string, ManagedPolicyDetail>();
  readonly #principals = new Map<string, Principal>();
  readonly #parsed = new Map<string, NamedPolicy>();
  #resolved: ReadonlyMap<string, Resolved | Error> | null = null;

  constructor(account: { readonly id: string; readonly partition: string }) {
    this.#account = account.id;
    this.#partition = account.partition;
  }

  /**
   * Takes in a page. The account's root, which no page holds, is among the principals of the first.
   * @throws TypeError where something has no name
   */
  add(page: GetAccountAuthorizationDetailsResponse): readonly Principal[] {
    const lists = [page.UserDetailList, page.RoleDetailList, page.GroupDetailList, page.Policies];
    if (lists.every((list) => list === undefined)) throw new TypeError("a page without any list");
    const root = rootArn({ id: this.#account, partition: this.#partition });
    const found: Principal[] = this.#principals.has(root) ? [] : [{ type: "root", arn: root }];
    for (const group of page.GroupDetailList ?? []) {
      this.#groups.set(known(group.GroupName, "a group without name"), group);
    }
    for (const policy of page.Policies ?? []) {
      this.#policies.set(known(policy.Arn, "a policy without ARN"), policy);
    }
    for (const detail of page.UserDetailList ?? []) {
      found.push({ type: "user", arn: known(detail.Arn, "a user without ARN"), detail });
    }
    for (const detail of page.RoleDetailList ?? []) {
      found.push({ type: "role", arn: known(detail.Arn, "a role without ARN"), detail });
    }
    for (const one of found) this.#principals.set(one.arn, one);
    return found;
  }

  /** What a principal may change, once every page is in. @throws TypeError where one of its policies cannot be read */
  privileges({ arn }: Principal): Privileges {
    const principal = this.#principals.get(arn);
    if (principal === undefined) throw new TypeError("a principal that is not listed");
    if (principal.type === "root") {
      return {
        writes: true,
        administers: true,
        through: ["the root user of the account"],
        trusts: [],
        service: false,
        root: true,
      };
    }
    this.#resolved ??= this.#resolve();
    const resolved = this.#resolved.get(arn);
    if (resolved === undefined || resolved instanceof Error) {
      throw resolved ?? new TypeError("a principal that is not listed");
    }
    const { writes, administers, through, trust } = resolved;
    const linked =
      principal.type === "role" && (principal.detail.Path ?? "").startsWith("/aws-service-role/");
    return {
      writes,
      administers,
      through: [...through],
      trusts: trust?.trusts ?? [],
      service: linked || trust?.services === true,
      root: false,
    };
  }

  /** Each principal's own rights, then those of the roles that it may take on, until nothing changes any more. */
  #resolve(): ReadonlyMap<string, Resolved | Error> {
    const resolved = new Map<string, Resolved | Error>();
    for (const principal of this.#principals.values()) {
      if (principal.type !== "root") resolved.set(principal.arn, this.#own(principal));
    }
    const all = [...resolved].filter(([arn]) => this.#principals.get(arn)?.type === "role");
    const named = new Set(
      all.flatMap(([, role]) => (role instanceof Error ? [] : (role.trust?.own ?? []))),
    );
    const roles = all.map(([arn, role]): Role => ({
      arn,
      role,
      mayGain: role instanceof Error || role.rights.assumes || named.has(arn),
    }));
    const steps = [...resolved].flatMap(([arn, from]) =>
      from instanceof Error ? [] : this.#steps(arn, from, roles).map((to) => ({ from, ...to })),
    );
    for (let changed = true; changed;) {
      changed = false;
      for (const { from, role, name, may } of steps) {
        const gained = (own: boolean | null, theirs: boolean | null) =>
          own === true || theirs === false ? own : theirs === true && may === "yes" ? true : null;
        const theirs = role instanceof Error ? { writes: null, administers: null } : role;
        const writes = gained(from.writes, theirs.writes);
        const administers = gained(from.administers, theirs.administers);
        if (writes === from.writes && administers === from.administers) continue;
        Object.assign(from, { writes, administers });
        from.through.add(`role ${name}`);
        changed = true;
      }
    }
    return resolved;
  }

  #own(principal: Exclude<Principal, { type: "root" }>): Resolved | Error {
    try {
      const { detail } = principal;
      const policies = [
        ...(principal.type === "user"
          ? [
              ...(principal.detail.UserPolicyList ?? []).map((policy) => inline(policy)),
              ...(principal.detail.GroupList ?? []).flatMap((name) => this.#ofGroup(name)),
            ]
          : (principal.detail.RolePolicyList ?? []).map((policy) => inline(policy))),
        ...this.#attached(detail.AttachedManagedPolicies),
      ];
      const limit = detail.PermissionsBoundary?.PermissionsBoundaryArn;
      const boundary = limit === undefined ? null : this.#managed(limit, limit);
      const rights = rightsOf(policies, boundary, principal.arn);
      const trust =
        principal.type === "role"
          ? toTrust(parseIamPolicy(principal.detail.AssumeRolePolicyDocument), this.#account)
          : null;
      const { writes, administers } = rights;
      return { rights, trust, writes, administers, through: new Set(rights.through) };
    } catch (error) {
      return error instanceof Error ? error : new TypeError(String(error));
    }
  }

  /** The account's own roles that a principal may take on; those of other accounts are seen there. */
  #steps(arn: string, { rights }: Resolved, roles: readonly Role[]): readonly Step[] {
    const steps: Step[] = [];
    for (const { arn: roleArn, role, mayGain } of roles) {
      if (roleArn === arn) continue;
      // Most roles give nothing that one has not: in a large account that is millions of pairs.
      const gives = (right: "writes" | "administers") =>
        rights[right] !== true && (mayGain || role instanceof Error || role[right] !== false);
      if (!gives("writes") && !gives("administers")) continue;
      const trust = role instanceof Error ? null : role.trust;
      const named = trust?.own.includes(arn) === true;
      const open = named || trust === null || trust.ownAccount;
      const may = open ? rights.mayAssume(roleArn, named) : "no";
      const name = roleArn.slice(roleArn.lastIndexOf("/") + 1);
      // A role that cannot be read may be more than it seems.
      if (may !== "no") steps.push({ role, name, may: role instanceof Error ? "maybe" : may });
    }
    return steps;
  }

  /** A group that no page told of may give anything. */
  #ofGroup(name: string): readonly NamedPolicy[] {
    const group = this.#groups.get(name);
    if (group === undefined) return [{ name: `group ${name}`, statements: null }];
    return [
      ...(group.GroupPolicyList ?? []).map((policy) => inline(policy, ` of group ${name}`)),
      ...this.#attached(group.AttachedManagedPolicies),
    ];
  }

  #attached(policies: readonly AttachedPolicy[] | undefined): readonly NamedPolicy[] {
    return (policies ?? []).map(({ PolicyArn, PolicyName }) => {
      const arn = known(PolicyArn, "an attached policy without ARN");
      return this.#managed(arn, PolicyName ?? arn);
    });
  }

  /** Each is parsed once, however many have it. */
  #managed(arn: string, name: string): NamedPolicy {
    const parsed = this.#parsed.get(arn);
    if (parsed !== undefined) return parsed;
    const versions = this.#policies.get(arn)?.PolicyVersionList;
    const version = versions?.find(({ IsDefaultVersion }) => IsDefaultVersion === true);
    const statements = version === undefined ? null : parseIamPolicy(version.Document);
    const policy = { name, statements };
    this.#parsed.set(arn, policy);
    return policy;
  }
}

/** The ARN of an account's root user. */
export function rootArn({
  id,
  partition,
}: {
  readonly id: string;
  readonly partition: string;
}): string {
  return `arn:${partition}:iam::${id}:root`;
}

function inline({ PolicyName, PolicyDocument }: PolicyDetail, of = ""): NamedPolicy {
  const name = `inline policy ${PolicyName ?? "without name"}${of}`;
  return { name, statements: parseIamPolicy(PolicyDocument) };
}

function known(value: string | undefined, otherwise: string): string {
  if (value === undefined || value === "") throw new TypeError(otherwise);
  return value;
}
