import type { Json } from "#model/json.ts";
import { jsonWords } from "./words.ts";

/** One field of an expectation, in words. */
export interface Field {
  /** `tolerated.review` for a field within a field. */
  readonly name: string;
  readonly type: string;
  /** `yes`, or what stands in for it. */
  readonly needed: string;
  readonly meaning: string;
}

type Schema = { readonly [key: string]: Json };

/** A schema that holds itself would never end. */
const DEEPEST = 4;

/** The fields of an object's JSON Schema, those of inner objects by their path. */
export function describeFields(schema: Json, path = "", depth = 0): Field[] {
  if (!isSchema(schema) || depth > DEEPEST) return [];
  const { properties, required } = schema;
  if (!isSchema(properties)) return [];
  const needed = Array.isArray(required) ? required : [];
  return Object.entries(properties).flatMap(([key, value]: [string, Json]): Field[] => {
    if (!isSchema(value)) return [];
    const name = path === "" ? key : `${path}.${key}`;
    const field = {
      name,
      type: typeWords(value),
      needed: neededWords(value, needed.includes(key)),
      meaning: typeof value["description"] === "string" ? value["description"] : "",
    };
    const isList = value["type"] === "array";
    const inner = isList ? value["items"] : value;
    return [field].concat(describeFields(inner ?? null, isList ? `${name}[]` : name, depth + 1));
  });
}

function neededWords(schema: Schema, required: boolean): string {
  const { default: fallback } = schema;
  if (fallback !== undefined) return `no, else ${jsonWords(fallback)}`;
  return required ? "yes" : "no";
}

function typeWords(schema: Schema): string {
  const { type, enum: words, const: only, items, minimum, maximum, format } = schema;
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (only !== undefined) return jsonWords(only);
  if (Array.isArray(words)) return `one of ${words.map((word) => jsonWords(word)).join(", ")}`;
  if (Array.isArray(choices)) {
    return choices.map((choice: Json) => (isSchema(choice) ? typeWords(choice) : "")).join(" or ");
  }
  if (Array.isArray(type)) return type.map((name: Json) => jsonWords(name)).join(" or ");
  if (type === "array") return `list of ${isSchema(items) ? typeWords(items) : "values"}`;
  if (type === "integer") return rangeWords("whole number", minimum, maximum);
  if (type === "number") return rangeWords("number", minimum, maximum);
  if (type === "boolean") return "true or false";
  if (type === "string") return typeof format === "string" ? format : "text";
  if (type === "object") return isSchema(schema["properties"]) ? "object" : "object of any keys";
  return "any value";
}

function rangeWords(word: string, minimum: Json | undefined, maximum: Json | undefined): string {
  // What zod writes for every whole number is no bound that anybody chose.
  const low = typeof minimum === "number" && minimum > Number.MIN_SAFE_INTEGER ? minimum : null;
  const high = typeof maximum === "number" && maximum < Number.MAX_SAFE_INTEGER ? maximum : null;
  if (low !== null && high !== null) return `${word} from ${low} to ${high}`;
  if (low !== null) return `${word} from ${low}`;
  return high === null ? word : `${word} up to ${high}`;
}

function isSchema(value: Json | undefined): value is Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
