/** What a target's credentials may refer to, by provider: environment variables and files, never a secret itself. */
import { z } from "./schema.ts";

export const environmentVariable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: "expected the name of an environment variable",
});

const references = {
  env: "Environment variables that hold a secret each, by what they hold",
  files: "Files that hold a secret each, by the same names as env; paths are relative to this file",
};
const WHERE =
  "Where to find credentials; never a secret itself. Left out: the provider's own default chain.";

/** Texts by one of the names; as a type by any, so that what looks one up need not know the provider. */
export function byName(names: readonly string[], text: z.ZodType<string>) {
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
export const awsCredentials = z
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

export const azureCredentials = z
  .strictObject(named("clientId", "clientSecret"))
  .refine((value) => refers(value, "clientId") === refers(value, "clientSecret"), {
    error: "expected both clientId and clientSecret, under env or files, or neither",
  })
  .describe(WHERE);

export const scalewayCredentials = z
  .strictObject(named("accessKey", "secretKey"))
  .refine((value) => !refers(value, "accessKey") || refers(value, "secretKey"), {
    error: "expected accessKey to go with secretKey: the two halves of an API key",
  })
  .describe(
    `${WHERE} secretKey alone signs in to the API; Object Storage needs accessKey beside it.`,
  );
export const gcpCredentials = z
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
export const ovhCredentials = z
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
export const upcloudCredentials = z
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
