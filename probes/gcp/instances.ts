import { defineProbe } from "#model/probe.ts";
import type { Fields } from "#probes/common/json.ts";
import { answerOf, oncePer, type Known } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory, tellListed } from "#probes/rest/listing.ts";
import { networksOf, toIngress } from "./instance-ingress.ts";
import { listInProjects, listPartly, wholly } from "./listings.ts";
import { computeSubject, lastPart, projectOf } from "./names.ts";
import { asking } from "./session.ts";

const INSTANCE = "compute.googleapis.com/Instance";
const LIST = "compute.instances.list";
const EFFECTIVE = "compute.networks.getEffectiveFirewalls";
const POLICIES = "compute.firewallPolicies.list";
const FORWARDING = "compute.forwardingRules.list";

/** Virtual machines, and what the firewalls before them let in. */
export default defineProbe({
  id: "gcp-instances",
  title: "Google Compute Engine virtual machines and their firewalls",
  provider: "gcp",
  kinds: [INSTANCE],
  provides: {
    inventory: { permissions: [LIST] },
    ingress: { permissions: [LIST, EFFECTIVE, POLICIES, FORWARDING] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp") return;
    const api = asking(target, context, "compute");
    const named = (permission: string, field: string) => ({
      operation: permission,
      permission,
      field,
      aggregated: true,
    });
    const parts = await listInProjects(
      target,
      api,
      named(LIST, "instances"),
      (project) =>
        path`/compute/v1/projects/${project}/aggregated/instances?returnPartialSuccess=true&maxResults=500`,
    );
    const all = listed(target, [INSTANCE], parts, (raw) => computeSubject(INSTANCE, raw));
    yield* observeInventory(all, target, context);
    // A shared network is another project's, and its firewalls are there.
    const effectiveOf = oncePer((network) =>
      askOne(api, {
        operation: EFFECTIVE,
        permission: EFFECTIVE,
        path: path`/compute/v1/projects/${projectOf(network) ?? ""}/global/networks/${lastPart(network) ?? ""}/getEffectiveFirewalls`,
      }),
    );
    const joined = oncePer((key): Promise<Known<readonly Fields[]>> => {
      const [project = "", permission = "", field = ""] = key.split("\n");
      const at = path`/compute/v1/projects/${project}/aggregated/${field}?returnPartialSuccess=true`;
      return listPartly(api, named(permission, field), at).then(wholly);
    });
    yield* tellListed(
      all,
      ({ subject, raw }) => ({
        ingress: async () => {
          const networks = networksOf(raw);
          const effective = await Promise.all(networks.map(effectiveOf));
          const hosts = new Set(networks.map((network) => projectOf(network) ?? ""));
          const policies = await Promise.all(
            [...hosts].map((host) => joined(`${host}\n${POLICIES}\nfirewallPolicies`)),
          );
          const own = projectOf(subject.id) ?? "";
          const forwarding = await joined(`${own}\n${FORWARDING}\nforwardingRules`);
          const [first] = effective;
          return {
            from: first ?? null,
            map: () =>
              toIngress(
                raw,
                subject.region ?? "",
                networks.map((network, at) => ({
                  network,
                  effective: answered(effective[at]),
                })),
                policies.flatMap(answerOf),
                answerOf(forwarding),
              ),
          };
        },
      }),
      wanted,
      context,
    );
  },
});

function answered(known: Known<Fields> | undefined): Fields {
  return known === undefined ? {} : answerOf(known);
}
