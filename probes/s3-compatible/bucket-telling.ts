import type { Grant } from "@aws-sdk/client-s3";
import { listOf } from "#probes/aws/pages.ts";
import {
  toImmutability,
  toPolicyText,
  toReplication,
  toVersioning,
} from "#probes/aws/s3-facets.ts";
import { deletesObjects, toRetention } from "#probes/aws/s3-retention.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import { askS3, askSetting } from "./asks.ts";
import { toAccess, toEncryption, toExposure, toLocation, withIds } from "./bucket-facets.ts";
import { mapped, type Bucket } from "./buckets.ts";

/**
 * How each facet of a bucket is told. What two facets rest on is asked once.
 * @param idOf the id of a listed bucket by its name
 */
export async function bucketTelling(
  bucket: Bucket,
  idOf: (name: string) => string | null,
): Promise<Telling> {
  const sdk = await import("@aws-sdk/client-s3");
  const { session, region, located, subject } = bucket;
  const { dialect, context } = session;
  const Bucket = subject.name;
  const grants = once(async () =>
    mapped(
      await askS3(session, region, "GetBucketAcl", (client, options) =>
        client.send(new sdk.GetBucketAclCommand({ Bucket }), options),
      ),
      (raw): readonly Grant[] => listOf(raw.Grants),
    ),
  );
  const policy = once(async () =>
    mapped(
      await askSetting(
        session,
        region,
        "GetBucketPolicy",
        "NoSuchBucketPolicy",
        (client, options) => client.send(new sdk.GetBucketPolicyCommand({ Bucket }), options),
      ),
      (raw) => {
        const text = toPolicyText(raw);
        return text === null ? null : (dialect.policyText?.(text) ?? text);
      },
    ),
  );
  const versioning = once(() =>
    askS3(session, region, "GetBucketVersioning", (client, options) =>
      client.send(new sdk.GetBucketVersioningCommand({ Bucket }), options),
    ),
  );
  const hasPolicy = dialect.permissions.GetBucketPolicy !== undefined;
  const openings = async () => {
    const list = await grants();
    const document = hasPolicy ? await policy() : null;
    // The answer of which the other is left out is the source.
    return {
      from: list,
      grants: () => answerOf(list),
      policy: () => (document === null ? undefined : answerOf(document)),
    };
  };

  return {
    location: () =>
      Promise.resolve({ from: located, map: () => toLocation(answerOf(located), dialect) }),
    encryption: async () => {
      const from = await askSetting(
        session,
        region,
        "GetBucketEncryption",
        "ServerSideEncryptionConfigurationNotFoundError",
        (client, options) => client.send(new sdk.GetBucketEncryptionCommand({ Bucket }), options),
      );
      return { from, map: () => toEncryption(answerOf(from), dialect) };
    },
    versioning: async () => {
      const from = await versioning();
      return { from, map: () => toVersioning(answerOf(from)) };
    },
    exposure: async () => {
      const { from, ...read } = await openings();
      return { from, map: () => toExposure(read.grants(), read.policy()) };
    },
    accessPolicy: async () => {
      const { from, ...read } = await openings();
      return { from, map: () => toAccess(read.grants(), read.policy(), dialect.unseenWays) };
    },
    immutability: async () => {
      const from = await askSetting(
        session,
        region,
        "GetObjectLockConfiguration",
        "ObjectLockConfigurationNotFoundError",
        (client, options) =>
          client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket }), options),
      );
      return { from, map: () => toImmutability(answerOf(from)) };
    },
    retention: async () => {
      const from = await askSetting(
        session,
        region,
        "GetBucketLifecycleConfiguration",
        "NoSuchLifecycleConfiguration",
        (client, options) =>
          client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket }), options),
      );
      const deletes = mapped(from, deletesObjects);
      const versions = deletes.ok && deletes.value ? await versioning() : null;
      return {
        from,
        map: () =>
          toRetention(answerOf(from), versions === null ? null : answerOf(versions), context.now()),
      };
    },
    ...(dialect.permissions.GetBucketReplication === undefined
      ? {}
      : {
          replication: async () => {
            const from = await askSetting(
              session,
              region,
              "GetBucketReplication",
              "ReplicationConfigurationNotFoundError",
              (client, options) =>
                client.send(new sdk.GetBucketReplicationCommand({ Bucket }), options),
            );
            return { from, map: () => withIds(toReplication(answerOf(from)), idOf) };
          },
        }),
  };
}

function once<Value>(ask: () => Promise<Known<Value>>): () => Promise<Known<Value>> {
  let asked: Promise<Known<Value>> | undefined;
  return () => (asked ??= ask());
}
