import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { askArm, below } from "./asks.ts";
import { needsEnvironment, toIngress, toTransport } from "./container-apps-facets.ts";
import { classifyAzure, malformed, plain } from "./errors.ts";
import { propertiesOf } from "./facets.ts";
import { listResources, type Found } from "./listing.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

const KIND = "Microsoft.App/containerApps";
const ENVIRONMENT = "Microsoft.App/managedEnvironments";
const VERSION = "2024-03-01";
const TOLD = new Set<FacetName>(["transport", "ingress"]);

/** Container apps. */
export default defineProbe({
  id: "azure-container-apps",
  title: "Azure Container Apps",
  provider: "azure",
  kinds: [KIND],
  provides: {
    transport: { permissions: [`${KIND}/read`] },
    ingress: { permissions: [`${KIND}/read`, `${ENVIRONMENT}/read`] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || TOLD.isDisjointFrom(wanted)) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const apps = await listResources({ [KIND]: VERSION }, session);
      const environmentOf = oncePer((id) => askEnvironment(id, session));
      yield* tellResources(apps, wanted.intersection(TOLD), session, (app) =>
        telling(app, environmentOf),
      );
    });
  },
});

function telling({ raw }: Found, environmentOf: (id: string) => Promise<Known<Fields>>): Telling {
  return {
    transport: () => Promise.resolve({ from: null, map: () => toTransport(raw) }),
    ingress: async () => {
      if (!needsEnvironment(raw)) return { from: null, map: () => toIngress(raw, null) };
      const { environmentId, managedEnvironmentId } = propertiesOf(raw);
      const id = text(environmentId) ?? text(managedEnvironmentId) ?? "";
      const environment = await environmentOf(id.toLowerCase());
      return { from: null, map: () => toIngress(raw, answerOf(environment)) };
    },
  };
}

const ID =
  /^\/subscriptions\/([^/]+)\/resourcegroups\/([^/]+)\/providers\/microsoft\.app\/managedenvironments\/([^/]+)$/;

/** @param id in lower case */
async function askEnvironment(id: string, session: AzureSession): Promise<Known<Fields>> {
  const [, under, group = "", name = ""] = ID.exec(id) ?? [];
  if (under === undefined) throw malformed(`${plain(id)} is no environment of container apps`);
  const path = below(
    `/subscriptions/${under}/resourceGroups/${group}/providers/${ENVIRONMENT}/${name}`,
  );
  return askArm(session, { under, path, apiVersion: VERSION });
}
