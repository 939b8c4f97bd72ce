/** Managed databases, their backups and snapshots in Scaleway's JSON as facets; pure. Each throws where an answer has not the documented shape. */
import type { Backups, RecoveryPoint } from "#model/backup-facets.ts";
import type { Encryption, Exposure, Location, RecoveryPoints, Redundancy } from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { encryption } from "#probes/aws/encryption.ts";
import { count, fields, flag, list, moment, text, type Fields } from "#probes/common/json.ts";
import { isPublicEndpoint, networkExposure } from "./doors.ts";
import { PLACES } from "./places.ts";

/** LUKS with aes-xts-plain64; the length of the key is not published. Logical backups are not encrypted. */
const DESIGN =
  "https://www.scaleway.com/en/docs/managed-databases-for-postgresql-and-mysql/concepts/#encryption-at-rest";

/** @throws TypeError where the answer does not say whether the volume is encrypted */
export function toEncryption(raw: Fields): Encryption {
  const enabled = flag(fields(raw["encryption"])["enabled"]);
  if (enabled === null) throw new TypeError("no encryption.enabled");
  if (!enabled) return encryption(false);
  return encryption(true, {
    algorithmReference: DESIGN,
    keyManagement: "provider",
    caveat: "aes-xts-plain64, of which the length of the key is not published",
  });
}

/** A logical backup of any instance, by what is published. */
export function toBackupEncryption(): Encryption {
  return encryption(null, {
    algorithmReference: DESIGN,
    caveat:
      "Scaleway publishes that logical backups are not encrypted by it, and its API shows nothing of it",
  });
}

/** A snapshot is of the instance's volume, which is encrypted or not. @param of the instance's entry; null: it is gone */
export function toSnapshotEncryption(of: Fields | null): Encryption {
  if (of !== null) return toEncryption(of);
  return encryption(null, { caveat: "the instance is gone, and the snapshot does not say" });
}

/** The read replicas, which are always told. @throws TypeError where they are not */
function replicasOf({ read_replicas: replicas }: Fields): readonly Fields[] {
  if (!Array.isArray(replicas)) throw new TypeError("no read_replicas");
  return list(replicas);
}

/** Where the instance is, with its read replicas; backups are subjects of their own. */
export function toInstanceLocation(raw: Fields): Location {
  const regions = [raw, ...replicasOf(raw)].map(({ region }) => {
    const name = text(region);
    if (name === null) throw new TypeError("no region");
    return name;
  });
  return { regions: [...new Set(regions)], zones: null };
}

/**
 * Where a backup really rests. `region` is that of the API; with `same_region: false` the backup is kept in another one,
 * which only the link to download it names. The link is a secret, so nothing but its host is looked at.
 */
export function toBackupLocation(raw: Fields): Location {
  const own = text(raw["region"]);
  if (own === null) throw new TypeError("no region");
  const same = flag(raw["same_region"]);
  if (same === true) return { regions: [own], zones: null };
  const link = text(raw["download_url"]) ?? "";
  const host = URL.canParse(link) ? new URL(link).hostname : "";
  const [, kept] = /^s3\.([a-z]{2}-[a-z]{3})\.scw\.cloud$/.exec(host) ?? [];
  if (kept !== undefined) return { regions: [kept], zones: null };
  const possible = PLACES.rdb.filter((region) => same === null || region !== own);
  return { regions: [], zones: null, possible };
}

/** Whether one can recover from it, by its state: it is whole before anything else is done with it. */
const WHOLE: ReadonlyMap<string, boolean> = new Map([
  ["ready", true],
  ["restoring", true],
  ["exporting", true],
  ["creating", false],
  ["deleting", false],
  ["error", false],
  ["locked", false],
]);

/** Of a backup or a snapshot. */
export function toRecoveryPoint(raw: Fields): RecoveryPoint {
  const at = moment(raw["created_at"]);
  const state = text(raw["status"]);
  if (at === null || state === null) throw new TypeError("no status or created_at");
  const usable = WHOLE.get(state);
  if (usable === undefined) {
    throw new TypeError(`a backup in a state that is not known: ${state.slice(0, 40)}`);
  }
  const { expires_at: expires } = raw;
  const deletedAt = moment(expires);
  return {
    of: text(raw["instance_id"]),
    at,
    usable,
    deletedAt,
    // Null is never; what is not told, or no moment, is no "never".
    ...(deletedAt === null && expires !== null
      ? { deletionUnread: "expires_at tells no moment" }
      : {}),
    state: state.slice(0, 60),
  };
}

/**
 * All recovery points of an instance.
 * @param entries every backup and every snapshot of all instances
 */
export function toRecoveryPoints(raw: Fields, entries: readonly unknown[]): RecoveryPoints {
  const points = entries
    .map(fields)
    .filter(({ instance_id: of }) => {
      if (text(of) === null) throw new TypeError("a backup that does not tell its instance");
      return of === raw["id"];
    })
    .map(toRecoveryPoint)
    .flatMap(({ at, usable }) => (usable && at !== null ? [at] : []));
  const schedule = scheduleOf(raw);
  return {
    points: [...new Set(points)].sort(),
    since: FROM_THE_BEGINNING,
    olderExists: false,
    retention: schedule === null ? null : `P${schedule.retention}D`,
  };
}

/** The moment of a run is told to 10 minutes: https://www.scaleway.com/en/developers/api/managed-database-postgre-mysql/ */
const WINDOW_SECONDS = 600;

/** The schedule of automatic backups. */
export function toBackups(raw: Fields): Backups {
  const schedule = scheduleOf(raw);
  if (schedule === null) return { rules: [], partOf: [] };
  const region = text(raw["region"]);
  const same = flag(raw["backup_same_region"]);
  const rule = {
    name: `backup_schedule every ${schedule.frequency} h`,
    longestInterval: schedule.frequency * 3600,
    window: WINDOW_SECONDS,
    places: [
      {
        // Which other region it is the setting does not say.
        region: same === true ? region : null,
        vault: null,
        retention: `P${schedule.retention}D`,
      },
    ],
  };
  return { rules: [rule], partOf: [] };
}

/** null: it is turned off. @throws TypeError where it is not told whole */
function scheduleOf(
  raw: Fields,
): { readonly frequency: number; readonly retention: number } | null {
  const schedule = fields(raw["backup_schedule"]);
  const disabled = flag(schedule["disabled"]);
  if (disabled === true) return null;
  const frequency = count(schedule["frequency"]);
  const retention = count(schedule["retention"]);
  if (disabled === null || !frequency || !retention) {
    throw new TypeError("a backup_schedule that is not whole");
  }
  return { frequency, retention };
}

/** @param rules of the list of addresses; asked only where there is a public endpoint */
export function toExposure(raw: Fields, rules: readonly unknown[]): Exposure {
  return networkExposure(hasPublicEndpoint(raw), rules.map(fields));
}

/** Whether the instance or a replica of it has a public endpoint. @throws TypeError where endpoints are not told */
export function hasPublicEndpoint(raw: Fields): boolean {
  // All are looked at before one decides: whatever is not understood may be the open one.
  const open = [raw, ...replicasOf(raw)].flatMap(({ endpoints }) => {
    if (!Array.isArray(endpoints)) throw new TypeError("no endpoints");
    return list(endpoints).map(isPublicEndpoint);
  });
  return open.includes(true);
}

/** In which zone the second node of a cluster is, nothing tells; of a read replica the answer says it. */
export function toRedundancy(raw: Fields): Redundancy {
  const cluster = flag(raw["is_ha_cluster"]);
  if (cluster === null) throw new TypeError("no is_ha_cluster");
  const replicas = replicasOf(raw);
  const elsewhere = replicas.some((one) => flag(one["same_zone"]) === false);
  const unsure = cluster || replicas.some((one) => flag(one["same_zone"]) === null);
  return {
    zones: null,
    zoneRedundant: elsewhere ? true : unsure ? null : false,
    geoRedundant: replicas.some(({ region }) => text(region) !== text(raw["region"])),
    setting: `is_ha_cluster: ${cluster}, ${replicas.length} read replicas`,
  };
}
