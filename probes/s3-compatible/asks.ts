import type { Target } from "#model/estate.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import type { Absent, Send } from "#probes/aws/calls.ts";
import { classifyAws, codeOf, statusOf } from "#probes/aws/errors.ts";
import { orNotFound, s3Question } from "#probes/aws/s3-calls.ts";
import type { Known } from "#probes/common/known.ts";
import type { S3Clients } from "./calls.ts";
import type { S3Dialect, S3Operation } from "./dialect.ts";

/** What all that is asked of one target's buckets has in common. */
export interface S3Session {
  readonly target: Target;
  readonly context: ProbeContext;
  readonly dialect: S3Dialect;
  readonly clients: S3Clients;
  /** What is listed there, in messages; the region when left out. */
  readonly place?: string;
  /** Where all its buckets rest, where the vendor's own interface tells it; each is asked when left out. */
  readonly located?: Known<string>;
}

/** Asks one question in a region. */
export async function askS3<Raw extends object>(
  { context, dialect, clients }: S3Session,
  region: string,
  operation: S3Operation,
  send: Send<"s3", Raw>,
): Promise<Known<Raw>> {
  const named = { operation: `s3:${operation}`, permission: dialect.permissions[operation] ?? "" };
  const answer = await context.ask(s3Question(clients, region, operation, send));
  if (!answer.ok) return { ...named, ok: false, failure: answer.failure };
  const { raw: value, observedAt, sha256 } = answer;
  return { ...named, ok: true, value, observedAt, sha256 };
}

/** The same for what a bucket need not have: the one error code that says so is an answer. */
export function askSetting<Raw extends object>(
  session: S3Session,
  region: string,
  operation: S3Operation,
  absent: string,
  send: Send<"s3", Raw>,
): Promise<Known<Raw | Absent>> {
  return askS3(session, region, operation, orNotFound(absent, send));
}

/** What an error means. Pure; takes whatever was thrown. */
export function classifyS3(error: unknown): Failure {
  const status = statusOf(error);
  const failure = classifyAws(error);
  const isMissing = status === 501 || status === 405 || codeOf(error) === "NotImplemented";
  return {
    ...failure,
    reason: isMissing ? "unsupported" : failure.reason,
    message: failure.message.replace(/\bno AWS (document|error)\b/, "no S3 $1"),
  };
}
