import type { PublicAccessBlockConfiguration } from "@aws-sdk/client-s3";
import type { GetPublicAccessBlockOutput } from "@aws-sdk/client-s3-control";
import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Exposure } from "#model/facets.ts";
import { defineRead, type ProbeContext, type Question } from "#model/probe.ts";
import { homeRegion } from "./account.ts";
import { isAbsent, type Absent, type Send } from "./calls.ts";
import type { AwsClients } from "./clients.ts";
import { unanswered } from "#probes/common/known.ts";
import { listOf, malformed } from "./pages.ts";
import { orNotFound, s3Question } from "./s3-calls.ts";
import {
  blockedBy,
  judgeExposure,
  type AccessBlock,
  type ExposureParts,
  type Missing,
  type Part,
} from "./s3-exposure.ts";
import { toPolicyText } from "./s3-facets.ts";
import type { Bucket } from "./s3-inventory.ts";
import type { SharedQuestions } from "./s3-shared.ts";

/** The account's public access block: one reading for all its buckets. */
export async function readAccountBlock(
  target: TargetOf<"aws">,
  clients: AwsClients,
  context: ProbeContext,
): Promise<Part<AccessBlock | null>> {
  const send = orNotFound<"s3control", GetPublicAccessBlockOutput>(
    "NoSuchPublicAccessBlockConfiguration",
    async (client, options) => {
      const { GetPublicAccessBlockCommand } = await import("@aws-sdk/client-s3-control");
      return client.send(new GetPublicAccessBlockCommand({ AccountId: target.account }), options);
    },
  );
  return part(
    context,
    {
      service: "s3control",
      operation: "s3control:GetPublicAccessBlock",
      call: async (abortSignal) =>
        send(await clients.of("s3control", homeRegion(target)), { abortSignal }),
    },
    "s3:GetAccountPublicAccessBlock",
    toAccessBlock,
  );
}

/** The public access block of one bucket. */
export function readBucketBlock(
  bucket: Bucket,
  shared: SharedQuestions,
  context: ProbeContext,
): Promise<Part<AccessBlock | null>> {
  const question = shared.publicAccessBlock(bucket);
  return part(context, question, "s3:GetBucketPublicAccessBlock", toAccessBlock);
}

/** Reads of one bucket only what is needed to decide, most decisive first; an observation or a problem. */
export async function readExposure(
  bucket: Bucket,
  account: Part<AccessBlock | null>,
  shared: SharedQuestions,
  clients: AwsClients,
  context: ProbeContext,
): Promise<Observation | Problem> {
  const sdk = await import("@aws-sdk/client-s3");
  const { subject, region } = bucket;
  const Bucket = subject.name;
  const asked: string[] = ["s3control:GetPublicAccessBlock"];
  const ask = <Raw extends object, T>(
    operation: string,
    permission: string,
    send: Send<"s3", Raw>,
    map: (raw: Raw) => T,
  ): Promise<Part<T>> => {
    asked.push(`s3:${operation}`);
    return part(context, s3Question(clients, region, operation, send), permission, map);
  };

  let parts: ExposureParts = { account };
  const decided = (setting: keyof AccessBlock) => typeof blockedBy(parts, setting) === "string";
  if (!decided("ignorePublicAcls") || !decided("restrictPublicBuckets")) {
    asked.push("s3:GetPublicAccessBlock");
    const own = await readBucketBlock(bucket, shared, context);
    parts = { ...parts, bucket: own };
  }
  if (!decided("restrictPublicBuckets")) {
    asked.push("s3:GetBucketPolicy");
    const question = shared.policy(bucket);
    const policy = await part(context, question, "s3:GetBucketPolicy", toPolicyText);
    parts = { ...parts, policy };
  }
  if (!decided("ignorePublicAcls")) {
    const ownership = await ask(
      "GetBucketOwnershipControls",
      "s3:GetBucketOwnershipControls",
      orNotFound("OwnershipControlsNotFoundError", (client, options) =>
        client.send(new sdk.GetBucketOwnershipControlsCommand({ Bucket }), options),
      ),
      (raw) =>
        isAbsent(raw) ? null : (raw.OwnershipControls?.Rules?.[0]?.ObjectOwnership ?? null),
    );
    parts = { ...parts, ownership };
    if ("failure" in ownership || ownership.value !== "BucketOwnerEnforced") {
      const grants = await ask(
        "GetBucketAcl",
        "s3:GetBucketAcl",
        (client, options) => client.send(new sdk.GetBucketAclCommand({ Bucket }), options),
        (raw) => listOf(raw.Grants),
      );
      parts = { ...parts, grants };
    }
  }
  return settle(parts);

  function settle(read: ExposureParts): Promise<Observation | Problem> {
    const operation = asked.join(", ");
    const missing = missingReading(read);
    if (missing !== null) {
      return Promise.resolve(unanswered(context, subject, "exposure", missing));
    }
    // The parts are one answer, hashed and judged as such.
    return context.read(
      defineRead({
        service: "s3",
        operation,
        call: () => Promise.resolve(read),
        subject,
        facet: "exposure",
        permission: null,
        map: toExposure,
      }),
    );
  }
}

function toAccessBlock(
  raw:
    | { readonly PublicAccessBlockConfiguration?: PublicAccessBlockConfiguration | undefined }
    | Absent,
): AccessBlock | null {
  if (isAbsent(raw)) return null;
  const block = raw.PublicAccessBlockConfiguration;
  if (block === undefined) throw new TypeError("the answer holds no public access block");
  const { IgnorePublicAcls, RestrictPublicBuckets } = block;
  if (IgnorePublicAcls === undefined || RestrictPublicBuckets === undefined) {
    throw new TypeError("a public access block that leaves settings out");
  }
  return { ignorePublicAcls: IgnorePublicAcls, restrictPublicBuckets: RestrictPublicBuckets };
}

function toExposure(parts: ExposureParts): Exposure {
  const judged = judgeExposure(parts);
  if ("failure" in judged) throw new TypeError(judged.failure.message);
  return judged;
}

/** null also where the policy is no policy document: that comes out when the parts are judged. */
function missingReading(parts: ExposureParts): Missing | null {
  try {
    const judged = judgeExposure(parts);
    return "failure" in judged ? judged : null;
  } catch {
    return null;
  }
}

async function part<Raw, T>(
  context: ProbeContext,
  question: Question<Raw>,
  permission: string,
  map: (raw: Raw) => T,
): Promise<Part<T>> {
  const { operation } = question;
  const answer = await context.ask(question);
  if (!answer.ok) return { failure: answer.failure, operation, permission };
  try {
    return { value: map(answer.raw) };
  } catch (error) {
    return { failure: malformed(error), operation, permission };
  }
}
