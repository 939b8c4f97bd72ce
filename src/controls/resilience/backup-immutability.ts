import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import { renderSeconds, shortestSeconds } from "#model/duration.ts";
import type { SchemaKit } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const DAY = 86_400;

const expectation = ({ duration, z }: SchemaKit) =>
  z.strictObject({
    mode: z
      .enum(["compliance", "governance"])
      .default("governance")
      .describe(
        "Who may lift the lock: compliance (nobody at all) or governance (only who has a right of its own to); compliance holds for both.",
      ),
    minimum: duration
      .optional()
      .describe(
        "For how long at least nothing may be deleted: an ISO 8601 duration such as P30D. Left out: any time will do.",
      ),
  });

export default defineControl({
  id: "backup-immutability",
  title: "Immutability of backups",
  rationale:
    "Who takes over an account deletes its backups first. A lock that nobody can lift outlives stolen credentials.",
  severity: "high",
  judges: "subject",
  needs: ["immutability"],
  expectation,
  evaluate: ({ expect, facets }) => {
    if (facets.immutability === undefined) return notApplicable("cannot be locked");
    const { mode, minimumDays } = facets.immutability;
    const detail = plain(facets.immutability.detail);
    const { minimum } = expect;
    const failures: string[] = [];
    const open: string[] = [];
    if (mode === null) open.push(`whether it is locked cannot be told (${detail})`);
    if (mode === "none") failures.push(`is not locked (${detail})`);
    if (mode === "governance" && expect.mode === "compliance") {
      failures.push(`its lock can be lifted by whoever has the right to (${detail})`);
    }
    if (minimum !== undefined && mode !== "none") {
      if (minimumDays === null || !(minimumDays >= 0)) {
        open.push(`for how long nothing can be deleted is not said (${detail})`);
      } else if (minimumDays * DAY < shortestSeconds(minimum)) {
        failures.push(`locked for ${renderSeconds(minimumDays * DAY)} only (${detail})`);
      }
    }
    const time = minimumDays === null ? "" : ` for ${renderSeconds(minimumDays * DAY)} at least`;
    return settle({
      failures,
      open,
      held: `locked in ${mode ?? "no"} mode${time} (${detail})`,
      declared: [
        `locked in ${expect.mode} mode`,
        ...(minimum === undefined ? [] : [`for at least ${minimum}`]),
      ].join(", "),
      actual: { mode, minimumDays },
    });
  },
  remediation:
    "Lock the vault or bucket: a vault lock with a minimum retention, object lock with a default retention, an immutable vault. A lock in compliance mode can never be lifted: try it in governance mode first.",
  references: [
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html",
    "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html",
    "https://learn.microsoft.com/azure/backup/backup-azure-immutable-vault-concept",
  ],
});
