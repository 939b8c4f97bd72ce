import type { Observation, Problem } from "#model/evidence.ts";
import { defineRead, type Failure, type Question } from "#model/probe.ts";
import { AnswerError } from "./answer-guard.ts";
import { statusOf } from "./errors.ts";
import { keyManagers } from "./key-managers.ts";
import { malformed } from "./pages.ts";
import { s3Question } from "./s3-calls.ts";
import { encryptionQuestion } from "./s3-bucket-reads.ts";
import { toEncryption } from "./s3-facets.ts";
import type { Bucket } from "./s3-inventory.ts";
import { tally, toFinding, toSample, withSample, type Listed, type Seen } from "./s3-sampling.ts";
import type { AwsSession } from "./session.ts";

/** Objects that one page lists, of which the oldest are looked at. */
const PAGE_SIZE = 1000;

/** The answer has no body, so its status is all that there is to go by. */
const NEEDS_KEY =
  "a sampled object was refused with HTTP 400, as S3 does where only a key of the customer's own (SSE-C) opens it: how it is encrypted is not told";

/** A step that failed. */
interface Failed {
  readonly operation: string;
  readonly permission: string;
  readonly failure: Failure;
}

/**
 * Reads a bucket's default encryption and, beside it, how some of its objects are encrypted: by their headers, never by
 * what they hold. Whoever asks for samples is told when they could not be taken: without one that was refused the
 * setting alone would pass, so only an object that is seen without encryption outweighs it.
 * @param most how many objects are looked at
 */
export async function readSampledEncryption(
  bucket: Bucket,
  most: number,
  session: AwsSession,
): Promise<Observation | Problem> {
  const sdk = await import("@aws-sdk/client-s3");
  const { clients, context } = session;
  const { subject, region } = bucket;
  const Bucket = subject.name;
  const failed = ({ operation, permission, failure }: Failed) =>
    context.problem({
      operation,
      subject,
      facets: ["encryption"],
      reason: failure.reason,
      permission: failure.reason === "denied" ? permission : null,
      message: failure.message,
    });

  const settings = await context.ask(encryptionQuestion(sdk, clients, bucket));
  if (!settings.ok) {
    const permission = "s3:GetEncryptionConfiguration";
    return failed({ operation: "s3:GetBucketEncryption", permission, failure: settings.failure });
  }
  const list = { operation: "s3:ListObjectsV2", permission: "s3:ListBucket" };
  const page = await context.ask(
    s3Question(clients, region, "ListObjectsV2", (client, options) =>
      client.send(
        // Names may hold what XML cannot.
        new sdk.ListObjectsV2Command({ Bucket, MaxKeys: PAGE_SIZE, EncodingType: "url" }),
        options,
      ),
    ),
  );
  if (!page.ok) return failed({ ...list, failure: page.failure });
  let sample: readonly Listed[];
  try {
    sample = toSample(page.raw, most);
  } catch (error) {
    return failed({ ...list, failure: malformed(error) });
  }

  const managerOf = keyManagers(session);
  const head = (Key: string): Question<Seen> => {
    const question = s3Question(clients, region, "HeadObject", async (client, options) => {
      const answer = await client.send(new sdk.HeadObjectCommand({ Bucket, Key }), options);
      const { ETag, ServerSideEncryption, SSEKMSKeyId, SSECustomerAlgorithm } = answer;
      return { ETag, ServerSideEncryption, SSEKMSKeyId, SSECustomerAlgorithm };
    });
    const call = async (signal: AbortSignal) => {
      try {
        return await question.call(signal);
      } catch (error) {
        throw statusOf(error) === 400 ? new AnswerError("malformed", NEEDS_KEY) : error;
      }
    };
    return { ...question, call };
  };
  const looked = await Promise.all(
    sample.map(async (object) => {
      const named = { operation: "s3:HeadObject", permission: "s3:GetObject" };
      const answer = await context.ask(head(object.key));
      if (!answer.ok) return { failure: answer.failure, ...named };
      try {
        return await toFinding(answer.raw, object, (key) => managerOf(region, key));
      } catch (error) {
        return { failure: malformed(error), ...named };
      }
    }),
  );
  const findings = looked.flatMap((one) => ("failure" in one ? [] : [one]));
  const refused = looked.find((one) => "failure" in one);
  if (refused !== undefined && !findings.some(({ kind }) => kind === "none")) {
    return failed(refused);
  }
  const { KeyCount, IsTruncated } = page.raw;
  const listing = { KeyCount, IsTruncated };
  // All of it is one answer, hashed and judged as such.
  return context.read(
    defineRead({
      service: "s3",
      operation: "s3:GetBucketEncryption, s3:ListObjectsV2, s3:HeadObject",
      call: () => Promise.resolve({ settings: settings.raw, listing, findings }),
      subject,
      facet: "encryption",
      permission: null,
      map: (raw) => withSample(toEncryption(raw.settings), tally(raw.findings, raw.listing)),
    }),
  );
}
