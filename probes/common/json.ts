/** Reading a server's JSON, which may be anything; pure. */
export type Fields = Readonly<Record<string, unknown>>;

/** The value as JSON object; one without fields where it is none. */
export function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

/** A text that is not empty; null for anything else. */
export function text(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** A boolean; null where it is absent or something else, so that absent never reads as false. */
export function flag(value: unknown): boolean | null {
  return typeof value === "boolean" ? value : null;
}

/** A whole number that is not negative, as number or as text (64 bits do not fit a JSON number); null for anything else. */
export function count(value: unknown): number | null {
  const number = typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0 ? number : null;
}

/** A list of objects; none where it is absent. @throws when it is something else */
export function list(value: unknown): readonly Fields[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new TypeError("a list was expected");
  return value.map(fields);
}

const ISO = /^\d{4}-\d\d-\d\dT[\d:.]{5,20}(?:Z|[+-]\d\d:\d\d)$/;

/** ISO 8601 UTC; null for what is no moment with its zone, and for .NET's and Windows' zero. */
export function moment(value: unknown): string | null {
  const written = text(value) ?? "";
  const time = ISO.test(written) ? Date.parse(written) : Number.NaN;
  return Number.isFinite(time) && time > Date.UTC(2000, 0) ? new Date(time).toISOString() : null;
}
