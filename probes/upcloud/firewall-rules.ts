/**
 * What the rules of a server's firewall let in; pure. They are looked at by position, and the first that matches
 * decides. A rule with nothing but direction and action is the default, which comes last.
 * https://github.com/UpCloudLtd/terraform-provider-upcloud/blob/main/docs/resources/firewall_rules.md,
 * https://upcloud.com/docs/guides/managing-firewall/
 */
import {
  coversRanges,
  intersectRanges,
  mergeRanges,
  parseRange,
  subtractRanges,
  toCidrs,
  type AddressRange,
} from "#model/address-ranges.ts";
import type { IngressRule } from "#model/security-facets.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { optionalCount } from "./session.ts";

const PROTOCOLS = ["tcp", "udp", "icmp", "any other protocol"] as const;
type Protocol = (typeof PROTOCOLS)[number];
const LAST_PORT = 65_535;
const EVERY_PORT = [0, LAST_PORT] as const;
export const EVERYWHERE: readonly AddressRange[] = ["0.0.0.0/0", "::/0"].flatMap(
  (range) => parseRange(range) ?? [],
);
/** UpCloud allows 1,000 rules for a server. */
const MOST_RULES = 2000;
const MOST_BOXES = 20_000;

/** Some ports of one protocol, from some addresses. */
interface Box {
  readonly protocol: Protocol;
  readonly ports: readonly [first: number, last: number];
  readonly ranges: readonly AddressRange[];
}

interface Rule {
  readonly position: number;
  readonly accept: boolean;
  /** What it is about, where what comes is meant for an address that the Internet knows. */
  readonly boxes: readonly Box[];
  /** False where it is about a part of that only: some source ports, some kinds of ICMP, some of the server's addresses. */
  readonly whole: boolean;
  readonly words: string;
}

/**
 * What is let in to the server's public addresses. What no rule decides is let in or not by a default that nothing
 * documents, so it is unresolved.
 * @param own the server's public addresses
 * @throws TypeError for a rule that is not understood, or more than can be judged
 */
export function toAllowed(
  raw: readonly Fields[],
  own: readonly AddressRange[],
): readonly IngressRule[] {
  if (raw.length > MOST_RULES) throw new TypeError(`more than ${MOST_RULES} rules`);
  const rules = raw.flatMap((one) => toRule(one, own) ?? []);
  rules.sort((a, b) => a.position - b.position);
  const allowed: IngressRule[] = [];
  const from = likeAny(EVERYWHERE, own);
  let open: readonly Box[] = PROTOCOLS.map((protocol) => ({
    protocol,
    ports: EVERY_PORT,
    ranges: from,
  }));
  for (const rule of rules) {
    if (rule.accept) allowed.push(...spoken(commonBoxes(open, rule.boxes), rule.words));
    // The firewall keeps no connections in mind, and whoever sends chooses the port to send from: an acceptance of
    // some source ports lets everybody in, and a denial of some keeps nobody out.
    if (rule.whole) open = withoutBoxes(open, rule.boxes);
    if (open.length + allowed.length > MOST_BOXES) {
      throw new TypeError("more rules than can be judged together");
    }
  }
  const undecided = "what no rule decides: no default rule for incoming traffic is set";
  return [
    ...allowed,
    ...spoken(open, undecided).map((one) => ({ ...one, ranges: [], unresolved: [undecided] })),
  ];
}

/** null: a rule for what goes out, or for addresses that the Internet does not know. */
function toRule(raw: Fields, own: readonly AddressRange[]): Rule | null {
  const direction = text(raw["direction"]);
  if (direction === "out") return null;
  const action = text(raw["action"]);
  if (direction !== "in" || (action !== "accept" && action !== "drop" && action !== "reject")) {
    throw new TypeError("a rule with an unknown direction or action");
  }
  const position = optionalCount(raw["position"]);
  if (position === null) throw new TypeError("a rule without position");
  const family = familyOf(optional(raw, "family"));
  const sources = addresses(raw, "source", family);
  const destinations = addresses(raw, "destination", family);
  const known = own.length > 0 ? own : EVERYWHERE;
  const reached = intersectRanges(destinations, known);
  if (reached.length === 0) return null;
  const protocol = optional(raw, "protocol")?.toLowerCase() ?? null;
  const protocols = PROTOCOLS.filter((one) => protocol === null || one === protocol);
  if (protocols.length === 0) throw new TypeError("a rule with an unknown protocol");
  const ports = portsOf(raw, "destination") ?? EVERY_PORT;
  const ranges = likeAny(sources, reached);
  const narrow = portsOf(raw, "source") !== null || optional(raw, "icmp_type") !== null;
  const comment = text(raw["comment"]);
  return {
    position,
    accept: action === "accept",
    boxes: protocols.map((one) => ({
      protocol: one,
      ports: hasPorts(one) ? ports : EVERY_PORT,
      ranges,
    })),
    whole: !narrow && coversRanges(destinations, likeAny(known, destinations)),
    words: `rule ${position}${comment === null ? "" : ` (${comment.slice(0, 80)})`}`,
  };
}

/** Addresses of one family only ever go to addresses of the same; no others: all of them do. */
function likeAny(
  ranges: readonly AddressRange[],
  others: readonly AddressRange[],
): readonly AddressRange[] {
  if (others.length === 0) return ranges;
  return ranges.filter((range) => others.some(({ family }) => family === range.family));
}

/** An empty text means any; one that is absent says nothing, and would make a rule wider. */
function optional(raw: Fields, name: string): string | null {
  const value = raw[name];
  if (typeof value === "number") return String(value);
  if (typeof value !== "string") throw new TypeError(`a rule without ${name}`);
  return value === "" ? null : value;
}

function familyOf(named: string | null): 4 | 6 | null {
  if (named === null) return null;
  const word = named.toLowerCase();
  if (word !== "ipv4" && word !== "ipv6") throw new TypeError("a rule of an unknown family");
  return word === "ipv4" ? 4 : 6;
}

/** @throws TypeError for half a range, or one that is none */
function addresses(raw: Fields, side: string, family: 4 | 6 | null): readonly AddressRange[] {
  const start = optional(raw, `${side}_address_start`);
  const end = optional(raw, `${side}_address_end`);
  if (start === null && end === null) {
    return EVERYWHERE.filter((range) => family === null || range.family === family);
  }
  const [first, last] = [parseRange(start ?? ""), parseRange(end ?? "")];
  if (first === null || last === null || first.family !== last.family || first.first > last.last) {
    throw new TypeError(`a rule whose ${side} addresses are no range`);
  }
  return [{ family: first.family, first: first.first, last: last.last }];
}

/** null: any. @throws TypeError for half a range, or one that is none */
function portsOf(raw: Fields, side: string): readonly [number, number] | null {
  const first = optionalCount(optional(raw, `${side}_port_start`));
  const last = optionalCount(optional(raw, `${side}_port_end`));
  if (first === null && last === null) return null;
  if (first === null || last === null || first > last || last > LAST_PORT) {
    throw new TypeError(`a rule whose ${side} ports are no range`);
  }
  return [first, last];
}

function hasPorts(protocol: Protocol): boolean {
  return protocol === "tcp" || protocol === "udp";
}

function commonBoxes(some: readonly Box[], others: readonly Box[]): readonly Box[] {
  return some.flatMap((one) =>
    others.flatMap((other): readonly Box[] => {
      const ports = sharedPorts(one, other);
      if (ports === null) return [];
      const ranges = intersectRanges(one.ranges, other.ranges);
      return ranges.length === 0 ? [] : [{ protocol: one.protocol, ports, ranges }];
    }),
  );
}

function withoutBoxes(from: readonly Box[], taken: readonly Box[]): readonly Box[] {
  return taken.reduce<readonly Box[]>(
    (left, hole) =>
      left.flatMap((one) => {
        const ports = sharedPorts(one, hole);
        if (ports === null) return [one];
        const [first, last] = one.ports;
        const [start, end] = ports;
        return [
          ...(first < start ? [{ ...one, ports: [first, start - 1] as const }] : []),
          { ...one, ports, ranges: subtractRanges(one.ranges, hole.ranges) },
          ...(end < last ? [{ ...one, ports: [end + 1, last] as const }] : []),
        ].filter(({ ranges }) => ranges.length > 0);
      }),
    from,
  );
}

function sharedPorts(one: Box, other: Box): Box["ports"] | null {
  if (one.protocol !== other.protocol) return null;
  const first = Math.max(one.ports[0], other.ports[0]);
  const last = Math.min(one.ports[1], other.ports[1]);
  return first <= last ? [first, last] : null;
}

/** As the facet has it: all protocols in one line, where every one of them is let in alike. */
function spoken(boxes: readonly Box[], words: string): readonly IngressRule[] {
  const alike = Object.values(
    Object.groupBy(boxes, ({ ports, ranges }) =>
      [...ports, ...toCidrs(mergeRanges(ranges))].join(),
    ),
  );
  return alike.flatMap((group = []) => {
    const [first] = group;
    if (first === undefined) return [];
    const all = new Set(group.map(({ protocol }) => protocol)).size === PROTOCOLS.length;
    return (all ? [{ ...first, protocol: "all" }] : group).map(({ protocol, ports, ranges }) => ({
      protocol,
      ports: ports[0] === 0 && ports[1] === LAST_PORT ? null : ports,
      ranges: toCidrs(ranges),
      others: [],
      rule: words,
    }));
  });
}
