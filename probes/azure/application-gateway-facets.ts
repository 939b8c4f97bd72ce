/** An application gateway's JSON as facets; pure. Each throws when the answer cannot be understood. */
import type { Redundancy, Transport } from "#model/facets.ts";
import type { WebFirewall } from "#model/security-facets.ts";
import type { Known } from "#probes/common/known.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import { allOf, weakestFirewall, weakestTransport, type Door, type GuardedDoor } from "./doors.ts";
import { propertiesOf, zonesOf } from "./facets.ts";
import { policyOf } from "./firewall-policies.ts";
import { ofGateway } from "./firewall-policy-facets.ts";
import { tlsPolicy } from "./gateway-tls.ts";

/** A listener with what is done with what comes in there: one way for each path that is told apart. */
interface Listener {
  readonly name: string;
  readonly protocol: string;
  readonly own: Fields;
  readonly ways: readonly Fields[];
}

/** The listeners that lead somewhere. @throws where a listener or a rule is not as documented */
function listenersOf(raw: Fields): readonly Listener[] {
  const gateway = propertiesOf(raw);
  const maps = byId(gateway["urlPathMaps"]);
  const rules = [...list(gateway["requestRoutingRules"]), ...list(gateway["routingRules"])].map(
    propertiesOf,
  );
  // Those of HTTP, and those that pass TCP or TLS on.
  return [...list(gateway["httpListeners"]), ...list(gateway["listeners"])].flatMap((listener) => {
    const own = propertiesOf(listener);
    const protocol = text(own["protocol"])?.toLowerCase();
    const name = text(listener["name"])?.slice(0, 80);
    const id = text(listener["id"])?.toLowerCase();
    if (protocol === undefined || name === undefined || id === undefined) {
      throw new TypeError("a listener without id, name or protocol");
    }
    const ways = rules
      .filter((rule) => [linkOf(rule["httpListener"]), linkOf(rule["listener"])].includes(id))
      .flatMap((rule) => waysOf(rule, maps));
    return ways.length === 0 ? [] : [{ name, protocol, own, ways }];
  });
}

function waysOf(rule: Fields, maps: ReadonlyMap<string, Fields>): readonly Fields[] {
  const link = linkOf(rule["urlPathMap"]);
  if (link === null) return [rule];
  const map = maps.get(link);
  if (map === undefined) throw new TypeError("a rule names a path map that is not there");
  const { defaultRedirectConfiguration: redirectConfiguration, pathRules } = map;
  return [{ redirectConfiguration }, ...list(pathRules).map(propertiesOf)];
}

function byId(entries: unknown): ReadonlyMap<string, Fields> {
  return new Map(
    list(entries).map((entry) => [text(entry["id"])?.toLowerCase() ?? "", propertiesOf(entry)]),
  );
}

/** The id of something else, in lower case. */
function linkOf(link: unknown): string | null {
  return text(fields(link)["id"])?.toLowerCase() ?? null;
}

/** What each listener lets in: its own TLS policy goes before the gateway's. */
export function toTransport(raw: Fields): Transport {
  const gateway = propertiesOf(raw);
  const profiles = byId(gateway["sslProfiles"]);
  const redirects = byId(gateway["redirectConfigurations"]);
  const protocols = new Map(
    list(gateway["httpListeners"]).map((listener) => [
      text(listener["id"])?.toLowerCase() ?? "",
      text(propertiesOf(listener)["protocol"])?.toLowerCase(),
    ]),
  );
  const toHttps = (way: Fields): boolean | null => {
    const link = linkOf(way["redirectConfiguration"]);
    if (link === null) return false;
    const redirect = redirects.get(link);
    if (redirect === undefined) return null;
    const target = linkOf(redirect["targetListener"]);
    const url = text(redirect["targetUrl"])?.toLowerCase();
    if (target !== null) return protocols.get(target) === "https" ? true : null;
    return url === undefined ? null : url.startsWith("https://");
  };
  const doors = listenersOf(raw).map(({ name, protocol, own, ways }): Door => {
    const names = namesOf(own);
    if (protocol === "https" || protocol === "tls") {
      const link = linkOf(own["sslProfile"]);
      const profile = link === null ? undefined : profiles.get(link);
      if (link !== null && profile === undefined) throw new TypeError("a TLS profile is not there");
      const policy = tlsPolicy(
        profile?.["sslPolicy"] ?? gateway["sslPolicy"],
        gateway["defaultPredefinedSslPolicy"],
      );
      return { ...policy, names, secureOnly: true, words: `listener ${name}: ${policy.words}` };
    }
    if (protocol === "http") {
      const secureOnly = allOf(ways.map(toHttps));
      const how = secureOnly === true ? "redirects to HTTPS" : "HTTP";
      return {
        names,
        secureOnly,
        versions: [],
        isDefault: false,
        words: `listener ${name}: ${how}`,
      };
    }
    const words = `listener ${name}: passes ${protocol.slice(0, 20)} through, what is behind it decides`;
    return { names, secureOnly: null, versions: null, isDefault: false, words };
  });
  return weakestTransport(doors, null);
}

function namesOf({ hostName, hostNames }: Fields): readonly string[] {
  const all = [hostName, ...(Array.isArray(hostNames) ? hostNames : [])];
  return all.flatMap((name) => text(name)?.slice(0, 253) ?? []);
}

/** The zones in which it stands; the first generation has none. Where none is named, newer gateways may still be in several. */
export function toRedundancy(raw: Fields): Redundancy {
  const zones = zonesOf(raw);
  const tier = text(fields(propertiesOf(raw)["sku"])["tier"]);
  const first = tier === "Standard" || tier === "WAF";
  return {
    zones: zones?.length ?? null,
    zoneRedundant: zones !== null ? zones.length > 1 : first ? false : null,
    geoRedundant: false,
    setting: `${tier?.slice(0, 60) ?? "no SKU stated"}, ${zones === null ? "no zones stated" : `zones ${zones.join(", ")}`}`,
  };
}

/** The ids of the policies of the gateway, its listeners and its paths. */
export function policyIds(raw: Fields): readonly string[] {
  return guarded(raw).flatMap(({ policy }) => policy ?? []);
}

/**
 * What stands before each way in from the Internet: the policy of the path, else of the listener, else of the gateway.
 * What only redirects leads to nothing that could be attacked.
 */
function guarded(
  raw: Fields,
): readonly { readonly name: string; readonly policy: string | null }[] {
  const gateway = propertiesOf(raw);
  const frontends = byId(gateway["frontendIPConfigurations"]);
  return listenersOf(raw).flatMap(({ name, protocol, own, ways }) => {
    if (protocol !== "http" && protocol !== "https") return [];
    const frontend = frontends.get(linkOf(own["frontendIPConfiguration"]) ?? "");
    if (frontend === undefined) throw new TypeError("a listener's address is not there");
    if (linkOf(frontend["publicIPAddress"]) === null) return [];
    return ways
      .filter((way) => linkOf(way["redirectConfiguration"]) === null)
      .map((way) => ({
        name: `listener ${name}`,
        policy:
          linkOf(way["firewallPolicy"]) ??
          linkOf(own["firewallPolicy"]) ??
          linkOf(gateway["firewallPolicy"]),
      }));
  });
}

/** Where no policy is named the gateway's older setting of its own counts, if it has one. */
export function toWebFirewall(
  raw: Fields,
  policies: ReadonlyMap<string, Known<Fields>>,
): WebFirewall {
  const legacy = propertiesOf(raw)["webApplicationFirewallConfiguration"];
  const own = legacy === undefined || legacy === null ? null : ofGateway(fields(legacy));
  const doors = guarded(raw).map(({ name, policy }): GuardedDoor => ({
    name,
    policy: policy === null ? own : policyOf(policy, policies),
  }));
  return weakestFirewall(doors, "no HTTP listener with a public address leads anywhere");
}
