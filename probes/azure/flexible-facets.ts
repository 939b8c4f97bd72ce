/** What flexible servers of PostgreSQL and MySQL tell, of which the JSON is nearly the same; pure. Each throws when the answer cannot be understood. */
import { azurePairOf } from "#facts/azure-region-pairs.ts";
import type { BackupPlace, Backups } from "#model/backup-facets.ts";
import type {
  Encryption,
  Location,
  RecoveryPoints,
  Redundancy,
  Replication,
  ReplicationDestination,
} from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { plain } from "#model/text.ts";
import { fields, text, type Fields, moment } from "#probes/common/json.ts";
import { region } from "./arm.ts";
import type { Door } from "./database-firewall.ts";
import { byDesign, enabledFlag, ownLocation, propertiesOf } from "./facets.ts";

/** A server in a virtual network has no public address, whatever else is said. */
export function toDoor(raw: Fields, port: number): Door {
  const { publicNetworkAccess, delegatedSubnetResourceId } = fields(
    fields(raw["properties"])["network"],
  );
  return {
    access: publicNetworkAccess,
    subnet: text(delegatedSubnetResourceId),
    port,
    unseen: null,
  };
}

/** The data of both is always encrypted; who holds the key is only told where `dataEncryption` is. */
export function toEncryption(raw: Fields, reference: string): Encryption {
  const { type } = fields(propertiesOf(raw)["dataEncryption"]);
  const word = text(type)?.toLowerCase();
  if (word === "systemmanaged") return byDesign(reference, "provider");
  if (word === "azurekeyvault") return byDesign(reference, "customer");
  return byDesign(
    reference,
    null,
    `dataEncryption.type ${plain(text(type) ?? "is not stated", 60)}`,
  );
}

/** The server's region, and that of its geo-redundant backups, which no answer names. */
export function toLocation(raw: Fields): Location {
  const { regions } = ownLocation(raw);
  const pair = geoBackup(raw) ? pairOf(raw) : null;
  const { names } = standby(raw);
  return {
    regions: pair === null ? regions : [...regions, pair],
    zones: names.length === 0 ? null : names,
  };
}

/** Whether backups are copied to the paired region. @throws where that is not said */
function geoBackup(raw: Fields): boolean {
  const geo = enabledFlag(fields(propertiesOf(raw)["backup"])["geoRedundantBackup"]);
  if (geo === null) throw new TypeError("backup.geoRedundantBackup is not stated");
  return geo;
}

/** @throws where Microsoft publishes no pair of the region */
function pairOf(raw: Fields): string {
  const own = region(raw["location"]);
  const pair = own === null ? null : azurePairOf(own);
  if (pair === null) {
    throw new TypeError(
      `backups are geo-redundant, and the paired region of ${plain(own ?? "nowhere", 60)} is not known`,
    );
  }
  return pair;
}

/** The zones in use, and whether a standby in another zone is there; null: cannot be told. */
function standby(raw: Fields): { names: readonly string[]; across: boolean | null } {
  const { availabilityZone, highAvailability } = propertiesOf(raw);
  const { mode, state, standbyAvailabilityZone } = fields(highAvailability);
  const word = text(mode)?.toLowerCase();
  // A standby that is being made, or that is away, is no copy to fall back on.
  const stands = state === undefined || text(state)?.toLowerCase() === "healthy";
  const across =
    word === "zoneredundant"
      ? stands || null
      : word === "samezone" || word === "disabled"
        ? false
        : null;
  const other = across === true ? text(standbyAvailabilityZone) : null;
  const names = [text(availabilityZone), other].filter((zone) => zone !== null);
  return { names: [...new Set(names)].sort(), across };
}

/** @param elsewhere whether a replica, or what this is a replica of, is in another region; null: not known */
export function toRedundancy(raw: Fields, elsewhere: boolean | null): Redundancy {
  const { names, across } = standby(raw);
  const { mode, state } = fields(propertiesOf(raw)["highAvailability"]);
  const geo = text(fields(propertiesOf(raw)["backup"])["geoRedundantBackup"]);
  const told = across === true ? names.length > 1 : across === false;
  return {
    zones: told ? (across === true ? names.length : 1) : null,
    zoneNames: told && names.length > 0 ? names : null,
    zoneRedundant: across,
    geoRedundant: elsewhere,
    setting: [
      `highAvailability.mode ${plain(text(mode) ?? "is not stated", 40)}`,
      ...(text(state) === null ? [] : [`state ${plain(text(state) ?? "", 40)}`]),
      `geoRedundantBackup ${plain(geo ?? "is not stated", 40)}`,
    ].join(", "),
  };
}

/** What a server is a replica of; null: it is none. */
export function originalOf(raw: Fields): { readonly id: string | null } | null {
  const { replicationRole, replica, sourceServerResourceId } = propertiesOf(raw);
  const role = text(fields(replica)["role"]) ?? text(replicationRole);
  if (role === null || !/replica$/i.test(role)) return null;
  return { id: text(sourceServerResourceId) };
}

/**
 * What PostgreSQL says of a replica; MySQL says nothing. `Catchup` is not what SQL's CATCH_UP is: such a replica is still
 * behind, by how much is not said.
 * https://learn.microsoft.com/rest/api/postgresql/replicas/list-by-server
 */
const STATES: ReadonlyMap<string, ReplicationDestination["status"]> = new Map([
  ["active", "active"],
  ["provisioning", "degraded"],
  ["broken", "degraded"],
]);

/** The replicas of a server, and what it is a replica of. The lag is a metric, and metrics are not read. */
export function toReplication(raw: Fields, replicas: readonly Fields[]): Replication {
  const original = originalOf(raw);
  const destinations = replicas.map((one): ReplicationDestination => {
    const { replica, state } = propertiesOf(one);
    const said = STATES.get(text(fields(replica)["replicationState"])?.toLowerCase() ?? "");
    const stopped = text(state)?.toLowerCase() === "stopped";
    return {
      region: region(one["location"]),
      subject: text(one["id"])?.slice(0, 2000) ?? null,
      status: stopped ? "degraded" : (said ?? "unknown"),
      whole: true,
      lastSync: null,
    };
  });
  if (original === null) return { destinations };
  const source = {
    region: null,
    subject: original.id,
    status: "unknown",
    whole: true,
    lastSync: null,
  } as const;
  return {
    destinations: [source, ...destinations],
    copyOf: original.id?.slice(0, 2000) ?? "a server that is not named",
  };
}

/** Changes are stored every five minutes or sooner. */
const LAG_SECONDS = 300;

/** Whether a server is a replica that shows no backup of its own; whether it has any is not documented. */
export function isBareReplica(raw: Fields): boolean {
  const { earliestRestoreDate } = fields(propertiesOf(raw)["backup"]);
  return originalOf(raw) !== null && moment(earliestRestoreDate) === null;
}

/**
 * Backups cannot be turned off.
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-backup-restore
 * https://learn.microsoft.com/azure/mysql/flexible-server/concepts-backup-restore
 */
export function toBackups(raw: Fields): Backups {
  const retention = retentionOf(raw);
  const place = (at: string | null): BackupPlace => ({ region: at, vault: null, retention });
  const own = region(raw["location"]);
  const rule = {
    name: "automated backups",
    longestInterval: 0,
    window: LAG_SECONDS,
    places: [
      place(own),
      ...(geoBackup(raw) ? [place(own === null ? null : azurePairOf(own))] : []),
    ],
  };
  return { rules: [rule], partOf: [] };
}

/** @throws where the days are not said */
function retentionOf(raw: Fields): string {
  const days = fields(propertiesOf(raw)["backup"])["backupRetentionDays"];
  if (typeof days !== "number" || !Number.isInteger(days) || days < 1 || days > 36_500) {
    throw new TypeError("backup.backupRetentionDays is no number of days");
  }
  return `P${days}D`;
}

/**
 * The backups that are listed: all there are. Every moment from the first on can be recovered too, but until when no answer
 * says, so that is not told.
 */
export function toRecoveryPoints(
  raw: Fields,
  backups: readonly Fields[],
  observedAt: string,
): RecoveryPoints {
  const retention = retentionOf(raw);
  const points = backups.flatMap((backup) => {
    const { completedTime } = propertiesOf(backup);
    // One that is not completed has none.
    if (completedTime === undefined || completedTime === null) return [];
    const at = moment(completedTime);
    if (at === null) throw new TypeError("the time of a backup cannot be read");
    return [at];
  });
  // A replica without any may be one that is not backed up itself.
  const untold = points.length === 0 && originalOf(raw) !== null;
  return {
    points: [...new Set(points)].sort(),
    since: untold ? observedAt : FROM_THE_BEGINNING,
    olderExists: untold ? null : false,
    retention,
  };
}
