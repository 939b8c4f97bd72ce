import type { Control } from "#model/control.ts";
import { expectationOf } from "#model/expectation.ts";
import { estateSchema, type Estate } from "#model/estate.ts";
import { PROBLEM_REASONS, type Observation, type Problem } from "#model/evidence.ts";
import {
  attestationsSchema,
  waiversSchema,
  type Attestation,
  type Waiver,
} from "#model/exceptions.ts";
import { policySchema, type Policy } from "#model/policy.ts";
import { sha256, z } from "#model/schema.ts";
import { plain } from "#model/text.ts";
import { EvidenceError } from "./evidence-error.ts";
import { FACET_NAMES, FACET_SCHEMAS, subjectSchema } from "./facet-schemas.ts";

/** What the evidence was judged by; kept beside it, so that it can be judged again without any other file. */
export interface Inputs {
  readonly policies: readonly Policy[];
  readonly estate: Estate;
  readonly attestations: readonly Attestation[];
  readonly waivers: readonly Waiver[];
  readonly only: readonly string[];
}

/** What each control takes under `expect`, by its id. */
export type Expectations = ReadonlyMap<string, Pick<Control, "expectation">>;

const moment = z.iso.datetime({ error: "expected a moment such as 2026-11-22T06:00:00Z" });

/** The folder's table of contents: every file with its size and hash. */
const manifest = z.object({
  format: z.literal("probity-evidence"),
  version: z.literal(1),
  tool: z.object({ name: z.string(), version: z.string() }),
  startedAt: moment,
  finishedAt: moment,
  complete: z.boolean(),
  files: z.array(z.object({ name: z.string(), bytes: z.int().min(0), sha256 })),
});
export type Manifest = Readonly<z.output<typeof manifest>>;

const inputs = z.object({
  policies: z.array(policySchema.extend({ sha256 })).min(1),
  estate: estateSchema,
  attestations: z.array(
    attestationsSchema.shape.attestations.element.extend({ actualSha256: sha256.nullable() }),
  ),
  waivers: waiversSchema.shape.waivers,
  only: z.array(z.string()),
});
const expectation = z.record(z.string(), z.json());

const observation = z.object({
  subject: subjectSchema,
  facet: z.enum(FACET_NAMES),
  value: z.unknown(),
  observedAt: moment,
  source: z.object({ probe: z.string(), operation: z.string(), sha256: sha256.nullable() }),
});

const problem: z.ZodType<Problem> = z.object({
  target: z.string(),
  probe: z.string(),
  operation: z.string(),
  subject: subjectSchema.nullable(),
  kinds: z.array(z.string()),
  facets: z.array(z.enum(FACET_NAMES)),
  reason: z.enum(PROBLEM_REASONS),
  permission: z.string().nullable(),
  message: z.string(),
});

/** Reads a manifest. `place` names the file in the message of the EvidenceError. */
export function parseManifest(text: string, place: string): Manifest {
  return checked(manifest, json(text, place), place);
}

/** Reads one line of observations: given back as it stands, so that a report made of it is the same. */
export function parseObservation(text: string, place: string): Observation {
  const value = json(text, place);
  const { facet, value: read } = checked(observation, value, place);
  const schema: z.ZodType = FACET_SCHEMAS[facet];
  checked(schema, read, `${place}: ${facet}`);
  // Both parts have just been checked; the union cannot follow a facet that is not known beforehand.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as Observation;
}

/** Reads one line of problems, given back as it stands too. */
export function parseProblem(text: string, place: string): Problem {
  const value = json(text, place);
  checked(problem, value, place);
  // Just checked; what the schema gives back has another order of keys.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as Problem;
}

/** Reads what the evidence was judged by; what a check expects is read by its control. */
export function parseInputs(text: string, place: string, controls: Expectations): Inputs {
  const read = checked(inputs, json(text, place), place);
  const policies = read.policies.map((policy) => ({
    ...policy,
    claims: policy.claims.map((claim) => ({
      ...claim,
      checks: claim.checks.map((check) => {
        if (check.control === undefined) return check;
        const where = `${place}: ${policy.id}/${claim.id}: ${check.control}`;
        const known = controls.get(check.control);
        if (known === undefined) {
          throw new EvidenceError(`${where}: this version of Probity has no such control`);
        }
        const expect = checked(expectationOf(known), check.expect, where);
        return { ...check, expect: checked(expectation, expect, where) };
      }),
    })),
  }));
  return { ...read, policies };
}

function json(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new EvidenceError(`${place} is not valid JSON`);
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown, place: string): T {
  let result: z.ZodSafeParseResult<T>;
  try {
    result = schema.safeParse(value);
  } catch {
    // Values nested without end exhaust the stack.
    throw new EvidenceError(`${place} is not evidence that this version can read`);
  }
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.map(String).join(".") ?? "";
  const why = plain(`${path === "" ? "" : `${path}: `}${issue?.message ?? ""}`, 300);
  throw new EvidenceError(`${place} is not evidence that this version can read: ${why}`);
}
