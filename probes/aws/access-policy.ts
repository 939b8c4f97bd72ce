import type { AccessGrant, AccessPolicy } from "#model/backup-facets.ts";
import type { Account } from "./account.ts";
import {
  coverAll,
  nameOf,
  parsePolicy,
  type Condition,
  type Principal,
  type Statement,
} from "./policy-document.ts";

/** Keys that say how a caller calls and not who he is: they narrow nothing. */
const MANNER = new Set(["aws:securetransport", "s3:tlsversion", "s3:x-amz-server-side-encryption"]);

/**
 * Whom a resource policy lets in: one grant for each principal of each statement that allows.
 * The account itself as principal means whomever its identity policies let in, and a service of AWS whoever may command
 * it (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html): neither is somebody.
 * A denial over a grant narrows it; one of everything to everyone takes it away.
 * @param policy the policy document; null where there is none
 * @param unseen what reaches the subject beside its policy, in words
 * @throws when it is no policy document
 */
export function toAccessPolicy(
  policy: string | null,
  { id: account }: Account,
  unseen: readonly string[],
): AccessPolicy {
  const statements = policy === null ? [] : parsePolicy(policy);
  const denials = statements.filter(({ effect }) => effect === "Deny");
  const grants: AccessGrant[] = [];
  const others = new Set(unseen);
  for (const statement of statements) {
    if (statement.effect !== "Allow") continue;
    const narrowing = statement.conditions.filter(({ key }) => !MANNER.has(key)).map(inWords);
    for (const principal of principalsOf(statement)) {
      const over = denials.filter((denial) => mayDeny(denial, statement, principal));
      if (over.some((denial) => surelyDenies(denial, statement))) continue;
      const { type, id } = principal;
      if (type === "Service") {
        others.add(`${id}, a service that the policy lets in, for whoever may command it`);
      } else if (type === "AWS" && isAccount(id, account)) {
        others.add("whoever the account's identity policies let in: the policy names the account");
      } else {
        const left = over.map((denial) => `not denied by ${nameOf(denial, statements)}`);
        const actions = statement.actions ?? ["all actions but some"];
        grants.push({ principal: id, labels: [], actions, conditions: [...narrowing, ...left] });
      }
    }
  }
  return { grants, unseen: [...others] };
}

const ANYONE: Principal = { type: "AWS", id: "*" };

function principalsOf({ who, principals }: Statement): readonly Principal[] {
  return who === "everyone-but" ? [ANYONE] : principals;
}

function isAccount(id: string, account: string): boolean {
  return id === account || /^arn:[^:]*:iam::(\d{12}):root$/.exec(id)?.[1] === account;
}

/**
 * Whether a denial may take the whole grant from a principal. One of a part of it leaves the rest; one of clear text and
 * the like keeps nobody out who calls properly; one that names others is no matter.
 */
function mayDeny(denial: Statement, allow: Statement, { id }: Principal): boolean {
  const { who, principals, conditions, actions, resources } = denial;
  if (conditions.length > 0 && conditions.every(({ key }) => MANNER.has(key))) return false;
  const named = principals.some((principal) => principal.id === id);
  if ((who === "some" && !named) || (who === "everyone-but" && named)) return false;
  return (
    (actions === null || coverAll(actions, allow.actions ?? ["*"])) &&
    (resources === null || coverAll(resources, allow.resources ?? ["*"]))
  );
}

/** Whether a denial that may do so surely does: without condition or exception. */
function surelyDenies(denial: Statement, { actions, resources }: Statement): boolean {
  return (
    denial.who !== "everyone-but" &&
    denial.conditions.length === 0 &&
    denial.actions !== null &&
    denial.resources !== null &&
    actions !== null &&
    resources !== null
  );
}

function inWords({ operator, key, values }: Condition): string {
  return `${key} ${operator} ${values.slice(0, 3).join(" or ")}`;
}
