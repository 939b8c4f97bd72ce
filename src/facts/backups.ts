/**
 * Kinds that nothing backs up on a schedule but the plans of a backup service: that their own service tells no rules is
 * no lack of a reading. Volumes are none of them, as Amazon Data Lifecycle Manager makes snapshots of them.
 */
const PLANS_ONLY: ReadonlySet<string> = new Set(
  [
    "AWS::S3::Bucket",
    "AWS::EFS::FileSystem",
    "AWS::Timestream::Table",
    // Restore points are made by hand, or by the vault that backs the machine up.
    "Microsoft.Compute/virtualMachines",
  ].map(lower),
);

/**
 * Kinds with backups of their own that no plan of a backup service can select.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/backup-feature-availability.html
 * https://learn.microsoft.com/azure/backup/backup-support-matrix
 */
const NO_PLANS: ReadonlySet<string> = new Set(
  [
    "AWS::OpenSearchService::Domain",
    "Microsoft.Sql/servers/databases",
    "Microsoft.Sql/managedInstances/databases",
    "Microsoft.DocumentDB/databaseAccounts",
    // What a vault protects tells the rules by which it does.
    "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems",
  ].map(lower),
);

/**
 * Kinds of which AWS Backup keeps continuous backups.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/point-in-time-recovery.html
 */
const CONTINUOUS: ReadonlySet<string> = new Set(
  ["AWS::S3::Bucket", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"].map(lower),
);

/** How the recovery points of a kind are found. */
export interface PointSources {
  /** Kinds of subject that can be a recovery point of it: all of them must have been listed. */
  readonly kinds: readonly [string, ...string[]];
  /** Whether its own service tells more (a log of changes), so that its own reading is needed beside them. */
  readonly own: boolean;
}
const BACKUP_POINT = "AWS::Backup::RecoveryPoint";
const AZURE_POINTS = [
  "Microsoft.RecoveryServices/vaults/backupFabrics/protectionContainers/protectedItems/recoveryPoints",
  "Microsoft.Compute/restorePointCollections/restorePoints",
] as const;
const POINT_SOURCES: ReadonlyMap<string, PointSources> = new Map(
  Object.entries<PointSources>({
    "AWS::EC2::Volume": { kinds: [BACKUP_POINT, "AWS::EC2::Snapshot"], own: false },
    "AWS::EFS::FileSystem": { kinds: [BACKUP_POINT], own: false },
    "AWS::DynamoDB::Table": { kinds: [BACKUP_POINT], own: true },
    "AWS::FSx::FileSystem": { kinds: [BACKUP_POINT], own: true },
    "AWS::RDS::DBInstance": {
      kinds: [BACKUP_POINT, "AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot"],
      own: true,
    },
    "AWS::RDS::DBCluster": { kinds: [BACKUP_POINT, "AWS::RDS::DBClusterSnapshot"], own: true },
    "Microsoft.Compute/virtualMachines": { kinds: AZURE_POINTS, own: false },
    "Microsoft.Compute/disks": {
      kinds: [
        ...AZURE_POINTS,
        "Microsoft.DataProtection/backupVaults/backupInstances/recoveryPoints",
        "Microsoft.Compute/snapshots",
      ],
      own: false,
    },
    "upcloud/storage": { kinds: ["upcloud/storage-backup"], own: false },
    "compute.googleapis.com/Disk": { kinds: ["compute.googleapis.com/Snapshot"], own: false },
    "compute.googleapis.com/RegionDisk": { kinds: ["compute.googleapis.com/Snapshot"], own: false },
  }).map(([kind, sources]) => [lower(kind), sources]),
);

/**
 * Snapshots that AWS Backup makes are those of their own service too: its recovery point has the snapshot's ARN.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html
 */
const POINT_OF_SERVICE: ReadonlyMap<string, string> = new Map(
  ["AWS::EC2::Snapshot", "AWS::RDS::DBSnapshot", "AWS::RDS::DBClusterSnapshot"].map((kind) => [
    lower(kind),
    BACKUP_POINT,
  ]),
);

/** Whether a kind is backed up by the plans of a backup service alone. */
export function onlyPlansBackUp(kind: string): boolean {
  return PLANS_ONLY.has(lower(kind));
}

/** Whether no plan of a backup service can back a kind up: its own service's word is all there is. */
export function noPlanBacksUp(kind: string): boolean {
  return NO_PLANS.has(lower(kind));
}

/** Whether a backup plan can keep continuous backups of a kind. */
export function canBeContinuous(kind: string): boolean {
  return CONTINUOUS.has(lower(kind));
}

/** Where the recovery points of a kind are found; undefined where its own reading tells all of them. */
export function pointSourcesOf(kind: string): PointSources | undefined {
  return POINT_SOURCES.get(lower(kind));
}

/** The kind of a backup service's recovery point that a snapshot of this kind may be as well, under the same id. */
export function pointOfService(kind: string): string | undefined {
  return POINT_OF_SERVICE.get(lower(kind));
}

function lower(kind: string): string {
  return kind.toLowerCase();
}
