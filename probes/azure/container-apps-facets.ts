/** A container app's JSON as facets; pure. Each throws when the answer cannot be understood. */
import { parseRange } from "#model/address-ranges.ts";
import type { Transport } from "#model/facets.ts";
import type { Ingress } from "#model/security-facets.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { allowedBy, EVERY_ADDRESS, type AccessRule } from "./access-rules.ts";
import { weakestTransport, versionsFrom, type Door } from "./doors.ts";
import { propertiesOf } from "./facets.ts";

/** The way in, and the ports of TCP that are let in beside it. */
function ingressOf(raw: Fields): Fields | null {
  const { configuration } = propertiesOf(raw);
  if (typeof configuration !== "object" || configuration === null) {
    throw new TypeError("the app has no configuration");
  }
  const { ingress } = fields(configuration);
  return ingress === undefined || ingress === null ? null : fields(ingress);
}

/** HTTPS speaks TLS 1.2 and 1.3 by design: https://learn.microsoft.com/azure/container-apps/ingress-overview */
export function toTransport(raw: Fields): Transport {
  const ingress = ingressOf(raw);
  if (ingress === null) return weakestTransport([], null);
  const { transport, allowInsecure, fqdn, customDomains, additionalPortMappings } = ingress;
  const insecure = flag(allowInsecure);
  const tcp = text(transport)?.toLowerCase() === "tcp";
  const names = [fqdn, ...list(customDomains).map(({ name }) => name)].flatMap(
    (name) => text(name)?.slice(0, 253) ?? [],
  );
  const passed = (what: string): Door => ({
    names: [],
    secureOnly: null,
    versions: null,
    isDefault: false,
    words: `${what}: passes TCP through, the app decides what is spoken`,
  });
  const main: Door = {
    names,
    secureOnly: insecure === null ? null : !insecure,
    versions: versionsFrom("TLSv1.2"),
    isDefault: true,
    words: `allowInsecure ${insecure ?? "is not stated"}, TLS 1.2 by design`,
  };
  const more = list(additionalPortMappings).map((port) => passed(`port ${portOf(port) ?? "?"}`));
  return weakestTransport([tcp ? passed("ingress") : main, ...more], {
    version: "TLSv1.2",
    reference: "https://learn.microsoft.com/azure/container-apps/ingress-overview",
  });
}

function portOf({ exposedPort, targetPort }: Fields): number | null {
  return typeof exposedPort === "number" && exposedPort > 0
    ? exposedPort
    : typeof targetPort === "number"
      ? targetPort
      : null;
}

/** Whether it depends on the app's environment who can reach it. */
export function needsEnvironment(raw: Fields): boolean {
  const ingress = ingressOf(raw);
  return ingress !== null && flag(ingress["external"]) !== false;
}

/**
 * Whom the app lets in. Its restrictions either all allow or all deny:
 * https://learn.microsoft.com/azure/container-apps/ip-restrictions
 * @param environment the environment that it runs in; one that is internal has no public address. null: not needed
 */
export function toIngress(raw: Fields, environment: Fields | null): Ingress {
  const ingress = ingressOf(raw);
  if (ingress === null) {
    return { allowed: [], reachable: false, detail: "no ingress is enabled", firewall: true };
  }
  const { external, transport, ipSecurityRestrictions, additionalPortMappings } = ingress;
  if (flag(external) === false || environment === null) {
    const detail = "external false: within its environment only";
    return { allowed: [], reachable: false, detail, firewall: true };
  }
  const open = hasPublicAddress(environment);
  const outside = flag(external);
  const tcp = text(transport)?.toLowerCase() === "tcp";
  const more = list(additionalPortMappings)
    .filter((port) => flag(port["external"]) !== false)
    .map(portOf);
  const ports = [...(tcp ? [portOf(ingress)] : [80, 443]), ...more].filter((port) => port !== null);
  return {
    allowed: allowedBy(rulesOf(ipSecurityRestrictions), ports),
    reachable: open === false ? false : outside === null ? null : open,
    detail: `external ${outside ?? "is not stated"}; environment ${open === null ? "whose network is not stated" : open ? "with a public address" : "internal"}`,
    firewall: true,
  };
}

/** An environment without a network of its own has one. */
function hasPublicAddress(environment: Fields): boolean | null {
  const { vnetConfiguration } = propertiesOf(environment);
  if (vnetConfiguration === undefined || vnetConfiguration === null) return true;
  const internal = flag(fields(vnetConfiguration)["internal"]);
  return internal === null ? null : !internal;
}

function rulesOf(restrictions: unknown): readonly AccessRule[] {
  const rules = list(restrictions).map((raw): AccessRule => {
    const { name, ipAddressRange, action } = raw;
    const verb = text(action)?.toLowerCase();
    if (verb !== "allow" && verb !== "deny")
      throw new TypeError("an access rule of another action");
    const range = text(ipAddressRange)?.slice(0, 80) ?? "a rule without range";
    const known = parseRange(range) !== null;
    return {
      name: `${text(name)?.slice(0, 80) ?? "a rule without name"} (${range})`,
      allows: verb === "allow",
      ranges: known ? [range] : [],
      others: [],
      unresolved: known ? [] : [range],
      filtered: false,
    };
  });
  const rest: AccessRule = {
    name: rules.length === 0 ? "no rule is set" : "whom no rule denies",
    allows: !rules.some(({ allows }) => allows),
    ranges: EVERY_ADDRESS,
    others: [],
    unresolved: [],
    filtered: false,
  };
  // One that denies goes before any that allows, so that the order of the list does not matter.
  const denials = rules.filter(({ allows }) => !allows);
  return [...denials, ...rules.filter(({ allows }) => allows), rest];
}
