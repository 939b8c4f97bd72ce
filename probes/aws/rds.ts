import { defineProbe } from "#model/probe.ts";
import { chunks } from "#probes/common/chunks.ts";
import { classifyAws } from "./errors.ts";
import { keyManagers } from "./key-managers.ts";
import { listAll, observeListed } from "./listing.ts";
import { rdsAsks } from "./rds-asks.ts";
import { readCluster, readInstance, type Databases } from "./rds-databases.ts";
import { LEFT_KINDS, readLeftBackups } from "./rds-left-backups.ts";
import {
  CLUSTER_KINDS,
  CLUSTER_SNAPSHOT_KIND,
  clusters,
  clusterSnapshots,
  INSTANCE_KINDS,
  instances,
  SNAPSHOT_KIND,
  snapshots,
} from "./rds-listings.ts";
import { readSharing, readSnapshots } from "./rds-snapshot-reads.ts";
import { inAccount } from "./session.ts";

const BOTH = ["rds:DescribeDBInstances", "rds:DescribeDBClusters"] as const;
const SNAPSHOTS = ["rds:DescribeDBSnapshots", "rds:DescribeDBClusterSnapshots"] as const;

const AUTOMATED = [
  "rds:DescribeDBInstanceAutomatedBackups",
  "rds:DescribeDBClusterAutomatedBackups",
] as const;

/** Databases of RDS, Aurora, DocumentDB and Neptune, and their snapshots. */
export default defineProbe({
  id: "aws-rds",
  title: "Amazon RDS, Aurora, DocumentDB and Neptune",
  provider: "aws",
  kinds: [...INSTANCE_KINDS, ...CLUSTER_KINDS, SNAPSHOT_KIND, CLUSTER_SNAPSHOT_KIND, ...LEFT_KINDS],
  provides: {
    inventory: { permissions: ["ec2:DescribeRegions", ...BOTH, ...SNAPSHOTS, ...AUTOMATED] },
    // Of the others the region of the listing is all there is.
    location: { permissions: ["rds:DescribeDBInstances"], kinds: [INSTANCE_KINDS[0]] },
    encryption: { permissions: [...BOTH, ...SNAPSHOTS, ...AUTOMATED, "kms:ListAliases"] },
    transport: { permissions: ["rds:DescribeDBParameters", "rds:DescribeDBClusterParameters"] },
    exposure: {
      permissions: [
        "rds:DescribeDBInstances",
        "rds:DescribeDBSnapshotAttributes",
        "rds:DescribeDBClusterSnapshotAttributes",
      ],
    },
    ingress: { permissions: ["rds:DescribeDBInstances", "ec2:DescribeSecurityGroups"] },
    redundancy: { permissions: BOTH },
    replication: {
      permissions: [...BOTH, "rds:DescribeGlobalClusters", "rds:DescribeDBParameters"],
    },
    backups: { permissions: [...BOTH, "rds:DescribeDBInstanceAutomatedBackups"] },
    recoveryPoints: { permissions: [...BOTH, "rds:DescribeDBInstanceAutomatedBackups"] },
    recoveryPoint: { permissions: [...BOTH, ...SNAPSHOTS] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const [allInstances, allClusters, allSnapshots, allClusterSnapshots] = await Promise.all([
        listAll(instances, session),
        listAll(clusters, session),
        listAll(snapshots, session),
        listAll(clusterSnapshots, session),
      ]);
      yield* observeListed(instances, allInstances, wanted, session);
      yield* observeListed(clusters, allClusters, wanted, session);
      yield* observeListed(snapshots, allSnapshots, wanted, session);
      yield* observeListed(clusterSnapshots, allClusterSnapshots, wanted, session);
      const all: Databases = {
        session,
        asks: rdsAsks(session),
        managerOf: keyManagers(session),
        instances: allInstances,
        clusters: allClusters,
      };
      for await (const chunk of chunks(allInstances.found, context.signal)) {
        yield* (await Promise.all(chunk.map((one) => readInstance(one, wanted, all)))).flat();
      }
      for await (const chunk of chunks(allClusters.found, context.signal)) {
        yield* (await Promise.all(chunk.map((one) => readCluster(one, wanted, all)))).flat();
      }
      yield* readLeftBackups(wanted, session);
      yield* readSnapshots(allSnapshots, allClusterSnapshots, wanted, all);
      if (!wanted.has("exposure")) return;
      yield* readSharing(allSnapshots, allClusterSnapshots, session);
    });
  },
});
