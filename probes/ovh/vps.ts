import type { Location } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { listDetailed, regionOf } from "./details.ts";
import { withResources } from "./resources.ts";
import { openSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";

const KIND = "ovh/vps";
const LIST = "vps:apiovh:get";
const DATACENTRE = "vps:apiovh:datacenter/get";

/** Virtual private servers and where they run. No interface tells whether their disks are encrypted. */
export default defineProbe({
  id: "ovh-vps",
  title: "OVHcloud virtual private servers",
  provider: "ovh",
  kinds: [KIND],
  provides: {
    inventory: { permissions: [LIST] },
    location: { permissions: [LIST, DATACENTRE] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const own = await session.whole({ operation: "GET /vps", permission: LIST, path: "/v1/vps" });
    const servers = await listDetailed(session, KIND, await withResources(session, "vps", own), {
      one: (id) => ({
        operation: "GET /vps/{serviceName}/datacenter",
        permission: DATACENTRE,
        path: path`/v1/vps/${id}/datacenter`,
      }),
      subjectOf: (id, told) => ({ id, name: id, region: siteOfVps(told), tags: null }),
    });
    yield* observeInventory(servers, target, context);
    yield* tellDetailed(servers, wanted, context, ({ detail }) => ({
      location: async () => ({ from: detail, map: () => toLocation(answerOf(detail)) }),
    }));
  },
});

/** @throws where the datacentre has no name */
export function toLocation(raw: Fields): Location {
  const region = siteOfVps(raw);
  if (region === null) throw new TypeError("a datacentre without name");
  return { regions: [region], zones: null };
}

/** `Region OpenStack: os-sbg5` and `os-sbg5` are `sbg5`; a name of another kind is carried as it is. */
function siteOfVps({ name }: Fields): string | null {
  const written = text(name);
  return written === null
    ? null
    : regionOf(/^(?:Region OpenStack:\s*)?os-([a-z]{2,3}\d{0,2})$/i.exec(written)?.[1] ?? written);
}
