import type { Question } from "#model/probe.ts";
import { orAbsent, withoutMetadata, type Absent, type Send } from "./calls.ts";
import type { S3Clients } from "#probes/s3-compatible/calls.ts";
import { statusOf } from "./errors.ts";
import { isRegionName } from "./account-regions.ts";

/**
 * A question to S3 in a region; an answer that the bucket is in another one is followed once.
 * (The SDK's own followRegionRedirects changes the client under other calls that are under way.)
 * @param operation name of the API operation, without `s3:`
 */
export function s3Question<Raw extends object>(
  clients: S3Clients,
  region: string,
  operation: string,
  send: Send<"s3", Raw>,
): Question<Raw> {
  return {
    service: "s3",
    operation: `s3:${operation}`,
    call: async (abortSignal) => {
      try {
        return withoutMetadata(await send(await clients.of("s3", region), { abortSignal }));
      } catch (error) {
        const other = redirectRegion(error);
        if (other === null || other === region) throw error;
        return withoutMetadata(await send(await clients.of("s3", other), { abortSignal }));
      }
    },
  };
}

/** Takes the one error code that says "not configured", which S3 sends with 404, as an answer. */
export function orNotFound<S extends "s3" | "s3control", Raw extends object>(
  code: string,
  send: Send<S, Raw>,
): Send<S, Raw | Absent> {
  return orAbsent([code], send, 404);
}

/**
 * The region that GetBucketLocation's answer means: empty is us-east-1, `EU` the first European one.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
 * @throws when it is none
 */
export function toRegion(constraint: string | undefined): string {
  if (constraint === undefined || constraint === "") return "us-east-1";
  if (constraint === "EU") return "eu-west-1";
  if (!isRegionName(constraint)) throw new TypeError("the bucket's region is no region name");
  return constraint;
}

function redirectRegion(error: unknown): string | null {
  const status = statusOf(error);
  if (status !== 301 && status !== 307 && status !== 400) return null;
  const response: unknown = Reflect.get(Object(error), "$response");
  const headers: unknown = Reflect.get(Object(response), "headers");
  const region: unknown = Reflect.get(Object(headers), "x-amz-bucket-region");
  return typeof region === "string" && isRegionName(region) ? region : null;
}
