import type { Encryption } from "#model/facets.ts";
import { encryption } from "./encryption.ts";
import type { Properties } from "./cloud-control.ts";

/** How a facet of a kind is known: by the properties of each resource, or by what AWS publishes of all of them. */
export type Setting<Value> =
  | {
      /**
       * What reading a resource needs beside cloudformation:GetResource, by the type's published schema. Kinds whose
       * schema reads secrets (secretsmanager:GetSecretValue, ssm:GetParameters) are never read so.
       */
      readonly permissions: readonly [string, ...string[]];
      /** Throws where the properties lack what the schema documents. */
      readonly map: (properties: Properties) => Value;
    }
  | { readonly published: Value };

/** KMS keys that services encrypt data with are symmetric: AES in GCM with 256 bits. */
const KMS_DESIGN =
  "https://docs.aws.amazon.com/kms/latest/cryptographic-details/crypto-primitives.html";

/** Encryption that nobody can turn off, by what AWS publishes of the service. */
function always(algorithmReference: string, algorithm: string | null = null): Setting<Encryption> {
  return {
    published: {
      enabled: true,
      algorithm,
      algorithmSource: "published-design",
      algorithmReference,
      keyManagement: null,
      caveat: null,
    },
  };
}

const AES_256 = (algorithmReference: string) =>
  ({ algorithm: "AES-256", algorithmSource: "published-design", algorithmReference }) as const;

/** Kinds whose encryption at rest Cloud Control or AWS's documentation tells. */
export const ENCRYPTION: Readonly<Record<string, Setting<Encryption>>> = {
  "AWS::S3Express::DirectoryBucket": always(
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-express-data-protection.html",
    "AES-256",
  ),
  "AWS::ElastiCache::ReplicationGroup": {
    permissions: ["elasticache:DescribeReplicationGroups", "elasticache:ListTagsForResource"],
    // The key can only be written, so nothing says whose it is.
    map: (properties) => encryption(flag(properties, "AtRestEncryptionEnabled")),
  },
  "AWS::ElastiCache::ServerlessCache": always(
    "https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
  ),
  "AWS::MemoryDB::Cluster": always(
    "https://docs.aws.amazon.com/memorydb/latest/devguide/at-rest-encryption.html",
  ),
  "AWS::Redshift::Cluster": {
    permissions: [
      "redshift:DescribeClusters",
      "redshift:DescribeClusterDbRevisions",
      "redshift:DescribeLoggingStatus",
      "redshift:DescribeSnapshotCopyGrants",
      "redshift:DescribeTags",
      "redshift:GetResourcePolicy",
    ],
    map: (properties) => {
      const enabled = flag(properties, "Encrypted");
      return encryption(
        enabled,
        enabled
          ? {
              ...AES_256(
                "https://docs.aws.amazon.com/kms/latest/developerguide/services-redshift.html",
              ),
              keyManagement: keyOwner(properties["KmsKeyId"]),
            }
          : {},
      );
    },
  },
  "AWS::RedshiftServerless::Namespace": always(
    "https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-security.html",
  ),
  "AWS::OpenSearchServerless::Collection": always(
    "https://docs.aws.amazon.com/opensearch-service/latest/developerguide/serverless-encryption.html",
  ),
  "AWS::Cassandra::Table": always(
    "https://docs.aws.amazon.com/keyspaces/latest/devguide/EncryptionAtRest.html",
  ),
  "AWS::Timestream::Table": always(
    "https://docs.aws.amazon.com/timestream/latest/developerguide/EncryptionAtRest.html",
  ),
  "AWS::MSK::Cluster": always(
    "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
  ),
  "AWS::MSK::ServerlessCluster": always(
    "https://docs.aws.amazon.com/msk/latest/developerguide/msk-encryption.html",
  ),
  "AWS::Kinesis::Stream": {
    permissions: [
      "kinesis:DescribeStreamSummary",
      "kinesis:ListTagsForResource",
      "kinesis:ListTagsForStream",
    ],
    map: streamEncryption,
  },
  "AWS::SQS::Queue": {
    permissions: ["sqs:GetQueueAttributes", "sqs:ListQueueTags"],
    map: queueEncryption,
  },
  "AWS::AmazonMQ::Broker": always(
    "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/data-protection.html",
  ),
  "AWS::ECR::Repository": {
    permissions: [
      "ecr:DescribeRepositories",
      "ecr:GetLifecyclePolicy",
      "ecr:GetRepositoryPolicy",
      "ecr:ListTagsForResource",
    ],
    map: repositoryEncryption,
  },
  "AWS::SecretsManager::Secret": always(
    "https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
    "AES-256",
  ),
  "AWS::WorkSpaces::Workspace": {
    permissions: ["workspaces:DescribeWorkspaces", "workspaces:DescribeTags"],
    map: workspaceEncryption,
  },
};

/** A setting that has to be there. @throws TypeError where it is no boolean */
export function flag(properties: Properties, name: string): boolean {
  const value = properties[name];
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new TypeError(`${name} is no boolean`);
}

/** A property that is an object; null where it is none. */
export function record(value: unknown): Properties | null {
  return typeof value === "object" && value !== null ? { ...value } : null;
}

/** Whose key it is; null where only the key's own settings would say: an id says nothing of who made it. */
function keyOwner(key: unknown): Encryption["keyManagement"] {
  if (typeof key !== "string" || key === "") return null;
  return /(?:^|:)alias\/aws\//.test(key) ? "provider" : null;
}

/** Streams are encrypted only where that was set; the schema leaves the setting out where it was not. */
function streamEncryption(properties: Properties): Encryption {
  const name = properties["Name"];
  if (typeof name !== "string") throw new TypeError("a stream without name");
  const setting = record(properties["StreamEncryption"]);
  if (setting === null) return encryption(false);
  if (setting["EncryptionType"] !== "KMS") throw new TypeError("an unknown EncryptionType");
  return encryption(true, {
    ...AES_256(KMS_DESIGN),
    keyManagement: keyOwner(setting["KeyId"]),
    caveat: "records from before encryption was turned on are not encrypted",
  });
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html */
function queueEncryption(properties: Properties): Encryption {
  const key = properties["KmsMasterKeyId"];
  if (typeof key === "string" && key !== "") {
    return encryption(true, { ...AES_256(KMS_DESIGN), keyManagement: keyOwner(key) });
  }
  if (properties["SqsManagedSseEnabled"] === undefined) return encryption(null);
  const enabled = flag(properties, "SqsManagedSseEnabled");
  return encryption(enabled, enabled ? { keyManagement: "provider" } : {});
}

/** Images lie in S3, encrypted always: https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html */
function repositoryEncryption(properties: Properties): Encryption {
  const setting = record(properties["EncryptionConfiguration"]);
  const type = setting?.["EncryptionType"];
  if (type === "AES256") {
    return encryption(true, {
      algorithm: "AES-256",
      algorithmSource: "setting",
      keyManagement: "provider",
    });
  }
  if (type === "KMS" || type === "KMS_DSSE") {
    return encryption(true, {
      ...AES_256(KMS_DESIGN),
      keyManagement: keyOwner(setting?.["KmsKey"]),
    });
  }
  throw new TypeError("an unknown EncryptionType");
}

/** A desktop has two volumes, each with a setting of its own; what is not told is not known. */
function workspaceEncryption(properties: Properties): Encryption {
  const volume = (name: string) => (properties[name] === undefined ? null : flag(properties, name));
  const root = volume("RootVolumeEncryptionEnabled");
  const user = volume("UserVolumeEncryptionEnabled");
  const enabled = root === false || user === false ? false : root === null ? null : user;
  return encryption(enabled, {
    keyManagement: enabled === true ? keyOwner(properties["VolumeEncryptionKey"]) : null,
  });
}
