import { defineProbe } from "#model/probe.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed } from "#probes/rest/listing.ts";
import { wrapped } from "./pages.ts";
import { grant } from "./permissions.ts";
import { toLocation } from "./places.ts";
import { listedAs, listWhole, openSession } from "./session.ts";
import { toEncryption, toRecoveryPoint } from "./storage-facets.ts";

const KIND = "upcloud/storage-backup";
const READ = { permissions: [grant("storage")] };

/** Backups of block storage, which may rest in another zone than what they were made of. */
export default defineProbe({
  id: "upcloud-storage-backups",
  title: "UpCloud storage backups",
  provider: "upcloud",
  kinds: [KIND],
  provides: { inventory: READ, location: READ, encryption: READ, recoveryPoint: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const pages = wrapped("storages", "storage");
    const parts = await listWhole(session, "/storage/backup", "storage", pages);
    const backups = listedAs(target, KIND, parts);
    yield* observeInventory(backups, target, context);
    const maps = {
      location: toLocation,
      encryption: toEncryption,
      recoveryPoint: toRecoveryPoint,
    };
    yield* observeListed(backups, maps, wanted, context);
  },
});
