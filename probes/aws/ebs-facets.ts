import type { CreateVolumePermission, Image, Snapshot, Volume } from "@aws-sdk/client-ec2";
import type { Backups, RecoveryPoint } from "#model/backup-facets.ts";
import type { Encryption, Exposure } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import { encryption, wholeEncryption } from "./encryption.ts";
import type { KeyManager } from "./key-managers.ts";
import type { Found, Place } from "./listing.ts";

const DESIGN = "https://docs.aws.amazon.com/ebs/latest/userguide/how-ebs-encryption-works.html";

/** Encrypted by a KMS key, or by EBS itself where no key is named. @throws where neither is said */
export function isEncrypted({
  Encrypted,
  SseType,
}: Pick<Volume, "Encrypted" | "SseType">): boolean {
  if (SseType === "sse-ebs") return true;
  if (Encrypted === undefined) throw new TypeError("no Encrypted");
  return Encrypted;
}

/** Encryption of a volume or a snapshot. @throws where it does not say whether it is encrypted */
export function toEncryption(item: Volume | Snapshot, manager: KeyManager): Encryption {
  return wholeEncryption(isEncrypted(item), manager, DESIGN);
}

/**
 * An image is what its snapshots are; one that the account does not own tells nothing of its key.
 * @throws when a device does not say whether it is encrypted
 */
export function toImageEncryption(
  { BlockDeviceMappings }: Image,
  managerOf: (snapshot: string) => KeyManager | undefined,
): Encryption {
  const disks = (BlockDeviceMappings ?? []).flatMap(({ Ebs }) => (Ebs === undefined ? [] : [Ebs]));
  if (disks.length === 0) {
    return encryption(null, {
      caveat: "the image has no EBS snapshot: its copy in S3 is not shown",
    });
  }
  const managers = disks.map(({ SnapshotId }) => managerOf(SnapshotId ?? ""));
  const unread = managers.find((manager) => manager?.by === null);
  const manager: KeyManager = managers.every((one) => one !== undefined)
    ? (managers.find(({ by }) => by === "provider") ?? unread ?? { by: "customer", why: null })
    : { by: null, why: "a snapshot of the image is not among those of the account" };
  const open = disks.filter((disk) => !isEncrypted(disk));
  const names = open.map(({ SnapshotId }) => plain(SnapshotId ?? "a device", 40)).join(", ");
  return open.length === 0
    ? wholeEncryption(true, manager, DESIGN)
    : encryption(false, { caveat: `not encrypted: ${names}` });
}

/** EBS has no rules of its own; what backs up an instance backs up the volumes that are attached to it. */
export function toBackups({ Attachments }: Volume, { account, region }: Place): Backups {
  const attached = (Attachments ?? []).flatMap(({ InstanceId, State }) =>
    InstanceId !== undefined && (State === "attached" || State === "busy") ? [InstanceId] : [],
  );
  return {
    rules: [],
    partOf: attached.map(
      (id) => `arn:${account.partition}:ec2:${region}:${account.id}:instance/${id}`,
    ),
  };
}

/** Copies, and snapshots of imported disks, name a volume that never was. */
const NO_VOLUME = "vol-ffffffff";

/** The volume that a snapshot was made of, as ARN; null where it does not say. */
export function volumeOf({ VolumeId }: Snapshot, { account, region }: Place): string | null {
  if (VolumeId === undefined || VolumeId === "" || VolumeId === NO_VOLUME) return null;
  return `arn:${account.partition}:ec2:${region}:${account.id}:volume/${VolumeId}`;
}

/** @throws when a snapshot does not say its state or when it was started */
export function toRecoveryPoint(snapshot: Snapshot, place: Place): RecoveryPoint {
  const { StartTime, State } = snapshot;
  if (State === undefined || StartTime === undefined) {
    throw new TypeError("a snapshot without state or time");
  }
  const policy = lifecyclePolicyOf(snapshot);
  return {
    of: volumeOf(snapshot, place),
    // A snapshot holds what was written before it was started, however long it took.
    at: StartTime.toISOString(),
    usable: State === "completed",
    deletedAt: null,
    ...(policy === undefined
      ? {}
      : {
          deletionUnread: `Data Lifecycle Manager made it (${plain(policy, 60)}), whose policies are not read`,
        }),
    state: State,
  };
}

/** The policy of Data Lifecycle Manager behind each volume's snapshots, by the volume's ARN. */
export function lifecyclePolicies(found: readonly Found<Snapshot>[]): ReadonlyMap<string, string> {
  const policies = new Map<string, string>();
  for (const { item, place } of found) {
    const volume = volumeOf(item, place);
    const policy = lifecyclePolicyOf(item);
    if (volume !== null && policy !== undefined) policies.set(volume, plain(policy, 60));
  }
  return policies;
}

function lifecyclePolicyOf({ Tags }: Snapshot): string | undefined {
  return Tags?.find(({ Key }) => Key === "aws:dlm:lifecycle-policy-id")?.Value;
}

/** Whether everyone is among those who may make a volume of a snapshot. */
export function isForAll(permissions: readonly CreateVolumePermission[] | undefined): boolean {
  return (permissions ?? []).some(({ Group }) => Group === "all");
}

const BLOCKS: ReadonlySet<string> = new Set([
  "block-all-sharing",
  "block-new-sharing",
  "unblocked",
]);

/**
 * Who may make a volume of a snapshot. Accounts that it is shared with are named, so they are not everyone.
 * https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html
 * @param block the account's setting, where the snapshot is open to everyone; null: not asked
 * @throws where it is open and the setting is not told
 */
export function toSnapshotExposure(
  permissions: readonly CreateVolumePermission[] | undefined,
  block: string | null,
): Exposure {
  if (permissions === undefined) throw new TypeError("no CreateVolumePermissions");
  const open = isForAll(permissions);
  if (open && !BLOCKS.has(block ?? "")) {
    throw new TypeError("no State of the block of public access that AWS documents");
  }
  const blocked = open && block === "block-all-sharing";
  const accounts = permissions.flatMap(({ UserId }) => UserId ?? []);
  return {
    anonymousAccess: open && !blocked,
    // It has no address in any network.
    openNetwork: false,
    through: [
      ...(open ? ["createVolumePermission: all"] : []),
      ...accounts.map((account) => `shared with account ${plain(account, 40)}`),
    ],
    closedBy: blocked ? ["block public access for snapshots (block-all-sharing)"] : [],
  };
}

/** @throws when the image does not say whether it is public */
export function toImageExposure({ Public: open }: Image): Exposure {
  if (open === undefined) throw new TypeError("no Public");
  return {
    anonymousAccess: open,
    openNetwork: false,
    through: open ? ["launch permission: all"] : [],
    closedBy: [],
  };
}
