import { subjectSelector } from "./scope.ts";
import { date, identifier, sha256, z } from "./schema.ts";

const claimPattern = z.string().regex(/^[a-z0-9.*-]+(?:\/[a-z0-9.*-]+)?$/, {
  error: "expected a claim such as pingflow/pf-roles; * stands for any run of characters",
});

const evidence = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .optional()
      .describe(
        "Path of the evidence, relative to this file; it is hashed at every run, up to 100 MiB.",
      ),
    url: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe("In place of file, an https address; it is not fetched."),
    sha256: sha256.describe(
      "SHA-256 that the evidence had when it was looked at, in 64 lower-case hex digits.",
    ),
  })
  .refine((value) => (value.file === undefined) !== (value.url === undefined), {
    error: "expected either file or url",
  });

const common = {
  id: identifier.describe("Id of the entry; no other in the file has it."),
  claims: z
    .array(claimPattern)
    .min(1)
    .describe(
      "Claims that it speaks of: pingflow/pf-roles, pf-roles of any policy, or pingflow/pf-*.",
    ),
  owner: z.string().min(1).describe("Who answers for it: a person or a role."),
  reason: z
    .string()
    .min(1)
    .describe("Why it holds: what was looked at, or why the failure is borne."),
  date: date.describe("First day on which it counts, UTC."),
  expires: date.describe("Last day on which it counts, UTC."),
  evidence: evidence.optional().describe("What shows it, with its hash."),
};

/** A pattern with next to no letters covers whatever there is, which nobody has looked at. */
const covered = z
  .string()
  .min(1)
  .refine((text) => !text.includes("*") || text.replaceAll(/[*\s]/g, "").length >= 3, {
    error:
      "expected a pattern of at least 3 characters beside the *: name the parts or the subjects",
  });

const attestation = z.strictObject({
  ...common,
  covers: z
    .array(covered)
    .min(1)
    .describe(
      "Parts of the promise, in the words of the claim's `attest`, and ids of subjects (`*` for any run of characters, beside 3 others at least) that it speaks for.",
    ),
  evidence: evidence.describe(
    "What shows it; once its hash differs, the attestation counts for nothing.",
  ),
});
const waiver = z.strictObject({
  ...common,
  covers: subjectSelector.describe(
    "The failing subjects that it excuses; every field that is given must match.",
  ),
});

export const attestationsSchema = z
  .strictObject({
    version: z.literal(1).describe("Version of this format."),
    attestations: z.array(attestation).describe("What persons vouch for, one entry each."),
  })
  .meta({ title: "Probity attestations" });
export const waiversSchema = z
  .strictObject({
    version: z.literal(1).describe("Version of this format."),
    waivers: z.array(waiver).describe("Known failures that someone answers for, one entry each."),
  })
  .meta({ title: "Probity waivers" });

/** An attestation with the hash that its evidence file has now (null: not readable, or an address, which is not fetched). */
export type Attestation = z.output<typeof attestation> & { readonly actualSha256: string | null };
export type Waiver = z.output<typeof waiver>;
