import type {
  GetBucketPolicyOutput,
  GetBucketVersioningOutput,
  GetPublicAccessBlockOutput,
} from "@aws-sdk/client-s3";
import type { Question } from "#model/probe.ts";
import type { Absent } from "./calls.ts";
import type { AwsClients } from "./clients.ts";
import { orNotFound, s3Question } from "./s3-calls.ts";
import type { Bucket } from "./s3-inventory.ts";

/** Questions whose answers tell several facets: each goes to S3 once for a bucket, whoever asks first. */
export interface SharedQuestions {
  readonly policy: (bucket: Bucket) => Question<GetBucketPolicyOutput | Absent>;
  readonly versioning: (bucket: Bucket) => Question<GetBucketVersioningOutput>;
  readonly publicAccessBlock: (bucket: Bucket) => Question<GetPublicAccessBlockOutput | Absent>;
}

/** Answers are forgotten together with their bucket. */
export async function sharedQuestions(clients: AwsClients): Promise<SharedQuestions> {
  const sdk = await import("@aws-sdk/client-s3");
  return {
    policy: forEach(({ subject, region }) =>
      s3Question(
        clients,
        region,
        "GetBucketPolicy",
        orNotFound("NoSuchBucketPolicy", (client, options) =>
          client.send(new sdk.GetBucketPolicyCommand({ Bucket: subject.name }), options),
        ),
      ),
    ),
    publicAccessBlock: forEach(({ subject, region }) =>
      s3Question(
        clients,
        region,
        "GetPublicAccessBlock",
        orNotFound("NoSuchPublicAccessBlockConfiguration", (client, options) =>
          client.send(new sdk.GetPublicAccessBlockCommand({ Bucket: subject.name }), options),
        ),
      ),
    ),
    versioning: forEach(({ subject, region }) =>
      s3Question(clients, region, "GetBucketVersioning", (client, options) =>
        client.send(new sdk.GetBucketVersioningCommand({ Bucket: subject.name }), options),
      ),
    ),
  };
}

function forEach<Raw>(make: (bucket: Bucket) => Question<Raw>) {
  const made = new WeakMap<Bucket, Question<Raw>>();
  return (bucket: Bucket): Question<Raw> => {
    const known = made.get(bucket);
    if (known !== undefined) return known;
    const question = make(bucket);
    let answer: Promise<Raw> | undefined;
    const once = { ...question, call: (signal: AbortSignal) => (answer ??= question.call(signal)) };
    made.set(bucket, once);
    return once;
  };
}
