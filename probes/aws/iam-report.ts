import type { Answer, Failure } from "#model/probe.ts";
import { homeRegion } from "./account.ts";
import { awsQuestion } from "./calls.ts";
import { classifyAws } from "./errors.ts";
import type { AwsSession } from "./session.ts";

class ReportNotReady extends Error {}

/** AWS makes a report within seconds, in large accounts within a minute: five tries, and all of that three times. */
const ROUNDS = 3;

/** As every other error of AWS, but for a report that is not ready yet: that is asked for again. */
export function classifyReport(error: unknown): Failure {
  if (!(error instanceof ReportNotReady)) return classifyAws(error);
  return { reason: "timeout", message: error.message, retryable: true, retryAfterMs: 5_000 };
}

/** Has the report made, and waits until it is. */
export async function makeReport({
  context,
  clients,
  target,
}: AwsSession): Promise<Answer<object>> {
  const question = awsQuestion(
    clients,
    "iam",
    homeRegion(target),
    "GenerateCredentialReport",
    async (client, options) => {
      const { GenerateCredentialReportCommand } = await import("@aws-sdk/client-iam");
      const { State } = await client.send(new GenerateCredentialReportCommand({}), options);
      if (State !== "COMPLETE") {
        throw new ReportNotReady(`the credential report is not ready: ${String(State)}`);
      }
      return { State };
    },
  );
  let answer = await context.ask(question);
  for (let round = 1; round < ROUNDS; round += 1) {
    if (answer.ok || answer.failure.reason !== "timeout" || context.signal.aborted) break;
    answer = await context.ask(question);
  }
  return answer;
}

/** The report that was made last. */
export function askReport({
  context,
  clients,
  target,
}: AwsSession): Promise<Answer<{ readonly text: string; readonly generated: string | null }>> {
  return context.ask(
    awsQuestion(
      clients,
      "iam",
      homeRegion(target),
      "GetCredentialReport",
      async (client, options) => {
        const { GetCredentialReportCommand } = await import("@aws-sdk/client-iam");
        const { Content, GeneratedTime } = await client.send(
          new GetCredentialReportCommand({}),
          options,
        );
        return {
          text: new TextDecoder().decode(Content),
          generated: GeneratedTime?.toISOString() ?? null,
        };
      },
    ),
  );
}

/** The summary of the account, which tells of its root user. */
export function askSummary({
  context,
  clients,
  target,
}: AwsSession): Promise<Answer<{ readonly map: Readonly<Record<string, number | undefined>> }>> {
  return context.ask(
    awsQuestion(
      clients,
      "iam",
      homeRegion(target),
      "GetAccountSummary",
      async (client, options) => {
        const { GetAccountSummaryCommand } = await import("@aws-sdk/client-iam");
        const { SummaryMap } = await client.send(new GetAccountSummaryCommand({}), options);
        return { map: SummaryMap ?? {} };
      },
    ),
  );
}
