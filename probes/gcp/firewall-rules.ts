/** Rules of VPC firewalls and of firewall policies, as one machine has them; pure. */
import { fields, list, text, type Fields } from "#probes/common/json.ts";

/** A protocol and its ports; null: it has none, or all are meant. */
export interface Service {
  readonly protocol: string;
  readonly ports: readonly [first: number, last: number] | null;
}

/** One rule about what comes in. */
export interface FirewallRule {
  readonly name: string;
  readonly priority: number;
  /** `next`: the next tier decides. */
  readonly action: "allow" | "deny" | "next";
  readonly services: readonly Service[];
  readonly ranges: readonly string[];
  /** Sources that are no ranges, and no strangers: tags, service accounts. */
  readonly others: readonly string[];
  /** Why it is not known for whom or for which machine it holds; null: it is. */
  readonly doubt: string | null;
}

/** What decides whether a rule is about a machine. */
export interface Machine {
  readonly tags: ReadonlySet<string>;
  readonly accounts: ReadonlySet<string>;
}

const LAST_PORT = 65_535;

/**
 * The rules of a VPC network that are about a machine, in the order in which they are looked at: by priority, and of
 * one priority those that deny go first. https://cloud.google.com/firewall/docs/firewalls
 * @throws TypeError when a rule has not the documented shape
 */
export function vpcRules(firewalls: readonly Fields[], machine: Machine): readonly FirewallRule[] {
  return inOrder(firewalls.flatMap((raw) => vpcRule(raw, machine)));
}

function vpcRule(raw: Fields, machine: Machine): readonly FirewallRule[] {
  const { direction, disabled, allowed, denied, priority } = raw;
  if (direction === "EGRESS" || isDisabled(disabled)) return [];
  if (direction !== "INGRESS") throw new TypeError("a firewall rule of an unknown direction");
  const name = text(raw["name"])?.slice(0, 100);
  if (name === undefined || typeof priority !== "number") {
    throw new TypeError("a firewall rule without name or priority");
  }
  const [tags, accounts] = [texts(raw["targetTags"]), texts(raw["targetServiceAccounts"])];
  const isMeant =
    (tags.length === 0 && accounts.length === 0) ||
    tags.some((tag) => machine.tags.has(tag)) ||
    accounts.some((account) => machine.accounts.has(account));
  if (!isMeant) return [];
  const others = [...texts(raw["sourceTags"]), ...texts(raw["sourceServiceAccounts"])];
  const written = texts(raw["sourceRanges"]);
  const action = allowed === undefined ? "deny" : "allow";
  const services = list(allowed ?? denied).flatMap((one) =>
    servicesOf(one["IPProtocol"], one["ports"]),
  );
  if (services.length === 0) throw new TypeError("a firewall rule without protocols");
  return [
    {
      name: `firewall rule ${name} (${priority})`,
      priority,
      action,
      services,
      // Without any source it is about everybody: https://cloud.google.com/compute/docs/reference/rest/v1/firewalls
      ranges: written.length + others.length === 0 ? ["0.0.0.0/0"] : written,
      others,
      doubt: texts(raw["destinationRanges"]).length === 0 ? null : "for some addresses only",
    },
  ];
}

/** Sources of a policy's rule that stand for addresses which nothing here shows. */
const UNREAD_SOURCES = [
  "srcAddressGroups",
  "srcFqdns",
  "srcNetworkContext",
  "srcNetworkScope",
  "srcNetworkType",
  "srcRegionCodes",
  "srcSecureTags",
  "srcThreatIntelligences",
] as const;

/**
 * The rules of one firewall policy that may be about a machine in a network, in their order.
 * https://cloud.google.com/firewall/docs/firewall-policies-rule-details
 */
export function policyRules(
  policy: Fields,
  machine: Machine,
  network: (link: unknown) => boolean,
): readonly FirewallRule[] {
  const policyName =
    text(policy["displayName"]) ?? text(policy["shortName"]) ?? text(policy["name"]);
  return inOrder(
    list(policy["rules"]).flatMap((raw): readonly FirewallRule[] => {
      const { direction, disabled, action, priority, targetResources } = raw;
      if (direction === "EGRESS" || isDisabled(disabled)) return [];
      if (direction !== "INGRESS" || typeof priority !== "number") {
        throw new TypeError("a rule of a policy without direction or priority");
      }
      if (Array.isArray(targetResources) && targetResources.length > 0) {
        if (!targetResources.some(network)) return [];
      }
      const accounts = texts(raw["targetServiceAccounts"]);
      if (accounts.length > 0 && !accounts.some((one) => machine.accounts.has(one))) return [];
      const match = fields(raw["match"]);
      const ranges = texts(match["srcIpRanges"]);
      const unread = UNREAD_SOURCES.filter((name) => {
        const value = match[name];
        return Array.isArray(value) ? value.length > 0 : value !== undefined;
      });
      const secure = list(raw["targetSecureTags"]).length > 0;
      const doubts = [
        ...unread,
        ...(secure ? ["targetSecureTags"] : []),
        ...(texts(match["destIpRanges"]).length > 0 ? ["destIpRanges"] : []),
        ...(action === "allow" || action === "deny" || action === "goto_next"
          ? []
          : [`the action ${(text(action) ?? "that is not told").slice(0, 60)}`]),
        ...(ranges.length === 0 && unread.length === 0 ? ["no source"] : []),
      ];
      const services = list(match["layer4Configs"]).flatMap((one) =>
        servicesOf(one["ipProtocol"], one["ports"]),
      );
      // A denial of what is not told denies nothing for sure.
      if (services.length === 0 && action !== "allow") doubts.push("no layer4Configs");
      return [
        {
          name: `rule ${priority} of the firewall policy ${(policyName ?? "").slice(0, 80)}`,
          priority,
          action: action === "deny" ? "deny" : action === "goto_next" ? "next" : "allow",
          services: services.length === 0 ? [{ protocol: "all", ports: null }] : services,
          ranges,
          others: [],
          doubt: doubts.length === 0 ? null : doubts.join(", "),
        },
      ];
    }),
  );
}

/** Left out, it is in force. @throws TypeError where it is told in another way */
function isDisabled(value: unknown): boolean {
  if (value !== undefined && typeof value !== "boolean") {
    throw new TypeError("a firewall rule that does not tell whether it is in force");
  }
  return value === true;
}

function inOrder(rules: readonly FirewallRule[]): readonly FirewallRule[] {
  const rank = ({ action }: FirewallRule) => (action === "allow" ? 1 : 0);
  return rules.toSorted((a, b) => a.priority - b.priority || rank(a) - rank(b));
}

/** By number or name: https://www.iana.org/assignments/protocol-numbers */
const NUMBERS: Readonly<Record<string, string>> = {
  "1": "icmp",
  "6": "tcp",
  "17": "udp",
  "50": "esp",
  "51": "ah",
  "132": "sctp",
};

/** Names that stand for a number, or for every one: https://cloud.google.com/compute/docs/reference/rest/v1/firewalls */
const NAMED: ReadonlySet<string> = new Set([...Object.values(NUMBERS), "all", "ipip"]);

function servicesOf(protocol: unknown, ports: unknown): readonly Service[] {
  const written = text(protocol)?.toLowerCase();
  if (written === undefined) throw new TypeError("a firewall rule without protocol");
  const name = NUMBERS[written] ?? written;
  if (!NAMED.has(name) && !/^\d{1,3}$/.test(name)) {
    throw new TypeError(`a firewall rule of a protocol that is not known: ${name.slice(0, 40)}`);
  }
  const own = texts(ports);
  if (own.length === 0) return [{ protocol: name, ports: null }];
  return own.map((one) => {
    const [, from, to] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(one) ?? [];
    const first = Number(from ?? Number.NaN);
    const last = Number(to ?? from);
    if (!(first <= last && last <= LAST_PORT)) throw new TypeError("ports that are none");
    return { protocol: name, ports: [first, last] as const };
  });
}

function texts(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new TypeError("a list of texts was expected");
  return value.map((one: unknown) => {
    const word = text(one);
    if (word === null) throw new TypeError("a list of texts was expected");
    return word;
  });
}
