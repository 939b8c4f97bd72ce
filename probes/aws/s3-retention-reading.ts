import type { Observation, Problem } from "#model/evidence.ts";
import { defineRead, type Failure, type ProbeContext } from "#model/probe.ts";
import type { AwsClients } from "./clients.ts";
import { unanswered } from "#probes/common/known.ts";
import { malformed } from "./pages.ts";
import { orNotFound, s3Question } from "./s3-calls.ts";
import type { Bucket } from "./s3-inventory.ts";
import { deletesObjects, toRetention } from "./s3-retention.ts";
import type { SharedQuestions } from "./s3-shared.ts";

const OPERATION = "GetBucketLifecycleConfiguration";

/** Reads how long a bucket keeps its objects: its lifecycle rules, and its versioning where that decides. */
export async function readRetention(
  bucket: Bucket,
  { versioning }: SharedQuestions,
  clients: AwsClients,
  context: ProbeContext,
): Promise<Observation | Problem> {
  const { GetBucketLifecycleConfigurationCommand } = await import("@aws-sdk/client-s3");
  const { subject, region } = bucket;
  const failed = (operation: string, permission: string, failure: Failure) =>
    unanswered(context, subject, "retention", {
      operation: `s3:${operation}`,
      permission,
      failure,
    });
  const rules = await context.ask(
    s3Question(
      clients,
      region,
      OPERATION,
      orNotFound("NoSuchLifecycleConfiguration", (client, options) =>
        client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: subject.name }), options),
      ),
    ),
  );
  if (!rules.ok) return failed(OPERATION, "s3:GetLifecycleConfiguration", rules.failure);
  let deletes: boolean;
  try {
    deletes = deletesObjects(rules.raw);
  } catch (error) {
    return failed(OPERATION, "s3:GetLifecycleConfiguration", malformed(error));
  }
  const versions = deletes ? await context.ask(versioning(bucket)) : null;
  if (versions !== null && !versions.ok) {
    return failed("GetBucketVersioning", "s3:GetBucketVersioning", versions.failure);
  }
  const asOf = context.now();
  // Both are one answer, hashed and judged as such.
  return context.read(
    defineRead({
      service: "s3",
      operation: versions === null ? `s3:${OPERATION}` : `s3:${OPERATION}, s3:GetBucketVersioning`,
      call: () => Promise.resolve({ rules: rules.raw, versioning: versions?.raw ?? null }),
      subject,
      facet: "retention",
      permission: null,
      map: (raw) => toRetention(raw.rules, raw.versioning, asOf),
    }),
  );
}
