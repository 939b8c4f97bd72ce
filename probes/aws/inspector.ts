import type { BatchGetAccountStatusResponse } from "@aws-sdk/client-inspector2";
import { defineProbe, type Failure } from "#model/probe.ts";
import type { SecurityService } from "#model/security-facets.ts";
import { plain } from "#model/text.ts";
import { ACCOUNT_KIND, accountInventory } from "./account-subject.ts";
import { awsQuestion } from "./calls.ts";
import { classifyAws } from "./errors.ts";
import { malformed } from "./pages.ts";
import { observeRegionalService, type RegionAnswer } from "./regional-service.ts";
import { inAccount, type AwsSession } from "./session.ts";

const NAME = "Inspector";
const PERMISSION = "inspector2:BatchGetAccountStatus";

/** Whether Inspector scans what runs in the account, in each declared region. */
export default defineProbe({
  id: "aws-inspector",
  title: "Amazon Inspector",
  provider: "aws",
  kinds: [ACCOUNT_KIND],
  provides: {
    inventory: { permissions: [] },
    vulnerabilityScanning: { permissions: [PERMISSION] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield accountInventory(session);
      if (!wanted.has("vulnerabilityScanning")) return;
      const service = { service: "inspector2", name: NAME } as const;
      yield* observeRegionalService(session, "vulnerabilityScanning", service, (region) =>
        askStatus(session, region),
      );
    });
  },
});

async function askStatus(
  { context, clients, account }: AwsSession,
  region: string,
): Promise<RegionAnswer> {
  const failed = (failure: Failure): RegionAnswer => ({
    service: null,
    sha256: null,
    failures: [{ operation: "BatchGetAccountStatus", permission: PERMISSION, failure }],
  });
  const answer = await context.ask(
    awsQuestion(clients, "inspector2", region, "BatchGetAccountStatus", async (client, options) => {
      const { BatchGetAccountStatusCommand } = await import("@aws-sdk/client-inspector2");
      return client.send(new BatchGetAccountStatusCommand({ accountIds: [account.id] }), options);
    }),
  );
  if (!answer.ok) return failed(answer.failure);
  const refused = answer.raw.failedAccounts?.find(({ accountId }) => accountId === account.id);
  if (refused !== undefined) {
    const code = refused.errorCode ?? "an error without code";
    return failed({
      reason: code === "ACCESS_DENIED" ? "denied" : "partial",
      message: plain(`${code}: ${refused.errorMessage ?? ""}`, 300),
      retryable: false,
    });
  }
  try {
    const service = toScanning(answer.raw, account.id);
    return { service, sha256: answer.sha256, failures: [] };
  } catch (error) {
    return failed(malformed(error));
  }
}

const ON: ReadonlyMap<string, boolean | null> = new Map([
  ["ENABLED", true],
  ["ENABLING", null],
  ["DISABLING", false],
  ["DISABLED", false],
  ["SUSPENDING", false],
  ["SUSPENDED", false],
]);

/** The account's status and that of each type of resource. @throws TypeError where the account or a known status is missing */
export function toScanning(
  { accounts }: Pick<BatchGetAccountStatusResponse, "accounts">,
  id: string,
): Omit<SecurityService, "region"> {
  const account = accounts?.find(({ accountId }) => accountId === id);
  if (account === undefined) throw new TypeError("an answer without the account");
  const status = String(account.state?.status);
  const on = ON.get(status);
  if (on === undefined) throw new TypeError(`an account with the status ${plain(status, 40)}`);
  const states = Object.entries(account.resourceState ?? {}).flatMap(([type, state]) =>
    state === undefined ? [] : [{ type, status: String(state.status) }],
  );
  const names = (wanted: boolean) =>
    states.flatMap(({ type, status: own }) => ((own === "ENABLED") === wanted ? [type] : []));
  const covers = on === true ? names(true) : [];
  // Inspector that is on and scans no type of resource scans nothing.
  return { name: NAME, enabled: on === true ? covers.length > 0 : on, covers, omits: names(false) };
}
