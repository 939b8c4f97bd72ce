import type { HttpFacet } from "#model/facets.ts";

/** `name` or `name=value`, the value a token or a quoted string (RFC 9110 5.6). */
const DIRECTIVE =
  /^([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+.^_`|~\w-]+)))?$/;
const MAX_LENGTH = 4096;

/**
 * Reads a Strict-Transport-Security header (RFC 6797 6.1). Null where there is none or where a browser would ignore it:
 * broken syntax, a directive twice, or no valid max-age.
 */
export function parseHsts(header: string | null): HttpFacet["hsts"] {
  if (header === null || header.length > MAX_LENGTH) return null;
  const directives = new Map<string, string>();
  for (const part of header.split(";")) {
    const text = part.trim();
    // Empty directives are allowed.
    if (text === "") continue;
    const match = DIRECTIVE.exec(text);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined || directives.has(name)) return null;
    directives.set(name, match[2] ?? match[3] ?? "");
  }
  const maxAge = directives.get("max-age") ?? "";
  if (!/^\d{1,15}$/.test(maxAge)) return null;
  return {
    maxAgeSeconds: Number(maxAge),
    includeSubDomains: directives.has("includesubdomains"),
    preload: directives.has("preload"),
  };
}
