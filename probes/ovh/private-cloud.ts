import type { Exposure, Location } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { listDetailed, regionOf } from "./details.ts";
import { withResources } from "./resources.ts";
import { openSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";

const KIND = "ovh/private-cloud";
const ACTION = "pccVMware:apiovh:get";
const LOCATION = "pccVMware:apiovh:location/get";

/** Hosted private clouds (VMware): where they are, and who may reach their administration. */
export default defineProbe({
  id: "ovh-private-clouds",
  title: "OVHcloud hosted private clouds",
  provider: "ovh",
  kinds: [KIND],
  provides: {
    inventory: { permissions: [ACTION] },
    location: { permissions: [ACTION, LOCATION] },
    exposure: { permissions: [ACTION] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const own = await session.whole({
      operation: "GET /dedicatedCloud",
      permission: ACTION,
      path: "/v1/dedicatedCloud",
    });
    const parts = await withResources(session, "pccVMware", own);
    const clouds = await listDetailed(session, KIND, parts, {
      one: (id) => ({
        operation: "GET /dedicatedCloud/{serviceName}/location",
        permission: LOCATION,
        path: path`/v1/dedicatedCloud/${id}/location`,
      }),
      subjectOf: (id, { region }) => ({ id, name: id, region: regionOf(region), tags: null }),
    });
    yield* observeInventory(clouds, target, context);
    yield* tellDetailed(clouds, wanted, context, ({ id, detail }) => ({
      location: async () => ({ from: detail, map: () => toLocation(answerOf(detail)) }),
      exposure: async () => {
        const known = await askOne(session.asking, {
          operation: "GET /dedicatedCloud/{serviceName}",
          permission: ACTION,
          path: path`/v1/dedicatedCloud/${id}`,
        });
        return { from: known, map: () => toExposure(answerOf(known)) };
      },
    }));
  },
});

/** @throws where no region is told */
export function toLocation({ region }: Fields): Location {
  const name = regionOf(region);
  if (name === null) throw new TypeError("a location without region");
  // Its pccZone is a part of a building, not a zone that fails by itself.
  return { regions: [name], zones: null };
}

/** Who may reach the administration: everybody, or addresses that are listed. */
export function toExposure({ userAccessPolicy }: Fields): Exposure {
  const policy = text(userAccessPolicy);
  const words = `userAccessPolicy ${policy?.slice(0, 60) ?? "is not stated"}`;
  const open = policy === "open" ? true : policy === "filtered" ? false : null;
  return {
    anonymousAccess: null,
    openNetwork: open,
    through: open === true ? [words] : [],
    closedBy: open === false ? [words] : [],
  };
}
