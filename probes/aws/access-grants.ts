import type { AccessGrant, AccessPolicy } from "#model/backup-facets.ts";
import type { Account } from "./account.ts";
import { nameOf, parsePolicy, type Condition, type Statement } from "./policy-document.ts";

/**
 * Whom a resource policy lets in, and what it denies. A denial narrows; it never takes a grant away here, as whether it
 * covers all of one cannot be told from the words alone.
 * @param policy null: there is none, so that it lets nobody in
 * @throws when the text is no policy document
 */
export function toGrants(
  policy: string | null,
  account: Account,
): Pick<AccessPolicy, "grants" | "denials"> {
  const statements = policy === null ? [] : parsePolicy(policy);
  const grants = statements
    .filter(({ effect }) => effect === "Allow")
    .flatMap((statement) => statementGrants(statement, account));
  const denials = statements
    .filter(({ effect }) => effect === "Deny")
    .map((statement) => denial(statement, statements));
  return { grants, ...(denials.length === 0 ? {} : { denials }) };
}

function statementGrants(statement: Statement, account: Account): readonly AccessGrant[] {
  const { principals, conditions } = statement;
  const common = {
    labels: [],
    actions: statement.actions ?? ["every action but some that it names"],
    conditions: [
      ...(principals === null ? ["everyone but some whom it names"] : []),
      ...conditions.map(inWords),
    ],
  };
  return (principals ?? ["*"]).map((principal) => ({
    ...common,
    // An account by its number is all that the account itself lets in.
    principal: /^\d{12}$/.test(principal)
      ? `arn:${account.partition}:iam::${principal}:root`
      : principal,
  }));
}

function denial(statement: Statement, statements: readonly Statement[]): string {
  const { principals, actions, conditions } = statement;
  const whom = principals?.join(", ") ?? "everyone but some";
  const what = actions?.join(", ") ?? "every action but some";
  const when = conditions.length === 0 ? "" : ` where ${conditions.map(inWords).join(" and ")}`;
  return `${nameOf(statement, statements)} denies ${whom} ${what}${when}`;
}

function inWords({ qualifier, operator, key, values, ifExists }: Condition): string {
  const name = `${qualifier === null ? "" : `${qualifier}:`}${operator}${ifExists ? "ifexists" : ""}`;
  return `${key} ${name} ${values.join(", ")}`;
}
