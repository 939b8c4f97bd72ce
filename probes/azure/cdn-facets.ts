/** Azure CDN (classic) as facets; pure. Each throws when the answers cannot be understood. */
import type { Transport } from "#model/facets.ts";
import type { WebFirewall } from "#model/security-facets.ts";
import type { Known } from "#probes/common/known.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { versionsFrom, weakestFirewall, weakestTransport, type Door } from "./doors.ts";
import { propertiesOf } from "./facets.ts";
import { policyOf } from "./firewall-policies.ts";
import { FRONT_DOOR_FLOOR } from "./front-door-facets.ts";
import { tlsVersion } from "./tls-setting.ts";

/** An endpoint of a classic profile, with its own domains. */
export interface CdnEndpoint {
  readonly raw: Fields;
  readonly domains: readonly Fields[];
}

/** Only Microsoft's own network has a published lowest version; the others were run by other companies. */
export function toTransport(endpoints: readonly CdnEndpoint[], sku: string | null): Transport {
  const floor = sku?.toLowerCase() === "standard_microsoft" ? FRONT_DOOR_FLOOR : null;
  const doors = endpoints
    .filter(isRunning)
    .flatMap((endpoint) => toDoors(endpoint, floor !== null));
  return weakestTransport(doors, floor);
}

function isRunning({ raw }: CdnEndpoint): boolean {
  return text(propertiesOf(raw)["resourceState"])?.toLowerCase() !== "stopped";
}

function toDoors({ raw, domains }: CdnEndpoint, byDesign: boolean): readonly Door[] {
  const endpoint = propertiesOf(raw);
  const { isHttpAllowed, isHttpsAllowed, hostName } = endpoint;
  const host = text(hostName);
  if (host === null) throw new TypeError("an endpoint without host name");
  const http = flag(isHttpAllowed);
  const https = flag(isHttpsAllowed);
  const redirects = redirectsToHttps(endpoint["deliveryPolicy"]);
  const secureOnly = http === false ? true : http === null ? null : redirects;
  const how =
    http === true && redirects === true
      ? "HTTP redirected by a rule"
      : `isHttpAllowed ${http ?? "is not stated"}`;
  const own: Door = {
    names: [host.slice(0, 253)],
    secureOnly,
    versions: https === false ? [] : byDesign && https === true ? versionsFrom("TLSv1.2") : null,
    isDefault: byDesign,
    words: `${host.slice(0, 253)}: the endpoint's own name${byDesign ? ", TLS 1.2 by design" : ""}, ${how}`,
  };
  return [own, ...domains.map((domain) => ofDomain(domain, https, secureOnly, how))];
}

function ofDomain(
  raw: Fields,
  https: boolean | null,
  secureOnly: boolean | null,
  how: string,
): Door {
  const { hostName, customHttpsParameters, customHttpsProvisioningState } = propertiesOf(raw);
  const host = text(hostName)?.slice(0, 253);
  if (host === undefined) throw new TypeError("a domain without host name");
  const state = text(customHttpsProvisioningState)?.toLowerCase();
  const { minimumTlsVersion } = fields(customHttpsParameters);
  const minimum = tlsVersion(minimumTlsVersion);
  const none = https === false || state === "disabled";
  return {
    names: [host],
    secureOnly,
    versions: none ? [] : minimum === null ? null : versionsFrom(minimum),
    isDefault: false,
    words: `${host}: ${none ? "no HTTPS" : `minimumTlsVersion ${text(minimumTlsVersion)?.slice(0, 60) ?? "is not stated"}`}, ${how}`,
  };
}

/**
 * Whether a rule sends every request in clear text to HTTPS: one whose only condition is the scheme. Null where another
 * rule redirects, which may do so for some.
 */
function redirectsToHttps(deliveryPolicy: unknown): boolean | null {
  const rules = list(fields(deliveryPolicy)["rules"]).map(({ conditions, actions }) => ({
    whole: list(conditions).every(isSchemeHttp) && list(conditions).length === 1,
    secures: list(actions).some(
      ({ name, parameters }) =>
        text(name)?.toLowerCase() === "urlredirect" &&
        text(fields(parameters)["destinationProtocol"])?.toLowerCase() === "https",
    ),
  }));
  if (rules.some(({ whole, secures }) => whole && secures)) return true;
  return rules.some(({ secures }) => secures) ? null : false;
}

function isSchemeHttp({ name, parameters }: Fields): boolean {
  const { matchValues, negateCondition } = fields(parameters);
  const values = Array.isArray(matchValues) ? matchValues : [];
  return (
    text(name)?.toLowerCase() === "requestscheme" &&
    flag(negateCondition) !== true &&
    values.length === 1 &&
    text(values[0])?.toLowerCase() === "http"
  );
}

/** The ids of the policies that endpoints name. */
export function policyIds(endpoints: readonly CdnEndpoint[]): readonly string[] {
  return endpoints.flatMap(({ raw }) => linkOf(raw) ?? []);
}

function linkOf(raw: Fields): string | null {
  return text(fields(propertiesOf(raw)["webApplicationFirewallPolicyLink"])["id"]);
}

export function toWebFirewall(
  endpoints: readonly CdnEndpoint[],
  policies: ReadonlyMap<string, Known<Fields>>,
): WebFirewall {
  const doors = endpoints.filter(isRunning).map(({ raw }) => {
    const link = linkOf(raw);
    return {
      name: text(propertiesOf(raw)["hostName"]) ?? "an endpoint",
      policy: link === null ? null : policyOf(link, policies),
    };
  });
  return weakestFirewall(doors, "no endpoint of the profile serves anything");
}
