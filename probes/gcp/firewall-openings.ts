/** What is left of firewall rules in their order; pure. */
import {
  coversRanges,
  intersectRanges,
  parseRange,
  subtractRanges,
  toCidrs,
  type AddressRange,
} from "#model/address-ranges.ts";
import type { IngressRule } from "#model/security-facets.ts";
import type { FirewallRule, Service } from "./firewall-rules.ts";

interface Opening extends Service {
  readonly ranges: readonly AddressRange[];
  /** What may keep some of it out. */
  readonly doubts: readonly string[];
}

const LAST_PORT = 65_535;
/** What "all" is, where a denial takes only a part of it away. */
const PROTOCOLS = ["tcp", "udp", "icmp", "esp", "ah", "sctp", "any other protocol"] as const;
const WITH_PORTS: ReadonlySet<string> = new Set(["tcp", "udp", "sctp"]);
const MOST_RULES = 5000;
const MOST_OPENINGS = 20_000;

/**
 * What rules let in, the first that matches deciding; what no rule matches is denied. A denial of which it is not known
 * whom it is about leaves what comes after it open: the sources are then given as unresolved.
 * @param tiers each a list of rules in their order; a rule that passes on to the next tier ends its own
 * @throws TypeError when there are more than can be judged
 */
export function allowedBy(tiers: readonly (readonly FirewallRule[])[]): readonly IngressRule[] {
  if (tiers.flat().length > MOST_RULES) throw new TypeError("more rules than can be judged");
  const denials: FirewallRule[] = [];
  const found: IngressRule[] = [];
  for (const tier of tiers) {
    let passed: string | null = null;
    for (const rule of tier) {
      if (rule.action === "next") passed = rule.name;
      else if (rule.action === "deny") {
        // Whom the rule before passed on, this one does not see.
        denials.push(passed === null ? rule : { ...rule, doubt: `behind ${passed}` });
      } else found.push(...openingsOf(rule, passed, denials));
      if (found.length > MOST_OPENINGS) throw new TypeError("more rules than can be judged");
    }
  }
  return found;
}

function openingsOf(
  rule: FirewallRule,
  passed: string | null,
  denials: readonly FirewallRule[],
): readonly IngressRule[] {
  const own = rule.ranges.flatMap((range) => parseRange(range) ?? []);
  const unread = rule.ranges.filter((range) => parseRange(range) === null);
  const doubt = rule.doubt ?? (passed === null ? null : `behind ${passed}`);
  return rule.services.flatMap((service) => {
    const whole: Opening = { ...service, ranges: own, doubts: doubt === null ? [] : [doubt] };
    let left: readonly Opening[] = [whole];
    for (const denial of denials) {
      for (const one of denial.services) {
        left = left.flatMap((opening) => behind(opening, one, denial));
      }
      if (left.length > MOST_OPENINGS) throw new TypeError("more rules than can be judged");
    }
    return left.flatMap(({ protocol, ports, ranges, doubts }): readonly IngressRule[] => {
      const cidrs = toCidrs(ranges);
      const unresolved = [
        ...unread,
        ...(doubts.length === 0
          ? []
          : [`${cidrs.slice(0, 5).join(", ")} (${[...new Set(doubts)].slice(0, 3).join("; ")})`]),
      ];
      const sure = doubts.length === 0 ? cidrs : [];
      if (sure.length + unresolved.length + rule.others.length === 0) return [];
      return [
        {
          protocol,
          ports,
          ranges: sure,
          others: rule.others,
          ...(unresolved.length === 0 ? {} : { unresolved }),
          rule: rule.name,
        },
      ];
    });
  });
}

/** What is left of an opening behind a denial of a service. */
function behind(opening: Opening, service: Service, denial: FirewallRule): readonly Opening[] {
  if (opening.protocol === "all" && service.protocol !== "all") {
    return PROTOCOLS.flatMap((protocol) => behind({ ...opening, protocol }, service, denial));
  }
  if (service.protocol !== "all" && service.protocol !== opening.protocol) return [opening];
  const [first, last] = opening.ports ?? [0, LAST_PORT];
  const [from, to] = service.ports ?? [0, LAST_PORT];
  if (to < first || last < from) return [opening];
  const denied = denial.ranges.flatMap((range) => parseRange(range) ?? []);
  const taken = subtractRanges(opening.ranges, denied);
  const unsure = denial.doubt !== null || denial.ranges.some((range) => parseRange(range) === null);
  const shares =
    denial.ranges.length === 0 || intersectRanges(opening.ranges, denied).length > 0 || unsure;
  if (!shares || (!unsure && coversRanges(taken, opening.ranges))) return [opening];
  const inside: Opening = unsure
    ? { ...opening, doubts: [...opening.doubts, `${denial.name} may deny some`] }
    : { ...opening, ranges: taken };
  const withPorts = WITH_PORTS.has(opening.protocol) || opening.ports !== null;
  if (!withPorts) return [inside];
  return [
    ...(first < from ? [{ ...opening, ports: [first, from - 1] as const }] : []),
    {
      ...inside,
      ports:
        opening.ports === null && service.ports === null
          ? null
          : [Math.max(first, from), Math.min(last, to)],
    },
    ...(to < last ? [{ ...opening, ports: [to + 1, last] as const }] : []),
  ];
}
