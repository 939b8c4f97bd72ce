import type { DBCluster, DBInstance } from "@aws-sdk/client-rds";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { plain } from "#model/text.ts";
import type { keyManagers } from "./key-managers.ts";
import { answerOf } from "#probes/common/known.ts";
import { knownIn } from "./known.ts";
import type { Found, Listed } from "./listing.ts";
import type { RdsAsks } from "./rds-asks.ts";
import {
  regionOf,
  restoreWindow,
  toBackups,
  toClusterRedundancy,
  toCopy,
  toEncryption,
  toExposure,
  toLocation,
  toRecoveryPoints,
  toRedundancy,
} from "./rds-facets.ts";
import { toIngress } from "./rds-ingress.ts";
import { clusters, instances } from "./rds-listings.ts";
import { toClusterReplication, toReplication } from "./rds-replication.ts";
import { toTransport } from "./rds-transport.ts";
import type { AwsSession } from "./session.ts";
import { tellAll, type Telling } from "#probes/common/telling.ts";

/** All that is known of the databases of an account. */
export interface Databases {
  readonly session: AwsSession;
  readonly asks: RdsAsks;
  readonly managerOf: ReturnType<typeof keyManagers>;
  readonly instances: Listed<DBInstance>;
  readonly clusters: Listed<DBCluster>;
}

type Wanted = ReadonlySet<FacetName>;
/**
 * The facets of one instance. What holds for a cluster's data holds for its instances, which have no storage,
 * parameters of encryption or backups of their own.
 */
export async function readInstance(
  found: Found<DBInstance>,
  wanted: Wanted,
  all: Databases,
): Promise<readonly (Observation | Problem)[]> {
  const { item, place } = found;
  const { asks } = all;
  const { region } = place;
  const cluster = item.DBClusterIdentifier;
  const own: Telling = {
    encryption: async () => {
      const manager = await all.managerOf(region, item.KmsKeyId);
      return { from: null, map: () => toEncryption(item, manager) };
    },
    exposure: () => Promise.resolve({ from: null, map: () => toExposure(item) }),
    ingress: async () => {
      const groups = await asks.securityGroups(region);
      return { from: groups, map: () => toIngress(item, answerOf(groups)) };
    },
  };
  if (cluster === undefined || cluster === "") {
    return tellAll(found, wanted, all.session, { ...own, ...standalone(found, all) });
  }
  const known = knownIn(clusters, all.clusters, region, all.session.context.now());
  const of = known.ok
    ? known.value.find(({ item: one }) => one.DBClusterIdentifier === cluster)
    : undefined;
  const missing = () => {
    answerOf(known);
    throw new TypeError(`its cluster ${plain(cluster, 80)} is not among those listed`);
  };
  const lost = () => Promise.resolve({ from: null, map: missing });
  const theirs: Telling =
    of === undefined
      ? {
          transport: lost,
          redundancy: lost,
          replication: lost,
          recoveryPoints: lost,
          backups: lost,
        }
      : {
          ...ofCluster(of, all),
          backups: () =>
            Promise.resolve({ from: null, map: () => ({ rules: [], partOf: [of.subject.id] }) }),
        };
  return tellAll(found, wanted, all.session, { ...theirs, ...own });
}

/** The facets of one cluster. */
export function readCluster(
  found: Found<DBCluster>,
  wanted: Wanted,
  all: Databases,
): Promise<readonly (Observation | Problem)[]> {
  const { item, place } = found;
  return tellAll(found, wanted, all.session, {
    ...ofCluster(found, all),
    encryption: async () => {
      const manager = await all.managerOf(place.region, item.KmsKeyId);
      return { from: null, map: () => toEncryption(item, manager) };
    },
    backups: () => Promise.resolve({ from: null, map: () => toBackups(item, place.region, []) }),
  });
}

/** What an instance that belongs to no cluster has of its own. */
function standalone({ item, place }: Found<DBInstance>, all: Databases): Telling {
  const { asks } = all;
  const { region } = place;
  const copies = (item.DBInstanceAutomatedBackupsReplications ?? []).flatMap(
    ({ DBInstanceAutomatedBackupsArn: arn }) => arn ?? [],
  );
  return {
    transport: async () => {
      const [group] = item.DBParameterGroups ?? [];
      const name = group?.DBParameterGroupName;
      if (name === undefined) return { from: null, map: noGroup };
      const parameters = await asks.parameters(region, name);
      return {
        from: parameters,
        map: () =>
          toTransport({
            ...engineOf(item),
            group: name,
            statuses: [group?.ParameterApplyStatus ?? "of no status"],
            parameters: answerOf(parameters),
          }),
      };
    },
    redundancy: () => Promise.resolve({ from: null, map: () => toRedundancy(item) }),
    replication: async () => {
      const find = (id: string, from: string) =>
        all.instances.found.find(
          (one) => one.subject.id === id || (one.place.region === from && one.subject.name === id),
        );
      const replicas = (item.ReadReplicaDBInstanceIdentifiers ?? []).flatMap(
        (id) => find(id, region) ?? [],
      );
      const read = await Promise.all(
        replicas.map(async (replica) => {
          const group = replica.item.DBParameterGroups?.[0]?.DBParameterGroupName;
          const filters = /^(?:mysql|mariadb)$/.test(replica.item.Engine ?? "");
          if (group === undefined || !filters) return null;
          const parameters = await asks.parameters(replica.place.region, group);
          return { replica: replica.item, parameters };
        }),
      );
      const known = read.filter((one) => one !== null);
      const parameters = new Map(
        known.flatMap((one) =>
          one.parameters.ok ? [[one.replica, one.parameters.value] as const] : [],
        ),
      );
      return {
        from: null,
        parts: [...new Set(known.map((one) => one.parameters))],
        map: () =>
          toReplication(item, region, {
            find: (id, from) => find(id, from)?.item,
            parametersOf: (replica) => parameters.get(replica) ?? null,
          }),
      };
    },
    recoveryPoints: async () => {
      const observedAt = all.session.context.now().toISOString();
      if (item.BackupRetentionPeriod === 0) {
        const window = { from: undefined, to: undefined };
        return { from: null, map: () => toRecoveryPoints(item, window, observedAt) };
      }
      const backups = await asks.automatedBackups(region);
      return {
        from: backups,
        map: () => {
          const window = restoreWindow(item, answerOf(backups));
          return toRecoveryPoints(item, window, observedAt);
        },
      };
    },
    // Where its backups are copied to, its data rests too; without copies the region of the listing is all there is.
    ...(copies.length === 0
      ? {}
      : {
          location: () => Promise.resolve({ from: null, map: () => toLocation(region, copies) }),
        }),
    backups: async () => {
      const places = await Promise.all(
        copies.map(async (arn) => ({
          arn,
          known: await asks.automatedBackups(regionOf(arn) ?? ""),
        })),
      );
      return {
        from: null,
        map: () =>
          toBackups(
            item,
            region,
            places.map(({ arn, known }) => toCopy(arn, answerOf(known))),
          ),
      };
    },
  };
}

/** What a cluster has for all its instances. */
function ofCluster({ item, place }: Found<DBCluster>, all: Databases): Telling {
  const { asks } = all;
  const { context } = all.session;
  const { region } = place;
  return {
    transport: async () => {
      const name = item.DBClusterParameterGroup;
      if (name === undefined) return { from: null, map: noGroup };
      const parameters = await asks.clusterParameters(region, name);
      return {
        from: parameters,
        map: () =>
          toTransport({
            ...engineOf(item),
            group: name,
            statuses: (item.DBClusterMembers ?? []).map(
              (member) => member.DBClusterParameterGroupStatus ?? "of no status",
            ),
            parameters: answerOf(parameters),
          }),
      };
    },
    redundancy: () => {
      const known = knownIn(instances, all.instances, region, context.now());
      return Promise.resolve({
        from: null,
        map: () =>
          toClusterRedundancy(
            item,
            answerOf(known).map((one) => one.item),
          ),
      });
    },
    replication: async () => {
      // Only Aurora has global databases among these.
      if (item.Engine?.startsWith("aurora") !== true) {
        return { from: null, map: () => toClusterReplication(item, region, []) };
      }
      const globals = await asks.globalClusters(region);
      return { from: globals, map: () => toClusterReplication(item, region, answerOf(globals)) };
    },
    recoveryPoints: () =>
      Promise.resolve({
        from: null,
        map: () =>
          toRecoveryPoints(
            item,
            { from: item.EarliestRestorableTime, to: item.LatestRestorableTime },
            context.now().toISOString(),
          ),
      }),
  };
}

function engineOf({ Engine, EngineVersion }: DBInstance | DBCluster) {
  if (Engine === undefined || EngineVersion === undefined) {
    throw new TypeError("a database without engine or version");
  }
  return { engine: Engine, version: EngineVersion };
}

function noGroup(): never {
  throw new TypeError("a database without parameter group");
}
