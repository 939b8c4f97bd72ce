import { ALL_BLOCKED, type AwsBucket } from "#fixtures/estate/aws/estate.ts";

/** What is true of a seeded bucket, in the words of the facets. */
export interface Truth {
  /** Whether encryption is on, and whose key it is. */
  readonly encrypted: true | null;
  readonly key: "provider" | "customer" | null;
  readonly secureOnly: boolean;
  readonly anonymous: boolean | null;
  readonly versioned: boolean;
  /** Destinations of replication that is on. */
  readonly copies: number;
}

type Expected = "pass" | "fail" | "unknown";

/** What four promises come to for it: encrypted at rest, TLS only, not public, in eu-west-3. */
export interface Verdicts {
  readonly encrypted: Expected;
  readonly tlsOnly: Expected;
  readonly notPublic: Expected;
  readonly inParis: Expected;
}

export interface Seed {
  readonly bucket: AwsBucket;
  readonly truth: Truth;
  readonly verdicts: Verdicts;
}

const PARIS = "eu-west-3";
const ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers";
const ALL_ACCOUNTS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
/** Nothing blocks, and access lists are on: as buckets were made before April 2023. */
const UNBLOCKED = { publicAccessBlock: null, ownership: "ObjectWriter" } as const;
/** Nothing blocks, but access lists are off, so that the policy alone decides. */
const BY_POLICY = { publicAccessBlock: null, ownership: "BucketOwnerEnforced" } as const;

function seed(name: string, settings: Partial<AwsBucket>, differs: Partial<Truth> = {}): Seed {
  const bucket: AwsBucket = { name: `seed-${name}`, region: PARIS, ...settings };
  const truth: Truth = {
    encrypted: true,
    key: "provider",
    secureOnly: false,
    anonymous: false,
    versioned: false,
    copies: 0,
    ...differs,
  };
  return {
    bucket,
    truth,
    verdicts: {
      encrypted: truth.encrypted === null ? "unknown" : "pass",
      tlsOnly: truth.secureOnly ? "pass" : "fail",
      notPublic: truth.anonymous === null ? "unknown" : truth.anonymous ? "fail" : "pass",
      inParis: bucket.region === PARIS ? "pass" : "fail",
    },
  };
}

/** A policy of one statement on the bucket and its objects. */
function policy(name: string, statement: object, resources = ["", "/*"]) {
  const Resource = resources.map((end) => `arn:aws:s3:::seed-${name}${end}`);
  return { policy: { Version: "2012-10-17", Statement: [{ Resource, ...statement }] } };
}
function tlsOnly(name: string, differs: object = {}, resources?: string[]) {
  const deny = {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Condition: { Bool: { "aws:SecureTransport": "false" } },
    ...differs,
  };
  return policy(name, deny, resources);
}
function open(name: string, differs: object = {}) {
  const allow = { Effect: "Allow", Principal: "*", Action: "s3:GetObject", ...differs };
  return policy(name, allow, ["/*"]);
}

/** Thirty buckets; what is left out of a bucket is as S3 makes it today. */
export const SEEDS: readonly Seed[] = [
  seed("plain", {}),
  seed("tagged", { tags: { data: "yes", team: "forms & records" } }),
  seed("tls-only", tlsOnly("tls-only"), { secureOnly: true }),
  seed("tls-only-aws", tlsOnly("tls-only-aws", { Principal: { AWS: "*" } }), { secureOnly: true }),
  seed("tls-bucket-only", tlsOnly("tls-bucket-only", {}, [""])),
  seed("tls-objects-only", tlsOnly("tls-objects-only", {}, ["/*"])),
  seed("tls-reads-only", tlsOnly("tls-reads-only", { Action: "s3:GetObject" })),
  seed(
    "tls-with-condition",
    tlsOnly("tls-with-condition", {
      Condition: {
        Bool: { "aws:SecureTransport": "false" },
        IpAddress: { "aws:SourceIp": "203.0.113.0/24" },
      },
    }),
  ),
  seed(
    "tls-reversed",
    tlsOnly("tls-reversed", { Condition: { Bool: { "aws:SecureTransport": "true" } } }),
  ),
  seed(
    "tls-one-account",
    tlsOnly("tls-one-account", { Principal: { AWS: "arn:aws:iam::123456789012:root" } }),
  ),
  seed("kms", { encryption: { algorithm: "aws:kms" } }),
  seed("kms-alias", { encryption: { algorithm: "aws:kms", key: "alias/aws/s3" } }),
  seed(
    "kms-own",
    {
      encryption: { algorithm: "aws:kms", key: "arn:aws:kms:eu-west-3:123456789012:key/1" },
    },
    { key: "customer" },
  ),
  seed("no-encryption", { encryption: null }, { encrypted: null, key: null }),
  seed("stray-virginia", { region: "us-east-1" }),
  seed("stray-ireland", { region: "eu-west-1", ...tlsOnly("stray-ireland") }, { secureOnly: true }),
  seed("old-defaults", UNBLOCKED, { anonymous: null }),
  seed(
    "acl-public",
    { ...UNBLOCKED, grants: [{ uri: ALL_USERS, permission: "READ" }] },
    { anonymous: true },
  ),
  seed(
    "acl-accounts",
    { ...UNBLOCKED, grants: [{ uri: ALL_ACCOUNTS, permission: "WRITE" }] },
    { anonymous: true },
  ),
  seed("acl-ignored", {
    ownership: "ObjectWriter",
    publicAccessBlock: ALL_BLOCKED,
    grants: [{ uri: ALL_USERS, permission: "READ" }],
  }),
  seed("policy-public", { ...BY_POLICY, ...open("policy-public") }, { anonymous: true }),
  seed("policy-public-restricted", {
    ...open("policy-public-restricted"),
    ownership: "BucketOwnerEnforced",
    publicAccessBlock: { ...ALL_BLOCKED, BlockPublicPolicy: false },
  }),
  seed(
    "policy-public-blocked-late",
    {
      ...open("policy-public-blocked-late"),
      ownership: "BucketOwnerEnforced",
      publicAccessBlock: { ...ALL_BLOCKED, RestrictPublicBuckets: false },
    },
    { anonymous: true },
  ),
  seed("policy-org", {
    ...BY_POLICY,
    ...open("policy-org", { Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abc" } } }),
  }),
  seed(
    "policy-internet",
    {
      ...BY_POLICY,
      ...open("policy-internet", {
        Condition: { IpAddress: { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } },
      }),
    },
    { anonymous: true },
  ),
  seed("versioned", { versioning: "Enabled" }, { versioned: true }),
  seed("suspended", { versioning: "Suspended" }),
  seed(
    "replicated",
    { versioning: "Enabled", replication: [{ bucket: "arn:aws:s3:::seed-versioned" }] },
    { versioned: true, copies: 1 },
  ),
  seed(
    "replication-off",
    {
      versioning: "Enabled",
      replication: [{ bucket: "arn:aws:s3:::seed-versioned", status: "Disabled" }],
    },
    { versioned: true },
  ),
  seed(
    "dumps",
    { lifecycle: [{ days: 30, prefix: "" }], versioning: "Enabled" },
    { versioned: true },
  ),
];
