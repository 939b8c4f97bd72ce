/** Volumes and their copies in OVHcloud's JSON as facets; pure. */
import type { RecoveryPoint } from "#model/backup-facets.ts";
import type { Encryption, RecoveryPoints } from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { moment, text, type Fields } from "#probes/common/json.ts";

/** Types whose volumes are not encrypted; those that end with `-luks` are. Any other type is unknown. */
const PLAIN: ReadonlySet<string> = new Set([
  "classic",
  "classic-multiattach",
  "high-speed",
  "high-speed-gen2",
]);

/**
 * By the volume's type, which is chosen when it is made: https://github.com/ovh/public-cloud-roadmap/issues/307. LUKS
 * leaves open with which cipher, and OVHcloud keeps the key.
 */
export function toEncryption({ type }: Fields): Encryption {
  const name = text(type);
  const enabled =
    name === null ? null : name.endsWith("-luks") ? true : PLAIN.has(name) ? false : null;
  return encryptionOf(
    enabled,
    name === null ? "no volume type is stated" : `volume type ${name.slice(0, 60)}`,
  );
}

/** A copy is encrypted as its volume is; of one that is gone, or was listed nowhere, nothing is known. */
export function toCopyEncryption(volume: Fields | null): Encryption {
  if (volume === null)
    return encryptionOf(null, "the volume that it was made of is not there any more");
  const { enabled } = toEncryption(volume);
  return encryptionOf(
    enabled,
    `as the volume that it was made of (${text(volume["type"])?.slice(0, 60) ?? "no type stated"})`,
  );
}

function encryptionOf(enabled: boolean | null, caveat: string): Encryption {
  return {
    enabled,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement: enabled === true ? "provider" : null,
    caveat,
  };
}

/** @throws when a copy does not say when it was made, or its state */
export function toVolumePoint(raw: Fields, project: string): RecoveryPoint {
  const { volumeId, creationDate, status } = raw;
  return pointOf({ of: text(volumeId), at: creationDate, state: status }, project, "available");
}

/**
 * The copies that exist of a volume; nothing but who makes them says how long they are kept.
 * @param copies every snapshot and backup of the volume's project
 * @throws where one does not say of which volume it is, or when it was made
 */
export function toRecoveryPoints({ id }: Fields, copies: readonly Fields[]): RecoveryPoints {
  const own = copies.filter(({ volumeId }) => {
    if (text(volumeId) === null) throw new TypeError("a copy that names no volume");
    return volumeId === id;
  });
  const usable = own.map((raw) => toVolumePoint(raw, "")).filter((point) => point.usable);
  const points = usable.flatMap(({ at }) => at ?? []).sort();
  return { points, since: FROM_THE_BEGINNING, olderExists: false, retention: null };
}

/** An image that was made of an instance; it does not say of which. */
export function toInstancePoint({ creationDate, status }: Fields): RecoveryPoint {
  return pointOf({ of: null, at: creationDate, state: status }, "", "active");
}

/**
 * States of copies that nobody can recover from: of snapshots and backups by Cinder, of images by Glance.
 * https://docs.openstack.org/api-ref/block-storage/v3/, https://docs.openstack.org/glance/latest/user/statuses.html
 */
const UNUSABLE: ReadonlySet<string> = new Set([
  "creating",
  "deactivated",
  "deleted",
  "deleting",
  "error",
  "error_deleting",
  "importing",
  "killed",
  "pending_delete",
  "queued",
  "saving",
  "uploading",
]);

function pointOf(
  told: { readonly of: string | null; readonly at: unknown; readonly state: unknown },
  project: string,
  usable: string,
): RecoveryPoint {
  const at = moment(told.at);
  const state = text(told.state);
  if (at === null || state === null) throw new TypeError("a copy without state or time");
  if (state !== usable && !UNUSABLE.has(state)) {
    throw new TypeError(`a copy in a state that is not known: ${state.slice(0, 40)}`);
  }
  return {
    of: told.of === null ? null : `${project}/${told.of}`,
    at,
    usable: state === usable,
    deletedAt: null,
    state: state.slice(0, 60),
  };
}
