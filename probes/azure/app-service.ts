import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { answerOf, type Known } from "#probes/common/known.ts";
import type { Telling } from "#probes/common/telling.ts";
import type { Fields } from "#probes/common/json.ts";
import {
  dependsOnPrivateEndpoints,
  toIngress,
  toRedundancy,
  toTransport,
} from "./app-service-facets.ts";
import { askArm, below, listArm } from "./asks.ts";
import { classifyAzure } from "./errors.ts";
import { listResources, observeResources, type Found } from "./listing.ts";
import { inSubscriptions, type AzureSession } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

const SITES = "Microsoft.Web/sites";
const SLOTS = "Microsoft.Web/sites/slots";
const PLANS = "Microsoft.Web/serverfarms";
const VERSION = "2024-04-01";
const CONFIG = [SITES, SLOTS].flatMap((kind) => [`${kind}/read`, `${kind}/config/read`]);
const ENDPOINTS = [SITES, SLOTS].map((kind) => `${kind}/privateEndpointConnections/read`);
const TOLD = new Set<FacetName>(["transport", "ingress"]);

/** App Service: web, function and logic apps with their slots, each set for itself, and the plans that they run on. */
export default defineProbe({
  id: "azure-app-service",
  title: "Azure App Service",
  provider: "azure",
  kinds: [SITES, SLOTS, PLANS],
  provides: {
    transport: { permissions: CONFIG },
    ingress: { permissions: [...CONFIG, ...ENDPOINTS] },
    redundancy: { permissions: [`${PLANS}/read`] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure") return;
    yield* inSubscriptions(target, context, async function* act(session) {
      if (wanted.has("redundancy")) {
        const plans = await listResources({ [PLANS]: VERSION }, session);
        yield* observeResources(plans, { redundancy: toRedundancy }, wanted, session);
      }
      if (TOLD.isDisjointFrom(wanted)) return;
      const apps = await listResources({ [SITES]: VERSION, [SLOTS]: VERSION }, session);
      yield* tellResources(apps, wanted.intersection(TOLD), session, (app) =>
        telling(app, session),
      );
    });
  },
});

function telling(app: Found, session: AzureSession): Telling {
  const { subject, subscription: under, raw } = app;
  let asked: Promise<Known<Fields>> | null = null;
  // Both facets rest on it; the list of apps has most of it as null.
  const config = () =>
    (asked ??= askArm(session, {
      under,
      path: below(subject.id, "config/web"),
      apiVersion: VERSION,
    }));
  return {
    transport: async () => {
      const web = await config();
      return { from: web, map: () => toTransport(raw, answerOf(web)) };
    },
    ingress: async () => {
      const web = await config();
      if (!web.ok || !dependsOnPrivateEndpoints(raw, web.value)) {
        return { from: web, map: () => toIngress(raw, answerOf(web), null) };
      }
      const path = below(subject.id, "privateEndpointConnections");
      const endpoints = await listArm(session, { under, path, apiVersion: VERSION });
      return {
        from: web,
        map: () => toIngress(raw, web.value, endpoints.ok ? endpoints.value.length : null),
        parts: [endpoints],
      };
    },
  };
}
