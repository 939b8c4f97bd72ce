import { defineProbe } from "#model/probe.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { listKinds, scaleway, type Listing } from "./session.ts";

/** What holds no data, but has a place. */
const LISTINGS: readonly Listing[] = [
  {
    kind: "scaleway/instance",
    product: "instance",
    version: "v1",
    name: "servers",
    permission: "InstancesReadOnly",
  },
  {
    kind: "scaleway/ip",
    product: "instance",
    version: "v1",
    name: "ips",
    permission: "InstancesReadOnly",
  },
  {
    kind: "scaleway/kubernetes",
    product: "k8s",
    version: "v1",
    name: "clusters",
    permission: "KubernetesReadOnly",
  },
  {
    kind: "scaleway/load-balancer",
    product: "lb",
    version: "v1",
    name: "lbs",
    permission: "LoadBalancersReadOnly",
  },
  {
    kind: "scaleway/private-network",
    product: "vpc",
    version: "v2",
    name: "private-networks",
    key: "private_networks",
    permission: "PrivateNetworksReadOnly",
  },
  { kind: "scaleway/vpc", product: "vpc", version: "v2", name: "vpcs", permission: "VPCReadOnly" },
];

/** Instances and networks: where they are. */
export default defineProbe({
  id: "scaleway-network",
  title: "Scaleway instances, clusters, load balancers and networks",
  provider: "scaleway",
  kinds: LISTINGS.map(({ kind }) => kind),
  provides: { inventory: { permissions: LISTINGS.map(({ permission }) => permission) } },
  classify: classifyRest,
  gather: async function* gather(target, _, context) {
    if (target.provider !== "scaleway") return;
    const session = scaleway(target, context);
    for (const listing of LISTINGS) {
      yield* observeInventory(await listKinds(session, [listing]), target, context);
    }
  },
});
