import type { Exposure } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { flag, type Fields } from "#probes/common/json.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed } from "#probes/rest/listing.ts";
import { toLocation, unseenEncryption } from "./facets.ts";
import { listKinds, scaleway, type Listing } from "./session.ts";

const REGISTRY = "scaleway/container-registry";

/** What else keeps data, of which the API shows little more than where it is. */
const LISTINGS: readonly Listing[] = [
  {
    kind: REGISTRY,
    product: "registry",
    version: "v1",
    name: "namespaces",
    permission: "ContainerRegistryReadOnly",
  },
  {
    kind: "scaleway/secret",
    product: "secret-manager",
    version: "v1beta1",
    name: "secrets",
    permission: "SecretManagerReadOnly",
  },
  {
    kind: "scaleway/baremetal-server",
    product: "baremetal",
    version: "v1",
    name: "servers",
    permission: "ElasticMetalReadOnly",
  },
  {
    kind: "scaleway/mongodb-instance",
    product: "mongodb",
    version: "v1",
    name: "instances",
    permission: "MongoDBReadOnly",
  },
  {
    kind: "scaleway/mongodb-snapshot",
    product: "mongodb",
    version: "v1",
    name: "snapshots",
    permission: "MongoDBReadOnly",
  },
  {
    kind: "scaleway/sql-database",
    product: "serverless-sqldb",
    version: "v1alpha1",
    name: "databases",
    permission: "ServerlessSQLDatabaseReadOnly",
  },
  {
    kind: "scaleway/file-system",
    product: "file",
    version: "v1alpha1",
    name: "filesystems",
    permission: "FileStorageReadOnly",
  },
];
const READ = { permissions: LISTINGS.map(({ permission }) => permission) };

/** Registries, secrets, bare metal and other stores of data. */
export default defineProbe({
  id: "scaleway-stores",
  title: "Scaleway registries, secrets, bare metal and other stores",
  provider: "scaleway",
  kinds: LISTINGS.map(({ kind }) => kind),
  provides: {
    inventory: READ,
    location: READ,
    encryption: READ,
    exposure: { permissions: ["ContainerRegistryReadOnly"], kinds: [REGISTRY] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "scaleway") return;
    const session = scaleway(target, context);
    const maps = {
      location: toLocation,
      encryption: unseenEncryption("this kind"),
      exposure: toRegistryExposure,
    };
    for (const listing of LISTINGS) {
      const found = await listKinds(session, [listing]);
      yield* observeInventory(found, target, context);
      yield* observeListed(found, maps, wanted, context);
    }
  },
});

/** A registry is private, or anybody may pull from it: an image may be made private in a public one, and none public in a private one. */
export function toRegistryExposure({ is_public: isPublic }: Fields): Exposure {
  const open = flag(isPublic);
  if (open === null) throw new TypeError("no is_public");
  return {
    anonymousAccess: open,
    openNetwork: null,
    through: open ? ["is_public: true"] : [],
    closedBy: open ? [] : ["is_public: false"],
  };
}
