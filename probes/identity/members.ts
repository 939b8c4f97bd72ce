/** Members of JSON that a stranger sends, bounded; pure. */
import { type Fields, fields, text } from "#probes/common/json.ts";
import { TlsScanError } from "#probes/tls/errors.ts";

/** @throws TlsScanError for what is no JSON object */
export function jsonObject(body: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw new TlsScanError("malformed", "is no JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new TlsScanError("malformed", "is no JSON object");
  }
  return fields(value);
}

const LONGEST = 1000;
const MOST = 200;

/** A text; null where it is absent, empty or of another type. @throws TlsScanError for a longer one than any in use */
export function shortText(value: unknown): string | null {
  const found = text(value);
  if (found !== null && found.length > LONGEST) {
    throw new TlsScanError("malformed", `has a text of ${found.length} characters`);
  }
  return found;
}

/** A list of texts; null where it is absent or something else. @throws TlsScanError for a longer one than any in use */
export function shortTexts(value: unknown): readonly string[] | null {
  if (!Array.isArray(value)) return null;
  // Half a list is never taken for the whole.
  if (value.length > MOST) {
    throw new TlsScanError("malformed", `has a list of ${value.length} values`);
  }
  const texts = value.flatMap((item) => shortText(item) ?? []);
  return texts.length === value.length ? texts : null;
}

/** The names of the members that an object has and that nobody else may know. */
export function exposedIn(object: Fields, secrets: readonly string[]): readonly string[] {
  return secrets.filter((name) => {
    const value = object[name];
    return value !== undefined && value !== null && value !== "";
  });
}
