import type { DBClusterSnapshot, DBSnapshot } from "@aws-sdk/client-rds";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineRead } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { awsQuestion } from "./calls.ts";
import { tell } from "#probes/common/known.ts";
import type { Found, Listed } from "./listing.ts";
import type { Databases } from "./rds-databases.ts";
import { toEncryption } from "./rds-facets.ts";
import {
  AUTOMATED_EXPOSURE,
  toClusterRecoveryPoint,
  toClusterSnapshotExposure,
  toRecoveryPoint,
  toSnapshotExposure,
  type Original,
} from "./rds-snapshots.ts";
import type { AwsSession } from "./session.ts";

type Told = AsyncGenerator<Observation | Problem>;

/** What the listings of snapshots tell, beside the databases that they are of. */
export async function* readSnapshots(
  ofInstances: Listed<DBSnapshot>,
  ofClusters: Listed<DBClusterSnapshot>,
  wanted: ReadonlySet<FacetName>,
  { session, managerOf, instances: known, clusters: knownClusters }: Databases,
): Told {
  const { context } = session;
  const originals = known.found.map(({ item, subject }): Original => ({
    arn: subject.id,
    resource: item.DbiResourceId,
    retentionDays: item.BackupRetentionPeriod,
  }));
  const clusterOriginals = knownClusters.found.map(({ item, subject }): Original => ({
    arn: subject.id,
    resource: item.DbClusterResourceId,
    retentionDays: item.BackupRetentionPeriod,
  }));
  const all = ofClusters.found.map(({ item }) => item);
  const points = [
    ...ofInstances.found.map((found) => ({
      ...found,
      map: () => toRecoveryPoint(found.item, found.place, originals),
    })),
    ...ofClusters.found.map((found) => ({
      ...found,
      map: () => toClusterRecoveryPoint(found.item, found.place, clusterOriginals, all),
    })),
  ];
  for await (const chunk of chunks(points, context.signal)) {
    for (const { subject, item, place, source, map } of chunk) {
      if (wanted.has("recoveryPoint")) yield tell(context, subject, "recoveryPoint", source, map);
      if (!wanted.has("encryption")) continue;
      const manager = await managerOf(place.region, item.KmsKeyId);
      yield tell(context, subject, "encryption", source, () => toEncryption(item, manager));
    }
  }
}

/** Who may restore the snapshots of instances. */
export async function* readSharing(
  found: readonly Found<DBSnapshot>[],
  { clients, context }: AwsSession,
): Told {
  const byHand = found.filter(({ item }) => item.SnapshotType !== "automated");
  yield* closed(found, context);
  if (byHand.length === 0) return;
  const { DescribeDBSnapshotAttributesCommand } = await import("@aws-sdk/client-rds");
  const reads = byHand.map(({ subject, item, place }) =>
    defineRead({
      ...awsQuestion(
        clients,
        "rds",
        place.region,
        "DescribeDBSnapshotAttributes",
        (client, options) => {
          const { DBSnapshotIdentifier } = item;
          const command = new DescribeDBSnapshotAttributesCommand({ DBSnapshotIdentifier });
          return client.send(command, options);
        },
      ),
      subject,
      facet: "exposure",
      permission: "rds:DescribeDBSnapshotAttributes",
      map: toSnapshotExposure,
    }),
  );
  yield* context.readAll(reads);
}

/** Who may restore the snapshots of clusters. */
export async function* readClusterSharing(
  found: readonly Found<DBClusterSnapshot>[],
  { clients, context }: AwsSession,
): Told {
  const byHand = found.filter(({ item }) => item.SnapshotType !== "automated");
  yield* closed(found, context);
  if (byHand.length === 0) return;
  const { DescribeDBClusterSnapshotAttributesCommand } = await import("@aws-sdk/client-rds");
  const reads = byHand.map(({ subject, item, place }) =>
    defineRead({
      ...awsQuestion(
        clients,
        "rds",
        place.region,
        "DescribeDBClusterSnapshotAttributes",
        (client, options) => {
          const { DBClusterSnapshotIdentifier } = item;
          const command = new DescribeDBClusterSnapshotAttributesCommand({
            DBClusterSnapshotIdentifier,
          });
          return client.send(command, options);
        },
      ),
      subject,
      facet: "exposure",
      permission: "rds:DescribeDBClusterSnapshotAttributes",
      map: toClusterSnapshotExposure,
    }),
  );
  yield* context.readAll(reads);
}

/** What RDS made by itself cannot be shared, so nobody is asked. */
function* closed(
  found: readonly Found<DBSnapshot | DBClusterSnapshot>[],
  context: AwsSession["context"],
): Generator<Observation | Problem> {
  for (const { subject, item, source } of found) {
    if (item.SnapshotType !== "automated") continue;
    yield tell(context, subject, "exposure", source, () => AUTOMATED_EXPOSURE);
  }
}
