import { NormalizedSchema } from "@smithy/core/schema";
import { AnswerError } from "./answer-guard.ts";

/**
 * SDK middleware for the step `deserialize`, before the SDK's own, that refuses an answer whose members are of another
 * type than the service's model says. The SDK checks none: a text where a list belongs goes through as the text, a
 * number that is none as NaN. Members that are left out are the reader's to judge. It throws AnswerError.
 */
export function shapeGuard() {
  return <Args, Result>(next: (args: Args) => Promise<Result>, context: object) =>
    async (args: Args): Promise<Result> => {
      const result = await next(args);
      const output: unknown = Reflect.get(Object(result), "output");
      const schema = outputSchema(context);
      if (schema !== null) refuseOther(schema, output, "the answer");
      return result;
    };
}

/** The model of what an operation gives: https://smithy.io/2.0/spec/service-types.html#operation; null where there is none. */
function outputSchema(context: object): NormalizedSchema | null {
  const smithy: unknown = Reflect.get(context, "__smithy_context");
  const operation: unknown = Reflect.get(Object(smithy), "operationSchema");
  const output: unknown = Array.isArray(operation) ? operation[5] : undefined;
  if (output === undefined) return null;
  // The SDK's own table of schemas; its types end at the middleware.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return NormalizedSchema.of(output as Parameters<typeof NormalizedSchema.of>[0]);
}

function refuseOther(schema: NormalizedSchema, value: unknown, name: string): void {
  const refuse = (what: string) => {
    throw new AnswerError("malformed", `${name} is no ${what}`);
  };
  if (schema.isUnitSchema() || schema.isDocumentSchema() || schema.isBlobSchema()) return;
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return refuse("list");
    const item = schema.getValueSchema();
    const sparse = Boolean(schema.getMergedTraits().sparse);
    for (const one of value) {
      if (!sparse || one !== null) refuseOther(item, one, `an item of ${name}`);
    }
  } else if (schema.isMapSchema()) {
    if (!isRecord(value)) return refuse("map");
    const item = schema.getValueSchema();
    for (const one of Object.values(value)) refuseOther(item, one, `a value of ${name}`);
  } else if (schema.isStructSchema() || schema.isUnionSchema()) {
    if (!isRecord(value)) return refuse("structure");
    for (const [member, own] of schema.structIterator()) {
      if (value[member] !== undefined) refuseOther(own, value[member], member);
    }
  } else if (schema.isTimestampSchema()) {
    if (!(value instanceof Date) || Number.isNaN(value.getTime())) refuse("time");
  } else if (schema.isStringSchema()) {
    if (typeof value !== "string") refuse("text");
  } else if (schema.isBooleanSchema()) {
    if (typeof value !== "boolean") refuse("boolean");
  } else if (schema.isNumericSchema()) {
    if (typeof value !== "number" || Number.isNaN(value)) refuse("number");
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
