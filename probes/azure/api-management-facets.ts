/** API Management's JSON as facets; pure. Each throws when the answer cannot be understood. */
import type { Transport } from "#model/facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { fields, text, type Fields, list, moment } from "#probes/common/json.ts";
import { allOf } from "./doors.ts";
import { enabledFlag, propertiesOf } from "./facets.ts";

const SETTING = "Microsoft.WindowsAzure.ApiManagement.Gateway.Security.Protocols.";
/** The versions that can be switched off, oldest first; TLS 1.2 is always there. */
const OLD: readonly (readonly [name: string, version: TlsVersion])[] = [
  ["Ssl30", "SSLv3"],
  ["Tls10", "TLSv1.0"],
  ["Tls11", "TLSv1.1"],
];
/**
 * What nobody set is on where the service was made before this day, and off since:
 * https://learn.microsoft.com/rest/api/apimanagement/api-management-service/get
 */
const OFF_SINCE = Date.UTC(2018, 3, 2);

/**
 * @param apis all interfaces of the service, those of its workspaces too; an interface offers HTTP if it says so
 */
export function toTransport(raw: Fields, apis: readonly Fields[]): Transport {
  const { customProperties, hostnameConfigurations, gatewayUrl, createdAtUtc } = propertiesOf(raw);
  const settings = new Map(
    Object.entries(fields(customProperties)).map(([key, value]) => [key.toLowerCase(), value]),
  );
  const byDefault = onByDefault(createdAtUtc);
  const states = OLD.map(([name, version]) => {
    const setting = settings.get(`${SETTING}${name}`.toLowerCase());
    const isDefault = setting === undefined || setting === null;
    return { name, version, isDefault, on: isDefault ? byDefault : enabledFlag(setting) };
  });
  const oldest = states.find(({ on }) => on === true);
  const open = states.filter(({ on }) => on === null);
  const minimum = oldest?.version ?? "TLSv1.2";
  // An older one of which nothing is known goes before what is known.
  const unsaid = open.filter(({ version }) => version !== minimum).map(({ name }) => name);
  const minimumTls = open.length > 0 && oldest === undefined ? null : minimum;
  const names = hostNames(hostnameConfigurations, gatewayUrl);
  const secureOnly = allOf(apis.map(keepsToHttps));
  const clear = apis.filter((api) => keepsToHttps(api) === false);
  return {
    secureOnly,
    minimumTls,
    minimumTlsIsDefault:
      oldest === undefined ? states.every((one) => one.isDefault) : oldest.isDefault,
    platformFloor: null,
    // Whether HTTP is served depends on the path, so the wire at a name says less than the setting.
    ...(secureOnly === false || unsaid.length > 0 ? {} : { hostNames: names }),
    ...(unsaid.length > 0 && minimumTls !== null
      ? { unseen: [`whether ${unsaid.join(", ")} is on is not stated`] }
      : {}),
    detail: [
      ...states.map(
        ({ name, on, isDefault }) =>
          `${name} ${on === null ? "is not stated" : on ? "on" : "off"}${isDefault && on !== null ? " by default" : ""}`,
      ),
      clear.length === 0
        ? `${apis.length} APIs read`
        : `HTTP offered by ${clear.length} of ${apis.length} APIs (${clear
            .slice(0, 3)
            .map((api) => text(api["name"])?.slice(0, 80) ?? "without name")
            .join(", ")})`,
    ].join("; "),
  };
}

function onByDefault(createdAtUtc: unknown): boolean | null {
  const created = moment(createdAtUtc);
  return created === null ? null : Date.parse(created) < OFF_SINCE;
}

/** The gateway's names; those of the portals and of management are not set by this. */
function hostNames(configurations: unknown, gatewayUrl: unknown): readonly string[] {
  const own = list(configurations)
    .filter(({ type }) => text(type)?.toLowerCase() === "proxy")
    .flatMap(({ hostName }) => text(hostName)?.slice(0, 253) ?? []);
  const url = /^https:\/\/([^/:]+)/i.exec(text(gatewayUrl) ?? "")?.[1];
  return [...new Set([...own, ...(url === undefined ? [] : [url.slice(0, 253)])])].slice(0, 1000);
}

/** null where an interface names no protocols, or one that is not documented. */
function keepsToHttps(api: Fields): boolean | null {
  const { protocols } = propertiesOf(api);
  if (!Array.isArray(protocols) || protocols.length === 0) return null;
  const words = new Set(protocols.map((protocol) => text(protocol)?.toLowerCase()));
  if (words.has("http") || words.has("ws")) return false;
  return words.isSubsetOf(new Set(["https", "wss"])) ? true : null;
}

/** Whether a tier has workspaces, with interfaces of their own: https://learn.microsoft.com/azure/api-management/workspaces-overview */
export function hasWorkspaces(raw: Fields): boolean {
  const tier = text(fields(raw["sku"])["name"])?.toLowerCase() ?? "";
  return ["premium", "premiumv2", "standardv2", "basicv2"].includes(tier);
}
