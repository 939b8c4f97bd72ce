import type { Observation } from "#model/evidence.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import type { AwsSession } from "./session.ts";

export const ACCOUNT_KIND = "AWS::Organizations::Account";

/**
 * The account itself, for what is set once for all of it. Its number is its id: an account has no ARN but within an
 * organisation, and which one that is depends on who looks.
 */
export function accountSubject({
  target,
  account,
}: Pick<AwsSession, "target" | "account">): Subject {
  return {
    target: target.id,
    provider: "aws",
    kind: ACCOUNT_KIND,
    id: account.id,
    name: account.id,
    region: null,
    tags: {},
  };
}

/** The inventory of the one account that a target is; its number was proven before anything was read. */
export function accountInventory(session: AwsSession): Observation {
  const items = [accountSubject(session)];
  return session.context.observe(
    targetSubject(session.target),
    "inventory",
    { kinds: [ACCOUNT_KIND], complete: true, items },
    { operation: "sts:GetCallerIdentity" },
  );
}
