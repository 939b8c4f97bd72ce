import { defineProbe } from "#model/probe.ts";
import { text } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, tellListed, type Part } from "#probes/rest/listing.ts";
import { labelsOf, listPartly, wholly } from "./listings.ts";
import { toServiceMonitoring } from "./monitoring-facets.ts";
import { asking } from "./session.ts";

const PROJECT = "cloudresourcemanager.googleapis.com/Project";
const GET = "resourcemanager.projects.get";
const ALERTS = "monitoring.alertPolicies.list";
const CHECKS = "monitoring.uptimeCheckConfigs.list";

/** The projects that the estate names, and what watches over each. */
export default defineProbe({
  id: "gcp-projects",
  title: "Google Cloud projects and their monitoring",
  provider: "gcp",
  kinds: [PROJECT],
  provides: {
    inventory: { permissions: [GET] },
    serviceMonitoring: { permissions: [GET, ALERTS, CHECKS] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp") return;
    const manager = asking(target, context, "cloudresourcemanager");
    const monitoring = asking(target, context, "monitoring");
    const parts = await Promise.all(
      target.projects.map(async (project): Promise<Part> => {
        const known = await askOne(manager, {
          operation: GET,
          permission: GET,
          path: path`/v3/projects/${project}`,
        });
        return { place: project, known: known.ok ? { ...known, value: [known.value] } : known };
      }),
    );
    const all = listed(target, [PROJECT], parts, (raw) => {
      const name = text(raw["projectId"]);
      if (name === null) throw new TypeError("a project without projectId");
      const id = `//cloudresourcemanager.googleapis.com/projects/${name}`;
      return { kind: PROJECT, id, name, region: "global", tags: labelsOf(raw["labels"]) };
    });
    yield* observeInventory(all, target, context);
    yield* tellListed(
      all,
      ({ subject }) => ({
        serviceMonitoring: async () => {
          const list = async (permission: string, field: string) =>
            wholly(
              await listPartly(
                monitoring,
                { operation: permission, permission, field },
                `${path`/v3/projects/${subject.name}`}/${field}?pageSize=100`,
              ),
            );
          const [alerts, checks] = await Promise.all([
            list(ALERTS, "alertPolicies"),
            list(CHECKS, "uptimeCheckConfigs"),
          ]);
          return {
            from: alerts,
            map: () => toServiceMonitoring(answerOf(alerts), answerOf(checks)),
          };
        },
      }),
      wanted,
      context,
    );
  },
});
