import type {
  DBClusterSnapshot,
  DBSnapshot,
  DescribeDBClusterSnapshotAttributesResult,
  DescribeDBSnapshotAttributesResult,
} from "@aws-sdk/client-rds";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Exposure, FacetName } from "#model/facets.ts";
import { defineRead } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { awsQuestion, type Send } from "./calls.ts";
import { tellEncryption } from "./key-managers.ts";
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
  databases: Databases,
): Told {
  const { session } = databases;
  if (wanted.has("recoveryPoint")) yield* tellRecoveryPoints(ofInstances, ofClusters, databases);
  if (!wanted.has("encryption")) return;
  yield* tellEncryption([...ofInstances.found, ...ofClusters.found], toEncryption, session);
}

async function* tellRecoveryPoints(
  ofInstances: Listed<DBSnapshot>,
  ofClusters: Listed<DBClusterSnapshot>,
  { session: { context }, instances, clusters }: Databases,
): Told {
  const originals = instances.found.map(({ item, subject }): Original => ({
    arn: subject.id,
    resource: item.DbiResourceId,
    retentionDays: item.BackupRetentionPeriod,
  }));
  const clusterOriginals = clusters.found.map(({ item, subject }): Original => ({
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
    for (const { subject, source, map } of chunk) {
      yield tell(context, subject, "recoveryPoint", source, map);
    }
  }
}

/** How a snapshot is asked who may restore it. */
interface Sharing<Snapshot, Raw extends object> {
  readonly operation: string;
  readonly send: (snapshot: Snapshot) => Send<"rds", Raw>;
  readonly map: (raw: Raw) => Exposure;
}

const ofInstance: Sharing<DBSnapshot, DescribeDBSnapshotAttributesResult> = {
  operation: "DescribeDBSnapshotAttributes",
  send:
    ({ DBSnapshotIdentifier }) =>
    async (client, options) => {
      const { DescribeDBSnapshotAttributesCommand } = await import("@aws-sdk/client-rds");
      const command = new DescribeDBSnapshotAttributesCommand({ DBSnapshotIdentifier });
      return client.send(command, options);
    },
  map: toSnapshotExposure,
};

const ofCluster: Sharing<DBClusterSnapshot, DescribeDBClusterSnapshotAttributesResult> = {
  operation: "DescribeDBClusterSnapshotAttributes",
  send:
    ({ DBClusterSnapshotIdentifier }) =>
    async (client, options) => {
      const { DescribeDBClusterSnapshotAttributesCommand } = await import("@aws-sdk/client-rds");
      const input = { DBClusterSnapshotIdentifier };
      return client.send(new DescribeDBClusterSnapshotAttributesCommand(input), options);
    },
  map: toClusterSnapshotExposure,
};

/** Who may restore the snapshots of instances and of clusters. */
export async function* readSharing(
  ofInstances: Listed<DBSnapshot>,
  ofClusters: Listed<DBClusterSnapshot>,
  session: AwsSession,
): Told {
  yield* askSharing(ofInstances.found, ofInstance, session);
  yield* askSharing(ofClusters.found, ofCluster, session);
}

/** What RDS made by itself cannot be shared, so nobody is asked. */
async function* askSharing<Snapshot extends DBSnapshot | DBClusterSnapshot, Raw extends object>(
  found: readonly Found<Snapshot>[],
  { operation, send, map }: Sharing<Snapshot, Raw>,
  { clients, context }: AwsSession,
): Told {
  const isAutomated = ({ item }: Found<Snapshot>) => item.SnapshotType === "automated";
  for (const { subject, source } of found.filter(isAutomated)) {
    yield tell(context, subject, "exposure", source, () => AUTOMATED_EXPOSURE);
  }
  const reads = found
    .filter((one) => !isAutomated(one))
    .map(({ subject, item, place }) =>
      defineRead({
        ...awsQuestion(clients, "rds", place.region, operation, send(item)),
        subject,
        facet: "exposure",
        permission: `rds:${operation}`,
        map,
      }),
    );
  yield* context.readAll(reads);
}
