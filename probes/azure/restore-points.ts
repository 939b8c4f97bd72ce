import { defineProbe } from "#model/probe.ts";
import { sourceOf, tell } from "#probes/common/known.ts";
import { fields, text, list } from "#probes/common/json.ts";
import { toPointEncryption, toRestorePoint } from "./disk-facets.ts";
import { classifyAzure } from "./errors.ts";
import { expandInside, observeInside, parentsOf } from "./inside.ts";
import { inSubscriptions } from "./session.ts";

const COLLECTION = "Microsoft.Compute/restorePointCollections";
const POINT = `${COLLECTION}/restorePoints`;
const READ = { permissions: [`${COLLECTION}/read`] };

/** Restore points of machines, those that Azure Backup makes beside its vaults among them. */
export default defineProbe({
  id: "azure-restore-points",
  title: "Azure restore points of virtual machines",
  provider: "azure",
  kinds: [POINT],
  provides: { inventory: READ, encryption: READ, recoveryPoint: READ },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const collections = await parentsOf([COLLECTION], session);
      const ask = { field: "restorePoints", kind: POINT, apiVersion: "2024-07-01" };
      const read = await Promise.all(
        collections.items.map((collection) =>
          expandInside(session, collection, ask, (raw) => {
            const { restorePoints, source } = fields(raw["properties"]);
            // Each is told of which machine it is.
            return list(restorePoints).map((point) => ({ ...point, collectionSource: source }));
          }),
        ),
      );
      const points = read.flatMap((known) => (known.ok ? known.value : []));
      const subjects = points.map(({ subject }) => subject);
      yield* observeInside(POINT, subjects, collections, read, session);
      for (const known of read) {
        if (!known.ok) continue;
        const source = sourceOf(known, known);
        for (const { subject, raw } of known.value) {
          if (wanted.has("encryption")) {
            yield tell(context, subject, "encryption", source, () => toPointEncryption(raw));
          }
          if (wanted.has("recoveryPoint")) {
            const of = text(fields(raw["collectionSource"])["id"]);
            yield tell(context, subject, "recoveryPoint", source, () => toRestorePoint(raw, of));
          }
        }
      }
    });
  },
});
