import type { Location } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { askOptional } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, observeListed, type Part } from "#probes/rest/listing.ts";
import { listServers } from "./dedicated-servers.ts";
import { openSession } from "./session.ts";

const KIND = "ovh/backup-ftp";
const ACTION = "dedicatedServer:apiovh:features/backupFTP/get";
const READ = { permissions: [ACTION, "dedicatedServer:apiovh:get"] };

/**
 * Space for backups that belongs to a dedicated server. It is space alone: that something is used of it proves neither a
 * backup nor its age, so no recovery point is told.
 */
export default defineProbe({
  id: "ovh-backup-spaces",
  title: "OVHcloud backup storage of dedicated servers",
  provider: "ovh",
  kinds: [KIND],
  provides: { inventory: READ, location: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const servers = await listServers(target, context);
    const parts = servers.found.map(async ({ id }): Promise<Part> => {
      const known = await askOptional(session.asking, {
        operation: "GET /dedicated/server/{serviceName}/features/backupFTP",
        permission: ACTION,
        path: path`/v1/dedicated/server/${id}/features/backupFTP`,
      });
      return { place: id, known: asList(known) };
    });
    const unlisted = servers.failed.map(({ place, ...failed }): Part => ({
      place,
      known: { ok: false, ...failed },
    }));
    const spaces = listed(
      target,
      [KIND],
      [...unlisted, ...(await Promise.all(parts))],
      (raw, place) => {
        const name = nameOf(raw);
        if (name === null) return null;
        return { kind: KIND, id: place, name, region: datacentreOf(name), tags: {} };
      },
    );
    yield* observeInventory(spaces, target, context);
    yield* observeListed(spaces, { location: toLocation }, wanted, context);
  },
});

/** 404: the server has none. */
function asList(known: Known<Fields | null>): Known<readonly unknown[]> {
  if (!known.ok) return known;
  const { value, ...rest } = known;
  return { ...rest, value: value === null ? [] : [value] };
}

/** null: it is only being set up. @throws where no name is told */
function nameOf({ ftpBackupName: name }: Fields): string | null {
  if (typeof name !== "string") throw new TypeError("a backup storage without ftpBackupName");
  return text(name);
}

/** @throws where the name tells no datacentre: nothing else says where the storage is */
export function toLocation(raw: Fields): Location {
  const datacentre = datacentreOf(nameOf(raw) ?? "");
  if (datacentre === null) {
    throw new TypeError("ftpBackupName does not tell in which datacentre the storage is");
  }
  return { regions: [datacentre], zones: null };
}

/** The server's name has the datacentre in it: `ftpback-rbx2-109.ovh.net`. */
function datacentreOf(name: string): string | null {
  return /^ftpback-([a-z]{3}\d{0,2})-\d+\./.exec(name)?.[1] ?? null;
}
