import type { TlsVersion } from "#model/tls.ts";

/** A policy of the bucket `records` and what it means for encryption in transit. */
export interface TransportCase {
  readonly name: string;
  /** null: no policy. */
  readonly policy: object | null;
  readonly secureOnly: boolean;
  /** Left out: the platform's own. */
  readonly minimumTls?: TlsVersion;
  /** Words of the detail. */
  readonly says?: string;
}

const BUCKET = "arn:aws:s3:::records";
const OBJECTS = "arn:aws:s3:::records/*";
const HTTP = { Bool: { "aws:SecureTransport": "false" } };

const deny = {
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: "s3:*",
  Resource: [BUCKET, OBJECTS],
  Condition: HTTP,
};
const policy = (...Statement: object[]) => ({ Version: "2012-10-17", Statement });
const denied = (changes: object) => policy({ ...deny, ...changes });
const without = (key: keyof typeof deny, more: object = {}) => {
  const { [key]: _, ...rest } = deny;
  return policy({ ...rest, ...more });
};
const tls = (limit: string | number, operator = "NumericLessThan") => ({
  Condition: { [operator]: { "s3:TlsVersion": limit } },
});

const secure: readonly (readonly [string, object])[] = [
  ["as AWS documents it", policy(deny)],
  ["one statement that is no list", { Version: "2012-10-17", Statement: deny }],
  ["principal in its long form", denied({ Principal: { AWS: "*" } })],
  ["principal in a list", denied({ Principal: { AWS: ["*"] } })],
  ["every action of every service", denied({ Action: "*" })],
  ["actions in a list with others", denied({ Action: ["s3:GetObject", "S3:*"] })],
  ["resource by wildcard", denied({ Resource: "*" })],
  ["resource by a wildcard behind the name", denied({ Resource: "arn:aws:s3:::records*" })],
  ["a boolean that is no text", denied({ Condition: { Bool: { "aws:SecureTransport": false } } })],
  ["values in a list", denied({ Condition: { Bool: { "aws:SecureTransport": ["false"] } } })],
  ["key in lower case", denied({ Condition: { Bool: { "aws:securetransport": "False" } } })],
  ["BoolIfExists", denied({ Condition: { BoolIfExists: { "aws:SecureTransport": "false" } } })],
  [
    "bucket and objects in two statements",
    policy({ ...deny, Resource: BUCKET }, { ...deny, Resource: OBJECTS }),
  ],
  [
    "beside an unrelated Allow",
    policy(deny, {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::111122223333:root" },
      Action: "s3:GetObject",
      Resource: OBJECTS,
    }),
  ],
];

const open: readonly (readonly [string, object])[] = [
  ["Allow instead of Deny", denied({ Effect: "Allow" })],
  [
    "an Allow on secure transport keeps nobody from the other",
    denied({ Effect: "Allow", Condition: { Bool: { "aws:SecureTransport": "true" } } }),
  ],
  ["the wrong way round", denied({ Condition: { Bool: { "aws:SecureTransport": "true" } } })],
  ["the bucket only", denied({ Resource: BUCKET })],
  ["the objects only", denied({ Resource: OBJECTS })],
  ["objects under a prefix only", denied({ Resource: [BUCKET, `${BUCKET}/private/*`] })],
  ["another bucket", denied({ Resource: ["arn:aws:s3:::other", "arn:aws:s3:::other/*"] })],
  [
    "a bucket whose name begins alike",
    denied({ Resource: ["arn:aws:s3:::records-old", "arn:aws:s3:::records-old/*"] }),
  ],
  ["reading only", denied({ Action: "s3:GetObject" })],
  ["some actions by wildcard", denied({ Action: ["s3:Get*", "s3:Put*"] })],
  ["actions of one letter", denied({ Action: "s3:?" })],
  ["one account only", denied({ Principal: { AWS: "arn:aws:iam::111122223333:root" } })],
  ["a service only", denied({ Principal: { Service: "*.amazonaws.com" } })],
  ["no condition on transport", without("Condition")],
  [
    "a second condition in the same operator",
    denied({
      Condition: { Bool: { "aws:SecureTransport": "false", "aws:ViaAWSService": "false" } },
    }),
  ],
  [
    "a second operator",
    denied({ Condition: { ...HTTP, IpAddress: { "aws:SourceIp": "203.0.113.0/24" } } }),
  ],
  ["another operator", denied({ Condition: { StringLike: { "aws:SecureTransport": "false" } } })],
  [
    "a qualified operator",
    denied({ Condition: { "ForAllValues:Bool": { "aws:SecureTransport": "false" } } }),
  ],
  [
    "true among the values",
    denied({ Condition: { Bool: { "aws:SecureTransport": ["false", "true"] } } }),
  ],
  ["no value at all", denied({ Condition: { Bool: { "aws:SecureTransport": [] } } })],
  ["NotAction", without("Action", { NotAction: "s3:PutObject" })],
  ["NotResource", without("Resource", { NotResource: "arn:aws:s3:::other" })],
  [
    "NotPrincipal",
    without("Principal", { NotPrincipal: { AWS: "arn:aws:iam::111122223333:root" } }),
  ],
  ["no statements", policy()],
];

const floors: readonly TransportCase[] = [
  {
    name: "TLS below 1.3 denied",
    policy: denied(tls("1.3")),
    secureOnly: false,
    minimumTls: "TLSv1.3",
  },
  {
    name: "the same as a number",
    policy: denied(tls(1.3)),
    secureOnly: false,
    minimumTls: "TLSv1.3",
  },
  {
    name: "TLS up to 1.2 denied",
    policy: denied(tls("1.2", "NumericLessThanEquals")),
    secureOnly: false,
    minimumTls: "TLSv1.3",
  },
  {
    name: "TLS below 1.2 denied, which AWS does anyway",
    policy: denied(tls("1.2")),
    secureOnly: false,
  },
  { name: "TLS below 1.1 denied: AWS is stricter", policy: denied(tls("1.1")), secureOnly: false },
  {
    name: "TLS below 1.3 denied on the objects only",
    policy: denied({ ...tls("1.3"), Resource: OBJECTS }),
    secureOnly: false,
  },
  {
    name: "the two floors shared out: the lower one holds everywhere",
    policy: policy(
      { ...deny, ...tls("1.3"), Resource: BUCKET },
      { ...deny, ...tls("1.2"), Resource: OBJECTS },
    ),
    secureOnly: false,
  },
  {
    name: "the wrong way round for a floor",
    policy: denied(tls("1.3", "NumericGreaterThan")),
    secureOnly: false,
  },
  { name: "a floor that is no number", policy: denied(tls("new")), secureOnly: false },
  {
    name: "both denied",
    policy: policy(deny, { ...deny, ...tls("1.3") }),
    secureOnly: true,
    minimumTls: "TLSv1.3",
  },
  {
    name: "both in one statement deny only what is both",
    policy: denied({ Condition: { ...HTTP, NumericLessThan: { "s3:TlsVersion": "1.3" } } }),
    secureOnly: false,
  },
];

export const transportPolicies: readonly TransportCase[] = [
  { name: "no policy", policy: null, secureOnly: false, says: "no bucket policy" },
  ...secure.map(([name, document]) => ({
    name,
    policy: document,
    secureOnly: true,
    says: "aws:SecureTransport=false",
  })),
  ...open.map(([name, document]) => ({ name, policy: document, secureOnly: false })),
  ...floors,
];
