import { defineProbe } from "#model/probe.ts";
import { answerOf } from "#probes/common/known.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { regionsOf, toExposure, toLocation, toRedundancy, toTransport } from "./database-facets.ts";
import { listDetailed } from "./details.ts";
import { actionOf, partsOf, type ProjectList } from "./project-lists.ts";
import { openSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";

const LIST: ProjectList = { kind: "ovh/database", rest: "database/service" };
const READ = { permissions: ["publicCloudProject:apiovh:get", actionOf(LIST)] };

/** Managed databases. No interface tells whether their disks are encrypted. */
export default defineProbe({
  id: "ovh-databases",
  title: "OVHcloud managed databases",
  provider: "ovh",
  kinds: [LIST.kind],
  provides: {
    inventory: READ,
    location: READ,
    transport: READ,
    exposure: READ,
    redundancy: READ,
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const databases = await listDetailed(session, LIST.kind, await partsOf(session, LIST), {
      one: (id, project) => ({
        operation: "GET /cloud/project/{serviceName}/database/service/{clusterId}",
        permission: actionOf(LIST),
        path: path`/v1/cloud/project/${project}/database/service/${id}`,
      }),
      subjectOf: (id, told, project) => {
        const [region = null] = regionsOf(told);
        const name = typeof told["description"] === "string" ? told["description"] : "";
        return { id: `${project}/${id}`, name: name === "" ? id : name, region, tags: null };
      },
    });
    yield* observeInventory(databases, target, context);
    yield* tellDetailed(databases, wanted, context, ({ detail }) => ({
      location: async () => ({ from: detail, map: () => toLocation(answerOf(detail)) }),
      transport: async () => ({ from: detail, map: () => toTransport(answerOf(detail)) }),
      exposure: async () => ({ from: detail, map: () => toExposure(answerOf(detail)) }),
      redundancy: async () => ({ from: detail, map: () => toRedundancy(answerOf(detail)) }),
    }));
  },
});
