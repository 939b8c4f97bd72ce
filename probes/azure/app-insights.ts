import type { Encryption, Location } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { answerOf, oncePer } from "#probes/common/known.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import { askArm, below } from "./asks.ts";
import { classifyAzure, malformed } from "./errors.ts";
import { byDesign, ownLocation, propertiesOf } from "./facets.ts";
import { listResources } from "./listing.ts";
import { inSubscriptions } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

const KIND = "Microsoft.Insights/components";
const WORKSPACE = "Microsoft.OperationalInsights/workspaces";
const DESIGN = "https://learn.microsoft.com/azure/azure-monitor/logs/data-security";
const WORKSPACE_ID =
  /^\/subscriptions\/([^/]{1,64})\/resourceGroups\/[^/]{1,90}\/providers\/Microsoft\.OperationalInsights\/workspaces\/[^/]{1,90}$/i;

/** Application Insights: what it is sent lies in a Log Analytics workspace, which may be in another region. */
export default defineProbe({
  id: "azure-app-insights",
  title: "Azure Application Insights",
  provider: "azure",
  kinds: [KIND],
  provides: {
    location: { permissions: [`${KIND}/read`, `${WORKSPACE}/read`] },
    encryption: { permissions: [`${KIND}/read`] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const listed = await listResources({ [KIND]: "2020-02-02" }, session);
      const workspaceOf = oncePer((id) =>
        askArm(session, {
          under: WORKSPACE_ID.exec(id)?.[1] ?? null,
          path: below(id),
          apiVersion: "2022-10-01",
        }),
      );
      yield* tellResources(listed, wanted, session, ({ raw }) => ({
        encryption: () => Promise.resolve({ from: null, map: () => toEncryption(raw) }),
        location: async () => {
          const id = workspaceId(raw);
          if (id === null) return { from: null, map: () => ownLocation(raw) };
          if (!WORKSPACE_ID.test(id)) return { from: null, map: noWorkspace };
          const workspace = await workspaceOf(id);
          return { from: workspace, map: () => toLocation(answerOf(workspace)) };
        },
      }));
    });
  },
});

/** null: a classic component, which keeps its data itself. */
function workspaceId(raw: Fields): string | null {
  return text(fields(raw["properties"])["WorkspaceResourceId"]);
}

function noWorkspace(): never {
  throw malformed("WorkspaceResourceId is no id of a workspace");
}

/** Where the data of a component lies: with its workspace. */
export function toLocation(workspace: Fields): Location {
  return { regions: ownLocation(workspace).regions, zones: null };
}

/** Whose key it is, its workspace tells. */
export function toEncryption(raw: Fields): Encryption {
  propertiesOf(raw);
  return byDesign(DESIGN, workspaceId(raw) === null ? "provider" : null);
}
