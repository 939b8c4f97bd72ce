import { encryption } from "#probes/aws/encryption.ts";
import type { BucketName, S3Dialect } from "#probes/s3-compatible/dialect.ts";

/**
 * Regions with an endpoint, as OVHcloud publishes them:
 * https://help.ovhcloud.com/csm/en-public-cloud-storage-s3-location?id=kb_article_view&sysparm_article=KB0047384
 * `rbx-archive` is Cold Archive. Projects of OVHcloud US are another cloud and have other hosts.
 */
const REGIONS = [
  "bhs",
  "ca-east-tor",
  "de",
  "eu-south-mil",
  "eu-west-par",
  "gra",
  "rbx",
  "rbx-archive",
  "sbg",
  "sgp",
  "uk",
  "waw",
  "ap-south-mum",
  "ap-southeast-syd",
] as const;

/** Credentials of OVHcloud's own interface. */
const INTERFACE = ["clientId", "applicationKey"];

/** The project of the keys: the owner that a listing names, else the only one that is declared. */
function projectOf({ target, owner }: Pick<BucketName, "target" | "owner">): string {
  const named = OVH_S3.projectOf(owner);
  if (named !== null) return named;
  const [only, ...more] = target.provider === "ovh" ? target.projects : [];
  return only !== undefined && more.length === 0 ? only : "project";
}

/** OVHcloud Object Storage. It has no public access block and no bucket policy: access lists decide. */
export const OVH_S3: S3Dialect = {
  vendor: "OVHcloud",
  provider: "ovh",
  kind: "ovh/bucket",
  projectOf: (owner) => /^([0-9a-f]{32}):/.exec(owner)?.[1] ?? null,
  // As the interface has it: project, region in capitals, name.
  idOf: ({ region, name, ...bucket }) => `${projectOf(bucket)}/${region.toUpperCase()}/${name}`,
  // OVHcloud's own interface knows the users too, and the regions of copies: one answer to a question is enough.
  toldElsewhere: ({ credentials }) =>
    INTERFACE.some((key) => key in { ...credentials?.env, ...credentials?.files })
      ? ["encryption", "versioning", "immutability", "replication", "accessPolicy"]
      : [],
  endpoints: Object.fromEntries(
    REGIONS.map((region) => [region, `https://s3.${region}.io.cloud.ovh.net`]),
  ),
  signIn: (target, context) => {
    const accessKeyId = context.secret("s3AccessKey");
    const secretAccessKey = context.secret("s3SecretKey");
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      return {
        missing:
          "the target names no keys for object storage: make S3 credentials for a user of the project and name them as s3AccessKey and s3SecretKey in its credentials",
      };
    }
    const one = target.provider === "ovh" && target.projects.length === 1;
    return {
      keys: [{ accessKeyId, secretAccessKey }],
      unlisted: one
        ? null
        : "S3 credentials list the buckets of one project alone: declare a target for each project",
    };
  },
  // Rights of an S3 user, as its policy spells them:
  // https://help.ovhcloud.com/csm/en-public-cloud-storage-s3-identity-access-management?id=kb_article_view
  permissions: {
    ListBuckets: "s3:ListAllMyBuckets",
    GetBucketLocation: "s3:GetBucketLocation",
    GetBucketTagging: "s3:GetBucketTagging",
    GetBucketEncryption: "s3:GetEncryptionConfiguration",
    GetBucketVersioning: "s3:GetBucketVersioning",
    GetBucketAcl: "s3:GetBucketAcl",
    GetObjectLockConfiguration: "s3:GetBucketObjectLockConfiguration",
    GetBucketLifecycleConfiguration: "s3:GetLifecycleConfiguration",
    GetBucketReplication: "s3:GetReplicationConfiguration",
    ListObjectsV2: "s3:ListBucket",
  },
  // The control plane calls the same setting `plaintext` (GET /cloud/project/{serviceName}/region/{regionName}/storage).
  noEncryption: encryption(false, {
    caveat:
      "no default encryption is set: what was written without asking for encryption rests in clear text",
  }),
  unseenWays: ["policies of the project's S3 users", "access lists of single objects"],
};
