import { defineProbe } from "#model/probe.ts";
import { answerOf } from "#probes/common/known.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed, tellListed } from "#probes/rest/listing.ts";
import { toEncryption, toExposure, toLocation } from "./object-storage-facets.ts";
import { objectStorages, SERVICE_KIND as KIND } from "./object-storage-services.ts";
import { grant } from "./permissions.ts";

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
    const { listed, listedRegions } = objectStorages(target, context);
    const services = await listed();
    yield* observeInventory(services, target, context);
    const maps = { encryption: toEncryption, exposure: toExposure };
    yield* observeListed(services, maps, wanted, context);
    if (!wanted.has("location") || services.found.length === 0) return;
    const regions = await listedRegions();
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
