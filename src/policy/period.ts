import type { mappingsOf } from "#configuration/check.ts";
import type { Finding } from "#configuration/document.ts";

const ISO_DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Attestations or waivers that end before they begin. What is no date is left to the schema. */
export function periodFindings(entries: ReturnType<typeof mappingsOf>): readonly Finding[] {
  return entries.flatMap(({ path, entry: { date, expires } }) => {
    if (typeof date !== "string" || typeof expires !== "string") return [];
    if (!ISO_DATE.test(date) || !ISO_DATE.test(expires) || expires >= date) return [];
    return [{ path: [...path, "expires"], message: `: ${expires} is before its date, ${date}` }];
  });
}
