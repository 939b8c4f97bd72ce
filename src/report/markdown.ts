import { printable } from "./escape.ts";

/**
 * Prose for Markdown: `|`, `<` and `@` mean nothing (no table cell ends, no tag opens, nobody is mentioned).
 * What stands between backticks is code already and stays as it is.
 */
export function prose(text: string): string {
  const parts = printable(text).split("`");
  // An odd number of backticks: the last one opens nothing.
  if (parts.length % 2 === 0) return escapeText(printable(text).replaceAll("`", "\\`"));
  return parts.map((part, index) => (index % 2 === 0 ? escapeText(part) : code(part))).join("");
}

/** The same for a table's cell, which must not be empty. */
export function cell(text: string): string {
  return text === "" ? "–" : prose(text);
}

/** Code within a line or a cell; a backtick inside needs longer fences. */
export function code(text: string): string {
  const safe = printable(text).replaceAll("|", "\\|");
  const runs = safe.match(/`+/g) ?? [];
  const fence = "`".repeat(1 + Math.max(0, ...runs.map((run) => run.length)));
  return fence.length === 1 ? `\`${safe}\`` : `${fence} ${safe} ${fence}`;
}

function escapeText(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("@", "&#64;");
}
