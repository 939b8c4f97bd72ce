import type { DBCluster, DBInstance, DBInstanceAutomatedBackup } from "@aws-sdk/client-rds";
import type { BackupPlace, Backups } from "#model/backup-facets.ts";
import type { Encryption, Exposure, Location, RecoveryPoints, Redundancy } from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { listed, plain } from "#model/text.ts";
import { wholeEncryption } from "./encryption.ts";
import { PROVIDER_KEY, type KeyManager } from "./key-managers.ts";

const DESIGNS: Readonly<Record<string, string>> = {
  docdb: "https://docs.aws.amazon.com/documentdb/latest/developerguide/encryption-at-rest.html",
  neptune: "https://docs.aws.amazon.com/neptune/latest/userguide/encrypt.html",
};
const RDS_DESIGN =
  "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html";

/** @throws when the answer does not say whether it is encrypted */
export function toEncryption(
  item: Pick<DBInstance | DBCluster, "Engine" | "StorageEncryptionType"> & {
    readonly Encrypted?: boolean | undefined;
    readonly StorageEncrypted?: boolean | undefined;
  },
  manager: KeyManager,
): Encryption {
  // Snapshots of instances and their backups have the first, the others the second.
  const { Encrypted: encrypted, Engine, StorageEncrypted: stored } = item;
  const { StorageEncryptionType: type } = item;
  const design = DESIGNS[Engine ?? ""] ?? RDS_DESIGN;
  // Where RDS encrypts by a key of its own, the older field says that nothing is encrypted.
  if (type === "sse-rds") return wholeEncryption(true, PROVIDER_KEY, design);
  if (type !== undefined && type !== "none" && type !== "sse-kms") {
    throw new TypeError("a StorageEncryptionType of another name");
  }
  const enabled = type === undefined ? (encrypted ?? stored) : type === "sse-kms";
  if (enabled === undefined) throw new TypeError("neither Encrypted nor StorageEncrypted");
  return wholeEncryption(enabled, manager, design);
}

/** A database lets nobody in without a login; what an instance may be reached from, its security groups decide. */
export function toExposure({ PubliclyAccessible: open }: DBInstance): Exposure {
  if (open === undefined) throw new TypeError("no PubliclyAccessible");
  return {
    anonymousAccess: false,
    openNetwork: open ? null : false,
    through: open ? ["PubliclyAccessible, as far as its security groups let in"] : [],
    closedBy: ["a database login is needed", ...(open ? [] : ["not PubliclyAccessible"])],
  };
}

/** An instance that belongs to no cluster: a standby in a second zone, or none. @throws without MultiAZ */
export function toRedundancy(instance: DBInstance): Redundancy {
  const { AvailabilityZone, MultiAZ, SecondaryAvailabilityZone } = instance;
  if (MultiAZ === undefined) throw new TypeError("no MultiAZ");
  const names = [AvailabilityZone, SecondaryAvailabilityZone].filter((zone) => zone !== undefined);
  const zones = [...new Set(names)].sort();
  const told = MultiAZ ? zones.length > 1 : zones.length > 0;
  return {
    zones: told ? (MultiAZ ? zones.length : 1) : MultiAZ ? null : 1,
    zoneNames: told ? (MultiAZ ? zones : zones.slice(0, 1)) : null,
    zoneRedundant: MultiAZ,
    geoRedundant: (instance.ReadReplicaDBInstanceIdentifiers ?? []).some((id) =>
      isElsewhere(id, instance.DBInstanceArn),
    ),
    setting: MultiAZ ? "Multi-AZ" : "Single-AZ",
  };
}

/** Engines whose storage spans three zones whatever instances there are. */
const SPREAD_STORAGE = /^(?:aurora|docdb$|neptune$)/;
/**
 * What an instance's state says of its serving; of whatever is not here nothing is known.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/accessing-monitoring.html#Overview.DBInstance.Status
 */
const SERVING =
  /^(?:available|backing-up|modifying|maintenance|moving-to-vpc|rebooting|renaming|upgrading|configuring-[a-z-]+|resetting-master-credentials|converting-to-vpc|delete-precheck|storage-[a-z-]+)$/;
const ABSENT =
  /^(?:creating|deleting|failed|insufficient-capacity|starting|stopped|stopping|inaccessible-encryption-credentials(?:-recoverable)?|incompatible-(?:network|option-group|parameters|restore)|restore-error)$/;

/**
 * A cluster is where its instances are. The storage of Aurora, DocumentDB and Neptune spans three zones by its published
 * design, but without an instance in a second zone nothing takes over at once, so it is said and not counted.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Concepts.AuroraHighAvailability.html
 * @param known the instances of the region
 * @throws when a member is not among them, or in a state that AWS does not document
 */
export function toClusterRedundancy(cluster: DBCluster, known: readonly DBInstance[]): Redundancy {
  const { DBClusterMembers, Engine } = cluster;
  const serving = (DBClusterMembers ?? []).flatMap(({ DBInstanceIdentifier: id }) => {
    const instance = known.find(({ DBInstanceIdentifier }) => DBInstanceIdentifier === id);
    if (instance === undefined) {
      throw new TypeError(
        `its instance ${plain(id ?? "without name", 80)} is not among those listed`,
      );
    }
    const { AvailabilityZone, DBInstanceStatus: state = "without state" } = instance;
    if (ABSENT.test(state)) return [];
    if (!SERVING.test(state)) throw new TypeError(`its instance is ${plain(state, 40)}`);
    return AvailabilityZone === undefined ? [] : [AvailabilityZone];
  });
  const names = [...new Set(serving)].sort();
  const storage = SPREAD_STORAGE.test(Engine ?? "");
  const across = (cluster.ReadReplicaIdentifiers ?? []).some((id) =>
    isElsewhere(id, cluster.DBClusterArn),
  );
  const instances = `${serving.length} instance${serving.length === 1 ? "" : "s"}`;
  return {
    // A serverless cluster of the first version names no instances.
    zones: names.length === 0 ? null : names.length,
    zoneNames: names.length === 0 ? null : names,
    zoneRedundant: names.length === 0 ? null : names.length > 1,
    // A global database may have a copy elsewhere; that is told by its replication.
    geoRedundant: across ? true : storage ? null : false,
    setting: `${instances}${names.length === 0 ? "" : ` in ${listed(names)}`}${storage ? ", storage in three zones by published design" : ""}`,
  };
}

/** Whether an identifier is the ARN of something in another region than the subject's. */
function isElsewhere(id: string, own: string | undefined): boolean {
  const region = regionOf(id);
  return region !== null && region !== regionOf(own ?? "");
}

/** The region of an ARN; null for what is none. */
export function regionOf(arn: string): string | null {
  return /^arn:[^:]*:rds:([^:]+):/.exec(arn)?.[1] ?? null;
}

/**
 * Changes are stored every five minutes or sooner.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIT.html
 */
const LAG_SECONDS = 300;

/** The automated backups of an instance or a cluster. @throws where their retention is not said */
export function toBackups(
  { BackupRetentionPeriod: days }: Pick<DBInstance, "BackupRetentionPeriod">,
  region: string,
  copies: readonly BackupPlace[],
): Backups {
  if (days === undefined) throw new TypeError("no BackupRetentionPeriod");
  if (days === 0) return { rules: [], partOf: [] };
  const rule = {
    name: "automated backups",
    longestInterval: 0,
    window: LAG_SECONDS,
    places: [{ region, vault: null, retention: `P${days}D` }, ...copies],
  };
  return { rules: [rule], partOf: [] };
}

/** The place of a replicated automated backup. @throws where its retention is not said */
export function toCopy(
  arn: string,
  backups: readonly Pick<
    DBInstanceAutomatedBackup,
    "BackupRetentionPeriod" | "DBInstanceAutomatedBackupsArn"
  >[],
): BackupPlace {
  const copy = backups.find((backup) => backup.DBInstanceAutomatedBackupsArn === arn);
  const days = copy?.BackupRetentionPeriod;
  if (days === undefined) throw new TypeError("a replicated backup that its region does not list");
  return { region: regionOf(arn), vault: null, retention: `P${days}D` };
}

/**
 * What can be recovered from automated backups: every moment of their window. Snapshots, automated ones too, are
 * subjects of their own, all of which are listed, so there are no other points and none that are older.
 */
export function toRecoveryPoints(
  { BackupRetentionPeriod: days }: Pick<DBInstance, "BackupRetentionPeriod">,
  window: { readonly from: Date | undefined; readonly to: Date | undefined },
  observedAt: string,
): RecoveryPoints {
  if (days === undefined) throw new TypeError("no BackupRetentionPeriod");
  const none = { points: [], since: FROM_THE_BEGINNING, olderExists: false };
  if (days === 0) return { ...none, retention: null };
  const retention = `P${days}D`;
  const { to } = window;
  // They are turned on, and their window is not told: it may be there.
  if (to === undefined) return { ...none, since: observedAt, olderExists: null, retention };
  // The last moment is one that can be recovered, wherever the window begins.
  const from = window.from ?? to;
  const continuous = { from: from.toISOString(), to: to.toISOString() };
  return { ...none, retention, continuous };
}

/** The regions of an instance and of the copies of its automated backups. @throws where one names none */
export function toLocation(region: string, copies: readonly string[]): Location {
  const others = copies.map((arn) => {
    const other = regionOf(arn);
    if (other === null) throw new TypeError("a replicated backup whose ARN names no region");
    return other;
  });
  return { regions: [...new Set([region, ...others])], zones: null };
}

/** The window of an instance's automated backups, where the region lists one for it. */
export function restoreWindow(
  { DBInstanceArn, LatestRestorableTime }: DBInstance,
  backups: readonly DBInstanceAutomatedBackup[],
): { readonly from: Date | undefined; readonly to: Date | undefined } {
  const own = backups.find(
    (backup) => backup.DBInstanceArn === DBInstanceArn && backup.Status === "active",
  );
  const { EarliestTime, LatestTime } = own?.RestoreWindow ?? {};
  return { from: EarliestTime, to: LatestTime ?? LatestRestorableTime };
}
