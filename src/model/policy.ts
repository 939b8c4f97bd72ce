import { SEVERITIES } from "./control.ts";
import { scopeSchema } from "./scope.ts";
import { date, duration, identifier, sha256, z } from "./schema.ts";

const basis = z
  .union(
    [
      z.literal("quoted"),
      z.strictObject({
        standard: z.string().min(1).describe("Name of the standard that gives the number."),
      }),
      z.strictObject({
        interpreted: z
          .strictObject({
            who: z.string().min(1).describe("Who reads the sentence so: a person or a role."),
            when: date.describe("Day on which it was read so."),
            why: z.string().min(1).describe("Why this number fits the sentence."),
          })
          .describe("Someone's reading of a sentence that is vague."),
      }),
    ],
    {
      error: "expected quoted, {standard: NAME} or {interpreted: {who, when, why}}",
    },
  )
  .describe(
    "Whose number it is: the statement's own (quoted), a named standard's, or someone's reading of a vague sentence.",
  );
export type Basis = z.output<typeof basis>;

const check = z
  .strictObject({
    control: identifier
      .optional()
      .describe("Id of the control that judges; docs/controls.md lists them all."),
    pending: identifier
      .optional()
      .describe(
        "In place of control, the id of one that is still to be built: the check is unverified until then.",
      ),
    // Checked against the control's own schema when the policy is read.
    expect: z
      .record(z.string(), z.json())
      .default({})
      .describe(
        "What is promised, in the control's own fields; what is left out has the control's default.",
      ),
    scope: scopeSchema
      .default({})
      .describe("Which subjects must keep the promise. Left out: all that the control can judge."),
    atLeast: z
      .int()
      .min(1)
      .optional()
      .describe("So many subjects must pass; the others may fail. Left out: none may fail."),
    basis,
  })
  .refine((value) => (value.control === undefined) !== (value.pending === undefined), {
    error: "expected either control (one that exists) or pending (one still to be built)",
  });
export type Check = z.output<typeof check>;

/** A part of the promise that no machine can see and that a person must attest. */
const attestationNeed = z.strictObject({
  covers: z
    .string()
    .min(1)
    .describe(
      "The part of the promise, in words that the attestation repeats under its own `covers`.",
    ),
  maxAge: duration.describe("How old the attestation may be: an ISO 8601 duration such as P1Y."),
});
export type AttestationNeed = z.output<typeof attestationNeed>;

const claim = z
  .strictObject({
    id: identifier.describe(
      "Id of the claim, such as pf-transit-tls; never renamed and never used again.",
    ),
    quote: z
      .string()
      .min(1)
      .describe("Exact words of the statement; left-out text is written […]."),
    section: z.string().min(1).describe("Heading in the statement under which the words stand."),
    severity: z.enum(SEVERITIES).describe("How much a broken promise would matter."),
    checks: z.array(check).default([]).describe("What controls judge of the promise."),
    attest: z
      .array(attestationNeed)
      .default([])
      .describe("Parts of the promise that no machine can see and that a person must attest."),
    informational: z
      .string()
      .min(1)
      .optional()
      .describe("In place of checks and attest: the reason why nothing of it can be checked."),
    caveat: z
      .string()
      .min(1)
      .optional()
      .describe(
        "What a reader must know of the sentence itself: an ambiguity, a standard that has lapsed.",
      ),
    mappings: z
      .record(identifier, z.array(z.string().min(1)).min(1))
      .default({})
      .describe("Requirements that the claim serves, by framework: `iso27001: [A.8.24]`."),
  })
  .refine(
    (value) =>
      (value.informational === undefined) === value.checks.length + value.attest.length > 0,
    { error: "expected checks, attest or both, or else informational with the reason" },
  )
  // What a check leaves to attestations must be asked for: else it would pass unseen.
  .refine(
    ({ checks, attest }) =>
      attest.length > 0 || checks.every(({ expect }) => expect["unseen"] !== "attested"),
    { error: "expected attest, as a check says unseen: attested" },
  );
export type Claim = z.output<typeof claim>;

const statement = z.strictObject({
  title: z.string().min(1).describe("Title of the statement, as published."),
  source: z.string().min(1).describe("Where it is published, such as its address."),
  read: date.describe("Day on which it was read."),
  language: z
    .string()
    .regex(/^[a-z]{2}$/, { error: "expected a language such as en or fr" })
    .describe("Language of the statement, by two-letter code such as en."),
  file: z.string().min(1).describe("Copy of its text; the path is relative to the policy file."),
  sha256: sha256.describe("SHA-256 of that file, in 64 lower-case hex digits."),
});

export const policySchema = z
  .strictObject({
    version: z.literal(1).describe("Version of this format."),
    id: identifier.describe(
      "Id of the policy, such as pingflow; attestations and waivers name claims by it.",
    ),
    company: z.string().min(1).describe("Who published the statement."),
    statement: statement.describe("The published text that the claims quote."),
    claims: z.array(claim).min(1).describe("The promises of the statement, one each."),
  })
  .meta({ title: "Probity policy", description: "A published statement as claims" });

/** A policy as read: its own SHA-256 goes with it, so that a report names what it judged by. */
export type PolicyDocument = z.output<typeof policySchema>;
export interface Policy extends PolicyDocument {
  readonly sha256: string;
}
