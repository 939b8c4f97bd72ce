import { defineProbe } from "#model/probe.ts";
import { fields, text } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { listDetailed, tagsOf } from "./details.ts";
import { withResources } from "./resources.ts";
import { openSession, type OvhSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";
import { INTERFACE, toLink, type Membership } from "./vrack-facets.ts";

const KIND = "ovh/vrack";
const ACTION = "vrack:apiovh:get";
const MEMBERS = {
  dedicatedServerInterfaceDetails: "vrack:apiovh:dedicatedServerInterfaceDetails/get",
  dedicatedServer: "vrack:apiovh:dedicatedServer/get",
  cloudProject: "vrack:apiovh:cloudProject/get",
  dedicatedCloud: "vrack:apiovh:pccVMware/get",
} as const;
const NETWORKS = "publicCloudProject:apiovh:network/private/get";

/** The private network between OVHcloud's sites, and what really takes part in it. */
export default defineProbe({
  id: "ovh-vrack",
  title: "OVHcloud vRack",
  provider: "ovh",
  kinds: [KIND],
  provides: {
    inventory: { permissions: [ACTION] },
    link: { permissions: [ACTION, ...Object.values(MEMBERS), INTERFACE, NETWORKS] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const own = await session.whole({
      operation: "GET /vrack",
      permission: ACTION,
      path: "/v1/vrack",
    });
    const racks = await listDetailed(session, KIND, await withResources(session, "vrack", own), {
      one: (id) => ({
        operation: "GET /vrack/{serviceName}",
        permission: ACTION,
        path: path`/v1/vrack/${id}`,
      }),
      subjectOf: (id, told) => ({
        id,
        name: text(told["name"]) ?? id,
        region: null,
        tags: tagsOf(told),
      }),
    });
    yield* observeInventory(racks, target, context);
    yield* tellDetailed(racks, wanted, context, ({ id, detail }) => ({
      link: async () => {
        const members = await Promise.all(
          Object.entries(MEMBERS).map(async ([kind, permission]) => ({
            kind,
            known: await session.whole({
              operation: `GET /vrack/{serviceName}/${kind}`,
              permission,
              path: `${path`/v1/vrack/${id}/`}${kind}`,
            }),
          })),
        );
        const asked = await Promise.all(
          members.flatMap(({ kind, known }) =>
            known.ok ? known.value.map((entry) => membership(session, kind, entry)) : [],
          ),
        );
        // What was not answered is no member that is down: the link is told without it.
        const failed = [...members, ...asked].flatMap(({ known }) =>
          known === null || known.ok ? [] : [known],
        );
        const whole = members.every(({ known }) => known.ok);
        return { from: detail, map: () => toLink(id, asked, whole), parts: failed };
      },
    }));
  },
});

/** What takes part, with the answer that tells whether it really does. */
async function membership(session: OvhSession, kind: string, entry: unknown): Promise<Membership> {
  if (kind === "dedicatedServerInterfaceDetails") {
    const { dedicatedServer, dedicatedServerInterface } = fields(entry);
    const [server, uuid] = [text(dedicatedServer), text(dedicatedServerInterface)];
    const known: Known<unknown> | null =
      server === null || uuid === null
        ? null
        : await askOne(session.asking, {
            operation: "GET /dedicated/server/{serviceName}/virtualNetworkInterface/{uuid}",
            permission: INTERFACE,
            path: path`/v1/dedicated/server/${server}/virtualNetworkInterface/${uuid}`,
          });
    return { kind, name: server ?? "?", known };
  }
  const name = text(entry) ?? "?";
  if (kind !== "cloudProject") return { kind, name, known: null };
  const known = await session.whole({
    operation: "GET /cloud/project/{serviceName}/network/private",
    permission: NETWORKS,
    path: path`/v1/cloud/project/${name}/network/private`,
  });
  return { kind, name, known };
}
