import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import { listAll } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import {
  observeInventory,
  observeListed,
  tellListed,
  type Found,
  type Part,
} from "#probes/rest/listing.ts";
import type { Telling } from "#probes/common/telling.ts";
import * as facets from "./database-facets.ts";
import { toLocation } from "./facets.ts";
import { counted, PAGE_SIZE } from "./pages.ts";
import { listKinds, scaleway, type Listing, type ScalewaySession } from "./session.ts";

const RDB = { product: "rdb", version: "v1", permission: "RelationalDatabasesReadOnly" } as const;
const INSTANCES: Listing = { ...RDB, kind: "scaleway/rdb-instance", name: "instances" };
const BACKUPS: Listing = {
  ...RDB,
  kind: "scaleway/rdb-backup",
  name: "backups",
  key: "database_backups",
};
const SNAPSHOTS: Listing = { ...RDB, kind: "scaleway/rdb-snapshot", name: "snapshots" };
const READ = { permissions: [RDB.permission] };
const OF_INSTANCES = { ...READ, kinds: [INSTANCES.kind] };

/** Managed databases for PostgreSQL and MySQL, with their backups, which may rest in another region, and snapshots. */
export default defineProbe({
  id: "scaleway-databases",
  title: "Scaleway Managed Database for PostgreSQL and MySQL",
  provider: "scaleway",
  kinds: [INSTANCES, BACKUPS, SNAPSHOTS].map(({ kind }) => kind),
  provides: {
    inventory: READ,
    location: READ,
    encryption: READ,
    exposure: OF_INSTANCES,
    redundancy: OF_INSTANCES,
    backups: OF_INSTANCES,
    recoveryPoints: OF_INSTANCES,
    recoveryPoint: { ...READ, kinds: [BACKUPS.kind, SNAPSHOTS.kind] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "scaleway") return;
    const session = scaleway(target, context);
    const instances = await listKinds(session, [INSTANCES]);
    const backups = await listKinds(session, [BACKUPS]);
    const snapshots = await listKinds(session, [SNAPSHOTS]);
    for (const one of [instances, backups, snapshots]) {
      yield* observeInventory(one, target, context);
    }
    const points = [...(await session.parts(BACKUPS)), ...(await session.parts(SNAPSHOTS))];
    yield* tellListed(instances, (one) => tellInstance(one, points, session), wanted, context);
    const ofBackups = {
      location: facets.toBackupLocation,
      encryption: facets.toBackupEncryption,
      recoveryPoint: facets.toRecoveryPoint,
    };
    yield* observeListed(backups, ofBackups, wanted, context);
    const known = new Map(instances.found.map(({ subject, raw }) => [subject.id, raw]));
    const ofSnapshots = {
      location: toLocation,
      encryption: (raw: Fields) =>
        facets.toSnapshotEncryption(known.get(text(raw["instance_id"]) ?? "") ?? null),
      recoveryPoint: facets.toRecoveryPoint,
    };
    yield* observeListed(snapshots, ofSnapshots, wanted, context);
  },
});

function tellInstance(
  { raw, subject }: Found,
  points: readonly Part[],
  session: ScalewaySession,
): Telling {
  const fromListing = <T>(map: (raw: Fields) => T) =>
    Promise.resolve({ from: null, map: () => map(raw) });
  return {
    location: () => fromListing(facets.toInstanceLocation),
    encryption: () => fromListing(facets.toEncryption),
    redundancy: () => fromListing(facets.toRedundancy),
    backups: () => fromListing(facets.toBackups),
    recoveryPoints: () =>
      Promise.resolve({
        from: null,
        // One listing that failed may hold a point of any instance.
        map: () =>
          facets.toRecoveryPoints(
            raw,
            points.flatMap(({ known }) => answerOf(known)),
          ),
      }),
    exposure: async () => {
      if (!facets.hasPublicEndpoint(raw)) {
        return { from: null, map: () => facets.toExposure(raw, []) };
      }
      const from = await askRules(subject.id, subject.region ?? "", session);
      return { from, map: () => facets.toExposure(raw, answerOf(from)) };
    },
  };
}

function askRules(
  id: string,
  region: string,
  { asking }: ScalewaySession,
): Promise<Known<readonly unknown[]>> {
  const ask = {
    operation: "GET /rdb/v1/regions/{region}/instances/{instance_id}/acls",
    permission: RDB.permission,
    path: path`/rdb/v1/regions/${region}/instances/${id}/acls?page=1&page_size=${PAGE_SIZE}`,
  };
  return listAll(asking, ask, counted("rules"));
}
