import { defineProbe } from "#model/probe.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { bare } from "./pages.ts";
import { grant } from "./permissions.ts";
import { listByOffset, listedAs, listWhole, openSession } from "./session.ts";

const CLUSTER = "upcloud/kubernetes";
const BALANCER = "upcloud/load-balancer";

/** Kubernetes clusters and load balancers; the servers and storages of clusters are listed with the others. */
export default defineProbe({
  id: "upcloud-platforms",
  title: "UpCloud Kubernetes clusters and load balancers",
  provider: "upcloud",
  kinds: [CLUSTER, BALANCER],
  provides: {
    inventory: { permissions: [grant("managed_kubernetes"), grant("managed_loadbalancer")] },
  },
  classify: classifyRest,
  gather: async function* gather(target, _wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const [clusters, balancers] = await Promise.all([
      // Without the slash the API answers with a redirect.
      listWhole(session, "/kubernetes/", "managed_kubernetes", bare),
      listByOffset(session, "/load-balancer", "managed_loadbalancer"),
    ]);
    yield* observeInventory(listedAs(target, CLUSTER, clusters), target, context);
    yield* observeInventory(listedAs(target, BALANCER, balancers), target, context);
  },
});
