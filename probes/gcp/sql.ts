import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { answerOf, oncePer } from "#probes/common/known.ts";
import { POINTS_WINDOW_MS } from "#probes/common/object-tally.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import {
  listed,
  observeInventory,
  observeListed,
  tellListed,
  type Found,
} from "#probes/rest/listing.ts";
import { labelsOf, listInProjects, listPartly, wholly } from "./listings.ts";
import { asking } from "./session.ts";
import { recordsChanges, toBackups, toRecoveryPoints } from "./sql-backups.ts";
import { primaryOf, toEncryption, toLocation, toRedundancy, toReplication } from "./sql-facets.ts";
import { toExposure, toIngress, toTransport } from "./sql-network.ts";
import { sqlId } from "./sql-settings.ts";

const SQL = "sqladmin.googleapis.com/Instance";
const LIST = "cloudsql.instances.list";
const RUNS = "cloudsql.backupRuns.list";
const RECOVERY = "cloudsql.instances.get";

/** Instances of Cloud SQL. */
export default defineProbe({
  id: "gcp-sql",
  title: "Google Cloud SQL instances",
  provider: "gcp",
  kinds: [SQL],
  provides: {
    inventory: { permissions: [LIST] },
    location: { permissions: [LIST, RUNS] },
    encryption: { permissions: [LIST] },
    transport: { permissions: [LIST] },
    exposure: { permissions: [LIST] },
    ingress: { permissions: [LIST] },
    redundancy: { permissions: [LIST] },
    replication: { permissions: [LIST] },
    backups: { permissions: [LIST] },
    recoveryPoints: { permissions: [LIST, RUNS, RECOVERY] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp") return;
    const api = asking(target, context, "sqladmin");
    const parts = await listInProjects(
      target,
      api,
      { operation: LIST, permission: LIST, field: "items" },
      (project) => path`/v1/projects/${project}/instances?maxResults=500`,
    );
    const all = listed(target, [SQL], parts, (raw) => {
      const name = text(raw["name"]) ?? "";
      const region = text(raw["region"])?.toLowerCase() ?? null;
      const { settings } = raw;
      const labels = typeof settings === "object" && settings !== null ? settings : {};
      const tags = labelsOf("userLabels" in labels ? labels.userLabels : undefined);
      return { kind: SQL, id: sqlId(raw), name, region, tags };
    });
    yield* observeInventory(all, target, context);
    const byProject = Map.groupBy(all.found, ({ place }) => place);
    const siblings = ({ place }: Found): ReadonlyMap<string, Fields> =>
      new Map(byProject.get(place)?.map(({ subject, raw }) => [subject.name, raw]));
    const now = context.now();
    const maps = {
      encryption: toEncryption,
      transport: toTransport,
      exposure: (raw: Fields) => toExposure(raw, now),
      ingress: (raw: Fields) => toIngress(raw, now),
      redundancy: toRedundancy,
      replication: (raw: Fields, found: Found) => toReplication(raw, siblings(found)),
      backups: (raw: Fields, found: Found) => toBackups(raw, primary(raw, siblings(found))),
    };
    yield* observeListed(all, maps, wanted, context);
    const runsOf = oncePer(async (at: string) =>
      wholly(
        await listPartly(
          api,
          { operation: RUNS, permission: RUNS, field: "items" },
          `${at}/backupRuns?maxResults=500`,
        ),
      ),
    );
    const since = now.getTime() - POINTS_WINDOW_MS;
    yield* tellListed(
      all,
      ({ raw, subject, place }) => {
        const at = path`/v1/projects/${place}/instances/${subject.name}`;
        return {
          location: async () => {
            const runs = await runsOf(at);
            return { from: runs, map: () => toLocation(raw, answerOf(runs)) };
          },
          recoveryPoints: async () => {
            const [runs, recovery] = await Promise.all([
              runsOf(at),
              recordsChanges(raw)
                ? askOne(api, {
                    operation: "cloudsql.instances.getLatestRecoveryTime",
                    permission: RECOVERY,
                    path: `${at}/getLatestRecoveryTime`,
                  })
                : null,
            ]);
            const log = () => (recovery === null ? null : answerOf(recovery));
            return {
              from: runs,
              map: () => toRecoveryPoints(raw, answerOf(runs), log(), since),
            };
          },
        };
      },
      wanted,
      context,
    );
  },
});

/** @throws where the primary of a replica was not listed */
function primary(raw: Fields, siblings: ReadonlyMap<string, Fields>): Fields | null {
  const name = primaryOf(raw);
  if (name === null) return null;
  const found = siblings.get(name);
  if (found === undefined) throw new TypeError("a replica of what was not listed");
  return found;
}
