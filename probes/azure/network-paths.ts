/** Whether the Internet finds a way to what stands in a virtual network; pure. */
import { plain } from "#model/text.ts";
import type { Interface, Network, Unread } from "./network-reading.ts";
import type { Service } from "./security-rules.ts";

/**
 * How the Internet finds a way to something: to every port, to what load balancers pass on, not at all, or why that
 * cannot be told.
 */
export type Way =
  | { readonly way: "all" | "none" }
  | { readonly way: "services"; readonly services: readonly Service[] }
  | Unclear;
interface Unclear {
  readonly way: "unclear";
  readonly why: string;
  readonly unread: readonly Unread[];
}

/** Something behind a security group. */
export interface Stand {
  readonly name: string;
  readonly way: Way;
  /** The other groups that traffic to it passes: before its subnet or at its interface. */
  readonly others: readonly string[];
}

/**
 * Services that have no public address where they are put into a subnet: what comes from the Internet does not come to
 * them through it. https://learn.microsoft.com/azure/app-service/overview-vnet-integration (outbound only),
 * https://learn.microsoft.com/azure/postgresql/flexible-server/concepts-networking-private,
 * https://learn.microsoft.com/azure/mysql/flexible-server/concepts-networking-vnet,
 * https://learn.microsoft.com/azure/container-instances/container-instances-virtual-network-concepts,
 * https://learn.microsoft.com/azure/azure-netapp-files/azure-netapp-files-network-topologies,
 * https://learn.microsoft.com/azure/dns/dns-private-resolver-overview
 */
const PRIVATE_SERVICES: ReadonlySet<string> = new Set([
  "microsoft.web/serverfarms",
  "microsoft.dbforpostgresql/flexibleservers",
  "microsoft.dbformysql/flexibleservers",
  "microsoft.containerinstance/containergroups",
  "microsoft.netapp/volumes",
  "microsoft.network/dnsresolvers",
]);

/** Services in subnets whose public addresses are among those that are read. */
const READ_SERVICES: ReadonlySet<string> = new Set(["microsoft.network/applicationgateways"]);

/** How the Internet finds a way to an interface. */
export function wayTo(one: Interface, network: Network): Way {
  if (one.configurations.some(({ address }) => address !== undefined)) return { way: "all" };
  const services: Service[] = [];
  for (const { subnet, balancers, privateAddress } of one.configurations) {
    for (const id of balancers) {
      const balancer = network.balancers.get(id);
      if (balancer === undefined) {
        const why = `the load balancer ${nameOf(id)} before it was not read`;
        return { way: "unclear", why, unread: network.unread.balancers };
      }
      services.push(...balancer.passes);
    }
    for (const { addresses, passes } of network.balancers.values()) {
      const named = addresses.some(
        (entry) =>
          entry.address === privateAddress &&
          (entry.network === null || subnet?.startsWith(`${entry.network}/`) !== false),
      );
      if (named) services.push(...passes);
    }
  }
  if (network.unread.balancers.length > 0) {
    const why = "not all load balancers were read, which may pass on to it";
    return { way: "unclear", why, unread: network.unread.balancers };
  }
  return services.length > 0 ? { way: "services", services } : { way: "none" };
}

/** What stands in a subnet, each with the group at its interface as the other one. */
export function standsIn(id: string, network: Network): readonly Stand[] {
  const subnet = network.subnets.get(id);
  const stands: Stand[] = [];
  const interfaces = [...network.interfaces].filter(([, { configurations }]) =>
    configurations.some((one) => one.subnet === id),
  );
  for (const [, one] of interfaces) {
    const others = one.group === null ? [] : [one.group];
    stands.push({ name: one.name, way: wayTo(one, network), others });
  }
  if (subnet === undefined) {
    const why = `what is in the subnet ${nameOf(id)} was not read`;
    return [...stands, unclear(nameOf(id), why, network.unread.networks)];
  }
  const services = new Set(subnet.services.filter((service) => !READ_SERVICES.has(service)));
  for (const service of services) {
    const name = plain(service, 80);
    const why = `whether ${name} has public addresses there is not read`;
    stands.push(
      PRIVATE_SERVICES.has(service)
        ? { name, way: { way: "none" }, others: [] }
        : unclear(name, why, []),
    );
  }
  const known = new Set(interfaces.map(([key]) => key.split("#")[0]));
  for (const owner of subnet.owners) {
    // The interfaces that a service has of its own are no resources of the subscription.
    if (known.has(owner) || (services.size > 0 && isInterface(owner))) continue;
    stands.push(...ownerStand(owner, network));
  }
  return stands;
}

/** Something in a subnet that is no known interface. */
function ownerStand(owner: string, network: Network): readonly Stand[] {
  const name = nameOf(owner);
  const kind = owner.split("/").at(-2) ?? "";
  const { interfaces, scaleSets, addresses } = network.unread;
  if (isInterface(owner)) {
    const unread = kind === "networkinterfaces" ? interfaces : scaleSets;
    return [unclear(name, `${name} was not read`, unread)];
  }
  // A frontend of an internal load balancer: what it passes on to has interfaces of its own.
  if (kind === "loadbalancers" || kind === "privateendpoints") {
    return [{ name, way: { way: "none" }, others: [] }];
  }
  if (network.publicOwners.has(owner)) return [{ name, way: { way: "all" }, others: [] }];
  if (addresses.length > 0) {
    return [
      unclear(
        name,
        `the public addresses, of which ${name} may have one, were not read`,
        addresses,
      ),
    ];
  }
  return [{ name, way: { way: "none" }, others: [] }];
}

/** Interfaces that a group is attached to, each with the groups before its subnets as the others. */
export function standsAt(
  group: string,
  attached: readonly string[],
  network: Network,
): readonly Stand[] {
  const own = [...network.interfaces].filter(([, one]) => one.group === group);
  const known = new Set(own.map(([key]) => key.split("#")[0] ?? key));
  const missing = attached.filter((id) => !known.has(id));
  return [
    ...own.map(([, one]): Stand => {
      const places = one.configurations.flatMap(({ subnet }) => subnet ?? []);
      const unread = places.filter((id) => !network.subnets.has(id));
      const others = places.flatMap((id) => network.subnets.get(id)?.group ?? []);
      const way = wayTo(one, network);
      if (unread.length > 0 && way.way !== "none") {
        const why = `whether a group stands before the subnet of ${one.name} was not read`;
        return unclear(one.name, why, network.unread.networks);
      }
      return { name: one.name, way, others: [...new Set(others)] };
    }),
    ...missing.map((id) => {
      const { interfaces, scaleSets } = network.unread;
      const why = `the interface ${nameOf(id)} was not read`;
      return unclear(nameOf(id), why, [...interfaces, ...scaleSets]);
    }),
  ];
}

/** Whether an id is one of network interfaces, or of a scale set that gives them to its machines. */
export function isInterface(id: string): boolean {
  return /\/(?:networkinterfaces|virtualmachinescalesets)\/[^/]+$/.test(id);
}

function unclear(name: string, why: string, unread: readonly Unread[]): Stand {
  return { name, way: { way: "unclear", why, unread }, others: [] };
}

/** The last part of an id, for people. */
export function nameOf(id: string): string {
  return plain(id.split("/").at(-1) ?? "", 80);
}
