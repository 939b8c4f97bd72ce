import type {
  DBCluster,
  DBClusterMessage,
  DBClusterSnapshot,
  DBClusterSnapshotMessage,
  DBInstance,
  DBInstanceMessage,
  DBSnapshot,
  DBSnapshotMessage,
} from "@aws-sdk/client-rds";
import { defineListing, type ListedSubject } from "./listing.ts";
import { tagRecord } from "./tags.ts";

export const INSTANCE_KINDS = [
  "AWS::RDS::DBInstance",
  "AWS::DocDB::DBInstance",
  "AWS::Neptune::DBInstance",
] as const;
export const CLUSTER_KINDS = [
  "AWS::RDS::DBCluster",
  "AWS::DocDB::DBCluster",
  "AWS::Neptune::DBCluster",
] as const;
export const SNAPSHOT_KIND = "AWS::RDS::DBSnapshot";
/** Of DocumentDB and Neptune too: CloudFormation has no name of their own for them. */
export const CLUSTER_SNAPSHOT_KIND = "AWS::RDS::DBClusterSnapshot";

/** The interface of RDS lists DocumentDB and Neptune too, and tells them by the engine. @throws without engine */
function kindOfEngine<Kind>(engine: string | undefined, kinds: readonly [Kind, Kind, Kind]): Kind {
  if (engine === undefined) throw new TypeError("a database without Engine");
  return engine === "docdb" ? kinds[1] : engine === "neptune" ? kinds[2] : kinds[0];
}

function named(
  id: string | undefined,
  name: string | undefined,
  tags: DBInstance["TagList"],
): ListedSubject {
  if (id === undefined || name === undefined) throw new TypeError("something without ARN or name");
  return { id, name, tags: tagRecord(tags) };
}

/** Database instances of RDS, DocumentDB and Neptune. */
export const instances = defineListing({
  kinds: INSTANCE_KINDS,
  service: "rds",
  operation: "DescribeDBInstances",
  permission: "rds:DescribeDBInstances",
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { DescribeDBInstancesCommand } = await import("@aws-sdk/client-rds");
    return client.send(new DescribeDBInstancesCommand({ MaxRecords: 100, Marker }), options);
  },
  next: (page: DBInstanceMessage) => page.Marker,
  items: (page) => page.DBInstances,
  subject: (item: DBInstance) => ({
    ...named(item.DBInstanceArn, item.DBInstanceIdentifier, item.TagList),
    kind: kindOfEngine(item.Engine, INSTANCE_KINDS),
  }),
});

/** Database clusters of Aurora, RDS, DocumentDB and Neptune. */
export const clusters = defineListing({
  kinds: CLUSTER_KINDS,
  service: "rds",
  operation: "DescribeDBClusters",
  permission: "rds:DescribeDBClusters",
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { DescribeDBClustersCommand } = await import("@aws-sdk/client-rds");
    return client.send(new DescribeDBClustersCommand({ MaxRecords: 100, Marker }), options);
  },
  next: (page: DBClusterMessage) => page.Marker,
  items: (page) => page.DBClusters,
  subject: (item: DBCluster) => ({
    ...named(item.DBClusterArn, item.DBClusterIdentifier, item.TagList),
    kind: kindOfEngine(item.Engine, CLUSTER_KINDS),
  }),
});

/** Snapshots of instances, made by hand and by RDS. */
export const snapshots = defineListing({
  kinds: [SNAPSHOT_KIND],
  service: "rds",
  operation: "DescribeDBSnapshots",
  permission: "rds:DescribeDBSnapshots",
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { DescribeDBSnapshotsCommand } = await import("@aws-sdk/client-rds");
    return client.send(new DescribeDBSnapshotsCommand({ MaxRecords: 100, Marker }), options);
  },
  next: (page: DBSnapshotMessage) => page.Marker,
  items: (page) => page.DBSnapshots,
  subject: (item: DBSnapshot) => named(item.DBSnapshotArn, item.DBSnapshotIdentifier, item.TagList),
});

/** Snapshots of clusters, made by hand and by RDS. */
export const clusterSnapshots = defineListing({
  kinds: [CLUSTER_SNAPSHOT_KIND],
  service: "rds",
  operation: "DescribeDBClusterSnapshots",
  permission: "rds:DescribeDBClusterSnapshots",
  reach: "everywhere",
  page: (Marker) => async (client, options) => {
    const { DescribeDBClusterSnapshotsCommand } = await import("@aws-sdk/client-rds");
    return client.send(new DescribeDBClusterSnapshotsCommand({ MaxRecords: 100, Marker }), options);
  },
  next: (page: DBClusterSnapshotMessage) => page.Marker,
  items: (page) => page.DBClusterSnapshots,
  subject: (item: DBClusterSnapshot) =>
    named(item.DBClusterSnapshotArn, item.DBClusterSnapshotIdentifier, item.TagList),
});
