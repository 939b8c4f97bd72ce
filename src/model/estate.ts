import { ENDPOINT_SCHEMES, STARTTLS_PROTOCOLS } from "./endpoint-url.ts";
import { parseRange } from "./address-ranges.ts";
import { longestSeconds, parseDuration } from "./duration.ts";
import { AWS_SERVICES } from "./aws-services.ts";
import { duration, identifier, sha256, z } from "./schema.ts";
import { GCP_SERVICES } from "./gcp-services.ts";
import { subjectSelector } from "./scope.ts";

const environmentVariable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: "expected the name of an environment variable",
});

const references = {
  env: "Environment variables that hold a secret each, by what they hold",
  files: "Files that hold a secret each, by the same names as env; paths are relative to this file",
};
const WHERE =
  "Where to find credentials; never a secret itself. Left out: the provider's own default chain.";

/** Texts by one of the names; as a type by any, so that what looks one up need not know the provider. */
function byName(names: readonly string[], text: z.ZodType<string>) {
  const fields = Object.fromEntries(names.map((name) => [name, text.exactOptional()]));
  const known: z.ZodType<Record<string, string>> = z.strictObject(fields);
  return known.optional();
}

/** References by the names that a provider's probes ask for; a misspelt one would fall to the default chain unseen. */
function named(...names: readonly string[]) {
  const list = names.join(", ");
  return {
    env: byName(names, environmentVariable).describe(`${references.env}: ${list}.`),
    files: byName(names, z.string().min(1)).describe(`${references.files}: ${list}.`),
  };
}

interface References {
  readonly env?: object | undefined;
  readonly files?: object | undefined;
}
function refers({ env = {}, files = {} }: References, name: string): boolean {
  return Object.hasOwn(env, name) || Object.hasOwn(files, name);
}

const awsRole = {
  roleArn: z.string().startsWith("arn:"),
  externalIdFrom: environmentVariable
    .optional()
    .describe("The environment variable that holds the external id of roleArn."),
};
const awsCredentials = z
  .strictObject({
    profile: z.string().min(1).optional().describe("A profile of the shared configuration."),
    through: z
      .array(
        z.strictObject({
          ...awsRole,
          roleArn: awsRole.roleArn.describe("The role to pass through."),
        }),
      )
      .min(1)
      .optional()
      .describe(
        "Roles to assume first, each by the credentials of the one before; roleArn is assumed by those of the last.",
      ),
    ...awsRole,
    roleArn: awsRole.roleArn
      .optional()
      .describe("A role to assume, by the credentials that the rest gives."),
    ...named("accessKeyId", "secretAccessKey", "sessionToken"),
  })
  .refine((value) => refers(value, "accessKeyId") === refers(value, "secretAccessKey"), {
    error: "expected both accessKeyId and secretAccessKey, under env or files, or neither",
  })
  .refine((value) => !refers(value, "sessionToken") || refers(value, "accessKeyId"), {
    error: "expected sessionToken to go with accessKeyId and secretAccessKey",
  })
  .refine((value) => value.through === undefined || value.roleArn !== undefined, {
    error: "expected through to go with roleArn: the role that is assumed after it",
  })
  .describe(WHERE);

const azureCredentials = z
  .strictObject(named("clientId", "clientSecret"))
  .refine((value) => refers(value, "clientId") === refers(value, "clientSecret"), {
    error: "expected both clientId and clientSecret, under env or files, or neither",
  })
  .describe(WHERE);

const scalewayCredentials = z
  .strictObject(named("accessKey", "secretKey"))
  .refine((value) => !refers(value, "accessKey") || refers(value, "secretKey"), {
    error: "expected accessKey to go with secretKey: the two halves of an API key",
  })
  .describe(
    `${WHERE} secretKey alone signs in to the API; Object Storage needs accessKey beside it.`,
  );
const gcpCredentials = z
  .strictObject(named("key"))
  .describe(
    `${WHERE} key is a file of Google's as JSON: the key of a service account, or the configuration of a workload identity federation.`,
  );
const OVH_ACCOUNT = ["clientId", "clientSecret"] as const;
const OVH_KEY = ["applicationKey", "applicationSecret", "consumerKey"] as const;
/** Keys for object storage where they are not those of the provider's own interface. */
const S3_KEYS = ["s3AccessKey", "s3SecretKey"] as const;
const S3_PAIR = {
  error: "expected both s3AccessKey and s3SecretKey, under env or files, or neither",
};
/** Whether all of the names are referred to, or none. */
function allOrNone(value: References, names: readonly string[]): boolean {
  return new Set(names.map((name) => refers(value, name))).size === 1;
}
const ovhCredentials = z
  .strictObject(named(...OVH_ACCOUNT, ...OVH_KEY, ...S3_KEYS))
  .refine((value) => allOrNone(value, OVH_ACCOUNT), {
    error: "expected both clientId and clientSecret, under env or files, or neither",
  })
  .refine((value) => allOrNone(value, OVH_KEY), {
    error:
      "expected applicationKey, applicationSecret and consumerKey, under env or files, or none of them",
  })
  .refine((value) => !refers(value, "clientId") || !refers(value, "applicationKey"), {
    error: "expected a service account (clientId) or an application key, not both",
  })
  .refine((value) => allOrNone(value, S3_KEYS), S3_PAIR)
  .describe("Where to find credentials; never a secret itself.");
const upcloudCredentials = z
  .strictObject(named("token", "username", "password", ...S3_KEYS))
  .refine((value) => refers(value, "username") === refers(value, "password"), {
    error: "expected both username and password, under env or files, or neither",
  })
  .refine((value) => !refers(value, "token") || !refers(value, "username"), {
    error: "expected either token, or username and password: one of them would go unused",
  })
  .refine((value) => allOrNone(value, S3_KEYS), S3_PAIR)
  .describe(
    `${WHERE} s3AccessKey and s3SecretKey are those of a user of one service of Managed Object Storage.`,
  );

/** Addresses by the names that a provider's probes ask for; for a misspelt one the public cloud would be asked. */
function addresses(words: string, ...names: readonly string[]) {
  return byName(names, z.url()).describe(
    `Addresses of the provider's API in place of the public ones. ${words}`,
  );
}

/** A duration of some time, and of no more than `most`. */
const timeLimit = (most: string) =>
  duration.refine(
    (text) =>
      parseDuration(text) === null ||
      (longestSeconds(text) > 0 && longestSeconds(text) <= longestSeconds(most)),
    { error: `expected a duration longer than none and of at most ${most}` },
  );
const limits = z.strictObject({
  concurrency: z
    .int()
    .min(1)
    .max(200)
    .optional()
    .describe("Calls at once against this target; 40 when left out."),
  callTimeout: timeLimit("PT1H")
    .optional()
    .describe(
      "How long one call may take: an ISO 8601 duration of at most PT1H; PT30S when left out.",
    ),
  targetTimeout: timeLimit("P1D")
    .optional()
    .describe(
      "How long the whole target may take: an ISO 8601 duration of at most P1D; PT10M when left out.",
    ),
});

const backupSet = z.strictObject({
  id: identifier.describe("Id of the backup set; no other of the target has it."),
  bucket: z.string().min(1).describe("Name of the bucket."),
  prefix: z
    .string()
    .default("")
    .describe("What the names of its objects begin with; by default every object counts."),
  labels: z
    .array(identifier)
    .default([])
    .describe("Labels of the backup set, for the scopes of checks."),
  retention: duration
    .optional()
    .describe(
      "How long recovery points are kept there: an ISO 8601 duration such as P30D. Left out: the bucket's lifecycle rules say it.",
    ),
});
const backups = z
  .array(backupSet)
  .default([])
  .describe("Buckets whose objects are recovery points.");

const common = {
  id: identifier.describe("Id of the target; no other in the file has it."),
  labels: z
    .array(identifier)
    .default([])
    .describe("Labels that all its subjects have, for the scopes of checks."),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      "PEM file of certificate authorities that are trusted too; the path is relative to this file.",
    ),
  limits: limits.optional().describe("How hard and how long the target may be asked."),
};

/** Enough to find what is older than encryption, few enough for thousands of buckets. */
const MOST_SAMPLED = 10;

const awsTarget = z.strictObject({
  ...common,
  provider: z.literal("aws"),
  endpoints: addresses(
    `api stands for every service that has none of its own: ${AWS_SERVICES.join(", ")}.`,
    "api",
    ...AWS_SERVICES,
  ),
  credentials: awsCredentials.optional(),
  account: z
    .string()
    .regex(/^\d{12}$/, { error: "expected the 12 digits of an AWS account id" })
    .describe("The 12 digits of the account, in quotes: they are a text."),
  regions: z.array(z.string().min(1)).min(1).describe("Regions to read, such as eu-west-3."),
  organization: z
    .strictObject({
      role: z
        .string()
        .regex(/^(?:[\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/, {
          error: "expected the name of a role, with its path if it has one; not an ARN",
        })
        .describe("Name of the role that is assumed in each member account."),
      externalIdFrom: environmentVariable
        .optional()
        .describe("The environment variable that holds the external id of the role."),
    })
    .optional()
    .describe(
      "Read every active account of the organization too, each as a target of its own with the id of this one and the account's: same labels, regions, limits and endpoints. The target's own credentials list the accounts and assume the role.",
    ),
  backups,
  sampleObjects: z
    .int()
    .min(1)
    .max(MOST_SAMPLED)
    .optional()
    .describe(
      `Of each bucket, look at how so many objects are encrypted, the oldest of the first thousand, beside the bucket's setting; at most ${MOST_SAMPLED}. Their headers are read, never what they hold; needs s3:ListBucket and s3:GetObject. Left out: none.`,
    ),
});
const azureTarget = z
  .strictObject({
    ...common,
    provider: z.literal("azure"),
    endpoints: addresses("api is Azure Resource Manager, token signs in.", "api", "token"),
    credentials: azureCredentials.optional(),
    tenant: z.string().min(1).describe("Id of the Microsoft Entra tenant."),
    subscriptions: z.array(z.guid()).default([]).describe("Ids of the subscriptions to read."),
    managementGroups: z
      .array(
        z.string().regex(/^[\w().-]{1,90}$/, { error: "expected the id of a management group" }),
      )
      .default([])
      .describe("Ids of management groups of which every subscription is read, at any depth."),
    backups,
  })
  .refine(
    ({ subscriptions, managementGroups }) => subscriptions.length + managementGroups.length > 0,
    {
      error: "expected subscriptions, managementGroups or both",
      path: ["subscriptions"],
    },
  );
const gcpTarget = z.strictObject({
  ...common,
  provider: z.literal("gcp"),
  endpoints: addresses(
    `api stands for every service that has none of its own (${GCP_SERVICES.join(", ")}); token for what gives tokens (Google's OAuth, Security Token Service and IAM Credentials).`,
    "api",
    "token",
    ...GCP_SERVICES,
  ),
  credentials: gcpCredentials.optional(),
  projects: z.array(z.string().min(1)).min(1).describe("Ids of the projects to read."),
  backups,
});
const ovhTarget = z.strictObject({
  ...common,
  provider: z.literal("ovh"),
  endpoints: addresses(
    "api is OVHcloud's own interface (https://eu.api.ovh.com), token the whole address that signs service accounts in, s3 the object storage, whatever the region.",
    "api",
    "token",
    "s3",
  ),
  credentials: ovhCredentials.optional(),
  projects: z
    .array(z.string().min(1))
    .default([])
    .describe("Ids of the public cloud projects to read. Left out: every project of the account."),
  backups,
});
const scalewayTarget = z.strictObject({
  ...common,
  provider: z.literal("scaleway"),
  endpoints: addresses("api is Scaleway's API, s3 is Object Storage, of all regions.", "api", "s3"),
  credentials: scalewayCredentials.optional(),
  projects: z
    .array(z.guid())
    .default([])
    .describe(
      "Ids of the projects to read. Left out: all that the API key reads; of Object Storage it lists its preferred project alone, so that the listing is not whole.",
    ),
  backups,
});
const upcloudTarget = z.strictObject({
  ...common,
  provider: z.literal("upcloud"),
  endpoints: addresses(
    "api is UpCloud's API with its version, such as https://api.upcloud.com/1.3; s3 stands for every service of Managed Object Storage: left out, each is asked at the public address that the API tells.",
    "api",
    "s3",
  ),
  credentials: upcloudCredentials.optional(),
  backups,
});
const identityAddress = (form: RegExp, without: string) =>
  z
    .url({ protocol: /^https$/, error: "expected an https:// address" })
    .refine(form.test.bind(form), {
      error: `expected an https:// address without ${without}`,
    });
/** A company's own: what its customers sign on with is theirs to answer for. */
const identity = z
  .strictObject({
    oidc: identityAddress(/^https:\/\/[^@?#\s]+$/i, "name, password, query or fragment")
      .optional()
      .describe(
        "Issuer of an OpenID provider, character for character as its documents name it; the discovery document lies below it.",
      ),
    saml: identityAddress(/^https:\/\/[^@#\s]+$/i, "name, password or fragment")
      .optional()
      .describe("Address of SAML metadata."),
  })
  .refine(({ oidc, saml }) => oidc !== undefined || saml !== undefined, {
    error: "expected oidc, saml or both",
  })
  .describe(
    "The company's own identity endpoints, which its customers sign on with; never a customer's identity provider. Where an address has the host and port of url, connect leads there too.",
  );
/** `ADDRESS`, `ADDRESS:PORT`; an IPv6 address with a port stands in brackets. */
function isResolver(text: string): boolean {
  const found = /^(?:\[([^\]]+)\]|([\d.]+)|([0-9a-f:]+))(?::(\d{1,5}))?$/i.exec(text);
  const [, bracketed, ipv4, bare, port] = found ?? [];
  const address = bracketed ?? ipv4 ?? bare ?? "";
  const range = address.includes("/") ? null : parseRange(address);
  return range !== null && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
}

const port = z.int().min(1).max(65_535);
/** Each is tried twice, at most one attempt a second. */
const MOST_CLOSED = 20;
const outside = z
  .strictObject({
    closed: z
      .array(port)
      .max(MOST_CLOSED)
      .default([])
      .describe(
        `Ports of the host that must be closed to who comes from where Probity runs, such as 22 and 3389; at most ${MOST_CLOSED}. Each is tried twice, at most one attempt a second.`,
      ),
    restricted: z
      .boolean()
      .default(false)
      .describe(
        "true: the endpoint must turn away whoever comes from outside the declared ranges, which Probity then tries to be.",
      ),
    control: port
      .optional()
      .describe(
        "A port of the same host that answers everybody: only while it does is a closed port known to be closed, and not the host away. The endpoint's own when left out.",
      ),
    seenAs: z
      .string()
      .refine((text) => parseRange(text) !== null && !text.includes("/"), {
        error: "expected an IP address",
      })
      .optional()
      .describe(
        "The address by which the host sees the machine that Probity runs on, where that is not its own (behind address translation).",
      ),
  })
  .refine(({ closed, restricted }) => closed.length > 0 || restricted, {
    error: "expected closed ports, restricted: true, or both",
  })
  .refine(({ closed, control }) => control === undefined || !closed.includes(control), {
    error: "expected a control port that is not declared closed",
    path: ["control"],
  });
/** What stands after the host in an address of the endpoint. */
const path = z.string().regex(/^\/(?![/\\])[^\s#\\]{0,999}$/, {
  error: "expected a path such as /api/documents, without host and fragment",
});
const MOST_PATHS = 50;
const endpointTarget = z.strictObject({
  ...common,
  provider: z.literal("endpoint"),
  endpoints: z
    .never({ error: "expected no endpoints: url and connect say where an endpoint is" })
    .optional(),
  credentials: z
    .never({ error: "expected no credentials: an endpoint is asked without any" })
    .optional(),
  url: z
    .url({
      protocol: new RegExp(`^(?:${ENDPOINT_SCHEMES.join("|")})$`),
      error:
        "expected an address such as https://www.example.com, tls://db.example.com:8443 or smtp://mail.example.com",
    })
    .describe(
      `Address of the endpoint. https://… and http://… are web servers; ssh://… is an SSH server; tls://host:port is any other server that speaks TLS at once, as are smtps, imaps, pop3s, ftps, ldaps and nntps; ${STARTTLS_PROTOCOLS.join(", ")} begin TLS by a command of their protocol.`,
    ),
  identity: identity.optional(),
  connect: z
    .strictObject({
      host: z.string().min(1).describe("Host name or IP address to connect to."),
      port: z
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .describe("Port that speaks TLS; that of url when left out."),
      httpPort: z
        .int()
        .min(1)
        .max(65_535)
        .optional()
        .describe(
          "Port that is tried in clear text; 80 when left out, or the port of an http:// url.",
        ),
    })
    .optional()
    .describe(
      "Where to connect instead of what the name resolves to: for tests and for one server of many.",
    ),
  dns: z
    .strictObject({
      resolvers: z
        .array(
          z.string().refine(isResolver, {
            error:
              "expected the IP address of a resolver, with its port if it is not 53, such as 192.0.2.53 or [2001:db8::53]:5353",
          }),
        )
        .min(1)
        .max(3)
        .optional()
        .describe(
          "Resolvers to ask, ADDRESS or ADDRESS:PORT; those of this machine when left out. Only one that validates can tell that a name is secured by DNSSEC.",
        ),
      mail: z
        .hostname({ error: "expected a domain such as example.com" })
        .optional()
        .describe(
          "Domain whose mail is declared: its MX, SPF, DMARC and MTA-STS records are read too.",
        ),
    })
    .optional()
    .describe("How the declared name is looked up in DNS."),
  outside: outside
    .optional()
    .describe("What must not be reached from where Probity runs; it is tried from there."),
  protected: z
    .array(path)
    .min(1)
    .max(MOST_PATHS)
    .optional()
    .describe(
      "Paths of a web server that nobody gets without credentials; the path of url when left out. They are asked for without any.",
    ),
  signIn: z
    .array(z.url({ protocol: /^https$/, error: "expected an https address" }))
    .min(1)
    .max(MOST_PATHS)
    .optional()
    .describe(
      "Addresses with which those begin that a web server sends people to for signing in; of use where the address does not say so by its own words. They are never asked.",
    ),
  published: z
    .array(
      z.strictObject({
        path: path.describe("Path of the page."),
        sha256: sha256
          .optional()
          .describe(
            "SHA-256 of the content as somebody has looked at it, from a report; when it is another, the page has changed.",
          ),
      }),
    )
    .min(1)
    .max(MOST_PATHS)
    .optional()
    .describe("Pages of a web server that a statement points to; the path of url when left out."),
});

export const targetSchema = z.discriminatedUnion("provider", [
  awsTarget,
  azureTarget,
  gcpTarget,
  ovhTarget,
  scalewayTarget,
  upcloudTarget,
  endpointTarget,
]);
export type Target = z.output<typeof targetSchema>;
export type TargetOf<P extends Target["provider"]> = Extract<Target, { provider: P }>;

/** Gives a label to every subject that matches. */
const labelRule = z.strictObject({
  label: identifier.describe(
    "The label. Of a kind that is not known, data and no-data say whether it holds customers' data.",
  ),
  match: subjectSelector.describe("Which subjects get it; every field that is given must match."),
});
export type LabelRule = z.output<typeof labelRule>;

const addressRange = z
  .string()
  .refine((text) => parseRange(text) !== null, {
    error: "expected a range of addresses such as 192.0.2.0/24 or 2001:db8::/48, or one address",
  })
  .refine((text) => !/\/[0-3]$/.test(text), {
    error: "expected a range of some addresses: so wide a one restricts nothing",
  });

/** Addresses from which something may be done, and where that is so. */
const rangeRule = z.strictObject({
  name: identifier.describe("What the ranges are, for the report: office, vpn."),
  ranges: z
    .array(addressRange)
    .min(1)
    .describe("Ranges in CIDR notation, IPv4 or IPv6, or single addresses."),
  match: subjectSelector
    .optional()
    .describe(
      "The subjects for which they are declared; every field that is given must match. Left out: all.",
    ),
});

export const estateSchema = z
  .strictObject({
    version: z.literal(1).describe("Version of this format."),
    targets: z
      .array(targetSchema)
      .min(1)
      .describe("The cloud accounts and endpoints, one entry each."),
    labels: z.array(labelRule).default([]).describe("Rules that give labels to single subjects."),
    ranges: z
      .array(rangeRule)
      .default([])
      .describe(
        "Ranges of addresses from which access is allowed, for the checks that hold rules against declared ranges.",
      ),
  })
  .meta({ title: "Probity estate", description: "Where to look: cloud accounts and endpoints" });
export type Estate = z.output<typeof estateSchema>;
