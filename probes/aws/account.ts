import type { TargetOf } from "#model/estate.ts";
import type { Problem } from "#model/evidence.ts";
import type { Answer, ProbeContext } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import type { AwsClients } from "./clients.ts";

/** The account that the credentials were proven to belong to. */
export interface Account {
  readonly id: string;
  /** `aws`, `aws-cn` or `aws-us-gov`: the second part of every ARN. */
  readonly partition: string;
}

const OPERATION = "sts:GetCallerIdentity";

/** Asks whose credentials these are. */
export function askAccount(
  target: TargetOf<"aws">,
  clients: AwsClients,
  context: ProbeContext,
): Promise<Answer<{ readonly id: string | undefined; readonly arn: string | undefined }>> {
  return context.ask({
    service: "sts",
    operation: OPERATION,
    call: async (signal) => {
      const { GetCallerIdentityCommand } = await import("@aws-sdk/client-sts");
      const client = await clients.of("sts", homeRegion(target));
      const { Account: id, Arn: arn } = await client.send(new GetCallerIdentityCommand({}), {
        abortSignal: signal,
      });
      return { id, arn };
    },
  });
}

/**
 * The account that was proven, or why it is not the declared one: whatever the credentials could read of another
 * account would be evidence of the wrong thing.
 */
export function provenAccount(
  target: TargetOf<"aws">,
  answer: Awaited<ReturnType<typeof askAccount>>,
): Account | Pick<Problem, "operation" | "reason" | "message"> {
  const refused = (reason: Problem["reason"], message: string) => ({
    operation: OPERATION,
    reason,
    message,
  });
  if (!answer.ok) {
    const { reason, message } = answer.failure;
    return refused(reason, `the account could not be proven to be ${target.account}: ${message}`);
  }
  const { id, arn } = answer.raw;
  if (id !== target.account) {
    const whose = id === undefined ? "of no account that is named" : `of account ${plain(id, 40)}`;
    return refused(
      "denied",
      `the credentials are ${whose}, declared is ${target.account}: correct the credentials or the target's account`,
    );
  }
  return { id, partition: /^arn:(aws[a-z-]*):/.exec(arn ?? "")?.[1] ?? "aws" };
}

/** The region whose endpoints answer for the whole account. */
export function homeRegion(target: TargetOf<"aws">): string {
  return target.regions[0] ?? "us-east-1";
}
