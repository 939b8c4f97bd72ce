import type { GetBucketEncryptionOutput } from "@aws-sdk/client-s3";
import type { FacetName } from "#model/facets.ts";
import { defineRead, type AnyRead, type Question } from "#model/probe.ts";
import { toTransport } from "./bucket-transport.ts";
import type { Absent } from "./calls.ts";
import type { AwsClients } from "./clients.ts";
import { orNotFound, s3Question } from "./s3-calls.ts";
import {
  toEncryption,
  toImmutability,
  toPolicyText,
  toReplication,
  toVersioning,
} from "./s3-facets.ts";
import type { Bucket } from "./s3-inventory.ts";
import type { SharedQuestions } from "./s3-shared.ts";

/** The wanted facets that one call each reads. */
export async function bucketReads(
  clients: AwsClients,
  shared: SharedQuestions,
  wanted: ReadonlySet<FacetName>,
): Promise<(bucket: Bucket) => readonly AnyRead[]> {
  const sdk = await import("@aws-sdk/client-s3");
  return (bucket) => {
    const { subject, region } = bucket;
    const Bucket = subject.name;
    const reads: readonly AnyRead[] = [
      defineRead({
        ...encryptionQuestion(sdk, clients, bucket),
        subject,
        facet: "encryption",
        permission: "s3:GetEncryptionConfiguration",
        map: toEncryption,
      }),
      defineRead({
        ...shared.policy(bucket),
        subject,
        facet: "transport",
        permission: "s3:GetBucketPolicy",
        map: (raw) => toTransport(toPolicyText(raw), subject.id),
      }),
      defineRead({
        ...s3Question(
          clients,
          region,
          "GetObjectLockConfiguration",
          orNotFound("ObjectLockConfigurationNotFoundError", (client, options) =>
            client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket }), options),
          ),
        ),
        subject,
        facet: "immutability",
        permission: "s3:GetBucketObjectLockConfiguration",
        map: toImmutability,
      }),
      defineRead({
        ...shared.versioning(bucket),
        subject,
        facet: "versioning",
        permission: "s3:GetBucketVersioning",
        map: toVersioning,
      }),
      defineRead({
        ...s3Question(
          clients,
          region,
          "GetBucketReplication",
          orNotFound("ReplicationConfigurationNotFoundError", (client, options) =>
            client.send(new sdk.GetBucketReplicationCommand({ Bucket }), options),
          ),
        ),
        subject,
        facet: "replication",
        permission: "s3:GetReplicationConfiguration",
        map: toReplication,
      }),
    ];
    return reads.filter(({ facet }) => wanted.has(facet));
  };
}

/** What a bucket encrypts new objects with. */
export function encryptionQuestion(
  sdk: Pick<typeof import("@aws-sdk/client-s3"), "GetBucketEncryptionCommand">,
  clients: AwsClients,
  { subject, region }: Bucket,
): Question<GetBucketEncryptionOutput | Absent> {
  return s3Question(
    clients,
    region,
    "GetBucketEncryption",
    orNotFound("ServerSideEncryptionConfigurationNotFoundError", (client, options) =>
      client.send(new sdk.GetBucketEncryptionCommand({ Bucket: subject.name }), options),
    ),
  );
}
