/** Front Door (Standard and Premium) as facets; pure. Each throws when the answers cannot be understood. */
import type { Transport } from "#model/facets.ts";
import type { WebFirewall } from "#model/security-facets.ts";
import { compareTlsVersions, type TlsVersion } from "#model/tls.ts";
import type { Known } from "#probes/common/known.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import {
  allOf,
  versionsFrom,
  weakestFirewall,
  weakestTransport,
  type Door,
  type GuardedDoor,
} from "./doors.ts";
import { enabledFlag, propertiesOf } from "./facets.ts";
import { policyOf } from "./firewall-policies.ts";
import { tlsVersion } from "./tls-setting.ts";

/** Since 2025-03-01 a lower minimum cannot be set any more, whatever the service is called. */
export const FRONT_DOOR_FLOOR = {
  version: "TLSv1.2",
  reference: "https://learn.microsoft.com/azure/frontdoor/standard-premium/tls-policy",
} as const;

/** What a profile holds: its own domains, and its endpoints with their routes. */
export interface FrontDoor {
  readonly domains: readonly Fields[];
  readonly endpoints: readonly { readonly raw: Fields; readonly routes: readonly Fields[] }[];
}

interface Served {
  /** In lower case. */
  readonly id: string;
  readonly host: string;
  /** null: the endpoint's own name, for which no TLS can be set. */
  readonly domain: Fields | null;
  readonly routes: Fields[];
}

export function toTransport(frontDoor: FrontDoor): Transport {
  return weakestTransport(served(frontDoor).map(toDoor), FRONT_DOOR_FLOOR);
}

/** The names at which something is served: those of routes and endpoints that are not switched off. */
function served({ domains, endpoints }: FrontDoor): readonly Served[] {
  const byId = new Map(domains.map((domain) => [idOf(domain), domain]));
  const found = new Map<string, Served>();
  const serve = (id: string, route: Fields, made: () => Pick<Served, "host" | "domain">) => {
    const one = found.get(id) ?? { id, ...made(), routes: [] };
    one.routes.push(route);
    found.set(id, one);
  };
  for (const { raw, routes } of endpoints) {
    const endpoint = propertiesOf(raw);
    if (enabledFlag(endpoint["enabledState"]) === false) continue;
    for (const route of routes.map(propertiesOf)) {
      if (enabledFlag(route["enabledState"]) === false) continue;
      // What is not said to be unlinked may be reached.
      if (enabledFlag(route["linkToDefaultDomain"]) !== false) {
        serve(idOf(raw), route, () => ({ host: hostOf(endpoint), domain: null }));
      }
      for (const link of list(route["customDomains"])) {
        const id = idOf(link);
        serve(id, route, () => {
          const domain = byId.get(id);
          if (domain === undefined)
            throw new TypeError("a route names a domain that is not listed");
          return { host: hostOf(propertiesOf(domain)), domain };
        });
      }
    }
  }
  return [...found.values()];
}

function idOf({ id }: Fields): string {
  const named = text(id);
  if (named === null) throw new TypeError("an entry without id");
  return named.toLowerCase();
}

function hostOf({ hostName }: Fields): string {
  const host = text(hostName);
  if (host === null) throw new TypeError("a domain without host name");
  return host.slice(0, 253);
}

function toDoor({ host, domain, routes }: Served): Door {
  const secureOnly = allOf(routes.map(secureRoute));
  const how =
    secureOnly === null
      ? "whether HTTP is redirected is not stated"
      : secureOnly
        ? "HTTPS only"
        : "HTTP served";
  if (domain === null) {
    const words = `${host}: the endpoint's own name, TLS 1.2 by design, ${how}`;
    return { names: [host], secureOnly, versions: versionsFrom("TLSv1.2"), isDefault: true, words };
  }
  const { minimumTlsVersion, cipherSuiteSetType } = fields(propertiesOf(domain)["tlsSettings"]);
  const minimum = lowest(tlsVersion(minimumTlsVersion), text(cipherSuiteSetType));
  const said = text(minimumTlsVersion)?.slice(0, 60) ?? "is not stated";
  return {
    names: [host],
    secureOnly,
    versions: minimum === null ? null : versionsFrom(minimum),
    isDefault: false,
    words: `${host}: minimumTlsVersion ${said}, ${how}`,
  };
}

/** A set of suites of TLS 1.0 lets that in, whatever the minimum beside it says. */
function lowest(minimum: TlsVersion | null, suites: string | null): TlsVersion | null {
  const [, minor] = /^tls1([0-3])_/i.exec(suites ?? "") ?? [];
  const ofSuites = tlsVersion(minor === undefined ? undefined : `1.${minor}`);
  if (minimum === null || ofSuites === null) return minimum;
  return compareTlsVersions(ofSuites, minimum) < 0 ? ofSuites : minimum;
}

/** Whether a route keeps to HTTPS; null: it does not say. */
function secureRoute({ supportedProtocols, httpsRedirect }: Fields): boolean | null {
  if (!Array.isArray(supportedProtocols) || supportedProtocols.length === 0) return null;
  const words = supportedProtocols.map((protocol) => text(protocol)?.toLowerCase());
  if (words.some((word) => word !== "http" && word !== "https")) return null;
  return words.includes("http") ? enabledFlag(httpsRedirect) : true;
}

/** The ids of the policies that security policies attach to something. */
export function policyIds(securityPolicies: readonly Fields[]): readonly string[] {
  return attachments(securityPolicies).map(({ policy }) => policy);
}

interface Attachment {
  readonly policy: string;
  /** In lower case. */
  readonly domains: readonly string[];
  readonly patterns: readonly string[];
}

function attachments(securityPolicies: readonly Fields[]): readonly Attachment[] {
  return securityPolicies.flatMap((raw) => {
    const { type, wafPolicy, associations } = fields(propertiesOf(raw)["parameters"]);
    if (text(type)?.toLowerCase() !== "webapplicationfirewall") return [];
    const policy = text(fields(wafPolicy)["id"]);
    if (policy === null) return [];
    return list(associations).map(({ domains, patternsToMatch }) => ({
      policy,
      domains: list(domains).map(idOf),
      patterns: Array.isArray(patternsToMatch)
        ? patternsToMatch.flatMap((pattern) => text(pattern) ?? [])
        : [],
    }));
  });
}

/** An association protects the paths that it names; all of them are meant by `/*`. */
export function toWebFirewall(
  frontDoor: FrontDoor,
  securityPolicies: readonly Fields[],
  policies: ReadonlyMap<string, Known<Fields>>,
): WebFirewall {
  const attached = attachments(securityPolicies);
  const doors = served(frontDoor).flatMap(({ id, host }): readonly GuardedDoor[] => {
    const own = attached.filter(({ domains }) => domains.includes(id));
    const guarded = own.map(({ policy }) => ({ name: host, policy: policyOf(policy, policies) }));
    const patterns = own.flatMap((one) => one.patterns);
    if (patterns.includes("/*")) return guarded;
    const only = patterns.length === 0 ? "" : ` beyond ${patterns.slice(0, 5).join(", ")}`;
    return [...guarded, { name: `${host}${only}`, policy: null }];
  });
  return weakestFirewall(doors, "no route of the profile serves anything");
}
