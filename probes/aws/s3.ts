import type { FacetName } from "#model/facets.ts";
import { defineProbe, defineRead, type ProbeContext } from "#model/probe.ts";
import { targetSubject } from "#model/subject.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { classifyAws } from "./errors.ts";
import { readAccess } from "./s3-access-reading.ts";
import { bucketReads } from "./s3-bucket-reads.ts";
import { readAccountBlock, readExposure } from "./s3-exposure-reading.ts";
import { BUCKET_KIND, listBuckets, type Bucket } from "./s3-inventory.ts";
import { readSampledEncryption } from "./s3-sampling-reading.ts";
import { readRetention } from "./s3-retention-reading.ts";
import { sharedQuestions } from "./s3-shared.ts";
import { inAccount, type AwsSession } from "./session.ts";

/** Reads the buckets of an AWS account, in all regions: a bucket in a region that is not declared is a finding. */
export default defineProbe({
  id: "aws-s3",
  title: "Amazon S3 buckets",
  provider: "aws",
  kinds: [BUCKET_KIND],
  provides: {
    inventory: {
      permissions: ["s3:ListAllMyBuckets", "s3:GetBucketLocation", "s3:GetBucketTagging"],
    },
    location: { permissions: ["s3:ListAllMyBuckets", "s3:GetBucketLocation"] },
    encryption: {
      permissions: ["s3:GetEncryptionConfiguration"],
      onlyWith: { sampleObjects: ["s3:ListBucket", "s3:GetObject", "kms:ListAliases"] },
    },
    transport: { permissions: ["s3:GetBucketPolicy"] },
    exposure: {
      permissions: [
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketPublicAccessBlock",
        "s3:GetBucketPolicy",
        "s3:GetBucketOwnershipControls",
        "s3:GetBucketAcl",
      ],
    },
    versioning: { permissions: ["s3:GetBucketVersioning"] },
    replication: { permissions: ["s3:GetReplicationConfiguration"] },
    accessPolicy: {
      permissions: [
        "s3:GetBucketPolicy",
        "s3:GetAccountPublicAccessBlock",
        "s3:GetBucketPublicAccessBlock",
      ],
    },
    immutability: { permissions: ["s3:GetBucketObjectLockConfiguration"] },
    retention: { permissions: ["s3:GetLifecycleConfiguration", "s3:GetBucketVersioning"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, (session) => gatherBuckets(session, wanted));
  },
});

async function* gatherBuckets(session: AwsSession, wanted: ReadonlySet<FacetName>) {
  const { target, account, clients, context } = session;
  const sampled = wanted.has("encryption") ? target.sampleObjects : undefined;
  const { buckets, complete, problems, pages } = await listBuckets(
    target,
    account,
    clients,
    context,
  );
  yield* problems;
  if (pages.length === 0) return;
  if (!context.signal.aborted) {
    const items = buckets.map(({ subject }) => subject);
    yield context.read(
      defineRead({
        service: "s3",
        operation: "s3:ListBuckets",
        call: () => Promise.resolve({ pages, items }),
        subject: targetSubject(target),
        facet: "inventory",
        permission: "s3:ListAllMyBuckets",
        map: () => ({ kinds: [BUCKET_KIND], complete, items }),
      }),
    );
    const shared = await sharedQuestions(clients);
    const alone = sampled === undefined ? wanted : wanted.difference(new Set(["encryption"]));
    const readsOf = await bucketReads(clients, shared, alone);
    let asked: ReturnType<typeof readAccountBlock> | undefined;
    const accountBlock = () => (asked ??= readAccountBlock(target, clients, context));
    const block = wanted.has("exposure") ? await accountBlock() : null;
    for await (const some of chunks(buckets, context.signal)) {
      if (wanted.has("location")) yield* locations(some, context);
      yield* context.readAll(some.flatMap(readsOf));
      if (sampled !== undefined) {
        yield* await Promise.all(
          some.map((bucket) => readSampledEncryption(bucket, sampled, session)),
        );
      }
      if (wanted.has("retention")) {
        yield* await Promise.all(
          some.map((bucket) => readRetention(bucket, shared, clients, context)),
        );
      }
      if (wanted.has("accessPolicy")) {
        yield* await Promise.all(
          some.map((bucket) => readAccess(bucket, account, accountBlock, shared, context)),
        );
      }
      if (block === null) continue;
      yield* await Promise.all(
        some.map((bucket) => readExposure(bucket, block, shared, clients, context)),
      );
    }
  }
  if (context.signal.aborted) yield cutOff(context, "s3:ListBuckets", wanted);
}

/** Where the buckets are: the listing told. */
function* locations(buckets: readonly Bucket[], context: ProbeContext) {
  for (const { subject, source } of buckets) {
    if (subject.region === null) continue;
    const value = { regions: [subject.region], zones: null };
    yield context.observe(subject, "location", value, source);
  }
}
