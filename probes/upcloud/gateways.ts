import { defineProbe } from "#model/probe.ts";
import { answerOf } from "#probes/common/known.ts";
import { listAll } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, tellListed, type Found } from "#probes/rest/listing.ts";
import { isVpn, toLink } from "./gateway-facets.ts";
import { bare } from "./pages.ts";
import { grant } from "./permissions.ts";
import { listWhole, listedAs, openSession, type Session } from "./session.ts";

const KIND = "upcloud/gateway";
const READ = { permissions: [grant("network_gateway")] };

/** Network gateways and the tunnels of their VPN. */
export default defineProbe({
  id: "upcloud-gateways",
  title: "UpCloud network gateways and VPN",
  provider: "upcloud",
  kinds: [KIND],
  provides: { inventory: READ, link: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const parts = await listWhole(session, "/gateway", "network_gateway", bare);
    const gateways = listedAs(target, KIND, parts);
    yield* observeInventory(gateways, target, context);
    if (!wanted.has("link")) return;
    yield* tellListed(gateways, (one) => ({ link: () => tellLink(session, one) }), wanted, context);
  },
});

/** A gateway without VPN has no tunnels, so that there is nothing to ask for. */
async function tellLink({ asking }: Session, { subject, raw }: Found) {
  if (!isVpn(raw)) return { from: null, map: () => toLink([]) };
  const connections = await listAll(
    asking,
    {
      operation: "GET /1.3/gateway/{uuid}/connections",
      permission: grant("network_gateway"),
      path: path`/gateway/${subject.id}/connections`,
    },
    bare,
  );
  return { from: connections, map: () => toLink(answerOf(connections)) };
}
