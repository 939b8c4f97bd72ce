import { z } from "#model/schema.ts";

const strings = z.array(z.string());
const text = z.string().nullable();

const rule = z.object({
  name: z.string(),
  longestInterval: z.number().nullable(),
  continuous: z.boolean().exactOptional(),
  window: z.number(),
  places: z.array(z.object({ region: text, vault: text, retention: text })),
});
const condition = z.object({
  key: z.string(),
  operator: z.enum(["equals", "not-equals", "like", "not-like"]),
  value: z.string(),
});

/** The shape of the facets of `#model/backup-facets.ts`. */
export const BACKUP_FACET_SCHEMAS = {
  backups: z.object({ rules: z.array(rule), partOf: strings }),
  backupPlan: z.object({
    rules: z.array(rule),
    selections: z.array(
      z.object({
        name: z.string(),
        include: strings,
        exclude: strings,
        anyTag: z.array(condition),
        allTags: z.array(condition),
        leftOut: z.array(z.object({ kind: z.string(), sure: z.boolean() })),
        withoutParts: strings.exactOptional(),
      }),
    ),
  }),
  recoveryPoint: z.object({
    of: text,
    ofRegion: text.exactOptional(),
    at: text,
    usable: z.boolean(),
    deletedAt: text,
    deletionToldBy: z.string().exactOptional(),
    deletionUnread: z.string().exactOptional(),
    state: z.string(),
  }),
  recoveryTest: z.object({
    lastSuccess: text,
    lastAttempt: text,
    lastOutcome: text,
    since: text,
  }),
  immutability: z.object({
    mode: z.enum(["compliance", "governance", "none"]).nullable(),
    minimumDays: z.number().nullable(),
    detail: z.string(),
  }),
  accessPolicy: z.object({
    grants: z.array(
      z.object({ principal: z.string(), labels: strings, actions: strings, conditions: strings }),
    ),
    unseen: strings,
  }),
};
