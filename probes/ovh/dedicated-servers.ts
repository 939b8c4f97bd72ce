import type { TargetOf } from "#model/estate.ts";
import type { Location } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { perScan } from "#probes/common/per-scan.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { listDetailed, regionOf, tagsOf, type DetailedList } from "./details.ts";
import { withResources } from "./resources.ts";
import { openSession, type OvhSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";

const KIND = "ovh/dedicated-server";
const ACTION = "dedicatedServer:apiovh:get";
const READ = { permissions: [ACTION] };

/** Dedicated servers and where they stand. No interface tells whether their disks are encrypted. */
export default defineProbe({
  id: "ovh-dedicated-servers",
  title: "OVHcloud dedicated servers",
  provider: "ovh",
  kinds: [KIND],
  provides: { inventory: READ, location: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const servers = await listServers(target, context);
    yield* observeInventory(servers, target, context);
    yield* tellDetailed(servers, wanted, context, ({ detail }) => ({
      location: async () => ({ from: detail, map: () => toLocation(answerOf(detail)) }),
    }));
  },
});

/** All servers, each with its own answer; asked once in a scan. */
export const listServers = perScan((target: TargetOf<"ovh">, context) =>
  askServers(openSession(target, context)),
);

async function askServers(session: OvhSession): Promise<DetailedList> {
  const own = await session.whole({
    operation: "GET /dedicated/server",
    permission: ACTION,
    path: "/v1/dedicated/server",
  });
  return listDetailed(session, KIND, await withResources(session, "dedicatedServer", own), {
    one: (id) => ({
      operation: "GET /dedicated/server/{serviceName}",
      permission: ACTION,
      path: path`/v1/dedicated/server/${id}`,
    }),
    subjectOf: (id, told) => ({
      id,
      name: id,
      region: siteOfServer(told),
      tags: tagsOf(told),
    }),
  });
}

/** @throws where neither region nor datacentre is told */
export function toLocation(raw: Fields): Location {
  const region = siteOfServer(raw);
  if (region === null) throw new TypeError("a server without region and datacentre");
  const zone = regionOf(raw["availabilityZone"]);
  return { regions: [region], zones: zone === null ? null : [zone] };
}

/** Older answers have no region, and name the datacentre alone: `sbg3` is one of Strasbourg. */
function siteOfServer({ region, datacenter }: Fields): string | null {
  return regionOf(region) ?? text(datacenter)?.toLowerCase() ?? null;
}
