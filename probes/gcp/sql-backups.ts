/** Backups of Cloud SQL in its JSON as facets; pure. Each throws where the answer cannot be understood. */
import type { BackupRule, Backups } from "#model/backup-facets.ts";
import type { RecoveryPoints } from "#model/facets.ts";
import { count, fields, flag, moment, text, type Fields } from "#probes/common/json.ts";
import { settingsOf, sqlId } from "./sql-settings.ts";

const DAY_SECONDS = 86_400;
/** A daily backup starts within this window: https://cloud.google.com/sql/docs/mysql/backup-recovery/backups */
const WINDOW_SECONDS = 4 * 3600;

/** @throws where the instance does not say whether it is backed up */
export function backupsOf(raw: Fields): { readonly on: boolean; readonly own: Fields } {
  const own = fields(settingsOf(raw)["backupConfiguration"]);
  const on = flag(own["enabled"]);
  if (on === null) throw new TypeError("an instance that does not say whether it is backed up");
  return { on, own };
}

/** @param primary what a replica is made of, whose backups are all that there are; null: it is no replica */
export function toBackups(raw: Fields, primary: Fields | null): Backups {
  if (primary !== null) return { ...toBackups(primary, null), partOf: [sqlId(primary)] };
  const { on, own } = backupsOf(raw);
  if (!on) return { rules: [], partOf: [] };
  const region = text(own["location"])?.toLowerCase() ?? null;
  const rule = (name: string, interval: number | null, retention: string | null): BackupRule => ({
    name,
    longestInterval: interval,
    window: interval === 0 ? 0 : WINDOW_SECONDS,
    places: [{ region, vault: null, retention }],
  });
  const daily = own["backupTier"] === undefined || own["backupTier"] === "STANDARD";
  return {
    rules: [
      // Other tiers are run by plans of Backup and DR, which are not read.
      rule(
        daily ? "automated backups" : "backups by a plan of Backup and DR",
        daily ? DAY_SECONDS : null,
        daily ? days(fields(own["backupRetentionSettings"])["retainedBackups"]) : null,
      ),
      ...(recordsChanges(raw)
        ? [rule("point-in-time recovery", 0, days(own["transactionLogRetentionDays"]))]
        : []),
    ],
    partOf: [],
  };
}

/** @throws where there is no number: no backup of its own is kept for ever */
function days(value: unknown): string {
  const number = count(value);
  if (number === null) throw new TypeError("an instance that does not say how long it keeps");
  return `P${number}D`;
}

/** Whether every moment can be recovered: a log of changes, by either name. @throws where a name says neither */
export function recordsChanges(raw: Fields): boolean {
  const { own } = backupsOf(raw);
  const states = [own["pointInTimeRecoveryEnabled"] ?? false, own["binaryLogEnabled"] ?? false];
  if (states.includes(true)) return true;
  if (states.some((state) => state !== false)) {
    throw new TypeError("an instance that does not say whether it records changes");
  }
  return false;
}

/** States of a backup that nobody can recover from: https://cloud.google.com/sql/docs/mysql/admin-api/rest/v1/backupRuns */
const UNUSABLE: ReadonlySet<unknown> = new Set([
  "DELETED",
  "DELETION_FAILED",
  "DELETION_PENDING",
  "ENQUEUED",
  "FAILED",
  "OVERDUE",
  "RUNNING",
  "SKIPPED",
]);

/** @throws TypeError for a backup in a state that is not known */
export function isUsable({ status }: Fields): boolean {
  if (status === "SUCCESSFUL") return true;
  if (UNUSABLE.has(status)) return false;
  throw new TypeError("a backup in a state that is not known");
}

/**
 * The backups that exist, each at its end.
 * @param recovery what getLatestRecoveryTime says; null where there is no log of changes
 */
export function toRecoveryPoints(
  raw: Fields,
  runs: readonly Fields[],
  recovery: Fields | null,
  since: number,
): RecoveryPoints {
  const moments = runs.filter(isUsable).map(({ endTime }) => {
    const at = moment(endTime);
    if (at === null) throw new TypeError("a backup without end");
    return Date.parse(at);
  });
  const within = moments.filter((at) => at >= since).sort((a, b) => a - b);
  const from = moment(recovery?.["earliestRecoveryTime"]);
  const to = moment(recovery?.["latestRecoveryTime"]);
  if (recovery !== null && (from === null || to === null)) {
    throw new TypeError("a log of changes without its two ends");
  }
  const kept = count(
    fields(fields(settingsOf(raw)["backupConfiguration"])["backupRetentionSettings"])[
      "retainedBackups"
    ],
  );
  return {
    points: within.map((at) => new Date(at).toISOString()),
    since: new Date(since).toISOString(),
    olderExists: moments.some((at) => at < since),
    // One is made a day, and so many are kept.
    retention: kept === null ? null : `P${kept}D`,
    ...(from === null || to === null ? {} : { continuous: { from, to } }),
  };
}
