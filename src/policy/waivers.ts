import { check, duplicateIds, mappingsOf, settle } from "#configuration/check.ts";
import { type Loaded, readDocument } from "#configuration/document.ts";
import { secretFindings } from "#configuration/secrets.ts";
import { type Waiver, waiversSchema } from "#model/exceptions.ts";
import { periodFindings } from "./period.ts";

/**
 * Reads waivers.
 * @throws ConfigurationError with everything that is wrong, at its line and column.
 */
export function readWaivers(file: string): Loaded<readonly Waiver[]> {
  const document = readDocument(file);
  const entries = mappingsOf(document.value, "waivers");
  const { value, ...source } = settle(document, check(waiversSchema, document.value), [
    ...secretFindings(document.value),
    ...duplicateIds(document, entries),
    ...periodFindings(entries),
  ]);
  return { ...source, value: value.waivers };
}
