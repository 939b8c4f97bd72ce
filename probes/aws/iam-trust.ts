import type { Privileges } from "#model/security-facets.ts";
import type { IamStatement } from "./iam-statements.ts";

/** Who may take on a role. */
export interface Trust extends Pick<Privileges, "trusts"> {
  /** Whether nobody but services of AWS may. */
  readonly services: boolean;
  /** Whether it is left to the account's own identity policies. */
  readonly ownAccount: boolean;
  /** ARNs of the account's own principals that it names. */
  readonly own: readonly string[];
}

/**
 * Reads a trust policy. Conditions (an external id, a repository of a provider) narrow it and are not told apart.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 * @throws TypeError where a statement that allows names nobody
 */
export function toTrust(statements: readonly IamStatement[], account: string): Trust {
  const allows = statements.filter(({ effect }) => effect === "Allow");
  if (allows.some((statement) => statement.principals.length === 0)) {
    throw new TypeError("a trust policy that names nobody");
  }
  const principals = allows.flatMap((statement) => statement.principals);
  const trusts = new Set<string>();
  const own = new Set<string>();
  let ownAccount = false;
  for (const { type, name } of principals) {
    if (type === "Service") trusts.add(`service ${name}`);
    else if (type === "Federated") trusts.add(`identity provider ${name}`);
    else if (type !== "AWS") trusts.add(`${type} ${name}`);
    else if (name === "*") {
      ownAccount = true;
      trusts.add("everyone");
    } else {
      const other = accountOf(name);
      if (other !== account) trusts.add(other === null ? name : `account ${other}`);
      else if (name === account || name.endsWith(":root")) ownAccount = true;
      else {
        own.add(name);
        trusts.add(name);
      }
    }
  }
  const services = principals.length > 0 && principals.every(({ type }) => type === "Service");
  return { trusts: [...trusts], services, ownAccount, own: [...own] };
}

/** The account of a principal: its bare number, or that in its ARN; null for one that was deleted. */
function accountOf(name: string): string | null {
  return /^(?:arn:[^:]*:(?:iam|sts)::)?(\d{12})(?::|$)/.exec(name)?.[1] ?? null;
}
