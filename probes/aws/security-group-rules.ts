import type { IpPermission } from "@aws-sdk/client-ec2";
import type { IngressRule } from "#model/security-facets.ts";
import { listed } from "#model/text.ts";

/** The ranges of each prefix list, by id; null where they could not be read. */
export type PrefixLists = ReadonlyMap<string, readonly string[] | null>;

/** IANA numbers that AWS also knows by name. */
const NAMES: Readonly<Record<string, string>> = {
  "-1": "all",
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "58": "icmpv6",
};

/** A protocol as AWS writes it, by the one name that it has here. @throws when there is none */
export function protocolName(written: string | undefined): string {
  if (written === undefined || written === "") throw new TypeError("a rule without protocol");
  return NAMES[written] ?? written.toLowerCase();
}

/**
 * The inbound rules of a security group. Protocol -1 has no ports and means all of every protocol.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
 * @param prefixLists What the lists stand for; one that is not there is unresolved.
 * @throws TypeError when there is no list of rules, or a rule lacks its protocol or its ports
 */
export function toIngressRules(
  permissions: readonly IpPermission[] | undefined,
  prefixLists: PrefixLists = new Map(),
): readonly IngressRule[] {
  if (permissions === undefined) throw new TypeError("a security group without its rules");
  return permissions.map((permission) => {
    const protocol = protocolName(permission.IpProtocol);
    const ports = portsOf(protocol, permission);
    const lists = (permission.PrefixListIds ?? []).map(({ PrefixListId: id }) => named(id));
    const ranges = [
      ...(permission.IpRanges ?? []).map(({ CidrIp: range }) => named(range)),
      ...(permission.Ipv6Ranges ?? []).map(({ CidrIpv6: range }) => named(range)),
    ];
    const others = (permission.UserIdGroupPairs ?? []).map(({ GroupId, GroupName }) =>
      named(GroupId ?? GroupName),
    );
    const unresolved = lists.filter((id) => (prefixLists.get(id) ?? null) === null);
    const sources = listed([...ranges, ...lists, ...others]);
    return {
      protocol,
      ports,
      ranges: [...ranges, ...lists.flatMap((id) => prefixLists.get(id) ?? [])],
      others,
      ...(unresolved.length === 0 ? {} : { unresolved }),
      rule: `${renderService(protocol, ports)} from ${sources === "" ? "nowhere" : sources}`,
    };
  });
}

/** The prefix lists that permissions name as sources. */
export function prefixListsOf(permissions: readonly IpPermission[] | undefined): readonly string[] {
  return (permissions ?? []).flatMap(({ PrefixListIds }) =>
    (PrefixListIds ?? []).flatMap(({ PrefixListId }) => PrefixListId ?? []),
  );
}

function portsOf(
  protocol: string,
  { FromPort: first, ToPort: last }: IpPermission,
): IngressRule["ports"] {
  // For ICMP the two fields are type and code.
  if (protocol !== "tcp" && protocol !== "udp") return null;
  if (first === undefined || last === undefined) throw new TypeError("a rule without ports");
  // Rules of long ago write all ports so.
  if (first === -1) return null;
  if (first < 0 || last < first || last > 65_535) throw new TypeError("ports that are none");
  return [first, last];
}

/** Protocol and ports for people: `tcp 22`, `udp 1000-2000`, `all`. */
export function renderService(protocol: string, ports: IngressRule["ports"]): string {
  if (ports === null) return protocol === "all" ? "all protocols" : protocol;
  const [first, last] = ports;
  return `${protocol} ${first === last ? first : `${first}-${last}`}`;
}

function named(text: string | undefined): string {
  if (text === undefined || text === "") throw new TypeError("a source without name");
  return text;
}
