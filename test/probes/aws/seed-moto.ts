import * as s3 from "@aws-sdk/client-s3";
import { ALL_BLOCKED, type AwsBucket } from "#fixtures/estate/aws/estate.ts";

/** Makes the buckets in a real S3 API, with everything that the fake takes for granted written out. */
export async function seedBuckets(endpoint: string, buckets: readonly AwsBucket[]): Promise<void> {
  const credentials = { accessKeyId: "seed", secretAccessKey: "seed" };
  for (const bucket of buckets) {
    const client = new s3.S3Client({
      endpoint,
      region: bucket.region,
      forcePathStyle: true,
      credentials,
    });
    for (const command of commandsFor(bucket)) await command(client);
    client.destroy();
  }
}

type Step = (client: s3.S3Client) => Promise<unknown>;

function commandsFor(bucket: AwsBucket): readonly Step[] {
  const { name: Bucket, region, policy, versioning, replication, tags, lifecycle } = bucket;
  const { encryption = { algorithm: "AES256" }, ownership = "BucketOwnerEnforced" } = bucket;
  const { publicAccessBlock = ALL_BLOCKED, grants = [] } = bucket;
  const steps: Step[] = [
    (client) =>
      client.send(
        new s3.CreateBucketCommand({
          Bucket,
          ...(region === "us-east-1"
            ? {}
            : {
                CreateBucketConfiguration: {
                  LocationConstraint: known(Object.values(s3.BucketLocationConstraint), region),
                },
              }),
        }),
      ),
  ];
  const step = (wanted: unknown, send: Step) => {
    if (wanted !== null && wanted !== undefined) steps.push(send);
  };
  step(encryption, (client) =>
    client.send(
      new s3.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [
            {
              ApplyServerSideEncryptionByDefault: {
                SSEAlgorithm: known(Object.values(s3.ServerSideEncryption), encryption?.algorithm),
                KMSMasterKeyID: encryption?.key,
              },
            },
          ],
        },
      }),
    ),
  );
  step(ownership, (client) =>
    client.send(
      new s3.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: {
          Rules: [{ ObjectOwnership: known(Object.values(s3.ObjectOwnership), ownership) }],
        },
      }),
    ),
  );
  step(grants[0], (client) =>
    client.send(
      new s3.PutBucketAclCommand({
        Bucket,
        AccessControlPolicy: {
          Owner: { ID: "owner" },
          Grants: grants.map(({ uri, permission }) => ({
            Grantee: { Type: "Group", URI: uri },
            Permission: known(Object.values(s3.Permission), permission),
          })),
        },
      }),
    ),
  );
  step(policy, (client) =>
    client.send(new s3.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify(policy) })),
  );
  step(publicAccessBlock, (client) =>
    client.send(
      new s3.PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: publicAccessBlock ?? {},
      }),
    ),
  );
  step(versioning, (client) =>
    client.send(
      new s3.PutBucketVersioningCommand({
        Bucket,
        VersioningConfiguration: { Status: versioning },
      }),
    ),
  );
  step(tags, (client) =>
    client.send(
      new s3.PutBucketTaggingCommand({
        Bucket,
        Tagging: { TagSet: Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value })) },
      }),
    ),
  );
  step(replication, (client) =>
    client.send(
      new s3.PutBucketReplicationCommand({
        Bucket,
        ReplicationConfiguration: {
          Role: "arn:aws:iam::123456789012:role/replication",
          Rules: replication?.map(({ bucket: to, status = "Enabled", prefix = "" }, index) => ({
            ID: `rule-${index}`,
            Priority: index + 1,
            Status: status,
            Filter: { Prefix: prefix },
            Destination: { Bucket: to },
            DeleteMarkerReplication: { Status: "Disabled" },
          })),
        },
      }),
    ),
  );
  step(lifecycle, (client) =>
    client.send(
      new s3.PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: {
          Rules: lifecycle?.map(({ days, status = "Enabled", prefix = "" }, index) => ({
            ID: `rule-${index}`,
            Status: status,
            Filter: { Prefix: prefix },
            Expiration: { Days: days },
          })),
        },
      }),
    ),
  );
  return steps;
}

/** The value in the SDK's own list of them. */
function known<T extends string>(values: readonly T[], value: string | null | undefined): T {
  const found = values.find((one) => one === value);
  if (found === undefined) throw new Error(`the SDK knows no ${value}`);
  return found;
}
