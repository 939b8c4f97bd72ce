import type { FacetName } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import type { Telling } from "#probes/common/telling.ts";
import {
  policyIds,
  toRedundancy,
  toTransport,
  toWebFirewall,
} from "./application-gateway-facets.ts";
import { classifyAzure } from "./errors.ts";
import { policyReader, type PolicyReader } from "./firewall-policies.ts";
import { listResources, type Found } from "./listing.ts";
import { inSubscriptions } from "./session.ts";
import { tellResources } from "./telling-resources.ts";

const KIND = "Microsoft.Network/applicationGateways";
const READ = { permissions: [`${KIND}/read`] };
const TOLD = new Set<FacetName>(["transport", "redundancy", "webFirewall"]);

/** Application gateways. */
export default defineProbe({
  id: "azure-application-gateway",
  title: "Azure Application Gateway",
  provider: "azure",
  kinds: [KIND],
  provides: {
    transport: READ,
    redundancy: READ,
    webFirewall: {
      permissions: [
        `${KIND}/read`,
        "Microsoft.Network/applicationGatewayWebApplicationFirewallPolicies/read",
      ],
    },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || TOLD.isDisjointFrom(wanted)) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const gateways = await listResources({ [KIND]: "2024-03-01" }, session);
      const reader = policyReader(session);
      yield* tellResources(gateways, wanted.intersection(TOLD), session, (gateway) =>
        telling(gateway, reader),
      );
    });
  },
});

function telling({ raw }: Found, reader: PolicyReader): Telling {
  return {
    transport: () => Promise.resolve({ from: null, map: () => toTransport(raw) }),
    redundancy: () => Promise.resolve({ from: null, map: () => toRedundancy(raw) }),
    webFirewall: async () => {
      const policies = await reader.ask(policyIds(raw));
      return { from: null, map: () => toWebFirewall(raw, policies) };
    },
  };
}
