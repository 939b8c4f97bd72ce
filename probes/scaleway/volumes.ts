import { defineProbe } from "#model/probe.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed } from "#probes/rest/listing.ts";
import { toLocation, unseenEncryption } from "./facets.ts";
import { listKinds, scaleway, type Listing } from "./session.ts";

const INSTANCE = { product: "instance", version: "v1", permission: "InstancesReadOnly" } as const;
const BLOCK = { product: "block", version: "v1", permission: "BlockStorageReadOnly" } as const;
/** Volumes and snapshots are in two APIs: local ones with the instances, the others with Block Storage. */
const LISTINGS: readonly (readonly [Listing, ...Listing[]])[] = [
  [
    { kind: "scaleway/volume", ...INSTANCE, name: "volumes" },
    { kind: "scaleway/volume", ...BLOCK, name: "volumes" },
  ],
  [
    { kind: "scaleway/snapshot", ...INSTANCE, name: "snapshots" },
    { kind: "scaleway/snapshot", ...BLOCK, name: "snapshots" },
  ],
  [{ kind: "scaleway/image", ...INSTANCE, name: "images", query: "&public=false" }],
];
const READ = { permissions: ["InstancesReadOnly", "BlockStorageReadOnly"] };

/** Volumes of instances and of Block Storage, their snapshots, and images of the account's own. */
export default defineProbe({
  id: "scaleway-volumes",
  title: "Scaleway volumes, snapshots and images",
  provider: "scaleway",
  kinds: LISTINGS.map(([{ kind }]) => kind),
  provides: { inventory: READ, location: READ, encryption: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "scaleway") return;
    const session = scaleway(target, context);
    const maps = { location: toLocation, encryption: unseenEncryption("volumes") };
    for (const listings of LISTINGS) {
      const found = await listKinds(session, listings);
      yield* observeInventory(found, target, context);
      yield* observeListed(found, maps, wanted, context);
    }
  },
});
