import { z } from "#model/schema.ts";

/** How many allowed values a message names. */
const MOST_VALUES = 20;

/**
 * What a schema wanted, as `expected …`: the words for every schema that brings none of its own. For unknown keys
 * it is the list of the known ones, which only the schema knows.
 */
export function expectedPhrase(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return `expected ${typeName(issue.expected)}`;
    case "invalid_value":
      return `expected ${choice(issue.values)}`;
    case "too_small":
      return `expected ${bound(issue.origin, issue.minimum, issue.inclusive === false ? "more than" : "at least")}`;
    case "too_big":
      return `expected ${bound(issue.origin, issue.maximum, issue.inclusive === false ? "less than" : "at most")}`;
    case "not_multiple_of":
      return `expected a multiple of ${issue.divisor}`;
    case "invalid_format":
      return `expected ${formatName(issue)}`;
    case "unrecognized_keys":
      return knownKeys(issue.inst).join(", ");
    case "invalid_union":
      return Array.isArray(issue["options"]) ? `expected ${choice(issue["options"])}` : "";
    case "custom":
    case "invalid_key":
    case "invalid_element":
    default:
      return "expected another value";
  }
}

/** What a union wanted: its own words, or those of its branches. */
export function union(issue: z.core.$ZodIssueInvalidUnion): string {
  if (issue.message !== "") return issue.message;
  const branches = issue.errors.map((issues) => {
    const own = issues.find(
      (inner) => inner.path.length === 0 && inner.code !== "unrecognized_keys",
    );
    return own === undefined ? "a mapping" : own.message.replace(/^expected /, "");
  });
  return `expected ${[...new Set(branches)].join(" or ")}`;
}

function typeName(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a mapping (key: value)",
    record: "a mapping (key: value)",
    null: "nothing",
  };
  return names[type] ?? `a value of the type ${type}`;
}

function choice(values: readonly unknown[]): string {
  const [only] = values;
  if (values.length === 1) return String(only);
  const shown = values.slice(0, MOST_VALUES).map(String).join(", ");
  return `one of ${shown}${values.length > MOST_VALUES ? ", …" : ""}`;
}

function bound(origin: string, limit: number | bigint, words: string): string {
  if (origin === "string") {
    return limit === 1n || limit === 1
      ? "a text that is not empty"
      : `a text of ${words} ${limit} characters`;
  }
  if (origin === "array" || origin === "set")
    return `a list of ${words} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  return `${words} ${limit}`;
}

function formatName(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidStringFormat>): string {
  const names: Readonly<Record<string, string>> = {
    url: "an address such as https://www.example.com",
    guid: "a UUID such as 00000000-0000-0000-0000-000000000000",
    uuid: "a UUID such as 00000000-0000-0000-0000-000000000000",
    date: "a date such as 2026-03-31",
    datetime: "a moment such as 2026-03-31T00:00:00Z",
  };
  if (issue.format === "starts_with") return `a text that starts with ${String(issue["prefix"])}`;
  if (issue.format === "regex") return `a text that matches ${String(issue["pattern"])}`;
  return names[issue.format] ?? `a text in the form ${issue.format}`;
}

/** Whether a field is in a schema only to say why it may not be given. */
function isRefused(field: unknown): boolean {
  return field instanceof z.ZodOptional && field.unwrap() instanceof z.ZodNever;
}

/** The keys that a strict object or a record over an enumeration takes: what raises unknown keys. */
function knownKeys(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodObject) {
    return Object.keys(schema.shape).filter((key) => !isRefused(schema.shape[key]));
  }
  if (schema instanceof z.ZodRecord && schema.keyType instanceof z.ZodEnum) {
    return schema.keyType.options.map(String);
  }
  return [];
}
