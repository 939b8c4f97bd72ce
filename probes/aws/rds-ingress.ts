import type { SecurityGroup } from "@aws-sdk/client-ec2";
import type { DBInstance } from "@aws-sdk/client-rds";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { listed, plain } from "#model/text.ts";
import { toIngressRules } from "./security-group-rules.ts";

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
  if (VpcSecurityGroups === undefined) throw new TypeError("no VpcSecurityGroups");
  const ids = VpcSecurityGroups.map(({ VpcSecurityGroupId: id }) => {
    if (id === undefined) throw new TypeError("a security group without id");
    return id;
  });
  const rules = ids.flatMap((id) => {
    const group = groups.find(({ GroupId }) => GroupId === id);
    if (group === undefined) {
      throw new TypeError(`its security group ${plain(id, 40)} is not among those listed`);
    }
    // What a prefix list stands for is not read here: it may be everything.
    return toIngressRules(group.IpPermissions);
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
