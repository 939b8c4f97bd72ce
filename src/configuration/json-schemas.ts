import type { Control } from "#model/control.ts";
import { expectationOf } from "#model/expectation.ts";
import { estateSchema } from "#model/estate.ts";
import { attestationsSchema, waiversSchema } from "#model/exceptions.ts";
import { policySchema } from "#model/policy.ts";
import { z } from "#model/schema.ts";

/** What is needed of a control to describe a policy's checks. */
export interface DescribedControl {
  readonly title: string;
  readonly expectation: Control["expectation"];
}
type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The formats that draft-07 knows of those that zod writes; the others say nothing to an editor. */
const FORMATS = new Set(["date", "date-time", "time", "email", "hostname", "ipv4", "ipv6", "uri"]);

/**
 * JSON Schemas (draft-07, for editors) of the four configuration files, by the name of the file's kind. Of what a
 * policy checks, `expect` is completed by the control that is named. Rules that compare fields or files are told
 * only when the file is read.
 * @throws Error when a control's expectation refers to itself: its schema could not be put into the policy's.
 */
export function jsonSchemas(
  controls: ReadonlyMap<string, DescribedControl>,
): Readonly<Record<"policy" | "estate" | "attestations" | "waivers", JsonSchema>> {
  const attestations = draft07(attestationsSchema);
  const waivers = draft07(waiversSchema);
  for (const [schema, list] of [
    [attestations, "attestations"],
    [waivers, "waivers"],
  ] as const) {
    property(items(property(schema, list)), "evidence").oneOf = either("file", "url");
  }
  return { policy: policy(controls), estate: draft07(estateSchema), attestations, waivers };
}

function policy(controls: ReadonlyMap<string, DescribedControl>): JsonSchema {
  const schema = draft07(policySchema);
  // It described any JSON, for `expect`, which the controls describe better.
  delete schema.definitions;
  const claim = items(property(schema, "claims"));
  claim.anyOf = [
    { required: ["checks"], properties: { checks: { minItems: 1 } } },
    { required: ["attest"], properties: { attest: { minItems: 1 } } },
    { required: ["informational"] },
  ];
  const check = items(property(claim, "checks"));
  const { description: control = "" } = property(check, "control");
  const { description: expect = "" } = property(check, "expect");
  check.properties = {
    ...check.properties,
    control: { type: "string", enum: [...controls.keys()], description: control },
    expect: { type: "object", description: expect },
  };
  check.oneOf = either("control", "pending");
  check.allOf = [...controls].map(([id, control]) => ({
    if: { properties: { control: { const: id } }, required: ["control"] },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own keyword.
    then: expectation(id, control),
  }));
  return schema;
}

function expectation(id: string, control: DescribedControl): JsonSchema {
  const schema = draft07(expectationOf(control));
  if (schema.definitions !== undefined) {
    throw new Error(`the expectation of the control ${id} refers to itself`);
  }
  delete schema.$schema;
  schema.description ??= control.title;
  const required = (schema.required ?? []).length > 0 ? { required: ["expect"] } : {};
  return { properties: { expect: schema }, ...required };
}

function draft07(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    target: "draft-7",
    io: "input",
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined && !FORMATS.has(jsonSchema.format)) {
        delete jsonSchema.format;
      }
    },
  });
}

function either(...keys: readonly string[]): JsonSchema[] {
  return keys.map((key) => ({ required: [key] }));
}

function property(schema: JsonSchema, name: string): JsonSchema {
  return subschema(schema.properties?.[name], name);
}

function items(schema: JsonSchema): JsonSchema {
  return subschema(Array.isArray(schema.items) ? undefined : schema.items, "items");
}

function subschema(schema: JsonSchema | boolean | undefined, name: string): JsonSchema {
  if (typeof schema === "object") return schema;
  throw new Error(`the model's schema has no ${name} where the JSON Schema needs it`);
}
