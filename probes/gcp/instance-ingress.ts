/** What a virtual machine lets in, and whether the Internet can address it; pure. */
import type { Ingress } from "#model/security-facets.ts";
import { fields, list, text, type Fields } from "#probes/common/json.ts";
import { allowedBy } from "./firewall-openings.ts";
import { policyRules, vpcRules, type FirewallRule, type Machine } from "./firewall-rules.ts";
import { computeId } from "./names.ts";

/** What stands before a network interface. */
export interface Front {
  /** Full name of the network. */
  readonly network: string;
  /** What getEffectiveFirewalls answers of it. */
  readonly effective: Fields;
}

/** The networks of a machine by full name. @throws TypeError where an interface names none */
export function networksOf(raw: Fields): readonly string[] {
  const found = list(raw["networkInterfaces"]).map(({ network }) => {
    const id = computeId(network);
    if (id === null) throw new TypeError("a network interface without network");
    return id;
  });
  return [...new Set(found)];
}

/**
 * Rules are tried tier by tier: those of the organisation and its folders, those of the network, and the network's
 * policies; the network may put its policies first, so that what they deny is in doubt either way.
 * https://cloud.google.com/firewall/docs/firewall-policies-overview
 * @param regional firewall policies of regions, which the answers of networks do not hold
 * @param forwarding forwarding rules of the project
 */
export function toIngress(
  raw: Fields,
  region: string,
  fronts: readonly Front[],
  regional: readonly Fields[],
  forwarding: readonly Fields[],
): Ingress {
  const interfaces = list(raw["networkInterfaces"]);
  if (interfaces.length === 0) throw new TypeError("a machine without network interfaces");
  const machine: Machine = {
    tags: new Set(texts(fields(raw["tags"])["items"])),
    accounts: new Set(list(raw["serviceAccounts"]).flatMap(({ email }) => text(email) ?? [])),
  };
  const open = interfaces.filter(isPublic);
  const behind = open.length > 0 ? open : interfaces;
  const networks = new Set(behind.map(({ network }) => computeId(network)));
  const allowed = fronts
    .filter(({ network }) => networks.has(network))
    .flatMap(({ network, effective }) => [
      ...allowedBy(tiersOf(network, effective, machine)),
      ...regional
        .filter((policy) => isAttached(policy, network, region))
        .map((policy) => ({
          protocol: "all",
          ports: null,
          ranges: [],
          others: [],
          unresolved: ["what the policy lets in"],
          rule: `regional firewall policy ${(text(policy["name"]) ?? "").slice(0, 80)}`,
        })),
    ]);
  const many = `${interfaces.length} network ${interfaces.length === 1 ? "interface" : "interfaces"}`;
  const said = (reachable: boolean | null, detail: string): Ingress => ({
    allowed,
    reachable,
    detail: `${many}, ${detail}`,
    firewall: true,
  });
  if (open.length > 0) return said(true, `${open.length} with an external address`);
  const passing = forwarding.find((rule) => mayPassOn(rule, region));
  if (passing === undefined) return said(false, "none with an external address");
  const rule = text(passing["name"])?.slice(0, 80) ?? "a forwarding rule";
  return said(null, `none with an external address, but ${rule} may pass on to it`);
}

function tiersOf(
  network: string,
  effective: Fields,
  machine: Machine,
): readonly (readonly FirewallRule[])[] {
  const isNetwork = (link: unknown) => computeId(link) === network;
  const policies = list(effective["firewallPolicys"]).map((policy) => ({
    hierarchical: policy["type"] === "HIERARCHY",
    rules: policyRules(policy, machine, isNetwork),
  }));
  const upper = policies.filter(({ hierarchical }) => hierarchical).map(({ rules }) => rules);
  const lower = policies.filter(({ hierarchical }) => !hierarchical).map(({ rules }) => rules);
  const early = lower
    .flat()
    .filter(({ action }) => action === "deny")
    .map((rule) => ({ ...rule, doubt: "it may come before or after the rules of the network" }));
  return [...upper, early, vpcRules(list(effective["firewalls"]), machine), ...lower];
}

/** An access configuration stands for an external address also while the machine is stopped and has none. */
function isPublic({ accessConfigs, ipv6AccessConfigs, ipv6AccessType }: Fields): boolean {
  return (
    list(accessConfigs).length > 0 ||
    list(ipv6AccessConfigs).length > 0 ||
    ipv6AccessType === "EXTERNAL"
  );
}

/** Load balancers that pass packets through, and protocol forwarding, reach machines without an address of their own. */
function mayPassOn(rule: Fields, region: string): boolean {
  const target = text(rule["target"]) ?? "";
  const external = (text(rule["loadBalancingScheme"]) ?? "EXTERNAL").startsWith("EXTERNAL");
  const passes = target === "" || /\/(?:targetPools|targetInstances)\//.test(target);
  return external && passes && (text(rule["region"]) ?? "").endsWith(`/${region}`);
}

function isAttached(policy: Fields, network: string, region: string): boolean {
  if (text(policy["region"])?.endsWith(`/${region}`) !== true) return false;
  return list(policy["associations"]).some(
    ({ attachmentTarget }) => computeId(attachmentTarget) === network,
  );
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((one: unknown) => text(one) ?? []) : [];
}
