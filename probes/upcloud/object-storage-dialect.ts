import { list, text, type Fields } from "#probes/common/json.ts";
import type { S3Dialect } from "#probes/s3-compatible/dialect.ts";
import { toEncryption } from "./object-storage-facets.ts";
import { grant } from "./permissions.ts";

/** UpCloud Managed Object Storage, of which each service has an endpoint and keys of its own. */
export const UPCLOUD_S3: S3Dialect = {
  vendor: "UpCloud",
  provider: "upcloud",
  kind: "upcloud/bucket",
  projectOf: () => null,
  idOf: ({ region, name }) => `${region}/${name}`,
  endpoints: {},
  signIn: (_, context) => {
    const accessKeyId = context.secret("s3AccessKey");
    const secretAccessKey = context.secret("s3SecretKey");
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      return {
        missing:
          "the target names no keys for object storage: make an access key for a user of the service and name its halves as s3AccessKey and s3SecretKey in the target's credentials",
      };
    }
    return { keys: [{ accessKeyId, secretAccessKey }], unlisted: null };
  },
  // The policies of a service's users are IAM's: https://developers.upcloud.com/1.3/21-managed-object-storage/
  permissions: {
    ListBuckets: "s3:ListAllMyBuckets",
    // The region of a service is no zone: where it rests is asked of UpCloud's API instead.
    GetBucketLocation: grant("managed_object_storage"),
    GetBucketTagging: "s3:GetBucketTagging",
    GetBucketEncryption: "s3:GetEncryptionConfiguration",
    GetBucketVersioning: "s3:GetBucketVersioning",
    GetBucketAcl: "s3:GetBucketAcl",
    GetBucketPolicy: "s3:GetBucketPolicy",
    GetObjectLockConfiguration: "s3:GetBucketObjectLockConfiguration",
    GetBucketLifecycleConfiguration: "s3:GetLifecycleConfiguration",
    ListObjectsV2: "s3:ListBucket",
  },
  noEncryption: toEncryption(),
  unseenWays: ["policies of the service's users and groups", "access lists of single objects"],
};

/** The hosts that UpCloud gives its services. Whatever else an answer names, a custom domain among it, is not asked. */
const HOST = /^[a-z0-9][a-z0-9-]{0,62}\.upcloudobjects\.com$/;

/**
 * The dialect of one service.
 * @param override the address that the estate puts in place of the service's own
 * @throws TypeError where the service has no id or region; null: it has no public endpoint
 */
export function dialectOf(service: Fields, override: string | undefined): S3Dialect | null {
  const id = text(service["uuid"]);
  const region = text(service["region"]);
  if (id === null || region === null || !/^[a-z][a-z0-9-]{1,40}$/.test(region)) {
    throw new TypeError("a service without uuid or region");
  }
  const host = list(service["endpoints"])
    .filter(({ type }) => type === "public")
    .map(({ domain_name: name }) => text(name) ?? "")
    .find((name) => HOST.test(name));
  const address = override ?? (host === undefined ? null : `https://${host}`);
  if (address === null) return null;
  // Two services may have buckets of the same name.
  return {
    ...UPCLOUD_S3,
    endpoints: { [region]: address },
    idOf: ({ name }) => `${id}/${name}`,
  };
}
