import type {
  DBClusterAutomatedBackup,
  DBClusterAutomatedBackupMessage,
  DBInstanceAutomatedBackup,
  DBInstanceAutomatedBackupMessage,
} from "@aws-sdk/client-rds";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { tellEncryption } from "./key-managers.ts";
import {
  defineListing,
  listAll,
  observeListed,
  type ListedSubject,
  type Place,
} from "./listing.ts";
import { regionOf, toEncryption } from "./rds-facets.ts";
import type { AwsSession } from "./session.ts";
import { tagRecord } from "./tags.ts";

/** Of instances, then of clusters. */
export const LEFT_KINDS = [
  "AWS::RDS::DBInstanceAutomatedBackup",
  "AWS::RDS::DBClusterAutomatedBackup",
] as const;

/** Automated backups of instances; as subjects, those that the instance does not tell of. */
export const instanceBackups = defineListing({
  kinds: [LEFT_KINDS[0]],
  service: "rds",
  operation: "DescribeDBInstanceAutomatedBackups",
  permission: "rds:DescribeDBInstanceAutomatedBackups",
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { DescribeDBInstanceAutomatedBackupsCommand } = await import("@aws-sdk/client-rds");
    const command = new DescribeDBInstanceAutomatedBackupsCommand({ MaxRecords: 100, Marker });
    return client.send(command, options);
  },
  next: (page: DBInstanceAutomatedBackupMessage) => page.Marker,
  items: (page) => page.DBInstanceAutomatedBackups,
  subject: (backup: DBInstanceAutomatedBackup, place) =>
    leftSubject(place, {
      arn: backup.DBInstanceAutomatedBackupsArn,
      resource: backup.DbiResourceId,
      of: backup.DBInstanceArn,
      name: backup.DBInstanceIdentifier,
      status: backup.Status,
      tags: backup.TagList,
    }),
});

const clusterBackups = defineListing({
  kinds: [LEFT_KINDS[1]],
  service: "rds",
  operation: "DescribeDBClusterAutomatedBackups",
  permission: "rds:DescribeDBClusterAutomatedBackups",
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { DescribeDBClusterAutomatedBackupsCommand } = await import("@aws-sdk/client-rds");
    const command = new DescribeDBClusterAutomatedBackupsCommand({ MaxRecords: 100, Marker });
    return client.send(command, options);
  },
  next: (page: DBClusterAutomatedBackupMessage) => page.Marker,
  items: (page) => page.DBClusterAutomatedBackups,
  subject: (backup: DBClusterAutomatedBackup, place) =>
    leftSubject(place, {
      arn: backup.DBClusterAutomatedBackupsArn,
      resource: backup.DbClusterResourceId,
      of: backup.DBClusterArn,
      name: backup.DBClusterIdentifier,
      status: backup.Status,
      tags: backup.TagList,
    }),
});

interface Left {
  readonly arn: string | undefined;
  readonly resource: string | undefined;
  /** ARN of the database. */
  readonly of: string | undefined;
  readonly name: string | undefined;
  readonly status: string | undefined;
  readonly tags: DBInstanceAutomatedBackup["TagList"];
}

/**
 * Backups that outlive their database, or lie in another region than it: what of them is beside a database that is there
 * is told by the database. null for the latter.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_WorkingWithAutomatedBackups.Retaining.html
 */
export function leftSubject(
  { account, region }: Place,
  { arn, resource, of, name, status, tags }: Left,
): ListedSubject | null {
  if (of === undefined || status === undefined) {
    throw new TypeError("an automated backup without database or status");
  }
  if (status !== "retained" && regionOf(of) === region) return null;
  const id =
    arn ??
    (resource === undefined
      ? undefined
      : `arn:${account.partition}:rds:${region}:${account.id}:auto-backup:${resource}`);
  if (id === undefined || name === undefined) {
    throw new TypeError("an automated backup without id or name");
  }
  return { id, name, tags: tagRecord(tags) };
}

/** Automated backups that are the only trace of a database in their region. */
export async function* readLeftBackups(
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const [instances, clusters] = await Promise.all([
    listAll(instanceBackups, session),
    listAll(clusterBackups, session),
  ]);
  yield* observeListed(instanceBackups, instances, wanted, session);
  yield* observeListed(clusterBackups, clusters, wanted, session);
  if (!wanted.has("encryption")) return;
  yield* tellEncryption([...instances.found, ...clusters.found], toEncryption, session);
}
