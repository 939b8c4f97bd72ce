/** What stands in the virtual networks of a subscription, as far as Azure shows it. */
import { isInternet } from "#facts/internet-addresses.ts";
import { parseRange } from "#model/address-ranges.ts";
import type { Failure } from "#model/probe.ts";
import type { Known } from "#probes/common/known.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import { propertiesOf } from "./facets.ts";
import { listResources, type Found, type Listed } from "./listing.ts";
import { toOpenings, type Opening, type Service } from "./security-rules.ts";
import type { AzureSession } from "./session.ts";

export const GROUPS = "Microsoft.Network/networkSecurityGroups";
export const NETWORKS = "Microsoft.Network/virtualNetworks";
const INTERFACES = "Microsoft.Network/networkInterfaces";
const ADDRESSES = "Microsoft.Network/publicIPAddresses";
const BALANCERS = "Microsoft.Network/loadBalancers";
const ROUTES = "Microsoft.Network/routeTables";
const SCALE_SETS = "Microsoft.Compute/virtualMachineScaleSets";
const VERSIONS: Readonly<Record<string, string>> = {
  [GROUPS]: "2024-03-01",
  [NETWORKS]: "2024-03-01",
  [INTERFACES]: "2024-03-01",
  [ADDRESSES]: "2024-03-01",
  [BALANCERS]: "2024-03-01",
  [ROUTES]: "2024-03-01",
  [SCALE_SETS]: "2024-07-01",
};
/** What is asked of each of them. */
export const NETWORK_PERMISSIONS = Object.keys(VERSIONS).map((kind) => `${kind}/read`);

/** An answer that failed. */
export type Unread = Known<unknown> & { readonly ok: false };

type Part =
  | "groups"
  | "networks"
  | "interfaces"
  | "addresses"
  | "balancers"
  | "routes"
  | "scaleSets";

/** A subscription's network; ids are in lower case. What could not be read stands in `unread`. */
export interface Network {
  readonly groups: ReadonlyMap<string, readonly Opening[]>;
  readonly subnets: ReadonlyMap<string, Subnet>;
  readonly interfaces: ReadonlyMap<string, Interface>;
  readonly balancers: ReadonlyMap<string, Balancer>;
  /** Public addresses by id, with whether their SKU lets in what no group denies; null: not said. */
  readonly addresses: ReadonlyMap<string, boolean | null>;
  /** Route tables by id, with whether their routes hold the Internet. */
  readonly routes: ReadonlyMap<string, boolean>;
  /** Resources that have public addresses. */
  readonly publicOwners: ReadonlySet<string>;
  readonly unread: Readonly<Record<Part, readonly Unread[]>>;
}

export interface Subnet {
  readonly name: string;
  readonly group: string | null;
  readonly routes: string | null;
  /** Resources that have an address in it. */
  readonly owners: readonly string[];
  /** Services that it is delegated to, or that were put into it; in lower case. */
  readonly services: readonly string[];
}

/** A network interface, or those that a scale set gives its machines. */
export interface Interface {
  readonly name: string;
  readonly group: string | null;
  readonly configurations: readonly Configuration[];
}
interface Configuration {
  readonly subnet: string | null;
  /** Its own public address: the SKU's openness without a group; undefined: it has none. */
  readonly address?: { readonly id: string | null; readonly open: boolean | null };
  /** Load balancers in whose pools and rules it is. */
  readonly balancers: readonly string[];
  readonly privateAddress: string | null;
}

export interface Balancer {
  /** What it passes on of what comes to its public addresses. */
  readonly passes: readonly Service[];
  /** Whether its SKU lets in what no group denies; null: not said. */
  readonly open: boolean | null;
  /** Addresses in its pools that are named by themselves, with the network they are in. */
  readonly addresses: readonly { readonly address: string; readonly network: string | null }[];
}

/** Reads what decides whether the Internet finds a way to what is in the virtual networks. */
export async function readNetworks(
  session: AzureSession,
): Promise<{ readonly listed: Listed; readonly networks: ReadonlyMap<string, Network> }> {
  const listed = await listResources(VERSIONS, session);
  const networks = new Map<string, Network>();
  for (const subscription of session.subscriptions.readable) {
    const { unread } = await session.resources(subscription);
    const missing = unread.map((one): Unread => ({ ...one, ok: false }));
    networks.set(subscription, toNetwork(subscription, listed, missing));
  }
  // What stands behind a load balancer may be of another subscription.
  const balancers = new Map([...networks.values()].flatMap((one) => [...one.balancers]));
  return {
    listed,
    networks: new Map([...networks].map(([id, one]) => [id, { ...one, balancers }])),
  };
}

/**
 * @param listed the resources of all subscriptions
 * @param missing why not all resources of this subscription are known
 */
export function toNetwork(
  subscription: string,
  { found, unread }: Listed,
  missing: readonly Unread[],
): Network {
  const start = `/subscriptions/${subscription}/`.toLowerCase();
  const failed = (kind: string): Unread[] => [
    ...missing,
    ...unread.flatMap(({ subject, known }) =>
      !known.ok && is(subject.kind, kind) && subject.id.toLowerCase().startsWith(start)
        ? [known]
        : [],
    ),
  ];
  /** What of a kind can be understood; the rest is unread. */
  const read = <Item>(kind: string, map: (raw: Fields, one: Found) => Item) => {
    const problems = failed(kind);
    const items = new Map<string, Item>();
    for (const one of found) {
      if (one.subscription !== subscription || !is(one.subject.kind, kind)) continue;
      try {
        items.set(one.subject.id.toLowerCase(), map(one.raw, one));
      } catch (error) {
        problems.push({
          ok: false,
          operation: one.source.operation,
          permission: `${kind}/read`,
          failure: shapeless(one.subject.name, error),
        });
      }
    }
    return { items, problems };
  };
  const groups = read(GROUPS, toOpenings);
  const networks = read(NETWORKS, toSubnets);
  const interfaces = read(INTERFACES, toInterface);
  const scaleSets = read(SCALE_SETS, toScaleSet);
  const addresses = read(ADDRESSES, toAddress);
  const balancers = read(BALANCERS, toBalancer);
  const routes = read(ROUTES, leadsEverywhere);
  return {
    groups: groups.items,
    subnets: new Map([...networks.items.values()].flat()),
    interfaces: new Map([...interfaces.items, ...[...scaleSets.items.values()].flat()]),
    balancers: balancers.items,
    routes: routes.items,
    addresses: new Map([...addresses.items].map(([id, { open }]) => [id, open])),
    publicOwners: new Set([...addresses.items.values()].flatMap(({ owner }) => owner ?? [])),
    unread: {
      groups: groups.problems,
      networks: networks.problems,
      interfaces: interfaces.problems,
      addresses: addresses.problems,
      balancers: balancers.problems,
      routes: routes.problems,
      scaleSets: scaleSets.problems,
    },
  };
}

function is(kind: string, other: string): boolean {
  return kind.toLowerCase() === other.toLowerCase();
}

function shapeless(name: string, error: unknown): Failure {
  const why = error instanceof Error ? error.message : String(error);
  const message = `${name}: the answer does not have the documented shape: ${why}`;
  return { reason: "malformed", message, retryable: false };
}

/** The subnets of a virtual network by their ids. */
export function toSubnets(raw: Fields): readonly (readonly [id: string, subnet: Subnet])[] {
  const { subnets } = propertiesOf(raw);
  if (!Array.isArray(subnets)) throw new TypeError("the network has no list of subnets");
  return list(subnets).map((subnet) => {
    const id = text(subnet["id"])?.toLowerCase();
    const name = text(subnet["name"])?.slice(0, 100);
    if (id === undefined || name === undefined) throw new TypeError("a subnet without id or name");
    const properties = propertiesOf(subnet);
    const inside = [
      ...list(properties["ipConfigurations"]),
      ...list(properties["applicationGatewayIPConfigurations"]),
      ...list(properties["privateEndpoints"]),
    ];
    return [
      id,
      {
        name,
        group: reference(properties["networkSecurityGroup"]),
        routes: reference(properties["routeTable"]),
        owners: [...new Set(inside.map((one) => ownerOf(reference(one) ?? "")))],
        services: [
          ...list(properties["delegations"]).map((one) => named(one, "serviceName")),
          ...list(properties["serviceAssociationLinks"]).map((one) =>
            named(one, "linkedResourceType"),
          ),
          ...list(properties["resourceNavigationLinks"]).map((one) =>
            named(one, "linkedResourceType"),
          ),
        ],
      },
    ] as const;
  });
}

function named(one: Fields, field: string): string {
  const name = text(propertiesOf(one)[field]);
  if (name === null) throw new TypeError("a service in a subnet without a name");
  return name.slice(0, 100).toLowerCase();
}

/** The resource that something lies in: `…/networkInterfaces/web` of `…/networkInterfaces/web/ipConfigurations/a`. */
function ownerOf(id: string): string {
  const found =
    /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/[^/]+\/[^/]+\/[^/]+/.exec(
      id.toLowerCase(),
    );
  return found?.[0] ?? id.toLowerCase();
}

function toInterface(raw: Fields, { subject }: Pick<Found, "subject">): Interface {
  const properties = propertiesOf(raw);
  const { networkSecurityGroup, ipConfigurations } = properties;
  if (!Array.isArray(ipConfigurations)) throw new TypeError("an interface without addresses");
  return {
    name: subject.name.slice(0, 100),
    group: reference(networkSecurityGroup),
    configurations: list(ipConfigurations).map((one) => {
      const configuration = propertiesOf(one);
      const id = reference(configuration["publicIPAddress"]);
      return {
        ...placeOf(configuration),
        ...(id === null ? {} : { address: { id, open: null } }),
        privateAddress: text(configuration["privateIPAddress"]),
      };
    }),
  };
}

function placeOf(configuration: Fields): Pick<Configuration, "subnet" | "balancers"> {
  const entries = [
    "loadBalancerBackendAddressPools",
    "loadBalancerInboundNatRules",
    "loadBalancerInboundNatPools",
  ].flatMap((field) => list(configuration[field]).map((one) => reference(one) ?? ""));
  return {
    subnet: reference(configuration["subnet"]),
    balancers: [...new Set(entries.map(ownerOf))],
  };
}

/** The interfaces that a scale set gives its machines, by ids of their own: the set's with their place in it. */
function toScaleSet(
  raw: Fields,
  { subject }: Pick<Found, "subject">,
): readonly (readonly [id: string, one: Interface])[] {
  const { virtualMachineProfile } = propertiesOf(raw);
  // A flexible set without a profile has interfaces that are resources themselves.
  if (virtualMachineProfile === undefined || virtualMachineProfile === null) return [];
  const { networkProfile } = fields(virtualMachineProfile);
  return list(fields(networkProfile)["networkInterfaceConfigurations"]).map((one, at) => {
    const properties = propertiesOf(one);
    return [
      `${subject.id.toLowerCase()}#${at}`,
      {
        name: subject.name.slice(0, 100),
        group: reference(properties["networkSecurityGroup"]),
        configurations: list(properties["ipConfigurations"]).map((entry) => {
          const configuration = propertiesOf(entry);
          const own = configuration["publicIPAddressConfiguration"];
          return {
            ...placeOf(configuration),
            ...(own === undefined || own === null
              ? {}
              : { address: { id: null, open: isOpen(fields(own)) } }),
            privateAddress: null,
          };
        }),
      },
    ] as const;
  });
}

/** @throws when it has no properties */
function toAddress(raw: Fields): { open: boolean | null; owner: string | null } {
  const configuration = reference(propertiesOf(raw)["ipConfiguration"]);
  return {
    open: isOpen(raw),
    owner: configuration === null ? null : ownerOf(configuration),
  };
}

/**
 * Whether an address or a load balancer lets in what no group denies.
 * https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-addresses#sku: Standard is closed to what comes
 * in until a group opens it, Basic is open.
 */
function isOpen({ sku }: Fields): boolean | null {
  const name = text(fields(sku)["name"])?.toLowerCase();
  if (name === "basic") return true;
  return name === "standard" || name === "standardv2" ? false : null;
}

/** Whether the routes of a table hold the Internet together. @throws when a route names no range */
function leadsEverywhere(raw: Fields): boolean {
  const prefixes = list(propertiesOf(raw)["routes"]).map((route) => {
    const prefix = text(propertiesOf(route)["addressPrefix"]);
    if (prefix === null) throw new TypeError("a route without range");
    return prefix;
  });
  // A tag of a service is not the Internet.
  return isInternet(prefixes.flatMap((prefix) => parseRange(prefix) ?? []));
}

function toBalancer(raw: Fields): Balancer {
  const properties = propertiesOf(raw);
  const shown = list(properties["frontendIPConfigurations"]).map((frontend) => {
    const { publicIPAddress, publicIPPrefix } = propertiesOf(frontend);
    const isPublic = reference(publicIPAddress) !== null || reference(publicIPPrefix) !== null;
    return { id: text(frontend["id"])?.toLowerCase() ?? null, isPublic };
  });
  const closed = new Set(
    shown.flatMap(({ id, isPublic }) => (isPublic || id === null ? [] : [id])),
  );
  const rules = ["loadBalancingRules", "inboundNatRules", "inboundNatPools"].flatMap((field) =>
    list(properties[field]).map(propertiesOf),
  );
  const used = shown.some(({ isPublic }) => isPublic)
    ? rules.filter(({ frontendIPConfiguration }) => {
        const frontend = reference(frontendIPConfiguration);
        return frontend === null || !closed.has(frontend);
      })
    : [];
  const pools = list(properties["backendAddressPools"]).map((pool) => fields(pool["properties"]));
  return {
    passes: used.map(passedOn),
    open: isOpen(raw),
    addresses: pools.flatMap((pool) =>
      list(pool["loadBalancerBackendAddresses"]).flatMap((entry) => {
        const { ipAddress, virtualNetwork, subnet } = fields(entry["properties"]);
        const address = text(ipAddress);
        const network = reference(virtualNetwork) ?? reference(subnet)?.split("/subnets/")[0];
        return address === null ? [] : [{ address, network: network ?? null }];
      }),
    ),
  };
}

/** The service at the machines behind it: groups see the port there. @throws when it names no port */
function passedOn({ protocol, backendPort }: Fields): Service {
  const name = text(protocol)?.toLowerCase();
  if (name === undefined || typeof backendPort !== "number") {
    throw new TypeError("a rule of a load balancer without protocol or port");
  }
  // Port 0 stands for all of them.
  const ports = backendPort === 0 ? null : ([backendPort, backendPort] as const);
  return { protocol: name === "*" ? "all" : name, ports };
}

/** The id of a resource that another one refers to, in lower case; null: to none. @throws when it has no id */
function reference(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const id = text(fields(value)["id"]);
  if (id === null) throw new TypeError("a reference without id");
  return id.toLowerCase();
}
