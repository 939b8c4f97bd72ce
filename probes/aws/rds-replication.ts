import type { DBCluster, DBInstance, GlobalCluster, Parameter } from "@aws-sdk/client-rds";
import type { Replication, ReplicationDestination } from "#model/facets.ts";
import { regionOf } from "./rds-facets.ts";

/** The instances that a replica may be among, and what its parameters leave out. */
export interface Replicas {
  /** The instance of an ARN, or of a name in a region; undefined where it is not listed. */
  readonly find: (id: string, region: string) => DBInstance | undefined;
  /** Parameters of a replica; null where they were not read. */
  readonly parametersOf: (replica: DBInstance) => readonly Parameter[] | null;
}

/**
 * Where else the data of an instance is: its read replicas, and for a replica its source. One in the same region is
 * listed by name, one in another by ARN.
 * https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ReadRepl.XRgn.html
 */
export function toReplication(instance: DBInstance, region: string, known: Replicas): Replication {
  const source = instance.ReadReplicaSourceDBInstanceIdentifier;
  const replicas = (instance.ReadReplicaDBInstanceIdentifiers ?? []).map((id) => {
    const replica = known.find(id, region);
    return copyAt(id, region, replica?.DBInstanceArn, {
      status: statusOf(replica),
      whole: wholeOf(replica, known),
    });
  });
  const clusters = (instance.ReadReplicaDBClusterIdentifiers ?? []).map((id) =>
    copyAt(id, region, undefined, { status: "unknown", whole: null }),
  );
  const origin =
    source === undefined || source === ""
      ? []
      : [
          copyAt(source, region, known.find(source, region)?.DBInstanceArn, {
            status: statusOf(instance),
            whole: true,
          }),
        ];
  const isCopy = source === undefined || source === "" ? {} : { copyOf: source };
  return { destinations: [...origin, ...replicas, ...clusters], ...isCopy };
}

function copyAt(
  id: string,
  own: string,
  arn: string | undefined,
  state: Pick<ReplicationDestination, "status" | "whole">,
): ReplicationDestination {
  const named = regionOf(id);
  return {
    region: named ?? own,
    subject: named === null ? (arn ?? null) : id,
    ...state,
    // The lag is a metric, and metrics are not read.
    lastSync: null,
  };
}

/** What a replica itself says of its replication. */
function statusOf(replica: DBInstance | undefined): ReplicationDestination["status"] {
  const info = replica?.StatusInfos?.find(({ StatusType }) => StatusType === "read replication");
  if (info === undefined) return "unknown";
  if (info.Normal === false) return "degraded";
  return info.Status === "replicating" ? "active" : "degraded";
}

/** A replica of MySQL or MariaDB may be told to leave databases and tables out. */
function wholeOf(replica: DBInstance | undefined, known: Replicas): boolean | null {
  if (replica === undefined) return null;
  if (!/^(?:mysql|mariadb)$/.test(replica.Engine ?? "")) return true;
  const parameters = known.parametersOf(replica);
  if (parameters === null) return null;
  return !parameters.some(
    ({ ParameterName, ParameterValue }) =>
      /^replicate-(?:wild-)?(?:do|ignore)-/.test(ParameterName ?? "") &&
      (ParameterValue ?? "") !== "",
  );
}

/**
 * Where else the data of a cluster is: the other clusters of its global database, and replicas that the engine makes.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database.html
 */
export function toClusterReplication(
  cluster: DBCluster,
  region: string,
  globals: readonly GlobalCluster[],
): Replication {
  const own = cluster.DBClusterArn;
  const members = globals
    .map(({ GlobalClusterMembers }) => GlobalClusterMembers ?? [])
    .filter((all) => all.some(({ DBClusterArn }) => DBClusterArn === own))
    .flat();
  const self = members.find(({ DBClusterArn }) => DBClusterArn === own);
  const others = members
    .filter(({ DBClusterArn }) => DBClusterArn !== own)
    .map((member): ReplicationDestination => {
      const arn = member.DBClusterArn;
      // The primary has no state of its own: it is the secondary that follows or does not.
      const state = (member.IsWriter === true ? self : member)?.SynchronizationStatus;
      return {
        region: arn === undefined ? null : regionOf(arn),
        subject: arn ?? null,
        status: state === "connected" ? "active" : state === undefined ? "unknown" : "degraded",
        whole: true,
        lastSync: null,
      };
    });
  const replicas = (cluster.ReadReplicaIdentifiers ?? []).map((id) =>
    copyAt(id, region, undefined, { status: "unknown", whole: null }),
  );
  const writer = members.find(({ IsWriter }) => IsWriter === true)?.DBClusterArn;
  const source = cluster.ReplicationSourceIdentifier ?? "";
  const original = source !== "" ? source : self?.IsWriter === false ? writer : undefined;
  return {
    destinations: [...others, ...replicas],
    ...(original === undefined ? {} : { copyOf: original }),
  };
}
