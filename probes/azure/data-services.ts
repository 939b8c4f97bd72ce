import { defineProbe } from "#model/probe.ts";
import { ANALYTICS_SERVICES } from "./analytics-services.ts";
import { providedBy, readServices } from "./data-service.ts";
import { classifyAzure } from "./errors.ts";
import { MESSAGING_SERVICES } from "./messaging-services.ts";
import { OTHER_DATA_SERVICES } from "./other-data-services.ts";
import { inSubscriptions } from "./session.ts";
import { STORE_SERVICES } from "./store-services.ts";

const SERVICES = [
  ...MESSAGING_SERVICES,
  ...STORE_SERVICES,
  ...ANALYTICS_SERVICES,
  ...OTHER_DATA_SERVICES,
];

/** Services that hold data and say of themselves much alike: one row of a table each. */
export default defineProbe({
  id: "azure-data-services",
  title: "Azure services that hold data",
  provider: "azure",
  kinds: SERVICES.map(({ kind }) => kind),
  provides: providedBy(SERVICES),
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, (session) => readServices(SERVICES, wanted, session));
  },
});
