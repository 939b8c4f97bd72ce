/** What targets of all clouds have in common. */
import { longestSeconds, parseDuration } from "./duration.ts";
import { duration, identifier, z } from "./schema.ts";
import { byName } from "./target-credentials.ts";

/** Addresses by the names that a provider's probes ask for; for a misspelt one the public cloud would be asked. */
export function addresses(words: string, ...names: readonly string[]) {
  return byName(names, z.url()).describe(
    `Addresses of the provider's API in place of the public ones. ${words}`,
  );
}

/** A duration of some time, and of no more than `most`. */
const timeLimit = (most: string) =>
  duration.refine(
    (text) =>
      parseDuration(text) === null ||
      (longestSeconds(text) > 0 && longestSeconds(text) <= longestSeconds(most)),
    { error: `expected a duration longer than none and of at most ${most}` },
  );
const limits = z.strictObject({
  concurrency: z
    .int()
    .min(1)
    .max(200)
    .optional()
    .describe("Calls at once against this target; 40 when left out."),
  callTimeout: timeLimit("PT1H")
    .optional()
    .describe(
      "How long one call may take: an ISO 8601 duration of at most PT1H; PT30S when left out.",
    ),
  targetTimeout: timeLimit("P1D")
    .optional()
    .describe(
      "How long the whole target may take: an ISO 8601 duration of at most P1D; PT10M when left out.",
    ),
});

const backupSet = z.strictObject({
  id: identifier.describe("Id of the backup set; no other of the target has it."),
  bucket: z.string().min(1).describe("Name of the bucket."),
  prefix: z
    .string()
    .default("")
    .describe("What the names of its objects begin with; by default every object counts."),
  labels: z
    .array(identifier)
    .default([])
    .describe("Labels of the backup set, for the scopes of checks."),
  retention: duration
    .optional()
    .describe(
      "How long recovery points are kept there: an ISO 8601 duration such as P30D. Left out: the bucket's lifecycle rules say it.",
    ),
});
export const backups = z
  .array(backupSet)
  .default([])
  .describe("Buckets whose objects are recovery points.");

export const common = {
  id: identifier.describe("Id of the target; no other in the file has it."),
  labels: z
    .array(identifier)
    .default([])
    .describe("Labels that all its subjects have, for the scopes of checks."),
  caFile: z
    .string()
    .min(1)
    .optional()
    .describe(
      "PEM file of certificate authorities that are trusted too; the path is relative to this file.",
    ),
  limits: limits.optional().describe("How hard and how long the target may be asked."),
};
