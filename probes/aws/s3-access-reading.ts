import type { AccessPolicy } from "#model/backup-facets.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineRead, type Failure, type ProbeContext } from "#model/probe.ts";
import { toAccessPolicy } from "./access-policy.ts";
import type { Account } from "./account.ts";
import { unanswered } from "#probes/common/known.ts";
import { malformed } from "./pages.ts";
import { blockedBy, type AccessBlock, type Part } from "./s3-exposure.ts";
import { readBucketBlock } from "./s3-exposure-reading.ts";
import { toPolicyText } from "./s3-facets.ts";
import type { Bucket } from "./s3-inventory.ts";
import type { SharedQuestions } from "./s3-shared.ts";

/** What lets in callers of a bucket beside its policy. */
const OTHER_WAYS = [
  "identity policies of the account",
  "access lists of the bucket and its objects",
  "access points",
];
const RESTRICTED =
  "whoever the account's identity policies let in: the policy names everyone, and the public access block leaves the account";

/**
 * Reads whom the policy of a bucket lets in. Where it names everyone, the public access block of the account or of the
 * bucket decides what that is worth.
 */
export async function readAccess(
  bucket: Bucket,
  account: Account,
  accountBlock: () => Promise<Part<AccessBlock | null>>,
  shared: SharedQuestions,
  context: ProbeContext,
): Promise<Observation | Problem> {
  const { subject } = bucket;
  const policy = await context.ask(shared.policy(bucket));
  const named = { operation: "s3:GetBucketPolicy", permission: "s3:GetBucketPolicy" };
  const failed = (failure: Failure) =>
    unanswered(context, subject, "accessPolicy", { ...named, failure });
  if (!policy.ok) return failed(policy.failure);
  let access: AccessPolicy;
  try {
    access = toAccessPolicy(toPolicyText(policy.raw), account, OTHER_WAYS);
  } catch (error) {
    return failed(malformed(error));
  }
  const open = access.grants.some(({ principal }) => principal === "*");
  const blocks = open
    ? { account: await accountBlock(), bucket: await readBucketBlock(bucket, shared, context) }
    : null;
  const asked = open
    ? "s3:GetBucketPolicy, s3control:GetPublicAccessBlock, s3:GetPublicAccessBlock"
    : "s3:GetBucketPolicy";
  return context.read(
    defineRead({
      service: "s3",
      operation: asked,
      call: () => Promise.resolve({ policy: policy.raw, blocks }),
      subject,
      facet: "accessPolicy",
      permission: null,
      map: () =>
        blocks === null ? access : underBlock(access, blockedBy(blocks, "restrictPublicBuckets")),
    }),
  );
}

/**
 * What is left of a policy that names everyone: RestrictPublicBuckets leaves the account's own callers and services
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html).
 * @param block where it is on; null: nowhere; or the reading that would be needed to know
 */
export function underBlock(
  { grants, unseen }: AccessPolicy,
  block: ReturnType<typeof blockedBy>,
): AccessPolicy {
  if (block === null) return { grants, unseen };
  if (typeof block === "string") {
    const named = grants.filter(({ principal }) => principal !== "*");
    return { grants: named, unseen: [...unseen, RESTRICTED] };
  }
  const { failure, permission } = block;
  const grant = failure.reason === "denied" ? `: grant ${permission}` : "";
  const unread = `no public access block is on, which was not read (${failure.reason}${grant})`;
  return {
    grants: grants.map((one) =>
      one.principal === "*" ? { ...one, conditions: [...one.conditions, unread] } : one,
    ),
    unseen,
  };
}
