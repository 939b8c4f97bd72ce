import type { Account as Member } from "@aws-sdk/client-organizations";
import type { TargetOf } from "#model/estate.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import { askAccount, homeRegion, provenAccount } from "./account.ts";
import { awsQuestion } from "./calls.ts";
import { awsClients } from "./clients.ts";
import { listOf, malformed, pages } from "./pages.ts";

export const MEMBERS_OPERATION = "organizations:ListAccounts";

/** The accounts of an organization, as its management account or a delegated administrator sees them. */
export interface Members {
  readonly partition: string;
  /** Twelve digits each, ascending: the active accounts. */
  readonly active: readonly string[];
  /** Accounts that are suspended or closed: nobody can look into them. */
  readonly closed: readonly string[];
  /** Why the listing is not known to be whole; null where it is. */
  readonly failure: Failure | null;
}

/** Lists the accounts of the organization that the target's own credentials belong to. */
export async function listMembers(
  target: TargetOf<"aws">,
  context: ProbeContext,
): Promise<Members> {
  const clients = awsClients(target, context);
  try {
    const account = provenAccount(target, await askAccount(target, clients, context));
    if ("reason" in account) {
      const failure = { reason: account.reason, message: account.message, retryable: false };
      return { partition: "aws", active: [], closed: [], failure };
    }
    const found: Member[] = [];
    let failure: Failure | null = null;
    const listing = pages(
      context,
      (NextToken) =>
        // https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html
        awsQuestion(
          clients,
          "organizations",
          homeRegion(target),
          "ListAccounts",
          async (client, options) => {
            const { ListAccountsCommand } = await import("@aws-sdk/client-organizations");
            return client.send(new ListAccountsCommand({ NextToken }), options);
          },
        ),
      (page) => page.NextToken,
    );
    for await (const page of listing) {
      if (page.ok) found.push(...listOf(page.raw.Accounts));
      else failure = page.failure;
    }
    const { active, closed } = sorted(found);
    return { partition: account.partition, active, closed, failure };
  } catch (error) {
    return { partition: "aws", active: [], closed: [], failure: malformed(error) };
  } finally {
    clients.close();
  }
}

/**
 * Accounts by what can be done with them. `State` is the newer of two fields that say the same; an account of which
 * nothing is said is taken for active, so that what comes of it is seen.
 * @throws TypeError where an account has no id of twelve digits
 */
export function sorted(accounts: readonly Member[]): Pick<Members, "active" | "closed"> {
  const active = new Set<string>();
  const closed = new Set<string>();
  for (const { Id, State, Status } of accounts) {
    if (Id === undefined || !/^\d{12}$/.test(Id)) throw new TypeError("an account without its id");
    const state = State ?? Status ?? "ACTIVE";
    (state === "ACTIVE" ? active : closed).add(Id);
  }
  return { active: [...active].sort(), closed: [...closed].sort() };
}
