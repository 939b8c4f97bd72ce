import { defineProbe, defineRead, type ProbeContext } from "#model/probe.ts";
import { targetSubject } from "#model/subject.ts";
import { provenAccount } from "./account.ts";
import { awsClients, type AwsClients } from "./clients.ts";
import { classifyAws } from "./errors.ts";
import { bucketReads } from "./s3-bucket-reads.ts";
import { readAccountBlock, readExposure } from "./s3-exposure-reading.ts";
import { BUCKET_KIND, listBuckets, type Bucket } from "./s3-inventory.ts";

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
    encryption: { permissions: ["s3:GetEncryptionConfiguration"] },
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
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    const clients = awsClients(target, context);
    try {
      const account = await provenAccount(target, clients, context);
      if ("reason" in account) {
        yield account;
        return;
      }
      const { buckets, complete, problems, pages } = await listBuckets(
        target,
        account,
        clients,
        context,
      );
      yield* problems;
      if (pages.length === 0) return;
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
      if (wanted.has("location")) {
        for (const { subject, source } of buckets) {
          if (subject.region === null) continue;
          yield context.observe(
            subject,
            "location",
            { regions: [subject.region], zones: null },
            source,
          );
        }
      }
      const readsOf = await bucketReads(clients, wanted);
      yield* context.readAll(buckets.flatMap(readsOf));
      if (wanted.has("exposure")) yield* exposures(target, buckets, clients, context);
    } finally {
      clients.close();
    }
  },
});

async function* exposures(
  target: Parameters<typeof readAccountBlock>[0],
  buckets: readonly Bucket[],
  clients: AwsClients,
  context: ProbeContext,
) {
  const account = await readAccountBlock(target, clients, context);
  yield* await Promise.all(
    buckets.map((bucket) => readExposure(bucket, account, clients, context)),
  );
}
