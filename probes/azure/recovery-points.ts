/** Recovery points of Recovery Services and Backup vaults; pure. Each throws when the answer cannot be understood. */
import type { RecoveryPoint } from "#model/backup-facets.ts";
import type { RecoveryPoints } from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { fields, flag, text, type Fields, list, moment } from "#probes/common/json.ts";
import { propertiesOf } from "./facets.ts";

/** Tiers from which one can recover: https://learn.microsoft.com/rest/api/backup/recovery-points/list */
const READABLE: ReadonlySet<string> = new Set(["Valid", "Rehydrated"]);

/**
 * A point of a Recovery Services vault; where it lies in several tiers, one of them is enough.
 * @param of id of what it was made of
 */
export function toRecoveryServicesPoint(raw: Fields, of: string | null): RecoveryPoint {
  const properties = propertiesOf(raw);
  const at = moment(properties["recoveryPointTime"] ?? properties["recoveryPointTimeInUTC"]);
  if (at === null) throw new TypeError("a recovery point without time");
  const tiers = list(properties["recoveryPointTierDetails"]).map(({ type, status }) => ({
    type: text(type) ?? "tier",
    status: text(status) ?? "not stated",
  }));
  const own = fields(properties["recoveryPointProperties"]);
  const deleted = flag(own["isSoftDeleted"]) === true;
  const expiry = own["expiryTime"];
  return {
    of,
    at,
    usable: !deleted && (tiers.length === 0 || tiers.some(({ status }) => READABLE.has(status))),
    deletedAt: moment(expiry),
    state:
      [
        ...(deleted ? ["soft deleted"] : []),
        ...tiers.map(({ type, status }) => `${type} ${status}`),
      ]
        .join(", ")
        .slice(0, 100) ||
      (text(properties["recoveryPointType"] ?? properties["type"]) ?? "listed"),
  };
}

/** A point of a Backup vault. */
export function toBackupVaultPoint(raw: Fields, of: string | null): RecoveryPoint {
  const properties = propertiesOf(raw);
  const at = moment(properties["recoveryPointTime"]);
  if (at === null) throw new TypeError("a recovery point without time");
  const state = text(properties["recoveryPointState"]);
  return {
    of,
    at,
    usable: state === null || state === "Completed",
    deletedAt: moment(properties["expiryTime"]),
    state: (state ?? text(properties["recoveryPointType"]) ?? "listed").slice(0, 100),
  };
}

/**
 * The points of something that is no resource of its own, and the time that its log covers: of several such times the
 * last, as a log that broke off cannot be read beyond the break.
 */
export function toOwnPoints(
  points: readonly RecoveryPoint[],
  logs: readonly Fields[],
  retention: string | null,
): RecoveryPoints {
  const ranges = logs
    .flatMap((log) => list(propertiesOf(log)["timeRanges"]))
    .map(({ startTime, endTime }) => {
      const [from, to] = [moment(startTime), moment(endTime)];
      if (from === null || to === null || from > to) {
        throw new TypeError("a time of the log that is none");
      }
      return { from, to };
    })
    .sort((a, b) => (a.to < b.to ? -1 : 1));
  let last = ranges.at(-1);
  for (const range of ranges.toReversed()) {
    if (last !== undefined && range.to >= last.from && range.from < last.from) {
      last = { from: range.from, to: last.to };
    }
  }
  return {
    points: [
      ...new Set(points.flatMap(({ usable, at }) => (usable && at !== null ? [at] : []))),
    ].sort(),
    since: FROM_THE_BEGINNING,
    olderExists: false,
    retention,
    ...(last === undefined ? {} : { continuous: last }),
  };
}
