import type {
  DBClusterSnapshot,
  DBSnapshot,
  DescribeDBClusterSnapshotAttributesResult,
  DescribeDBSnapshotAttributesResult,
} from "@aws-sdk/client-rds";
import type { RecoveryPoint } from "#model/backup-facets.ts";
import type { Exposure } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import type { Place } from "./listing.ts";

/** What snapshots are made of, as it is listed now. */
export interface Original {
  readonly arn: string;
  /** Stays when it is renamed, and is another when one of the same name is made anew. */
  readonly resource: string | undefined;
  readonly retentionDays: number | undefined;
}

/** A snapshot of an instance or a cluster, in what both have in common. */
interface Common {
  readonly status: string | undefined;
  readonly at: Date | undefined;
  readonly type: string | undefined;
  readonly identifier: string | undefined;
  readonly resource: string | undefined;
  /** ARN of the snapshot that this one is a copy of. */
  readonly copyOf: string | undefined;
  readonly retentionDays: number | undefined;
}

/**
 * A snapshot of an instance. A copy is as old as what it was copied from.
 * @throws when it does not say its state
 */
export function toRecoveryPoint(
  snapshot: DBSnapshot,
  place: Place,
  originals: readonly Original[],
): RecoveryPoint {
  const copyOf = snapshot.SourceDBSnapshotIdentifier;
  return recoveryPoint("db", place, originals, {
    status: snapshot.Status,
    at: snapshot.OriginalSnapshotCreateTime ?? (copyOf ? undefined : snapshot.SnapshotCreateTime),
    type: snapshot.SnapshotType,
    identifier: snapshot.DBInstanceIdentifier,
    resource: snapshot.DbiResourceId,
    copyOf,
    retentionDays: snapshot.BackupRetentionPeriod,
  });
}

/**
 * A snapshot of a cluster. A copy does not tell when its original was made; it is looked up.
 * @param all the cluster snapshots of every region
 * @throws when it does not say its state
 */
export function toClusterRecoveryPoint(
  snapshot: DBClusterSnapshot,
  place: Place,
  originals: readonly Original[],
  all: readonly DBClusterSnapshot[],
): RecoveryPoint {
  const copyOf = snapshot.SourceDBClusterSnapshotArn;
  return recoveryPoint("cluster", place, originals, {
    status: snapshot.Status,
    at: firstTime(snapshot, all),
    type: snapshot.SnapshotType,
    identifier: snapshot.DBClusterIdentifier,
    resource: snapshot.DbClusterResourceId,
    copyOf,
    retentionDays: snapshot.BackupRetentionPeriod,
  });
}

function firstTime(
  snapshot: DBClusterSnapshot,
  all: readonly DBClusterSnapshot[],
): Date | undefined {
  let found: DBClusterSnapshot | undefined = snapshot;
  // A copy of a copy of a copy; a circle ends too.
  for (let hops = 0; hops < 10; hops += 1) {
    const source: string | undefined = found?.SourceDBClusterSnapshotArn;
    if (source === undefined || source === "") return found?.SnapshotCreateTime;
    found = all.find(({ DBClusterSnapshotArn }) => DBClusterSnapshotArn === source);
  }
  return undefined;
}

function recoveryPoint(
  type: "db" | "cluster",
  place: Place,
  originals: readonly Original[],
  common: Common,
): RecoveryPoint {
  const { status, at, retentionDays } = common;
  if (status === undefined) throw new TypeError("a snapshot without Status");
  const copied = common.copyOf !== undefined && common.copyOf !== "";
  if (status === "available" && at === undefined && !copied) {
    throw new TypeError("a snapshot that is available and has no time");
  }
  // A copy of unknown age is of nobody knows which moment of its original.
  const of = at === undefined && copied ? null : originalOf(type, place, originals, common);
  const kept = retentionDays ?? originals.find(({ arn }) => arn === of)?.retentionDays;
  const expires =
    common.type === "automated" && at !== undefined && kept !== undefined && kept > 0
      ? new Date(at.getTime() + kept * 86_400_000).toISOString()
      : null;
  return {
    of,
    at: at?.toISOString() ?? null,
    usable: status === "available",
    deletedAt: expires,
    state: plain(status, 40),
  };
}

/** By the resource's own id where it is still there; else by name, unless another has taken that name. */
function originalOf(
  type: "db" | "cluster",
  { account, region }: Place,
  originals: readonly Original[],
  { identifier, resource, copyOf }: Common,
): string | null {
  const same = originals.find((one) => resource !== undefined && one.resource === resource);
  if (same !== undefined) return same.arn;
  if (identifier === undefined) return null;
  const [, , , from = region, owner = account.id] = copyOf?.startsWith("arn:")
    ? copyOf.split(":")
    : [];
  const arn = `arn:${account.partition}:rds:${from}:${owner}:${type}:${identifier}`;
  const namesake = originals.find((one) => one.arn === arn);
  const another =
    resource !== undefined && namesake?.resource !== undefined && namesake.resource !== resource;
  return another ? null : arn;
}

/** What the attributes of both kinds of snapshot have in common. */
interface Attribute {
  readonly AttributeName?: string | undefined;
  readonly AttributeValues?: readonly string[] | undefined;
}

/** Who may restore the snapshot of an instance. @throws where the answer has not the documented shape */
export function toSnapshotExposure(raw: {
  readonly DBSnapshotAttributesResult?: DescribeDBSnapshotAttributesResult["DBSnapshotAttributesResult"];
}): Exposure {
  return toExposure(raw.DBSnapshotAttributesResult?.DBSnapshotAttributes);
}

/** Who may restore the snapshot of a cluster. @throws where the answer has not the documented shape */
export function toClusterSnapshotExposure(raw: {
  readonly DBClusterSnapshotAttributesResult?: DescribeDBClusterSnapshotAttributesResult["DBClusterSnapshotAttributesResult"];
}): Exposure {
  return toExposure(raw.DBClusterSnapshotAttributesResult?.DBClusterSnapshotAttributes);
}

/**
 * Who may restore a snapshot: `all` is everyone who has an AWS account.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
 */
function toExposure(attributes: readonly Attribute[] | undefined): Exposure {
  if (attributes === undefined) throw new TypeError("no attributes of the snapshot");
  const restore = attributes.find(({ AttributeName }) => AttributeName === "restore");
  // RDS names it where the snapshot is shared with nobody, too.
  if (restore?.AttributeValues === undefined) throw new TypeError("no attribute restore");
  const who = restore.AttributeValues;
  const accounts = who.filter((one) => one !== "all");
  return {
    anonymousAccess: who.includes("all"),
    // It has no address in any network.
    openNetwork: false,
    through: [
      ...(who.includes("all") ? ["restore: all"] : []),
      ...accounts.map((account) => `shared with account ${plain(account, 40)}`),
    ],
    closedBy: [],
  };
}

/** RDS shares only what was made by hand. */
export const AUTOMATED_EXPOSURE: Exposure = {
  anonymousAccess: false,
  openNetwork: false,
  through: [],
  closedBy: ["automated snapshots cannot be shared"],
};
