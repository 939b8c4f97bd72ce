/** The cloud accounts that an estate declares. */
import { AWS_SERVICES } from "./aws-services.ts";
import { GCP_SERVICES } from "./gcp-services.ts";
import { z } from "./schema.ts";
import { addresses, backups, common } from "./target-common.ts";
import {
  awsCredentials,
  azureCredentials,
  environmentVariable,
  gcpCredentials,
  ovhCredentials,
  scalewayCredentials,
  upcloudCredentials,
} from "./target-credentials.ts";

/** Enough to find what is older than encryption, few enough for thousands of buckets. */
const MOST_SAMPLED = 10;

export const awsTarget = z.strictObject({
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
export const azureTarget = z
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
export const gcpTarget = z.strictObject({
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
export const ovhTarget = z.strictObject({
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
export const scalewayTarget = z.strictObject({
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
export const upcloudTarget = z.strictObject({
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
