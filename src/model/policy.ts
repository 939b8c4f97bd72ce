import { SEVERITIES } from "./control.ts";
import { scopeSchema } from "./estate.ts";
import { date, duration, identifier, sha256, z } from "./schema.ts";

/** Whose number it is: the statement's, a named standard's, or someone's reading of a vague sentence. */
const basis = z.union(
  [
    z.literal("quoted"),
    z.strictObject({ standard: z.string().min(1) }),
    z.strictObject({
      interpreted: z.strictObject({
        who: z.string().min(1),
        when: date,
        why: z.string().min(1),
      }),
    }),
  ],
  {
    error: "expected quoted, {standard: NAME} or {interpreted: {who, when, why}}",
  },
);
export type Basis = z.output<typeof basis>;

const check = z
  .strictObject({
    /** Id of an existing control. */
    control: identifier.optional(),
    /** Id of a control that is still to be built: the check counts as unverified. */
    pending: identifier.optional(),
    /** Checked against the control's own schema when the policy is read. */
    expect: z.record(z.string(), z.json()).default({}),
    scope: scopeSchema.default({}),
    /** So many subjects must pass; the others may fail. */
    atLeast: z.int().min(1).optional(),
    basis,
  })
  .refine((value) => (value.control === undefined) !== (value.pending === undefined), {
    error: "expected either control (one that exists) or pending (one still to be built)",
  });
export type Check = z.output<typeof check>;

/** A part of the promise that no machine can see and that a person must attest. */
const attestationNeed = z.strictObject({
  /** The part of the promise, in words that the attestation repeats under its own `covers`. */
  covers: z.string().min(1),
  maxAge: duration,
});
export type AttestationNeed = z.output<typeof attestationNeed>;

const claim = z
  .strictObject({
    id: identifier,
    /** Exact words of the statement; left-out text is written […]. */
    quote: z.string().min(1),
    section: z.string().min(1),
    severity: z.enum(SEVERITIES),
    checks: z.array(check).default([]),
    attest: z.array(attestationNeed).default([]),
    informational: z.string().min(1).optional(),
    /** What a reader must know of the sentence itself: an ambiguity, a standard that has lapsed. */
    caveat: z.string().min(1).optional(),
    /** Framework name to its requirements: `iso27001: [A.8.24]`. */
    mappings: z.record(identifier, z.array(z.string().min(1)).min(1)).default({}),
  })
  .refine(
    (value) =>
      (value.informational === undefined) === value.checks.length + value.attest.length > 0,
    { error: "expected checks, attest or both, or else informational with the reason" },
  );
export type Claim = z.output<typeof claim>;

const statement = z.strictObject({
  title: z.string().min(1),
  /** Where it is published. */
  source: z.string().min(1),
  /** Day on which it was read. */
  read: date,
  language: z.string().regex(/^[a-z]{2}$/, { error: "expected a language such as en or fr" }),
  /** Copy of its text, beside the policy file. */
  file: z.string().min(1),
  /** SHA-256 of that file. */
  sha256,
});

export const policySchema = z
  .strictObject({
    version: z.literal(1),
    id: identifier,
    company: z.string().min(1),
    statement,
    claims: z.array(claim).min(1),
  })
  .meta({ title: "Probity policy", description: "A published statement as claims" });

/** A policy as read: its own SHA-256 goes with it, so that a report names what it judged by. */
export type PolicyDocument = z.output<typeof policySchema>;
export interface Policy extends PolicyDocument {
  readonly sha256: string;
}
