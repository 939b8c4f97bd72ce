import { identifier, z } from "./schema.ts";
import { PROVIDERS } from "./subject.ts";

/** A glob. */
const pattern = z.string().min(1).max(500);
const patterns = z.array(pattern).min(1);

function hasKeys(value: object): boolean {
  return Object.keys(value).length > 0;
}
const AT_LEAST_ONE = {
  error:
    "expected at least one of providers, targets, kinds, regions, ids, tags: without any, every subject would match",
};

/** Selects subjects; every field that is given must match, within a field any one value. */
const selectorFields = {
  providers: z.array(z.enum(PROVIDERS)).min(1).optional().describe("Providers; any when left out."),
  targets: patterns
    .optional()
    .describe("Ids of targets of the estate, `*` for any run of characters; any when left out."),
  kinds: patterns
    .optional()
    .describe("Kinds such as AWS::S3::Bucket, `*` for any run of characters; any when left out."),
  regions: patterns
    .optional()
    .describe("Regions, `*` for any run of characters; any when left out."),
  ids: patterns
    .optional()
    .describe("The provider's ids of subjects, `*` for any run of characters; any when left out."),
  tags: z
    .record(z.string().min(1), pattern)
    .refine(hasKeys, { error: "expected a tag at least" })
    .meta({ minProperties: 1 })
    .optional()
    .describe(
      "Tags by their exact name, each with a pattern of its value, `*` for any run of characters.",
    ),
};

/** The selection of an estate's label rule or of a waiver. An empty one is a slip that would select everything. */
export const subjectSelector = z
  .strictObject(selectorFields)
  .refine(hasKeys, AT_LEAST_ONE)
  .meta({ minProperties: 1 });

/** The selection of a check: as that of a label rule, by labels too, with exclusions. */
const scopeSelector = z.strictObject({
  ...selectorFields,
  labels: z
    .array(identifier)
    .min(1)
    .optional()
    .describe("Labels of the subject or of its target; one of them is enough."),
});
export const scopeSchema = z.strictObject({
  ...scopeSelector.shape,
  exclude: z
    .array(scopeSelector.refine(hasKeys, AT_LEAST_ONE).meta({ minProperties: 1 }))
    .optional()
    .describe("What matches one of these is out of scope."),
  mayBeEmpty: z
    .boolean()
    .optional()
    .describe(
      "True: an empty scope is not applicable. Left out: it is unknown, and the claim unverified.",
    ),
});
export type Selector = z.output<typeof scopeSelector>;
export type Scope = z.output<typeof scopeSchema>;
