import type { Backup, FileSystem } from "@aws-sdk/client-fsx";
import type { Backups } from "#model/backup-facets.ts";
import type { Encryption, RecoveryPoints, Redundancy } from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { plain } from "#model/text.ts";
import { wholeEncryption } from "./encryption.ts";
import { PROVIDER_KEY, type KeyManager } from "./key-managers.ts";

const guide = (name: string) =>
  `https://docs.aws.amazon.com/fsx/latest/${name}/encryption-at-rest.html`;
/** Where each type documents that it is encrypted always, and by which cipher. */
const DESIGNS: ReadonlyMap<string, string> = new Map([
  ["WINDOWS", guide("WindowsGuide")],
  ["LUSTRE", guide("LustreGuide")],
  ["ONTAP", guide("ONTAPGuide")],
  ["OPENZFS", guide("OpenZFSGuide")],
]);

/**
 * Every file system is encrypted; those of Lustre that are for scratch by keys of the service, which are not named.
 * @throws when it is of a type that AWS does not document
 */
export function toEncryption(system: FileSystem, manager: KeyManager): Encryption {
  const reference = DESIGNS.get(system.FileSystemType ?? "");
  if (reference === undefined) throw new TypeError("a file system of another type");
  const unnamed = isScratch(system) ? PROVIDER_KEY : { by: null, why: "it names no key" };
  return wholeEncryption(true, system.KmsKeyId === undefined ? unnamed : manager, reference);
}

/** The part of the description that belongs to its type. */
function settingsOf(system: FileSystem) {
  const { FileSystemType: type, WindowsConfiguration: windows } = system;
  if (type === "WINDOWS") return windows;
  if (type === "LUSTRE") return system.LustreConfiguration;
  if (type === "ONTAP") return system.OntapConfiguration;
  return type === "OPENZFS" ? system.OpenZFSConfiguration : undefined;
}

function isScratch(system: FileSystem): boolean {
  const { FileSystemType: type, LustreConfiguration: lustre } = system;
  return type === "LUSTRE" && lustre?.DeploymentType?.startsWith("SCRATCH_") === true;
}

const ONE_ZONE = /^(?:SINGLE_AZ_(?:HA_)?|PERSISTENT_|SCRATCH_)\d$/;

/** @throws when the answer names no deployment type that AWS documents */
export function toRedundancy(system: FileSystem): Redundancy {
  const setting = settingsOf(system)?.DeploymentType;
  const several = /^MULTI_AZ_\d$/.test(setting ?? "");
  if (setting === undefined || (!several && !ONE_ZONE.test(setting))) {
    throw new TypeError("no DeploymentType of a documented name");
  }
  return {
    // A preferred file server and a standby in another zone.
    zones: several ? 2 : 1,
    zoneNames: null,
    zoneRedundant: several,
    geoRedundant: null,
    setting,
  };
}

const DAY = 86_400;
/** The backup window. https://docs.aws.amazon.com/fsx/latest/WindowsGuide/using-backups.html */
const WINDOW = 1800;

/**
 * The daily backups that the service makes of itself.
 * @throws when the answer does not say how long they are kept
 */
export function toBackups(system: FileSystem, region: string): Backups {
  const days = daysOf(system);
  if (days === 0) return { rules: [], partOf: [] };
  const rule = {
    name: "automatic daily backups",
    longestInterval: DAY,
    window: WINDOW,
    places: [{ region, vault: null, retention: `P${days}D` }],
  };
  return { rules: [rule], partOf: [] };
}

/** Scratch file systems cannot be backed up, and say nothing of it. */
function daysOf(system: FileSystem): number {
  const days = settingsOf(system)?.AutomaticBackupRetentionDays;
  if (days === undefined && isScratch(system)) return 0;
  if (days === undefined || !Number.isInteger(days) || days < 0) {
    throw new TypeError("no AutomaticBackupRetentionDays");
  }
  return days;
}

/** Whether the service backs up the volumes of a file system one by one: none of these backups is all of it. */
export function isBackedUpByVolume({ FileSystemType }: FileSystem): boolean {
  return FileSystemType === "ONTAP";
}

/**
 * The backups of a file system that the service lists, automatic ones and those made by hand. Those of AWS Backup are
 * subjects of their own.
 * @param backups all of the region
 * @throws when a backup tells no time, or is a copy of one that is not there, whose time nothing tells
 */
export function toRecoveryPoints(system: FileSystem, backups: readonly Backup[]): RecoveryPoints {
  const days = daysOf(system);
  const listed = new Set(backups.map(({ BackupId }) => BackupId));
  const own = backups.filter(
    ({ FileSystem, Type, Lifecycle }) =>
      FileSystem?.FileSystemId === system.FileSystemId &&
      Type !== "AWS_BACKUP" &&
      Lifecycle === "AVAILABLE",
  );
  const points = own.flatMap(({ BackupId, CreationTime: at, SourceBackupId: source }) => {
    // A copy holds what its source holds.
    if (source !== undefined && listed.has(source)) return [];
    if (source !== undefined) {
      throw new TypeError(`${plain(BackupId ?? "a backup", 40)} is a copy of what is not listed`);
    }
    if (at === undefined) throw new TypeError("a backup without time");
    return [at.toISOString()];
  });
  return {
    points: points.sort(),
    since: FROM_THE_BEGINNING,
    olderExists: false,
    retention: days === 0 ? null : `P${days}D`,
  };
}
