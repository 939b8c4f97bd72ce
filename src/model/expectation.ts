import { SCHEMA_KIT, type SchemaKit, type z } from "./schema.ts";

const made = new WeakMap<object, z.ZodType>();

/** What a policy may write under `expect` for a control: its schema, made on first use. */
export function expectationOf<Schema extends z.ZodType>(control: {
  readonly expectation: (kit: SchemaKit) => Schema;
}): Schema {
  const schema = made.get(control) ?? control.expectation(SCHEMA_KIT);
  made.set(control, schema);
  // Kept for this very control, whose schema has this type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return schema as Schema;
}
