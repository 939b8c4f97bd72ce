import { encryption } from "#probes/aws/encryption.ts";
import { isRecord } from "#probes/aws/policy-document.ts";
import type { S3Dialect } from "#probes/s3-compatible/dialect.ts";
import { apiKey } from "./credentials.ts";

/** https://www.scaleway.com/en/docs/account/reference-content/products-availability/ */
const REGIONS = ["fr-par", "it-mil", "nl-ams", "pl-waw"] as const;

/** Scaleway keeps the class Glacier of every region there: the page above. */
const GLACIER = "fr-par";

const BUCKETS = "ObjectStorageBucketsRead";
const OBJECTS = "ObjectStorageObjectsRead";

/** Scaleway Object Storage. */
export const SCALEWAY_S3: S3Dialect = {
  vendor: "Scaleway",
  provider: "scaleway",
  kind: "scaleway/bucket",
  projectOf: (owner) => /^([0-9a-f-]{36}):/.exec(owner)?.[1] ?? null,
  idOf: ({ region, name }) => `${region}/${name}`,
  endpoints: Object.fromEntries(
    REGIONS.map((region) => [region, `https://s3.${region}.scw.cloud`]),
  ),
  signIn: (target, context) => {
    const { accessKey, secretKey: secretAccessKey } = apiKey(target, context);
    if (accessKey === undefined || secretAccessKey === undefined) {
      return {
        missing:
          "Object Storage is asked with both halves of an API key: name accessKey and secretKey in the target's credentials",
      };
    }
    const projects = target.provider === "scaleway" ? target.projects : [];
    // A key asks in its preferred project, or in the one that its name is followed by.
    // https://www.scaleway.com/en/docs/iam/api-cli/using-api-key-object-storage/
    const names = projects.map((project) => `${accessKey}@${project}`);
    return {
      keys: (names.length === 0 ? [accessKey] : names).map((accessKeyId) => ({
        accessKeyId,
        secretAccessKey,
      })),
      unlisted:
        projects.length > 0
          ? null
          : "an API key lists the buckets of its preferred project alone: declare the target's projects",
    };
  },
  // https://www.scaleway.com/en/docs/iam/reference-content/permission-sets/
  permissions: {
    ListBuckets: BUCKETS,
    GetBucketLocation: BUCKETS,
    GetBucketTagging: BUCKETS,
    GetBucketEncryption: BUCKETS,
    GetBucketVersioning: BUCKETS,
    GetBucketAcl: BUCKETS,
    GetObjectLockConfiguration: BUCKETS,
    GetBucketLifecycleConfiguration: BUCKETS,
    // No set but this one and the full ones reads policies: it may change them too.
    GetBucketPolicy: "ObjectStorageBucketPolicyFullAccess",
    ListObjectsV2: OBJECTS,
  },
  noEncryption: encryption(null, {
    caveat:
      "no default encryption is set on the bucket: objects are encrypted only where whoever wrote them asked for it",
  }),
  policyText: inWordsOfAws,
  unseenWays: ["IAM policies of the organization and its owner", "access lists of single objects"],
  possibleRegions: () => [GLACIER],
  // A recorded answer has this root.
  otherRoots: { GetBucketLifecycleConfigurationCommand: ["Configuration"] },
};

/**
 * A bucket policy with its principals under AWS's name for them: `{"SCW": "*"}` is everyone, as `{"AWS": "*"}` is.
 * https://www.scaleway.com/en/docs/object-storage/api-cli/bucket-policy/
 * @throws when it is no JSON
 */
export function inWordsOfAws(policy: string): string {
  const document: unknown = JSON.parse(policy);
  if (!isRecord(document)) return policy;
  const renamed = (statement: unknown): unknown => {
    if (!isRecord(statement)) return statement;
    return Object.fromEntries(
      Object.entries(statement).map(([name, value]) => [
        name,
        (name === "Principal" || name === "NotPrincipal") && isRecord(value)
          ? withAws(value)
          : value,
      ]),
    );
  };
  const { Statement: statements } = document;
  const Statement: unknown = Array.isArray(statements)
    ? statements.map(renamed)
    : renamed(statements);
  return JSON.stringify({ ...document, Statement });
}

function withAws({ SCW, ...others }: Readonly<Record<string, unknown>>) {
  return SCW === undefined ? others : { ...others, AWS: SCW };
}
