import type { NetworkInterface, RouteTable } from "@aws-sdk/client-ec2";
import { parseRange } from "#model/address-ranges.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { listed } from "#model/text.ts";
import { throughAcls, type InboundAcl } from "./network-acl.ts";

/** What was read of a region's network; a text in place of what could not be, with why. */
export interface Network {
  readonly interfaces: readonly NetworkInterface[] | string;
  readonly routeTables: readonly RouteTable[] | string;
  readonly acls: readonly InboundAcl[] | string;
}

/** Whether the Internet finds a way to an interface: yes, no, or why that cannot be told. */
type Path = "yes" | "no" | { readonly unclear: string };

/** Interfaces that bring traffic of the Internet to addresses which have none of their own. */
const PASSES_ON: ReadonlySet<string> = new Set([
  "network_load_balancer",
  "global_accelerator_managed",
]);

/**
 * What a security group lets in to what the Internet can address. Behind a public interface the rules are those that
 * its network ACL leaves of them.
 */
export function toIngress(
  group: string,
  rules: readonly IngressRule[],
  { interfaces, routeTables, acls }: Network,
): Ingress {
  const said = (reachable: boolean | null, detail: string, allowed = rules): Ingress => ({
    allowed,
    reachable,
    detail,
    firewall: true,
  });
  if (typeof interfaces === "string") return said(null, interfaces);
  const attached = interfaces.filter(
    (one) => one.Status !== "available" && one.Groups?.some(({ GroupId }) => GroupId === group),
  );
  const many = `${attached.length} network interface${attached.length === 1 ? "" : "s"}`;
  if (attached.length === 0) {
    return { ...said(false, "no network interface is attached"), idle: true };
  }
  const paths = attached.map((one) => ({ one, path: pathTo(one, interfaces, routeTables) }));
  const open = paths.filter(({ path }) => path === "yes").map(({ one }) => one);
  const unclear = paths.flatMap(({ path }) => (typeof path === "string" ? [] : [path.unclear]));
  const doubts = [...new Set(unclear)].join("; ");
  if (open.length === 0) {
    return unclear.length > 0
      ? said(null, `${many}; ${doubts}`)
      : said(false, `${many}, none of which the Internet can address`);
  }
  const names = listed(
    open.map(({ NetworkInterfaceId }) => NetworkInterfaceId ?? ""),
    3,
  );
  const detail = `${many}, ${open.length} of which the Internet can address (${names})`;
  if (typeof acls === "string") return said(null, `${detail}; ${acls}`);
  const front = open.map(({ SubnetId }) =>
    acls.find(({ subnets }) => SubnetId !== undefined && subnets.includes(SubnetId)),
  );
  if (front.includes(undefined)) {
    return said(null, `${detail}; the network ACL before them was not found`);
  }
  const left = throughAcls(
    rules,
    front.flatMap((acl) => acl ?? []),
  );
  const filtered = left.length !== rules.length || left.some((rule, at) => rule !== rules[at]);
  // What the ACL of the public ones denies may still come in by those of which that cannot be told.
  if (filtered && unclear.length > 0) return said(null, `${detail}; ${doubts}`);
  return said(true, filtered ? `${detail}; network ACLs deny a part` : detail, left);
}

function pathTo(
  one: NetworkInterface,
  interfaces: readonly NetworkInterface[],
  tables: Network["routeTables"],
): Path {
  const families = publicFamilies(one);
  if (families.length > 0) {
    if (typeof tables === "string") return { unclear: tables };
    const table = tableOf(one, tables);
    if (table === undefined) return { unclear: "the route table before it was not found" };
    const path = pathBy(table, families);
    if (path !== "no") return path;
  }
  const passing = interfaces.some(
    (other) =>
      other.VpcId === one.VpcId &&
      PASSES_ON.has(other.InterfaceType ?? "") &&
      (other.InterfaceType === "global_accelerator_managed" || publicFamilies(other).length > 0),
  );
  return passing
    ? { unclear: "a public load balancer or accelerator in its network may pass on to it" }
    : "no";
}

/** The families in which an interface has an address that the Internet can route. */
function publicFamilies(one: NetworkInterface): readonly (4 | 6)[] {
  if (one.DenyAllIgwTraffic === true) return [];
  const v4 =
    one.Association?.PublicIp !== undefined ||
    one.PrivateIpAddresses?.some(({ Association }) => Association?.PublicIp !== undefined);
  const sixes = [
    ...(one.Ipv6Addresses ?? []).map(({ Ipv6Address }) => Ipv6Address ?? ""),
    ...(one.Ipv6Prefixes ?? []).map(({ Ipv6Prefix }) => Ipv6Prefix ?? ""),
  ];
  // Unique local addresses (RFC 4193) are private.
  const v6 = sixes.some((text) => (parseRange(text)?.first ?? 0n) >> 121n !== 0xfcn >> 1n);
  return [...(v4 === true ? [4 as const] : []), ...(v6 ? [6 as const] : [])];
}

/** The table that is associated with the subnet, else the main one of the network. */
function tableOf(
  { SubnetId, VpcId }: NetworkInterface,
  tables: readonly RouteTable[],
): RouteTable | undefined {
  const associated = tables.find(({ Associations }) =>
    Associations?.some((one) => SubnetId !== undefined && one.SubnetId === SubnetId),
  );
  return (
    associated ??
    tables.find(
      (table) => table.VpcId === VpcId && table.Associations?.some(({ Main }) => Main === true),
    )
  );
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html */
function pathBy({ Routes }: RouteTable, families: readonly (4 | 6)[]): Path {
  let path: Path = "no";
  for (const route of Routes ?? []) {
    if (route.State === "blackhole") continue;
    const { DestinationCidrBlock, DestinationIpv6CidrBlock, GatewayId } = route;
    const concerns =
      DestinationCidrBlock !== undefined
        ? families.includes(4)
        : DestinationIpv6CidrBlock !== undefined
          ? families.includes(6)
          : true;
    if (!concerns) continue;
    if (GatewayId?.startsWith("igw-") === true) return "yes";
    // A list of prefixes leads to a gateway endpoint (S3, DynamoDB); ranges lead to a firewall's.
    const range = DestinationCidrBlock ?? DestinationIpv6CidrBlock;
    if (range === undefined) continue;
    const appliance =
      GatewayId?.startsWith("vpce-") === true || route.NetworkInterfaceId !== undefined;
    if (appliance) path = { unclear: "its traffic goes through an appliance" };
  }
  return path;
}
