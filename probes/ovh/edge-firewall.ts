/** What OVHcloud's edge firewall lets in, and what holds attacks off, as its interface tells; pure. */
import { countAddresses, parseRange, type AddressRange } from "#model/address-ranges.ts";
import type { DdosProtection, Ingress, IngressRule } from "#model/security-facets.ts";
import { flag, text, type Fields } from "#probes/common/json.ts";
import { admitted, readRule, type FirewallRule } from "./firewall-rules.ts";

/** The firewall before one address. */
export interface EdgeFirewall {
  readonly address: string;
  readonly settings: Fields;
  readonly rules: readonly Fields[];
}

const EVERYWHERE_4 = "0.0.0.0/0";
const EVERYWHERE_6 = "::/0";

/**
 * What is let in to any address of the block. Each IPv4 address has a firewall of its own, or none; IPv6 has none at all.
 * Rules of a firewall that is switched off are in force during an attack only:
 * https://help.ovhcloud.com/csm/en-dedicated-servers-firewall-network?id=kb_article_view&sysparm_article=KB0043445
 * @throws where a firewall or a rule is being changed, or is told in a way that is not documented
 */
export function toIngress(
  block: string,
  told: Fields,
  firewalls: readonly EdgeFirewall[],
): Ingress {
  const range = parseRange(block);
  if (range === null) throw new TypeError("a block that is no range of addresses");
  const service = serviceOf(told);
  const behind =
    service === null ? "no service that it is routed to is named" : `routed to ${service}`;
  if (range.family === 6) {
    return {
      allowed: [everything(EVERYWHERE_6, "no edge firewall: it is for IPv4 only")],
      // What the machine itself refuses is not seen, and nothing else could stand there.
      reachable: null,
      detail: `${behind}; the edge firewall is for IPv4 only, one on the machine is not seen`,
      firewall: false,
    };
  }
  const own = firewalls.filter(({ address }) => within(address, range));
  const states = own.map(stateOf);
  const on = states.filter(({ enabled }) => enabled);
  const bare = countAddresses([range], 4) - BigInt(new Set(on.map(({ address }) => address)).size);
  const open = bare > 0n ? [everything(EVERYWHERE_4, withoutFirewall(states))] : [];
  return {
    allowed: [...open, ...on.flatMap(({ address, rules }) => admitted(address, rules))],
    reachable: service === null ? null : true,
    detail: `${behind}; ${on.length} of ${countAddresses([range], 4)} addresses have the edge firewall on; one on the machine is not seen`,
    firewall: bare === 0n,
  };
}

interface State {
  readonly address: string;
  readonly enabled: boolean;
  readonly rules: readonly FirewallRule[];
}

function stateOf({ address, settings, rules }: EdgeFirewall): State {
  const enabled = flag(settings["enabled"]);
  const state = text(settings["state"]);
  if (enabled === null) throw new TypeError("a firewall that does not say whether it is enabled");
  if (state !== "ok") {
    throw new TypeError(
      `a firewall that is being changed: state ${state?.slice(0, 60) ?? "not stated"}`,
    );
  }
  // Only what is in force has to be understood.
  return { address, enabled, rules: enabled ? rules.map(readRule) : [] };
}

function withoutFirewall(states: readonly State[]): string {
  const off = states.filter(({ enabled }) => !enabled).map(({ address }) => address);
  return off.length > 0
    ? `edge firewall switched off (${off.slice(0, 5).join(", ")}): its rules are in force during an attack only`
    : "no edge firewall";
}

function everything(range: string, rule: string): IngressRule {
  return { protocol: "all", ports: null, ranges: [range], others: [], rule };
}

function within(address: string, block: AddressRange): boolean {
  const range = parseRange(address);
  if (range === null) throw new TypeError("a firewall before what is no address");
  return range.family === 4 && block.first <= range.first && range.last <= block.last;
}

function serviceOf({ routedTo }: Fields): string | null {
  const named =
    typeof routedTo === "object" && routedTo !== null && "serviceName" in routedTo
      ? text(routedTo.serviceName)
      : null;
  return named?.slice(0, 120) ?? null;
}

const DESIGN = "https://www.ovhcloud.com/en/security/anti-ddos/";

/**
 * Automatic mitigation is always on, by OVHcloud's published design: that no address is under mitigation now is no lack.
 * What is permanent is set, and no paid product.
 */
export function toProtection(mitigations: readonly Fields[]): DdosProtection {
  const permanent = mitigations.filter((one) => flag(one["permanent"]) === true).length;
  return {
    platform: { name: "OVHcloud Anti-DDoS", reference: DESIGN },
    advanced: null,
    detail:
      permanent === 0
        ? "automatic mitigation; permanent mitigation of no address"
        : `automatic mitigation; permanent mitigation of ${permanent} addresses`,
  };
}
