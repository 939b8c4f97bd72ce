/** The rules of network security groups, and what is left of them in the order of their priority; pure. */
import { PUBLIC_ADDRESSES } from "#facts/internet-addresses.ts";
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
import { listed } from "#model/text.ts";
import { text, type Fields, list } from "#probes/common/json.ts";
import { propertiesOf } from "./facets.ts";

/** A protocol and its ports; null: it has none, or all are meant. */
export type Service = Pick<IngressRule, "protocol" | "ports">;

/** What is let in, with the addresses as numbers, so that it can be cut. */
export interface Opening extends Service {
  readonly ranges: readonly AddressRange[];
  readonly others: readonly string[];
  readonly unresolved: readonly string[];
  readonly rule: string;
}

type Sources = Pick<Opening, "ranges" | "others" | "unresolved"> & {
  /** Whoever it is: `*`. */
  readonly every: boolean;
};

interface SecurityRule {
  readonly name: string;
  readonly priority: number;
  readonly allow: boolean;
  readonly services: readonly Service[];
  readonly sources: Sources;
  /** From any port of the sender; only a rule that says so denies a sender, who chooses that port. */
  readonly anySourcePort: boolean;
  readonly destinations: Sources;
  readonly words: string;
}

const EVERYTHING = ranges(["0.0.0.0/0", "::/0"]);
const WHOLE: Readonly<Record<4 | 6, readonly AddressRange[]>> = {
  4: ranges(["0.0.0.0/0"]),
  6: ranges(["::/0"]),
};
/** Tags of what is no stranger: https://learn.microsoft.com/azure/virtual-network/service-tags-overview */
const INSIDE: ReadonlySet<string> = new Set(["virtualnetwork", "azureloadbalancer"]);
/** Protocols that a rule can name; the last stands for all that none can. */
const PROTOCOLS = ["tcp", "udp", "icmp", "esp", "ah", "any other protocol"] as const;
const LAST_PORT = 65_535;
/** Azure allows 1,000 rules in a group. */
const MOST_RULES = 5000;
const MOST_OPENINGS = 20_000;

/**
 * What a group lets in: rules are tried by priority, lowest number first, and the first that matches decides.
 * https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
 * @throws TypeError when a rule lacks what Azure documents, or there are more than can be judged
 */
export function toOpenings(raw: Fields): readonly Opening[] {
  const { securityRules, defaultSecurityRules } = propertiesOf(raw);
  if (!Array.isArray(securityRules)) throw new TypeError("the group has no list of rules");
  const all = [...list(securityRules), ...list(defaultSecurityRules)];
  if (all.length > MOST_RULES) throw new TypeError(`more than ${MOST_RULES} rules`);
  const rules = all.flatMap((rule) => toRule(rule) ?? []).sort((a, b) => a.priority - b.priority);
  const found: Opening[] = [];
  const denials: SecurityRule[] = [];
  for (const rule of rules) {
    if (rule.allow) found.push(...openingsOf(rule, denials));
    else if (rule.anySourcePort) denials.push(rule);
    if (found.length > MOST_OPENINGS) throw new TypeError("more rules than can be judged together");
  }
  return found;
}

/** An opening as the facet has it. */
export function toIngressRule({ ranges: open, unresolved, ...rest }: Opening): IngressRule {
  const { protocol, ports, others, rule } = rest;
  return {
    protocol,
    ports,
    ranges: toCidrs(open),
    others,
    ...(unresolved.length === 0 ? {} : { unresolved }),
    rule,
  };
}

/** null: a rule for what goes out. */
function toRule(raw: Fields): SecurityRule | null {
  const properties = propertiesOf(raw);
  const direction = text(properties["direction"])?.toLowerCase();
  if (direction === "outbound") return null;
  const access = text(properties["access"])?.toLowerCase();
  const { priority } = properties;
  const name = text(raw["name"])?.slice(0, 100);
  if (direction !== "inbound" || (access !== "allow" && access !== "deny")) {
    throw new TypeError("a rule with an unknown direction or access");
  }
  if (name === undefined || typeof priority !== "number" || !Number.isInteger(priority)) {
    throw new TypeError("a rule without name or priority");
  }
  const protocol = text(properties["protocol"])?.toLowerCase();
  if (protocol === undefined) throw new TypeError("a rule without protocol");
  const own = protocol === "*" ? "all" : protocol.slice(0, 40);
  const ports = texts(properties, "destinationPortRange").map(portsOf);
  if (ports.length === 0) throw new TypeError("a rule without ports");
  const sources = sidesOf(properties, "source");
  const from = texts(properties, "sourcePortRange").map(portsOf);
  const services = ports.map((range) => ({ protocol: own, ports: hasPorts(own) ? range : null }));
  const shown = services.map(serviceInWords);
  return {
    name,
    priority,
    allow: access === "allow",
    services,
    sources,
    anySourcePort: from.includes(null),
    destinations: sidesOf(properties, "destination"),
    words: `${name} (${priority}): ${listed([...new Set(shown)])} from ${sourcesInWords(sources)}`,
  };
}

/** The values of a field and of its plural; either may be absent or empty. @throws when they are no texts */
function texts(properties: Fields, field: string): readonly string[] {
  const plural = field.endsWith("Prefix") ? `${field}es` : `${field}s`;
  const many: unknown = properties[plural] ?? [];
  if (!Array.isArray(many)) throw new TypeError(`${plural} is no list`);
  return [...many, ...(text(properties[field]) === null ? [] : [properties[field]])].map((one) => {
    const value = text(one)?.trim();
    if (value === undefined || value === "") throw new TypeError(`${field} is no text`);
    return value;
  });
}

/** null: all. @throws when they are none */
function portsOf(written: string): IngressRule["ports"] {
  if (written === "*") return null;
  const found = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(written);
  const first = Number(found?.[1] ?? Number.NaN);
  const last = Number(found?.[2] ?? first);
  if (!(first <= last && last <= LAST_PORT)) throw new TypeError("ports that are none");
  return first === 0 && last === LAST_PORT ? null : [first, last];
}

/** @throws when a rule does not say from where or to where */
function sidesOf(properties: Fields, side: "source" | "destination"): Sources {
  const prefixes = texts(properties, `${side}AddressPrefix`);
  const groups = list(properties[`${side}ApplicationSecurityGroups`]).map(({ id }) => {
    const name = text(id)?.split("/").at(-1);
    if (name === undefined) throw new TypeError("an application security group without id");
    return name.slice(0, 100);
  });
  if (prefixes.length + groups.length === 0) throw new TypeError(`a rule without ${side}`);
  const known = prefixes.map((prefix) => ({ prefix, range: parseRange(prefix) }));
  const words = known.flatMap(({ prefix, range }) => (range === null ? [prefix] : []));
  const every = words.some((word) => word === "*" || word.toLowerCase() === "any");
  const internet = words.some((word) => word.toLowerCase() === "internet");
  const tags = words
    .filter((word) => word !== "*" && !["any", "internet"].includes(word.toLowerCase()))
    .map((word) => word.slice(0, 100));
  return {
    every,
    ranges: mergeRanges([
      ...known.flatMap(({ range }) => range ?? []),
      ...(every ? EVERYTHING : []),
      ...(internet ? PUBLIC_ADDRESSES : []),
    ]),
    others: [...groups, ...tags.filter((tag) => INSIDE.has(tag.toLowerCase()))],
    unresolved: tags.filter((tag) => !INSIDE.has(tag.toLowerCase())),
  };
}

function sourcesInWords({ every, ranges: own, others, unresolved }: Sources): string {
  if (every) return "*";
  const internet = coversRanges(own, PUBLIC_ADDRESSES) && !coversRanges(own, EVERYTHING);
  const rest = internet ? subtractRanges(own, PUBLIC_ADDRESSES) : own;
  return listed([...(internet ? ["Internet"] : []), ...toCidrs(rest), ...others, ...unresolved]);
}

/** What a rule lets in behind the denials of higher priority; as it is written where they take nothing from it. */
function openingsOf(rule: SecurityRule, denials: readonly SecurityRule[]): readonly Opening[] {
  const { name, priority, sources } = rule;
  const { ranges: own, others, unresolved } = sources;
  return rule.services.flatMap((service) => {
    const whole: Opening = { ...service, ranges: own, others, unresolved, rule: rule.words };
    let left: readonly Opening[] = [whole];
    for (const denial of denials) {
      const denied = deniedSources(denial, rule);
      if (denied === null) continue;
      for (const one of denial.services) {
        left = left.flatMap((opening) => without(opening, one, denied)).filter(letsIn);
      }
      if (left.length > MOST_OPENINGS) {
        throw new TypeError("more rules than can be judged together");
      }
    }
    if (left.length === 1 && left[0] === whole) return left;
    const why = "as far as rules of a higher priority let it in";
    return joined(left).map((opening) => ({
      ...opening,
      rule: `${serviceInWords(opening)} of ${name} (${priority}), ${why}`,
    }));
  });
}

/** Whom a denial keeps from all that a rule lets them to; null: nobody. */
function deniedSources(denial: SecurityRule, allow: SecurityRule): Sources | null {
  const [taken, wanted] = [denial.destinations, allow.destinations];
  const named = (list: readonly string[], all: Sources) =>
    list.every((one) => [...all.others, ...all.unresolved].some((other) => same(one, other)));
  const covered =
    taken.every ||
    (!wanted.every &&
      coversRanges(taken.ranges, wanted.ranges) &&
      named([...wanted.others, ...wanted.unresolved], taken));
  if (covered) return denial.sources;
  // Addresses of one family only ever go to addresses of the same.
  const families = ([4, 6] as const).filter((one) => coversRanges(taken.ranges, WHOLE[one]));
  if (families.length === 0) return null;
  const own = denial.sources.ranges.filter(({ family }) => families.includes(family));
  return { every: false, ranges: own, others: [], unresolved: [] };
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** What is left of an opening when sources are denied a service; the same object where nothing is taken. */
function without(opening: Opening, service: Service, denied: Sources): readonly Opening[] {
  const shared = overlap(opening, service);
  if (shared === null) return [opening];
  const kept = (names: readonly string[], list: readonly string[]) =>
    denied.every ? [] : names.filter((one) => !list.some((other) => same(one, other)));
  const left = {
    ranges: subtractRanges(opening.ranges, denied.ranges),
    others: kept(opening.others, denied.others),
    unresolved: kept(opening.unresolved, denied.unresolved),
  };
  const untouched =
    coversRanges(left.ranges, opening.ranges) &&
    left.others.length === opening.others.length &&
    left.unresolved.length === opening.unresolved.length;
  if (untouched) return [opening];
  if (opening.protocol === "all" && service.protocol !== "all") {
    const split = PROTOCOLS.filter((protocol) => opening.ports === null || hasPorts(protocol));
    return split.flatMap((protocol) =>
      without({ ...opening, protocol, ports: opening.ports }, service, denied),
    );
  }
  const [first, last] = opening.ports ?? [0, LAST_PORT];
  const [from, to] = shared.ports ?? [0, LAST_PORT];
  return [
    ...(first < from ? [{ ...opening, ports: [first, from - 1] as const }] : []),
    { ...opening, ...left, ports: shared.ports },
    ...(to < last ? [{ ...opening, ports: [to + 1, last] as const }] : []),
  ];
}

/** What two services have in common; null: nothing. */
function overlap(one: Service, other: Service): Service | null {
  if (one.protocol !== other.protocol && one.protocol !== "all" && other.protocol !== "all") {
    return null;
  }
  const protocol = one.protocol === "all" ? other.protocol : one.protocol;
  if (one.ports === null || other.ports === null) {
    const ports = one.ports ?? other.ports;
    // What has no ports is not meant by a rule for some of them.
    return ports !== null && !hasPorts(protocol) ? null : { protocol, ports };
  }
  const first = Math.max(one.ports[0], other.ports[0]);
  const last = Math.min(one.ports[1], other.ports[1]);
  return first > last ? null : { protocol, ports: [first, last] };
}

function hasPorts(protocol: string): boolean {
  return protocol === "all" || protocol === "tcp" || protocol === "udp";
}

function letsIn({ ranges: open, others, unresolved }: Opening): boolean {
  return open.length + others.length + unresolved.length > 0;
}

/** What both of two groups let in, one before the subnet and one before the interface. */
export function throughBoth(
  own: readonly Opening[],
  other: readonly Opening[],
): readonly Opening[] {
  const found: Opening[] = [];
  for (const one of own) {
    for (const two of other) {
      const shared = overlap(one, two);
      if (shared === null) continue;
      const both = { ...one, ...shared, ...commonSources(one, two) };
      if (!letsIn(both)) continue;
      found.push({
        ...both,
        rule: `${serviceInWords(shared)} of both ${one.rule} and ${two.rule}`,
      });
      if (found.length > MOST_OPENINGS) {
        throw new TypeError("more rules than can be judged together");
      }
    }
  }
  return found;
}

function commonSources(one: Opening, two: Opening): Omit<Sources, "every"> {
  const [all1, all2] = [coversRanges(one.ranges, EVERYTHING), coversRanges(two.ranges, EVERYTHING)];
  const kept = (names: readonly string[], all: boolean, list: readonly string[]) =>
    names.filter((name) => all || list.some((entry) => same(name, entry)));
  // Of ranges that nobody shows, some may be among the other's.
  const doubtful = (names: readonly string[], { ranges: known, unresolved }: Opening) =>
    known.length + unresolved.length > 0 ? names : [];
  return {
    ranges: intersectRanges(one.ranges, two.ranges),
    others: unique([...kept(one.others, all2, two.others), ...kept(two.others, all1, one.others)]),
    unresolved: unique([...doubtful(one.unresolved, two), ...doubtful(two.unresolved, one)]),
  };
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

/** What comes in where strangers only come by way of some services: a load balancer passes no others on. */
export function throughServices(
  own: readonly Opening[],
  services: readonly Service[],
): readonly Opening[] {
  return own
    .flatMap((one): readonly Opening[] => [
      { ...one, ranges: subtractRanges(one.ranges, PUBLIC_ADDRESSES), unresolved: [] },
      ...services.flatMap((service) => {
        const shared = overlap(one, service);
        if (shared === null) return [];
        const rule = `${serviceInWords(shared)} of ${one.rule}, as far as a load balancer passes it on`;
        return [{ ...one, ...shared, rule }];
      }),
    ])
    .filter(letsIn);
}

/** Openings beside each other that let in the same, as one. */
function joined(openings: readonly Opening[]): readonly Opening[] {
  const result: Opening[] = [];
  for (const one of openings) {
    const before = result.at(-1);
    if (
      before !== undefined &&
      before.protocol === one.protocol &&
      before.ports !== null &&
      one.ports !== null &&
      before.ports[1] + 1 === one.ports[0] &&
      sourcesKey(before) === sourcesKey(one)
    ) {
      result[result.length - 1] = { ...before, ports: [before.ports[0], one.ports[1]] };
    } else result.push(one);
  }
  return result;
}

function sourcesKey({ ranges: open, others, unresolved }: Opening): string {
  return [...toCidrs(open), ...others, ...unresolved].join();
}

/** Protocol and ports for people: `tcp 22`, `all protocols`. */
export function serviceInWords({ protocol, ports }: Service): string {
  const name = protocol === "all" ? (ports === null ? "all protocols" : "tcp and udp") : protocol;
  if (ports === null) return name;
  const [first, last] = ports;
  return `${name} ${first === last ? first : `${first}-${last}`}`;
}

function ranges(cidrs: readonly string[]): readonly AddressRange[] {
  return cidrs.flatMap((cidr) => parseRange(cidr) ?? []);
}

/** Whether everything is let in from everywhere at a service; for what no group stands before. */
export function openTo(service: Service, rule: string): Opening {
  return { ...service, ranges: EVERYTHING, others: [], unresolved: [], rule };
}
