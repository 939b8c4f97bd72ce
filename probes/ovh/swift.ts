import type { Exposure } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { flag, text, type Fields } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, tellListed } from "#probes/rest/listing.ts";
import { actionOf, listProjects, type ProjectList } from "./project-lists.ts";
import { openSession } from "./session.ts";

const LIST: ProjectList = { kind: "ovh/swift-container", rest: "storage" };
const READ = { permissions: ["publicCloudProject:apiovh:get", actionOf(LIST)] };

/** Containers of the older object storage, archives among them. No interface tells whether they are encrypted. */
export default defineProbe({
  id: "ovh-swift",
  title: "OVHcloud Swift containers",
  provider: "ovh",
  kinds: [LIST.kind],
  provides: { inventory: READ, exposure: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const containers = await listProjects(session, LIST);
    yield* observeInventory(containers, target, context);
    yield* tellListed(
      containers,
      ({ raw, place }) => ({
        exposure: async () => {
          const known = await askOne(session.asking, {
            operation: "GET /cloud/project/{serviceName}/storage/{containerId}",
            permission: actionOf(LIST),
            path: path`/v1/cloud/project/${place}/storage/${text(raw["id"]) ?? "?"}`,
          });
          return { from: known, map: () => toExposure(answerOf(known)) };
        },
      }),
      wanted,
      context,
    );
  },
});

/** Whether everybody may read it. @throws where that is not told */
export function toExposure(raw: Fields): Exposure {
  const open = flag(raw["public"]);
  if (open === null) throw new TypeError("a container that does not say whether it is public");
  const type = text(raw["containerType"]);
  const words = `public ${open}${type === null ? "" : `, containerType ${type.slice(0, 60)}`}`;
  return {
    anonymousAccess: open,
    openNetwork: null,
    through: open ? [words] : [],
    closedBy: open ? [] : [words],
  };
}
