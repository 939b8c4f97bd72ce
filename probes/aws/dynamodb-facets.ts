import type {
  BackupSummary,
  DescribeContinuousBackupsOutput,
  DescribeTableOutput,
  PointInTimeRecoveryDescription,
  ReplicaDescription,
} from "@aws-sdk/client-dynamodb";
import type { Backups } from "#model/backup-facets.ts";
import type {
  Encryption,
  RecoveryPoints,
  Replication,
  ReplicationDestination,
} from "#model/facets.ts";
import { FROM_THE_BEGINNING } from "#model/moment.ts";
import { wholeEncryption } from "./encryption.ts";
import type { KeyManager } from "./key-managers.ts";

const DESIGN =
  "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html";

/** Every table is encrypted; by a key that AWS owns where the table describes none. @throws without a table */
export function toEncryption({ Table }: DescribeTableOutput, manager: KeyManager): Encryption {
  if (Table === undefined) throw new TypeError("no Table in the answer");
  const { Status, KMSMasterKeyArn } = Table.SSEDescription ?? {};
  if (Table.SSEDescription !== undefined && Status === undefined) {
    throw new TypeError("an SSEDescription without Status");
  }
  // While it is turned off again the key is named still, and AWS's own is used.
  const named = KMSMasterKeyArn !== undefined && Status !== "DISABLED";
  return wholeEncryption(true, named ? manager : { by: "provider", why: null }, DESIGN);
}

/** What a replica's status means; whatever is not here is not known. */
const STATES: ReadonlyMap<string, ReplicationDestination["status"]> = new Map([
  ["ACTIVE", "active"],
  ["UPDATING", "active"],
  ["CREATING", "degraded"],
  ["CREATION_FAILED", "degraded"],
  ["DELETING", "disabled"],
  ["INACCESSIBLE_ENCRYPTION_CREDENTIALS", "degraded"],
  ["REGION_DISABLED", "degraded"],
  ["REPLICATION_NOT_AUTHORIZED", "degraded"],
  ["ARCHIVED", "degraded"],
  ["ARCHIVING", "degraded"],
]);

/**
 * The other tables of a global table. The first version of global tables does not list them in a table's description:
 * there is a copy then, and where it lies was not read.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_versions.html
 * @throws when the answer has no table, or a replica no region
 */
export function toReplication({ Table }: DescribeTableOutput, arn: string): Replication {
  if (Table === undefined) throw new TypeError("no Table in the answer");
  const [, partition, , own, account] = arn.split(":");
  const destinations = (Table.Replicas ?? []).flatMap((replica: ReplicaDescription) => {
    const { RegionName: region, ReplicaArn, ReplicaStatus } = replica;
    if (region === undefined) throw new TypeError("a replica without region");
    if (region === own) return [];
    const subject = `arn:${partition}:dynamodb:${region}:${account}:table/${Table.TableName}`;
    return [
      {
        region,
        subject: ReplicaArn ?? (Table.TableName === undefined ? null : subject),
        status: STATES.get(ReplicaStatus ?? "") ?? "unknown",
        whole: true,
        lastSync: null,
      } as const,
    ];
  });
  if (destinations.length === 0 && Table.GlobalTableVersion === "2017.11.29") {
    return {
      destinations: [
        { region: null, subject: null, status: "unknown", whole: true, lastSync: null },
      ],
    };
  }
  return { destinations };
}

/** The latest moment that can be restored lies some five minutes back. */
const LAG_SECONDS = 300;
/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html */
const DEFAULT_DAYS = 35;

/** @throws when the answer does not say whether continuous backups are on */
export function toBackups(raw: DescribeContinuousBackupsOutput, region: string): Backups {
  const recovery = pointInTime(raw);
  if (recovery === null) return { rules: [], partOf: [] };
  const rule = {
    name: "point-in-time recovery",
    longestInterval: 0,
    window: LAG_SECONDS,
    places: [{ region, vault: null, retention: retentionOf(recovery) }],
  };
  return { rules: [rule], partOf: [] };
}

/**
 * The time that can be recovered from the table's continuous backup, and the backups on demand. Those of AWS Backup are
 * subjects of their own.
 * @param onDemand the table's backups; null where they were not read
 * @throws when the answer does not say what can be recovered, or a backup has no time
 */
export function toRecoveryPoints(
  raw: DescribeContinuousBackupsOutput,
  onDemand: readonly BackupSummary[] | null,
  observedAt: string,
): RecoveryPoints {
  const usable = (onDemand ?? []).filter(
    ({ BackupStatus, BackupType }) => BackupStatus === "AVAILABLE" && BackupType !== "AWS_BACKUP",
  );
  const points = usable.map(({ BackupCreationDateTime: at }) => {
    if (at === undefined) throw new TypeError("a backup without time");
    return at.toISOString();
  });
  const found = { points: points.sort(), since: FROM_THE_BEGINNING, olderExists: false };
  const unread = { points: [], since: observedAt, olderExists: null };
  const base = onDemand === null ? unread : found;
  const recovery = pointInTime(raw);
  if (recovery === null) return { ...base, retention: null };
  const { EarliestRestorableDateTime: earliest, LatestRestorableDateTime: latest } = recovery;
  const retention = retentionOf(recovery);
  // Neither is told in the first minutes after it was turned on.
  if (earliest === undefined || latest === undefined) return { ...base, retention };
  const from = earliest.toISOString();
  const since = onDemand === null ? from : base.since;
  return { ...base, since, retention, continuous: { from, to: latest.toISOString() } };
}

/** Whether the table keeps a continuous backup, so that something can be told without its backups on demand. */
export function isContinuous(raw: DescribeContinuousBackupsOutput): boolean {
  return pointInTime(raw) !== null;
}

/** null: it is turned off. */
function pointInTime({
  ContinuousBackupsDescription,
}: DescribeContinuousBackupsOutput): PointInTimeRecoveryDescription | null {
  const recovery = ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
  const status = recovery?.PointInTimeRecoveryStatus;
  if (recovery !== undefined && status === "ENABLED") return recovery;
  if (status === "DISABLED") return null;
  if (
    recovery === undefined &&
    ContinuousBackupsDescription?.ContinuousBackupsStatus === "DISABLED"
  )
    return null;
  throw new TypeError("no PointInTimeRecoveryStatus");
}

function retentionOf({ RecoveryPeriodInDays }: PointInTimeRecoveryDescription): string {
  return `P${RecoveryPeriodInDays ?? DEFAULT_DAYS}D`;
}
