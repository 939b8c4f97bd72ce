/** What a network security group lets in to what the Internet can address; pure. */
import type { Ingress } from "#model/security-facets.ts";
import { listed } from "#model/text.ts";
import { text, type Fields, list } from "#probes/common/json.ts";
import { propertiesOf } from "./facets.ts";
import { standsAt, standsIn, type Stand } from "./network-paths.ts";
import type { Network, Unread } from "./network-reading.ts";
import {
  throughBoth,
  throughServices,
  toIngressRule,
  toOpenings,
  type Opening,
} from "./security-rules.ts";

/** A facet, and the answers whose failure leaves a part of it open. */
export interface Told {
  readonly ingress: Ingress;
  readonly unread: readonly Unread[];
}

/**
 * Where one group stands before a subnet and another at an interface in it, both must let something in:
 * https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works. So the rules are those that are
 * left of them behind the other group, and behind the load balancer where that is the only way in.
 * @throws TypeError when the group has not the documented shape
 */
export function toGroupIngress(id: string, raw: Fields, network: Network): Told {
  const written = toOpenings(raw);
  const group = id.toLowerCase();
  const { subnets, networkInterfaces } = propertiesOf(raw);
  const attached = references(networkInterfaces).map(interfaceOf);
  const places = new Set([
    ...references(subnets),
    ...[...network.subnets].flatMap(([key, one]) => (one.group === group ? [key] : [])),
  ]);
  const routes = routesOf(group, places, network);
  const own = routes.widen(written);
  const lost = own.some((one, at) => one !== written[at]) ? routes.unread : [];
  const stands = [
    ...standsAt(group, attached, network),
    ...[...places].flatMap((place) => standsIn(place, network)),
  ];
  const said = (reachable: boolean | null, detail: string, allowed = own): Ingress => ({
    allowed: allowed.map(toIngressRule),
    reachable,
    detail,
    firewall: true,
  });
  const many = `attached to ${count(places.size, "subnet")} and ${count(
    new Set([...attached, ...ownInterfaces(group, network)]).size,
    "network interface",
  )}`;
  if (stands.length === 0) {
    const detail = places.size === 0 ? "attached to nothing" : `${many}, with nothing in them`;
    return { ingress: { ...said(false, detail), idle: true }, unread: [] };
  }
  const open = stands.filter(({ way }) => way.way === "all" || way.way === "services");
  const left = open.map((stand) => behind(own, stand, group, network, routes.widen));
  const doubts = [
    ...stands.flatMap(({ way }) => (way.way === "unclear" ? [way] : [])),
    ...left.flatMap((one) => ("why" in one ? [one] : [])),
  ];
  const unread = doubts.flatMap((one) => one.unread);
  const unclear = listed([...new Set(doubts.map(({ why }) => why))], 3);
  if (open.length === 0) {
    return doubts.length > 0
      ? { ingress: said(null, `${many}; ${unclear}`), unread }
      : { ingress: said(false, `${many}; nothing there can be addressed by the Internet`), unread };
  }
  const names = listed([...new Set(open.map(({ name }) => name))], 3);
  const detail = `${many}; the Internet can address ${names}`;
  const rules = left.flatMap((one) => ("why" in one ? [] : [one]));
  if (rules.includes(own)) return { ingress: said(true, detail), unread: lost };
  // What is closed before the ones may still come in to those of which that cannot be told.
  if (doubts.length > 0) return { ingress: said(null, `${detail}; ${unclear}`), unread };
  const ways = `${detail}, and another group or a load balancer before it passes on a part only`;
  return { ingress: said(true, ways, unique(rules.flat())), unread: lost };
}

interface Routes {
  readonly widen: (openings: readonly Opening[]) => readonly Opening[];
  readonly unread: readonly Unread[];
}

/**
 * The tag of the neighbours, `VirtualNetwork`, holds the ranges of the subnet's own routes too, a default route among
 * them, and so may stand for everyone: https://learn.microsoft.com/azure/virtual-network/service-tags-overview
 */
function routesOf(group: string, places: Iterable<string>, network: Network): Routes {
  const subnets = [
    ...places,
    ...[...network.interfaces.values()].flatMap((one) =>
      one.group === group ? one.configurations.flatMap(({ subnet }) => subnet ?? []) : [],
    ),
  ];
  const tables = subnets.flatMap((subnet) => network.subnets.get(subnet)?.routes ?? []);
  const unread = [
    ...(subnets.every((subnet) => network.subnets.has(subnet)) ? [] : [network.unread.networks]),
    ...(tables.every((table) => network.routes.has(table)) ? [] : [network.unread.routes]),
  ];
  if (unread.length === 0 && !tables.some((table) => network.routes.get(table) === true)) {
    return { widen: (openings) => openings, unread: [] };
  }
  return {
    widen: (openings) =>
      openings.map((one) => {
        const tag = one.others.find((other) => other.toLowerCase() === "virtualnetwork");
        return tag === undefined ? one : { ...one, unresolved: [...one.unresolved, tag] };
      }),
    unread: unread.flat(),
  };
}

/** What is left of a group's openings on the way to something; the same list where nothing takes from them. */
function behind(
  own: readonly Opening[],
  { name, way, others }: Stand,
  group: string,
  network: Network,
  widen: Routes["widen"],
): readonly Opening[] | { readonly why: string; readonly unread: readonly Unread[] } {
  const known = [];
  for (const id of others.filter((other) => other !== group)) {
    const openings = network.groups.get(id);
    if (openings === undefined) {
      const why = `what the other group before ${name} lets in was not read`;
      return { why, unread: network.unread.groups };
    }
    known.push(widen(openings));
  }
  // An interface lies in several subnets only where each has an address of its own: what one of them lets in counts.
  const passed = known.length === 0 ? own : known.flatMap((other) => throughBoth(own, other));
  return way.way === "services" ? throughServices(passed, way.services) : passed;
}

function unique(openings: readonly Opening[]): readonly Opening[] {
  const key = (one: Opening) => JSON.stringify(toIngressRule(one));
  return [...new Map(openings.map((one) => [key(one), one])).values()];
}

function references(value: unknown): readonly string[] {
  return list(value).map(({ id }) => {
    const found = text(id);
    if (found === null) throw new TypeError("something that the group is attached to has no id");
    return found.toLowerCase();
  });
}

/** A scale set is the resource of what its machines have. */
function interfaceOf(id: string): string {
  return id.includes("/virtualmachinescalesets/") ? (id.split("/virtualmachines/")[0] ?? id) : id;
}

function ownInterfaces(group: string, { interfaces }: Network): readonly string[] {
  return [...interfaces].flatMap(([id, one]) =>
    one.group === group ? [id.split("#")[0] ?? id] : [],
  );
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? "" : "s"}`;
}
