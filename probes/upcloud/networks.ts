import { defineProbe } from "#model/probe.ts";
import { fields, text } from "#probes/common/json.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { listed, observeInventory } from "#probes/rest/listing.ts";
import { wrapped } from "./pages.ts";
import { grant } from "./permissions.ts";
import { listedAs, listWhole, openSession } from "./session.ts";

const NETWORK = "upcloud/network";
const ROUTER = "upcloud/router";
const ADDRESS = "upcloud/ip-address";

/** Networks, routers and addresses, so that nothing of the account goes unseen. */
export default defineProbe({
  id: "upcloud-networks",
  title: "UpCloud networks, routers and IP addresses",
  provider: "upcloud",
  kinds: [NETWORK, ROUTER, ADDRESS],
  provides: {
    inventory: { permissions: [grant("network"), grant("router"), grant("server")] },
  },
  classify: classifyRest,
  gather: async function* gather(target, _wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const [networks, routers, addresses] = await Promise.all([
      // Without the slash the API answers with a redirect.
      listWhole(session, "/network/", "network", wrapped("networks", "network")),
      listWhole(session, "/router", "router", wrapped("routers", "router")),
      listWhole(session, "/ip_address", "server", wrapped("ip_addresses", "ip_address")),
    ]);
    // Public and utility networks are UpCloud's own, which all of its customers share, and so are its routers.
    const own = listedAs(
      target,
      NETWORK,
      networks,
      ({ type }) => type !== "public" && type !== "utility",
    );
    yield* observeInventory(own, target, context);
    const others = listedAs(target, ROUTER, routers, ({ type }) => type !== "service");
    yield* observeInventory(others, target, context);
    const found = listed(target, [ADDRESS], addresses, (raw) => {
      const { access, address, zone } = fields(raw);
      const id = text(address);
      if (id === null) throw new TypeError("an entry without address");
      if (access === "utility") return null;
      return { kind: ADDRESS, id, name: id, region: text(zone)?.toLowerCase() ?? null, tags: {} };
    });
    yield* observeInventory(found, target, context);
  },
});
