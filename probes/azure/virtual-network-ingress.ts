/** Which subnets of a virtual network have no network security group, and what that lets in; pure. */
import { listed } from "#model/text.ts";
import type { Fields } from "#probes/common/json.ts";
import { isInterface, nameOf, wayTo, type Way } from "./network-paths.ts";
import {
  toSubnets,
  type Interface,
  type Network,
  type Subnet,
  type Unread,
} from "./network-reading.ts";
import type { Told } from "./security-group-ingress.ts";
import { openTo, toIngressRule, type Opening } from "./security-rules.ts";

/**
 * Subnets that can have no group, or need none, by their names, which Azure prescribes.
 * https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings#gwsub,
 * https://learn.microsoft.com/azure/firewall/firewall-faq (its own rules stand there),
 * https://learn.microsoft.com/azure/route-server/route-server-faq,
 * https://learn.microsoft.com/azure/bastion/bastion-overview (no group is needed)
 */
const EXEMPT_NAMES: ReadonlySet<string> = new Set([
  "gatewaysubnet",
  "azurefirewallsubnet",
  "azurefirewallmanagementsubnet",
  "routeserversubnet",
  "azurebastionsubnet",
]);
/**
 * Services to which a subnet can be delegated so that groups do nothing for what comes in.
 * https://learn.microsoft.com/azure/app-service/overview-vnet-integration: the integration is for what goes out;
 * https://learn.microsoft.com/azure/dedicated-hsm/networking: groups are not supported.
 */
const EXEMPT_SERVICES: ReadonlySet<string> = new Set([
  "microsoft.web/serverfarms",
  "microsoft.hardwaresecuritymodules/dedicatedhsms",
]);

/**
 * A network has a firewall where each subnet has a security group. What has none at its interface either is open at
 * once where its address or its load balancer is of the Basic SKU, and closed by design where it is Standard.
 * @throws TypeError when the network has not the documented shape
 */
export function toNetworkIngress(raw: Fields, network: Network): Told {
  const subnets = toSubnets(raw);
  if (subnets.length === 0) {
    const detail = "it has no subnets";
    return {
      ingress: { allowed: [], reachable: false, detail, firewall: true, idle: true },
      unread: [],
    };
  }
  const without = subnets.filter(([, { group }]) => group === null);
  const bare = without.filter(([, subnet]) => !isExempt(subnet));
  const exempt = without.filter(([, subnet]) => isExempt(subnet));
  const places = new Set(without.map(([id]) => id));
  const found = [...network.interfaces.values()].flatMap((one) =>
    one.group === null && one.configurations.some(({ subnet }) => places.has(subnet ?? ""))
      ? [doorOf(one, network)]
      : [],
  );
  const names = new Set([...network.interfaces.keys()].map((id) => id.split("#")[0]));
  const lost = without.flatMap(([, { owners, services }]) =>
    services.length > 0 ? [] : owners.filter((id) => isInterface(id) && !names.has(id)),
  );
  const open = found.flatMap((door) => (door.open === true ? door.openings : []));
  const maybe = found.flatMap((door) => (door.open === null ? door.openings : []));
  const doubts = [
    ...found.flatMap((door) => (door.open === null ? [door.why] : [])),
    ...lost.map((id) => `${nameOf(id)} was not read`),
  ];
  const unread = [
    ...found.flatMap((door) => (door.open === null ? door.unread : [])),
    ...(lost.length > 0 ? [...network.unread.interfaces, ...network.unread.scaleSets] : []),
  ];
  const detail = [
    bare.length === 0
      ? `${subnets.length - without.length} of ${subnets.length} subnets have a network security group`
      : `${bare.length} of ${subnets.length} subnets have no network security group (${listed(
          bare.map(([, { name }]) => name),
          4,
        )})`,
    ...(exempt.length === 0
      ? []
      : [
          `${listed(
            exempt.map(([, { name }]) => name),
            4,
          )} can have none or needs none`,
        ]),
    ...(open.length > 0 || doubts.length === 0 ? [] : [listed([...new Set(doubts)], 3)]),
  ].join("; ");
  const firewall = bare.length === 0;
  if (open.length > 0) {
    const allowed = open.map(toIngressRule);
    return { ingress: { allowed, reachable: true, detail, firewall }, unread: [] };
  }
  const unknown = lost.map((id) => openTo(ALL, `no group may stand before ${nameOf(id)}`));
  return {
    ingress: {
      allowed: [...maybe, ...unknown].map(toIngressRule),
      reachable: doubts.length > 0 ? null : false,
      detail,
      firewall,
    },
    unread,
  };
}

const ALL = { protocol: "all", ports: null } as const;

function isExempt({ name, services }: Subnet): boolean {
  return (
    EXEMPT_NAMES.has(name.toLowerCase()) || services.some((service) => EXEMPT_SERVICES.has(service))
  );
}

interface Door {
  /** What comes in where it is open. */
  readonly openings: readonly Opening[];
  /** null: it cannot be told. */
  readonly open: boolean | null;
  readonly why: string;
  readonly unread: readonly Unread[];
}

/** What an interface without any group lets in. */
function doorOf(one: Interface, network: Network): Door {
  const way = wayTo(one, network);
  const { open, unread } = opennessOf(one, way, network);
  const rule = `no network security group stands before ${one.name}`;
  const services = way.way === "services" ? way.services : [ALL];
  return {
    openings: services.map((service) => openTo(service, rule)),
    open,
    why:
      way.way === "unclear"
        ? way.why
        : `of which SKU the public address before ${one.name} is was not read`,
    unread,
  };
}

function opennessOf(
  { configurations }: Interface,
  way: Way,
  network: Network,
): Pick<Door, "open" | "unread"> {
  if (way.way === "unclear") return { open: null, unread: way.unread };
  if (way.way === "none") return { open: false, unread: [] };
  const open =
    way.way === "all"
      ? configurations.flatMap(({ address }) =>
          address === undefined
            ? []
            : [address.id === null ? address.open : (network.addresses.get(address.id) ?? null)],
        )
      : configurations
          .flatMap(({ balancers }) => balancers)
          .map((id) => network.balancers.get(id)?.open ?? null);
  const unread = way.way === "all" ? network.unread.addresses : network.unread.balancers;
  if (open.includes(true)) return { open: true, unread: [] };
  return open.includes(null) ? { open: null, unread } : { open: false, unread: [] };
}
