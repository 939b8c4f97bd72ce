import { defineProbe } from "#model/probe.ts";
import { answerOf } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { listDetailed, regionOf, tagsOf } from "./details.ts";
import { askFirewall, FIREWALL, listOf, RULE, safeId, toFirewall } from "./edge-firewall-asks.ts";
import { toIngress, toProtection } from "./edge-firewall.ts";
import { withResources } from "./resources.ts";
import { openSession } from "./session.ts";
import { tellDetailed } from "./telling.ts";

const KIND = "ovh/ip";
const ACTION = "ip:apiovh:get";
const MITIGATION = "ip:apiovh:mitigation/get";

/** Blocks of addresses, the edge firewall before each address, and what holds attacks off. */
export default defineProbe({
  id: "ovh-ips",
  title: "OVHcloud addresses, edge firewall and mitigation",
  provider: "ovh",
  kinds: [KIND],
  provides: {
    inventory: { permissions: [ACTION] },
    ingress: { permissions: [ACTION, FIREWALL, RULE] },
    ddosProtection: { permissions: [ACTION, MITIGATION] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const own = await session.whole({ operation: "GET /ip", permission: ACTION, path: "/v1/ip" });
    const blocks = await listDetailed(session, KIND, await withResources(session, "ip", own), {
      one: (id) => ({
        operation: "GET /ip/{ip}",
        permission: ACTION,
        path: path`/v1/ip/${id}`,
      }),
      subjectOf: (id, told) => {
        const [only = null, ...more] = Array.isArray(told["regions"]) ? told["regions"] : [];
        return {
          id,
          name: id,
          region: more.length > 0 ? null : regionOf(only),
          tags: tagsOf(told),
        };
      },
    });
    yield* observeInventory(blocks, target, context);
    yield* tellDetailed(blocks, wanted, context, ({ id, detail }) => ({
      ingress: async () => {
        const addresses = await listOf(session, id, "firewall", FIREWALL);
        const firewalls = addresses.ok
          ? await Promise.all(addresses.value.map((one) => askFirewall(session, id, one)))
          : [];
        return {
          from: addresses,
          map: () => {
            answerOf(addresses);
            return toIngress(id, answerOf(detail), firewalls.map(toFirewall));
          },
        };
      },
      ddosProtection: async () => {
        const addresses = await listOf(session, id, "mitigation", MITIGATION);
        const each = addresses.ok
          ? await Promise.all(
              addresses.value.map((one) =>
                askOne(session.asking, {
                  operation: "GET /ip/{ip}/mitigation/{ipOnMitigation}",
                  permission: MITIGATION,
                  path: path`/v1/ip/${id}/mitigation/${safeId(one)}`,
                }),
              ),
            )
          : [];
        return {
          from: addresses,
          map: () => {
            answerOf(addresses);
            return toProtection(each.map(answerOf));
          },
        };
      },
    }));
  },
});
