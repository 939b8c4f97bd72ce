/** Front Door (classic) as facets; pure. Each throws when the answer cannot be understood. */
import type { Transport } from "#model/facets.ts";
import type { WebFirewall } from "#model/security-facets.ts";
import type { Known } from "#probes/common/known.ts";
import { fields, text, type Fields, list } from "#probes/common/json.ts";
import { allOf, versionsFrom, weakestFirewall, weakestTransport, type Door } from "./doors.ts";
import { enabledFlag, propertiesOf } from "./facets.ts";
import { policyOf } from "./firewall-policies.ts";
import { FRONT_DOOR_FLOOR } from "./front-door-facets.ts";
import { tlsVersion } from "./tls-setting.ts";

interface Frontend {
  readonly host: string;
  readonly raw: Fields;
  readonly rules: readonly Fields[];
}

export function toTransport(raw: Fields): Transport {
  return weakestTransport(served(raw).map(toDoor), FRONT_DOOR_FLOOR);
}

/** The frontends with a rule that is not switched off. */
function served(raw: Fields): readonly Frontend[] {
  const { enabledState, frontendEndpoints, routingRules } = propertiesOf(raw);
  if (enabledFlag(enabledState) === false) return [];
  const rules = list(routingRules)
    .map(propertiesOf)
    .filter((rule) => enabledFlag(rule["enabledState"]) !== false);
  return list(frontendEndpoints).flatMap((frontend) => {
    const id = text(frontend["id"])?.toLowerCase();
    const host = text(propertiesOf(frontend)["hostName"])?.slice(0, 253);
    if (id === undefined || host === undefined)
      throw new TypeError("a frontend without id or name");
    const own = rules.filter((rule) =>
      list(rule["frontendEndpoints"]).some((link) => text(link["id"])?.toLowerCase() === id),
    );
    return own.length === 0 ? [] : [{ host, raw: frontend, rules: own }];
  });
}

function toDoor({ host, raw, rules }: Frontend): Door {
  const { customHttpsConfiguration, customHttpsProvisioningState } = propertiesOf(raw);
  const secureOnly = allOf(rules.map(secureRule));
  const how =
    secureOnly === null
      ? "whether HTTP is redirected cannot be told"
      : secureOnly
        ? "HTTPS only"
        : "HTTP served";
  const door = { names: [host], secureOnly };
  // Its own name carries Front Door's certificate, for which nothing can be set.
  if (/\.azurefd\.(?:net|us|cn)$/i.test(host)) {
    const words = `${host}: the service's own name, TLS 1.2 by design, ${how}`;
    return { ...door, versions: versionsFrom("TLSv1.2"), isDefault: true, words };
  }
  const { minimumTlsVersion } = fields(customHttpsConfiguration);
  const minimum = tlsVersion(minimumTlsVersion);
  const none = text(customHttpsProvisioningState)?.toLowerCase() === "disabled";
  const said = text(minimumTlsVersion)?.slice(0, 60) ?? "is not stated";
  return {
    ...door,
    versions: none ? [] : minimum === null ? null : versionsFrom(minimum),
    isDefault: false,
    words: `${host}: ${none ? "no HTTPS" : `minimumTlsVersion ${said}`}, ${how}`,
  };
}

/** Whether a rule keeps to HTTPS: it takes nothing else, or sends everything there. */
function secureRule(rule: Fields): boolean | null {
  const { acceptedProtocols } = rule;
  if (!Array.isArray(acceptedProtocols) || acceptedProtocols.length === 0) return null;
  const words = acceptedProtocols.map((protocol) => text(protocol)?.toLowerCase());
  if (words.some((word) => word !== "http" && word !== "https")) return null;
  if (!words.includes("http")) return true;
  if (!isRedirect(rule)) return false;
  const protocol = text(fields(rule["routeConfiguration"])["redirectProtocol"])?.toLowerCase();
  if (protocol === "httpsonly") return true;
  return protocol === "httponly" || protocol === "matchrequest" ? false : null;
}

function isRedirect({ routeConfiguration }: Fields): boolean {
  const type = text(fields(routeConfiguration)["@odata.type"])?.toLowerCase() ?? "";
  return type.endsWith("redirectconfiguration");
}

/** The ids of the policies that frontends and rules name. */
export function policyIds(raw: Fields): readonly string[] {
  return guarded(raw).flatMap(({ link }) => link ?? []);
}

/** Each frontend by each rule; what only redirects leads to nothing that could be attacked. */
function guarded(raw: Fields): readonly { readonly name: string; readonly link: string | null }[] {
  return served(raw).flatMap(({ host, raw: frontend, rules }) =>
    rules
      .filter((rule) => !isRedirect(rule))
      // A rule's own policy goes before the frontend's.
      .map((rule) => ({ name: host, link: linkOf(rule) ?? linkOf(propertiesOf(frontend)) })),
  );
}

function linkOf({ webApplicationFirewallPolicyLink: link }: Fields): string | null {
  return text(fields(link)["id"]);
}

export function toWebFirewall(
  raw: Fields,
  policies: ReadonlyMap<string, Known<Fields>>,
): WebFirewall {
  const doors = guarded(raw).map(({ name, link }) => ({
    name,
    policy: link === null ? null : policyOf(link, policies),
  }));
  return weakestFirewall(doors, "no frontend leads anywhere");
}
