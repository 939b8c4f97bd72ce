import type { IpPermission, SecurityGroup } from "@aws-sdk/client-ec2";
import type { DBInstance } from "@aws-sdk/client-rds";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { listed, plain } from "#model/text.ts";

/**
 * What the security groups of an instance let in at its port, and whether the Internet can address it.
 * @param groups those of the region
 * @throws when a group of the instance is not among them, or the answer does not say whether it is public
 */
export function toIngress(instance: DBInstance, groups: readonly SecurityGroup[]): Ingress {
  const { DbInstancePort, Endpoint, PubliclyAccessible, VpcSecurityGroups } = instance;
  if (PubliclyAccessible === undefined) throw new TypeError("no PubliclyAccessible");
  // The second is 0 where the first tells it.
  const port = Endpoint?.Port ?? (DbInstancePort === 0 ? undefined : DbInstancePort);
  const ids = (VpcSecurityGroups ?? []).flatMap(
    ({ VpcSecurityGroupId }) => VpcSecurityGroupId ?? [],
  );
  const rules = ids.flatMap((id) => {
    const group = groups.find(({ GroupId }) => GroupId === id);
    if (group === undefined) {
      throw new TypeError(`its security group ${plain(id, 40)} is not among those listed`);
    }
    return (group.IpPermissions ?? []).map(toRule);
  });
  const allowed = port === undefined ? rules : rules.filter((rule) => reaches(rule, port));
  const at = port === undefined ? "no port yet" : `port ${port}`;
  return {
    allowed,
    reachable: PubliclyAccessible,
    detail: PubliclyAccessible
      ? `PubliclyAccessible, ${at}, ${listed(ids)}; network ACLs and routes are not read and may close more`
      : `not PubliclyAccessible: its name leads to a private address, ${at}, ${listed(ids)}`,
  };
}

function reaches({ protocol, ports }: IngressRule, port: number): boolean {
  if (protocol !== "tcp" && protocol !== "all") return false;
  return ports === null || (ports[0] <= port && port <= ports[1]);
}

const PROTOCOLS: Readonly<Record<string, string>> = {
  "-1": "all",
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
};

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html @throws without protocol */
function toRule(permission: IpPermission): IngressRule {
  const { FromPort, IpProtocol, ToPort } = permission;
  if (IpProtocol === undefined) throw new TypeError("a rule without protocol");
  const protocol = PROTOCOLS[IpProtocol] ?? IpProtocol;
  const numbered = protocol === "tcp" || protocol === "udp";
  if (numbered && (FromPort === undefined || ToPort === undefined)) {
    throw new TypeError("a rule without ports");
  }
  const ports =
    numbered && FromPort !== undefined && ToPort !== undefined && FromPort >= 0
      ? ([FromPort, ToPort] as const)
      : null;
  const ranges = [
    ...(permission.IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []),
    ...(permission.Ipv6Ranges ?? []).flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
  ];
  const others = (permission.UserIdGroupPairs ?? []).map(
    ({ GroupId, GroupName }) => GroupId ?? GroupName ?? "a group without name",
  );
  // What a prefix list stands for is not read here: it may be everything.
  const unresolved = (permission.PrefixListIds ?? []).map(
    ({ PrefixListId }) => PrefixListId ?? "a list without name",
  );
  const where = ports === null ? "" : ` ${ports[0] === ports[1] ? ports[0] : ports.join("-")}`;
  return {
    protocol,
    ports,
    ranges,
    others,
    ...(unresolved.length === 0 ? {} : { unresolved }),
    rule: `${plain(protocol, 20)}${where} from ${listed([...ranges, ...others, ...unresolved])}`,
  };
}
