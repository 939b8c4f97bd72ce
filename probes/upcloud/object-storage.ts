import { defineProbe } from "#model/probe.ts";
import { answerOf } from "#probes/common/known.ts";
import { listAll } from "#probes/rest/asks.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed, tellListed } from "#probes/rest/listing.ts";
import { toEncryption, toExposure, toLocation } from "./object-storage-facets.ts";
import { bare } from "./pages.ts";
import { grant } from "./permissions.ts";
import { listByOffset, listedAs, openSession } from "./session.ts";

const KIND = "upcloud/object-storage";
const READ = { permissions: [grant("managed_object_storage")] };

/** Managed object storage, service by service. */
export default defineProbe({
  id: "upcloud-object-storage",
  title: "UpCloud Managed Object Storage",
  provider: "upcloud",
  kinds: [KIND],
  provides: { inventory: READ, location: READ, encryption: READ, exposure: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const parts = await listByOffset(session, "/object-storage-2", "managed_object_storage");
    const services = listedAs(target, KIND, parts);
    yield* observeInventory(services, target, context);
    const maps = { encryption: toEncryption, exposure: toExposure };
    yield* observeListed(services, maps, wanted, context);
    if (!wanted.has("location") || services.found.length === 0) return;
    const regions = await listAll(
      session.asking,
      {
        operation: "GET /1.3/object-storage-2/regions",
        permission: grant("managed_object_storage"),
        path: "/object-storage-2/regions",
      },
      bare,
    );
    yield* tellListed(
      services,
      ({ raw }) => ({
        location: () =>
          Promise.resolve({ from: regions, map: () => toLocation(raw, answerOf(regions)) }),
      }),
      wanted,
      context,
    );
  },
});
