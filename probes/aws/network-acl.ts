import type { NetworkAcl, NetworkAclEntry } from "@aws-sdk/client-ec2";
import {
  intersectRanges,
  mergeRanges,
  parseRange,
  subtractRanges,
  toCidrs,
  type AddressRange,
} from "#model/address-ranges.ts";
import type { IngressRule } from "#model/security-facets.ts";
import { protocolName, renderService } from "./security-group-rules.ts";

/** The inbound side of a network ACL, its rules in the order in which they are tried. */
export interface InboundAcl {
  readonly id: string;
  readonly subnets: readonly string[];
  readonly rules: readonly AclRule[];
}
interface AclRule {
  readonly protocol: string;
  readonly ports: readonly [number, number] | null;
  readonly range: AddressRange;
  readonly allow: boolean;
}

/** IANA numbers end at 255, so no rule of AWS is ever called this. */
const REST = "any other protocol";
const ALL_PORTS = [0, 65_535] as const;

/**
 * The numbered rules, lowest first: the first that matches decides, and what none matches is denied.
 * https://docs.aws.amazon.com/vpc/latest/userguide/nacl-rules.html
 * @throws TypeError when the answer lacks what it documents
 */
export function toInboundAcl({ NetworkAclId, Associations, Entries }: NetworkAcl): InboundAcl {
  if (NetworkAclId === undefined) throw new TypeError("a network ACL without id");
  const numbered = (Entries ?? [])
    .filter(({ Egress }) => Egress !== true)
    .map((entry) => {
      if (entry.RuleNumber === undefined) throw new TypeError("a rule without number");
      return { entry, number: entry.RuleNumber };
    })
    .sort((a, b) => a.number - b.number);
  return {
    id: NetworkAclId,
    subnets: (Associations ?? []).flatMap(({ SubnetId }) => SubnetId ?? []),
    rules: numbered.flatMap(({ entry }) => toRule(entry) ?? []),
  };
}

/** One rule; null for one that denies a single type of ICMP, which is less than the protocol. */
function toRule(entry: NetworkAclEntry): AclRule | null {
  const { CidrBlock, Ipv6CidrBlock, RuleAction, PortRange, IcmpTypeCode } = entry;
  const protocol = protocolName(entry.Protocol);
  const range = parseRange(CidrBlock ?? Ipv6CidrBlock ?? "");
  if (range === null) throw new TypeError("a rule of a network ACL without range");
  if (RuleAction !== "allow" && RuleAction !== "deny") throw new TypeError("a rule without action");
  const allow = RuleAction === "allow";
  if (protocol === "tcp" || protocol === "udp") {
    const { From, To } = PortRange ?? {};
    if (From === undefined || To === undefined) throw new TypeError("a rule without ports");
    return { protocol, ports: [From, To], range, allow };
  }
  const partial = (IcmpTypeCode?.Type ?? -1) !== -1 && protocol.startsWith("icmp");
  return partial && !allow ? null : { protocol, ports: null, range, allow };
}

/**
 * What is left of a group's rules behind network ACLs: of each what at least one ACL lets through. A rule that all of
 * it passes is left as it is. Sources that are no ranges are not touched.
 */
export function throughAcls(
  rules: readonly IngressRule[],
  acls: readonly InboundAcl[],
): readonly IngressRule[] {
  return rules.flatMap((rule) => throughAclsOne(rule, acls));
}

function throughAclsOne(rule: IngressRule, acls: readonly InboundAcl[]): readonly IngressRule[] {
  const own = rule.ranges.flatMap((text) => parseRange(text) ?? []);
  if (own.length === 0 || own.length < rule.ranges.length) return [rule];
  const whole = toCidrs(own).join();
  const parts = partsOf(rule, acls).map(({ protocol, ports }) => {
    const passed = acls.flatMap((acl) => allowed(own, protocol, ports, acl));
    return { protocol, ports, ranges: toCidrs(mergeRanges(passed)) };
  });
  if (parts.every(({ ranges }) => ranges.join() === whole)) return [rule];
  const left = joined(parts.filter(({ ranges }) => ranges.length > 0)).map(
    ({ protocol, ports, ranges }): IngressRule => ({
      protocol,
      ports,
      ranges,
      others: [],
      rule: `${renderService(protocol, ports)} of the rule "${rule.rule}", as far as the network ACL lets it in`,
    }),
  );
  const rest = rule.others.length + (rule.unresolved?.length ?? 0);
  return rest === 0 ? left : [...left, { ...rule, ranges: [] }];
}

interface Part {
  readonly protocol: string;
  readonly ports: IngressRule["ports"];
}

/** The rule in parts within which no ACL makes a difference: by protocol, and by port where there are ports. */
function partsOf({ protocol, ports }: IngressRule, acls: readonly InboundAcl[]): readonly Part[] {
  const all = acls.flatMap(({ rules }) => rules);
  const named = all.map((rule) => rule.protocol).filter((name) => name !== "all");
  const protocols = protocol === "all" ? [...new Set(["tcp", "udp", ...named, REST])] : [protocol];
  return protocols.flatMap((name): readonly Part[] => {
    if (name !== "tcp" && name !== "udp") return [{ protocol: name, ports: null }];
    const [first, last] = ports ?? ALL_PORTS;
    const starts = all.flatMap((rule) =>
      rule.protocol === name && rule.ports !== null ? [rule.ports[0], rule.ports[1] + 1] : [],
    );
    const cuts = [...new Set([first, ...starts.filter((at) => at > first && at <= last)])];
    cuts.sort((a, b) => a - b);
    return cuts.map((from, at) => ({
      protocol: name,
      ports: [from, (cuts[at + 1] ?? last + 1) - 1],
    }));
  });
}

/** What of the ranges one ACL lets in, for a part within which it makes no difference. */
function allowed(
  ranges: readonly AddressRange[],
  protocol: string,
  ports: IngressRule["ports"],
  { rules }: InboundAcl,
): readonly AddressRange[] {
  let open = ranges;
  const passed: AddressRange[] = [];
  for (const rule of rules) {
    if (rule.protocol !== "all" && rule.protocol !== protocol) continue;
    if (rule.ports !== null && ports !== null) {
      if (ports[0] < rule.ports[0] || ports[1] > rule.ports[1]) continue;
    }
    if (rule.allow) passed.push(...intersectRanges(open, [rule.range]));
    open = subtractRanges(open, [rule.range]);
  }
  return passed;
}

/** Parts beside each other that let in the same, as one. */
function joined<P extends Part & { readonly ranges: readonly string[] }>(
  parts: readonly P[],
): readonly P[] {
  const result: P[] = [];
  for (const part of parts) {
    const before = result.at(-1);
    if (
      before !== undefined &&
      before.protocol === part.protocol &&
      before.ports !== null &&
      part.ports !== null &&
      before.ports[1] + 1 === part.ports[0] &&
      before.ranges.join() === part.ranges.join()
    ) {
      result[result.length - 1] = { ...before, ports: [before.ports[0], part.ports[1]] };
    } else result.push(part);
  }
  return result;
}
