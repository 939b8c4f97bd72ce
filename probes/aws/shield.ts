import type { ListProtectionsResponse } from "@aws-sdk/client-shield";
import { defineProbe, type Failure } from "#model/probe.ts";
import type { DdosProtection } from "#model/security-facets.ts";
import { plain } from "#model/text.ts";
import { ACCOUNT_KIND, accountInventory, accountSubject } from "./account-subject.ts";
import { awsQuestion } from "./calls.ts";
import { classifyAws } from "./errors.ts";
import { unanswered } from "#probes/common/known.ts";
import { askItems } from "./known.ts";
import { malformed } from "./pages.ts";
import { inAccount, type AwsSession } from "./session.ts";

/** Shield's interface answers there alone: https://docs.aws.amazon.com/general/latest/gr/shield.html */
const REGION = "us-east-1";
const STATE_PERMISSION = "shield:GetSubscriptionState";
const LIST_PERMISSION = "shield:ListProtections";

const STANDARD = {
  name: "AWS Shield Standard",
  reference: "https://docs.aws.amazon.com/waf/latest/developerguide/shield-chapter.html",
};

/** What protects the account from denial of service. */
export default defineProbe({
  id: "aws-shield",
  title: "AWS Shield",
  provider: "aws",
  kinds: [ACCOUNT_KIND],
  provides: {
    inventory: { permissions: [] },
    ddosProtection: { permissions: [STATE_PERMISSION, LIST_PERMISSION] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield accountInventory(session);
      if (!wanted.has("ddosProtection")) return;
      const subject = accountSubject(session);
      const { advanced, detail, sha256, failed } = await askShield(session);
      if (failed !== null) yield unanswered(context, subject, "ddosProtection", failed);
      // What comes with the platform needs no permission to be known, in an account that was proven to be one.
      const value: DdosProtection = { platform: STANDARD, advanced, detail };
      const operation = "shield:GetSubscriptionState";
      yield context.observe(subject, "ddosProtection", value, { operation, sha256 });
    });
  },
});

interface ShieldReading extends Pick<DdosProtection, "advanced" | "detail"> {
  readonly sha256: string | null;
  readonly failed: {
    readonly operation: string;
    readonly permission: string;
    readonly failure: Failure;
  } | null;
}

async function askShield(session: AwsSession): Promise<ShieldReading> {
  const { context, clients, account } = session;
  const unread = (permission: string, failure: Failure, detail: string): ShieldReading => ({
    advanced: null,
    detail,
    sha256: null,
    failed: { operation: permission, permission, failure },
  });
  const unknown = "whether Shield Advanced is subscribed was not read";
  if (account.partition !== "aws") {
    const message = `Shield is read in ${REGION}, which the partition ${plain(account.partition, 20)} has not`;
    return unread(STATE_PERMISSION, { reason: "unsupported", message, retryable: false }, unknown);
  }
  const state = await context.ask(
    awsQuestion(clients, "shield", REGION, "GetSubscriptionState", async (client, options) => {
      const { GetSubscriptionStateCommand } = await import("@aws-sdk/client-shield");
      return client.send(new GetSubscriptionStateCommand({}), options);
    }),
  );
  if (!state.ok) return unread(STATE_PERMISSION, state.failure, unknown);
  const { SubscriptionState } = state.raw;
  const { sha256 } = state;
  if (SubscriptionState === "INACTIVE") {
    return { advanced: false, detail: "no subscription of Shield Advanced", sha256, failed: null };
  }
  if (SubscriptionState !== "ACTIVE") {
    const error = new TypeError(`a subscription ${plain(String(SubscriptionState), 40)}`);
    return unread(STATE_PERMISSION, malformed(error), unknown);
  }
  const protections = await countProtections(session);
  if (typeof protections !== "number") {
    const detail = "Shield Advanced is subscribed; what it protects was not read";
    return unread(LIST_PERMISSION, protections, detail);
  }
  return { ...toAdvanced(protections), sha256, failed: null };
}

/**
 * A subscription protects nothing but what was added to it:
 * https://docs.aws.amazon.com/waf/latest/developerguide/ddos-manage-protected-resources.html
 */
export function toAdvanced(protections: number): Pick<DdosProtection, "advanced" | "detail"> {
  const what = `${protections} protected ${protections === 1 ? "resource" : "resources"}`;
  return { advanced: protections > 0, detail: `Shield Advanced is subscribed, ${what}` };
}

async function countProtections(session: AwsSession): Promise<number | Failure> {
  const protections = await askItems(session, {
    service: "shield",
    region: REGION,
    operation: "ListProtections",
    page: (NextToken) => async (client, options) => {
      const { ListProtectionsCommand } = await import("@aws-sdk/client-shield");
      return client.send(new ListProtectionsCommand({ NextToken }), options);
    },
    next: (page: ListProtectionsResponse) => page.NextToken,
    items: (page) => page.Protections,
  });
  return "reason" in protections ? protections : protections.length;
}
