import type { S3Client } from "@aws-sdk/client-s3";
import type { Answer, Failure, ProbeContext, Question } from "#model/probe.ts";
import type { AwsClients } from "./clients.ts";
import { codeOf, statusOf } from "./errors.ts";
import type { NotSet } from "./s3-facets.ts";

/** Sends one command with the client of the right region. */
export type Send<Raw> = (client: S3Client, options: { abortSignal: AbortSignal }) => Promise<Raw>;

/** What S3 takes as region; whatever else a server names would end up in a host name. */
const REGION = /^[a-z]{2,10}(?:-[a-z]+)+-\d{1,2}$/;

/**
 * A question to S3 in a region; an answer that the bucket is in another one is followed once.
 * (The SDK's own followRegionRedirects changes the client under other calls that are under way.)
 * @param operation name of the API operation, without `s3:`
 */
export function s3Question<Raw extends object>(
  clients: AwsClients,
  region: string,
  operation: string,
  send: Send<Raw>,
): Question<Raw> {
  return {
    service: "s3",
    operation: `s3:${operation}`,
    call: async (abortSignal) => {
      try {
        return withoutMetadata(await send(await clients.s3(region), { abortSignal }));
      } catch (error) {
        const other = redirectRegion(error);
        if (other === null || other === region) throw error;
        return withoutMetadata(await send(await clients.s3(other), { abortSignal }));
      }
    },
  };
}

/** Takes the one error code that says "not configured" as an answer; every other error stays one. */
export function orNotSet<Raw extends object>(code: string, send: Send<Raw>): Send<Raw | NotSet> {
  return async (client, options) => {
    try {
      return await send(client, options);
    } catch (error) {
      if (codeOf(error) === code && statusOf(error) === 404) return { notSet: code };
      throw error;
    }
  };
}

/**
 * The region that GetBucketLocation's answer means: empty is us-east-1, `EU` the first European one.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
 * @throws when it is none
 */
export function toRegion(constraint: string | undefined): string {
  if (constraint === undefined || constraint === "") return "us-east-1";
  if (constraint === "EU") return "eu-west-1";
  if (!REGION.test(constraint)) throw new TypeError("the bucket's region is no region name");
  return constraint;
}

/** Pages that one listing may have: AWS ends far sooner, a broken server never. */
const MOST_PAGES = 2_000;

/**
 * Follows a listing to its end: each page as it comes; a failure, a token that repeats or too many pages
 * end it with an answer that is not ok.
 * @param question asks for the page of a token, undefined being the first
 * @param nextToken the token of the page after this one; undefined on the last
 */
export async function* pages<Raw>(
  context: ProbeContext,
  question: (token: string | undefined) => Question<Raw>,
  nextToken: (raw: Raw) => string | undefined,
): AsyncGenerator<Answer<Raw>> {
  const seen = new Set<string>();
  for (let token: string | undefined; ;) {
    const answer = await context.ask(question(token));
    yield answer;
    if (!answer.ok) return;
    token = nextToken(answer.raw);
    if (token === undefined || token === "") return;
    const endless = seen.has(token) || seen.size >= MOST_PAGES;
    if (endless) {
      const message = `the listing does not end: ${seen.size + 1} pages, or one that leads back`;
      yield { ok: false, failure: { reason: "malformed", message, retryable: false } };
      return;
    }
    seen.add(token);
  }
}

/** The failure that an answer of another shape than the documented one is. */
export function malformed(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error);
  return { reason: "malformed", message, retryable: false };
}

/** The request id in the metadata would give the same answer another hash every time. */
function withoutMetadata<Raw extends object>(raw: Raw): Raw {
  return "$metadata" in raw ? { ...raw, $metadata: {} } : raw;
}

function redirectRegion(error: unknown): string | null {
  const status = statusOf(error);
  if (status !== 301 && status !== 307 && status !== 400) return null;
  const response: unknown = Reflect.get(Object(error), "$response");
  const headers: unknown = Reflect.get(Object(response), "headers");
  const region: unknown = Reflect.get(Object(headers), "x-amz-bucket-region");
  return typeof region === "string" && REGION.test(region) ? region : null;
}
