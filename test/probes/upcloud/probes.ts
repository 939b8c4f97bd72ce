import databases from "#probes/upcloud/databases.ts";
import fileStorages from "#probes/upcloud/file-storages.ts";
import gateways from "#probes/upcloud/gateways.ts";
import networks from "#probes/upcloud/networks.ts";
import objectStorage from "#probes/upcloud/object-storage.ts";
import platforms from "#probes/upcloud/platforms.ts";
import servers from "#probes/upcloud/servers.ts";
import storageBackups from "#probes/upcloud/storage-backups.ts";
import storages from "#probes/upcloud/storages.ts";
import type { ProbeEntry } from "#model/probe.ts";

/** All probes of UpCloud. */
export const PROBES = [
  databases,
  fileStorages,
  gateways,
  networks,
  objectStorage,
  platforms,
  servers,
  storageBackups,
  storages,
];

/** The same as the registry has them. */
export const ENTRIES: readonly ProbeEntry[] = PROBES.map((probe) => ({
  ...probe,
  load: () => Promise.resolve({ default: probe }),
}));
