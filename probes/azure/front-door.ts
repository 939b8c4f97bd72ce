import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import { classifyAzure } from "./errors.ts";
import { policyReader } from "./firewall-policies.ts";
import { CLASSIC, telling, VERSION } from "./front-door-reads.ts";
import { listResources } from "./listing.ts";
import { inSubscriptions } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

const PROFILES = "Microsoft.Cdn/profiles";
const CLASSIC_VERSION = "2021-06-01";
const TOLD = new Set<FacetName>(["transport", "webFirewall"]);
/** What a profile serves, as Front Door and as classic CDN. */
const SERVED = [
  `${PROFILES}/read`,
  `${CLASSIC}/read`,
  `${PROFILES}/customDomains/read`,
  `${PROFILES}/afdEndpoints/read`,
  `${PROFILES}/afdEndpoints/routes/read`,
  `${PROFILES}/endpoints/read`,
];

/** Front Door and CDN profiles, new and classic. */
export default defineProbe({
  id: "azure-front-door",
  title: "Azure Front Door and CDN",
  provider: "azure",
  kinds: [PROFILES, CLASSIC],
  provides: {
    transport: { permissions: [...SERVED, `${PROFILES}/endpoints/customDomains/read`] },
    webFirewall: {
      permissions: [
        ...SERVED,
        `${PROFILES}/securityPolicies/read`,
        "Microsoft.Network/frontDoorWebApplicationFirewallPolicies/read",
        "Microsoft.Cdn/cdnWebApplicationFirewallPolicies/read",
      ],
    },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || TOLD.isDisjointFrom(wanted)) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const listed = await listResources(
        { [PROFILES]: VERSION, [CLASSIC]: CLASSIC_VERSION },
        session,
      );
      const reader = policyReader(session);
      yield* tellResources(listed, wanted.intersection(TOLD), session, (one) =>
        telling(one, reader, session),
      );
    });
  },
});
