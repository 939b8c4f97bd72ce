import { isMapping } from "#configuration/check.ts";

/**
 * A validator of the part of JSON Schema draft-07 that the schemas use: enough to try documents on them. A keyword
 * that draft-07 does not have, or that it does not know itself, is an error, so that nothing goes unchecked.
 */
type Schema = boolean | { readonly [keyword: string]: unknown };
type Check = (
  argument: unknown,
  value: unknown,
  schema: Readonly<Record<string, unknown>>,
  root: Schema,
) => boolean;

const object = (value: unknown): Readonly<Record<string, unknown>> | null =>
  isMapping(value) ? value : null;
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const asSchema = (value: unknown): Schema => {
  if (typeof value === "boolean") return value;
  const schema = object(value);
  if (schema === null) throw new Error(`no schema: ${JSON.stringify(value)}`);
  return schema;
};
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
const typeOf = (value: unknown): readonly string[] => {
  if (value === null) return ["null"];
  if (Array.isArray(value)) return ["array"];
  if (typeof value === "number")
    return Number.isInteger(value) ? ["number", "integer"] : ["number"];
  return [typeof value];
};
const note: Check = () => true;

const KEYWORDS: Readonly<Record<string, Check>> = {
  $schema: (argument) => argument === "http://json-schema.org/draft-07/schema#",
  title: note,
  description: note,
  default: note,
  examples: note,
  format: note,
  definitions: note,
  $ref: (argument, value, _, root) => valid(resolve(root, String(argument)), value, root),
  type: (argument, value) =>
    (Array.isArray(argument) ? argument : [argument]).some((type) =>
      typeOf(value).includes(String(type)),
    ),
  const: (argument, value) => same(argument, value),
  enum: (argument, value) => list(argument).some((one) => same(one, value)),
  pattern: (argument, value) =>
    typeof value !== "string" || new RegExp(String(argument), "u").test(value),
  minLength: (argument, value) => typeof value !== "string" || value.length >= Number(argument),
  maxLength: (argument, value) => typeof value !== "string" || value.length <= Number(argument),
  minimum: (argument, value) => typeof value !== "number" || value >= Number(argument),
  maximum: (argument, value) => typeof value !== "number" || value <= Number(argument),
  exclusiveMinimum: (argument, value) => typeof value !== "number" || value > Number(argument),
  exclusiveMaximum: (argument, value) => typeof value !== "number" || value < Number(argument),
  multipleOf: (argument, value) => typeof value !== "number" || value % Number(argument) === 0,
  minItems: (argument, value) => !Array.isArray(value) || value.length >= Number(argument),
  maxItems: (argument, value) => !Array.isArray(value) || value.length <= Number(argument),
  uniqueItems: (_, value) =>
    new Set(list(value).map((item) => JSON.stringify(item))).size === list(value).length,
  items: (argument, value, _, root) =>
    Array.isArray(argument)
      ? list(value).every(
          (item, index) =>
            argument[index] === undefined || valid(asSchema(argument[index]), item, root),
        )
      : list(value).every((item) => valid(asSchema(argument), item, root)),
  required: (argument, value) =>
    object(value) === null ||
    list(argument).every((key) => Object.hasOwn(object(value) ?? {}, String(key))),
  properties: (argument, value, _, root) =>
    Object.entries(object(argument) ?? {}).every(([key, schema]) => {
      const fields = object(value);
      return (
        fields === null || !Object.hasOwn(fields, key) || valid(asSchema(schema), fields[key], root)
      );
    }),
  propertyNames: (argument, value, _, root) =>
    Object.keys(object(value) ?? {}).every((key) => valid(asSchema(argument), key, root)),
  additionalProperties: (argument, value, schema, root) =>
    Object.entries(object(value) ?? {}).every(
      ([key, item]) =>
        Object.hasOwn(object(schema["properties"]) ?? {}, key) ||
        valid(asSchema(argument), item, root),
    ),
  minProperties: (argument, value) => Object.keys(object(value) ?? {}).length >= Number(argument),
  allOf: (argument, value, _, root) =>
    list(argument).every((schema) => valid(asSchema(schema), value, root)),
  anyOf: (argument, value, _, root) =>
    list(argument).some((schema) => valid(asSchema(schema), value, root)),
  oneOf: (argument, value, _, root) =>
    list(argument).filter((schema) => valid(asSchema(schema), value, root)).length === 1,
  not: (argument, value, _, root) => !valid(asSchema(argument), value, root),
  if: (argument, value, schema, root) =>
    !valid(asSchema(argument), value, root) || valid(asSchema(schema["then"] ?? true), value, root),
  // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own keyword; judged with `if`.
  then: note,
};

/** Whether a value fits a schema. @throws Error for a keyword that it does not know, wherever it meets it. */
export function valid(schema: Schema, value: unknown, root: Schema = schema): boolean {
  if (typeof schema === "boolean") return schema;
  // Every keyword is looked at, so that one failure does not hide an unknown one.
  return Object.entries(schema)
    .map(([keyword, argument]) => {
      const check = KEYWORDS[keyword];
      if (check === undefined) throw new Error(`no keyword of draft-07 in use: ${keyword}`);
      return check(argument, value, schema, root);
    })
    .every(Boolean);
}

/** All keywords that a schema uses anywhere. */
export function keywordsOf(schema: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    for (const [keyword, argument] of Object.entries(object(node) ?? {})) {
      found.add(keyword);
      if (["properties", "definitions"].includes(keyword))
        Object.values(object(argument) ?? {}).forEach(visit);
      else if (!["default", "const", "enum", "examples", "required"].includes(keyword))
        visit(argument);
    }
  };
  visit(schema);
  return found;
}

/** The keywords that `valid` knows. */
export const knownKeywords: ReadonlySet<string> = new Set(Object.keys(KEYWORDS));

function resolve(root: Schema, reference: string): Schema {
  let node: unknown = root;
  for (const step of reference.replace(/^#\/?/, "").split("/").filter(Boolean))
    node = object(node)?.[step];
  return asSchema(node);
}
