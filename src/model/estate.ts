import { duration, identifier, z } from "./schema.ts";
import { PROVIDERS } from "./subject.ts";

const environmentVariable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, {
  error: "expected the name of an environment variable",
});

/** How to find credentials: never the secret itself. Without it the provider's own default chain is used. */
const credentials = z
  .strictObject({
    /** AWS: a profile of the shared configuration. */
    profile: z.string().min(1).optional(),
    /** AWS: a role to assume from whatever the rest gives. */
    roleArn: z.string().startsWith("arn:").optional(),
    externalIdFrom: environmentVariable.optional(),
    /** Names of environment variables: `accessKeyId`, `secretAccessKey`, `clientId`, `clientSecret`, … */
    env: z.record(z.string(), environmentVariable).optional(),
    /** Files that hold a secret each, by the same names. */
    files: z.record(z.string(), z.string().min(1)).optional(),
  })
  .meta({ description: "References to credentials; never a secret itself" });

const limits = z.strictObject({
  /** Calls at once against this target. */
  concurrency: z.int().min(1).max(200).optional(),
  callTimeout: duration.optional(),
  targetTimeout: duration.optional(),
});

/** A bucket and prefix whose objects are recovery points. */
const backupSet = z.strictObject({
  id: identifier,
  bucket: z.string().min(1),
  prefix: z.string().default(""),
  labels: z.array(identifier).default([]),
  /** How long recovery points are kept there, where no lifecycle rule says it. */
  retention: duration.optional(),
});

const common = {
  id: identifier,
  labels: z.array(identifier).default([]),
  endpoints: z.record(z.string(), z.url()).optional(),
  caFile: z.string().min(1).optional(),
  credentials: credentials.optional(),
  limits: limits.optional(),
};

const awsTarget = z.strictObject({
  ...common,
  provider: z.literal("aws"),
  account: z.string().regex(/^\d{12}$/, { error: "expected the 12 digits of an AWS account id" }),
  regions: z.array(z.string().min(1)).min(1),
  backups: z.array(backupSet).default([]),
});
const azureTarget = z.strictObject({
  ...common,
  provider: z.literal("azure"),
  tenant: z.string().min(1),
  subscriptions: z.array(z.guid()).min(1),
  backups: z.array(backupSet).default([]),
});
const gcpTarget = z.strictObject({
  ...common,
  provider: z.literal("gcp"),
  projects: z.array(z.string().min(1)).min(1),
  backups: z.array(backupSet).default([]),
});
const ovhTarget = z.strictObject({
  ...common,
  provider: z.literal("ovh"),
  projects: z.array(z.string().min(1)).default([]),
  backups: z.array(backupSet).default([]),
});
const scalewayTarget = z.strictObject({
  ...common,
  provider: z.literal("scaleway"),
  projects: z.array(z.string().min(1)).default([]),
  backups: z.array(backupSet).default([]),
});
const upcloudTarget = z.strictObject({
  ...common,
  provider: z.literal("upcloud"),
  backups: z.array(backupSet).default([]),
});
const endpointTarget = z.strictObject({
  ...common,
  provider: z.literal("endpoint"),
  url: z.url({
    protocol: /^(?:https?|tls)$/,
    error: "expected an address such as https://www.example.com or tls://db.example.com:5432",
  }),
  /** Address to connect to instead of what the name resolves to: for tests and for one server of many. */
  connect: z
    .strictObject({
      host: z.string().min(1),
      port: z.int().min(1).max(65_535).optional(),
      /** Port that stands for 80 when clear text is tried. */
      httpPort: z.int().min(1).max(65_535).optional(),
    })
    .optional(),
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

/** Patterns are globs: `*` stands for any run of characters. */
const pattern = z.string().min(1).max(500);
const patterns = z.array(pattern).min(1);

/** Selects subjects; every field that is given must match, within a field any one value. */
const selectorFields = {
  providers: z.array(z.enum(PROVIDERS)).min(1).optional(),
  targets: patterns.optional(),
  kinds: patterns.optional(),
  regions: patterns.optional(),
  ids: patterns.optional(),
  tags: z.record(z.string().min(1), pattern).optional(),
};

/** The selection of an estate's label rule. */
export const subjectSelector = z.strictObject(selectorFields);

/** The selection of a check: as that of a label rule, by labels too, with exclusions. */
const scopeSelector = z.strictObject({
  ...selectorFields,
  /** Labels of the subject or of its target; one of them is enough. */
  labels: z.array(identifier).min(1).optional(),
});
export const scopeSchema = z.strictObject({
  ...scopeSelector.shape,
  exclude: z.array(scopeSelector).optional(),
  /** True: an empty scope is not applicable instead of unknown. */
  mayBeEmpty: z.boolean().optional(),
});
export type Selector = z.output<typeof scopeSelector>;
export type Scope = z.output<typeof scopeSchema>;

/** Gives a label to every subject that matches. */
const labelRule = z.strictObject({
  label: identifier,
  match: subjectSelector,
});
export type LabelRule = z.output<typeof labelRule>;

export const estateSchema = z
  .strictObject({
    version: z.literal(1),
    targets: z.array(targetSchema).min(1),
    labels: z.array(labelRule).default([]),
  })
  .meta({ title: "Probity estate", description: "Where to look: cloud accounts and endpoints" });
export type Estate = z.output<typeof estateSchema>;
