/** What a security group lets in, once its rules are read in their order; pure. */
import {
  mergeRanges,
  parseRange,
  subtractRanges,
  toCidrs,
  type AddressRange,
} from "#model/address-ranges.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { count, flag, text, type Fields, list } from "#probes/common/json.ts";

const PROTOCOLS = ["tcp", "udp", "icmp"] as const;
type Protocol = (typeof PROTOCOLS)[number];
type Span = readonly [first: number, last: number];
const EVERY_PORT: Span = [0, 65_535];
const ANYWHERE = ["0.0.0.0/0", "::/0"].flatMap((range) => parseRange(range) ?? []);

interface Rule {
  readonly accepts: boolean;
  readonly protocols: readonly Protocol[];
  readonly ports: Span;
  readonly range: readonly AddressRange[];
  readonly words: string;
}

/** What stands behind a security group. */
export interface Behind {
  /** The servers that have it, as the listing of servers shows them. */
  readonly servers: readonly Fields[];
}

/**
 * The first rule that fits decides, by position; what fits none goes by the default. Groups are stateful or not: that is
 * a matter of answers, which a way in does not need.
 * https://www.scaleway.com/en/docs/instances/how-to/use-security-groups/
 * @throws TypeError for a group without default, or a rule that is not understood
 */
export function toIngress(group: Fields, rules: readonly Fields[], behind: Behind): Ingress {
  const fallback = text(group["inbound_default_policy"]);
  if (fallback !== "accept" && fallback !== "drop") {
    throw new TypeError("an inbound_default_policy that is neither accept nor drop");
  }
  const inbound = rules
    .filter(({ direction }) => direction !== "outbound")
    .toSorted((a, b) => position(a) - position(b))
    .map(toRule);
  const last: Rule = {
    accepts: fallback === "accept",
    protocols: PROTOCOLS,
    ports: EVERY_PORT,
    range: ANYWHERE,
    words: `inbound_default_policy ${fallback}`,
  };
  const ordered = [...inbound, last];
  const allowed = ordered.flatMap((rule, at) =>
    rule.accepts
      ? openings(
          rule,
          ordered.slice(0, at).filter(({ accepts }) => !accepts),
        )
      : [],
  );
  return { allowed, ...reachOf(behind), firewall: true };
}

/** What a rule lets in that none before it dropped. */
function openings(rule: Rule, drops: readonly Rule[]): readonly IngressRule[] {
  return rule.protocols.flatMap((protocol) => {
    const before = drops.filter((drop) => drop.protocols.includes(protocol));
    return pieces(rule.ports, before).flatMap((ports) => {
      const dropped = before.filter((drop) => covers(drop.ports, ports));
      const left = subtractRanges(rule.range, mergeRanges(dropped.flatMap(({ range }) => range)));
      if (left.length === 0) return [];
      return [
        {
          protocol,
          ports: protocol === "icmp" ? null : ports,
          ranges: toCidrs(left),
          others: [],
          rule: rule.words,
        },
      ];
    });
  });
}

/** The ports cut where a drop begins or ends, so that each drop covers a piece or none of it. */
function pieces([first, last]: Span, drops: readonly Rule[]): readonly Span[] {
  const cuts = drops
    .flatMap(({ ports: [from, to] }) => [from, to + 1])
    .filter((port) => port > first && port <= last);
  const starts = [...new Set([first, ...cuts])].sort((a, b) => a - b);
  return starts.map((start, at) => [start, (starts[at + 1] ?? last + 1) - 1]);
}

function covers([first, last]: Span, inner: Span): boolean {
  return first <= inner[0] && inner[1] <= last;
}

function toRule(raw: Fields): Rule {
  const { action, direction, protocol, ip_range: range, dest_port_from, dest_port_to } = raw;
  if (action !== "accept" && action !== "drop") throw new TypeError("a rule without action");
  if (direction !== "inbound") throw new TypeError("a rule without direction");
  const named = text(protocol)?.toLowerCase();
  const own = PROTOCOLS.find((one) => one === named);
  if (own === undefined && named !== "any") throw new TypeError("a rule of another protocol");
  const from = parseRange(text(range) ?? "");
  if (from === null) throw new TypeError("a rule without ip_range");
  const [first, last] = [portOf(dest_port_from), portOf(dest_port_to)];
  // One port stands alone in dest_port_from; none at all means every one.
  const ports: Span = first === null ? EVERY_PORT : [first, last ?? first];
  if (ports[0] > ports[1] || (first === null && last !== null)) {
    throw new TypeError("a rule whose ports are no range");
  }
  const where = first === null ? "" : ` ${ports[0] === ports[1] ? ports[0] : ports.join("–")}`;
  return {
    accepts: action === "accept",
    protocols: own === undefined ? PROTOCOLS : [own],
    ports,
    range: [from],
    words: `rule ${position(raw)}: ${action} ${named}${where}`,
  };
}

function portOf(raw: unknown): number | null {
  if (raw === null || raw === undefined) return null;
  const port = count(raw);
  if (port === null || port > 65_535) throw new TypeError("a rule with a port that is none");
  return port;
}

function position({ position: raw }: Fields): number {
  const at = count(raw);
  if (at === null) throw new TypeError("a rule without position");
  return at;
}

function reachOf({ servers }: Behind): Pick<Ingress, "reachable" | "detail" | "idle"> {
  if (servers.length === 0) return { reachable: false, detail: "no instance has it", idle: true };
  const addressed = servers.filter(hasAddress).length;
  // One that is stopped may be given an address when it starts.
  const perhaps = servers.some(
    (server) => !hasAddress(server) && flag(server["dynamic_ip_required"]) !== false,
  );
  return {
    reachable: addressed > 0 ? true : perhaps ? null : false,
    detail: `${servers.length} instances, ${addressed} with a public address`,
  };
}

/** @throws TypeError where the answer does not tell addresses */
function hasAddress(server: Fields): boolean {
  const { public_ip: single, public_ips: several, ipv6 } = server;
  if ((single ?? null) !== null || (ipv6 ?? null) !== null) return true;
  if (several === undefined) throw new TypeError("no public_ips");
  return list(several).length > 0;
}
