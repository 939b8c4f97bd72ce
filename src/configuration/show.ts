import { plain } from "#model/text.ts";
import { secretForm } from "./secrets.ts";
import type { Path } from "./document.ts";

const MOST_KEYS = 5;

/** A value for a message: one line, bounded; collections by their kind, and no secret. */
export function show(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (typeof value === "string") return showText(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  const keys = Object.keys(value);
  if (keys.length === 0) return "an empty mapping";
  const shown = keys.slice(0, MOST_KEYS).map(showKey).join(", ");
  return `a mapping of ${shown}${keys.length > MOST_KEYS ? ", …" : ""}`;
}

/** A text in quotes, bounded, without secrets. */
export function showText(text: string, limit = 80): string {
  return secretForm(text) === null ? `"${plain(text, limit)}"` : "a secret (not shown)";
}

/** A key without quotes. */
export function showKey(key: string): string {
  return secretForm(key) === null ? plain(key, 60) : "(a secret, not shown)";
}

/** A path as people write it: `claims[3].checks[0].expect`. */
export function pathText(path: Path): string {
  const text = path
    .map((step) => {
      if (typeof step === "number") return `[${step}]`;
      return /^[\w-]+$/.test(step) ? `.${showKey(step)}` : `[${showText(step, 60)}]`;
    })
    .join("");
  return text.replace(/^\./, "");
}
