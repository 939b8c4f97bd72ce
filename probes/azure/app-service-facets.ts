/** App Service's JSON as facets; pure. Each throws when the answer cannot be understood. */
import type { Redundancy, Transport } from "#model/facets.ts";
import type { Ingress, IngressRule } from "#model/security-facets.ts";
import { parseRange } from "#model/address-ranges.ts";
import { compareTlsVersions } from "#model/tls.ts";
import { fields, flag, text, type Fields, list } from "#probes/common/json.ts";
import { allowedBy, EVERY_ADDRESS, type AccessRule } from "./access-rules.ts";
import { propertiesOf } from "./facets.ts";
import { tlsVersion } from "./tls-setting.ts";

const MOST_NAMES = 1000;

/**
 * What an app lets in, at its own names, at those of its management site (SCM) and by FTP: the weakest of them counts.
 * The names are told where they are no stricter than the whole, for what is said would not be so of them.
 * @param site the app or slot
 * @param config its `config/web`; the list of apps leaves most of that out
 */
export function toTransport(site: Fields, config: Fields): Transport {
  const { httpsOnly, hostNames } = propertiesOf(site);
  const { minTlsVersion, scmMinTlsVersion, ftpsState } = propertiesOf(config);
  const https = flag(httpsOnly);
  const ftp = text(ftpsState);
  const ftpSecure = secureFtp(ftp);
  const own = tlsVersion(minTlsVersion);
  const scm = tlsVersion(scmMinTlsVersion);
  const secureOnly =
    https === false || ftpSecure === false
      ? false
      : https === null || ftpSecure === null
        ? null
        : true;
  const lowest =
    own === null || scm === null ? null : compareTlsVersions(own, scm) <= 0 ? own : scm;
  // One that is known to be too old is enough to know how far down the app can be led.
  const known = lowest ?? (own === null ? scm : own);
  const unseen = lowest !== null || known === null ? [] : [unreadMinimum(own === null)];
  const alike = own !== null && own === known && https === secureOnly && unseen.length === 0;
  const names = Array.isArray(hostNames) ? hostNames.flatMap((name) => text(name) ?? []) : [];
  return {
    secureOnly,
    minimumTls: known,
    minimumTlsIsDefault: false,
    platformFloor: null,
    ...(alike && names.length > 0
      ? { hostNames: names.slice(0, MOST_NAMES).map((name) => name.slice(0, 253)) }
      : {}),
    ...(unseen.length === 0 ? {} : { unseen }),
    detail: [
      `httpsOnly ${https ?? "is not stated"}`,
      `ftpsState ${said(ftpsState)}`,
      `minTlsVersion ${said(minTlsVersion)}`,
      `scmMinTlsVersion ${said(scmMinTlsVersion)}`,
    ].join("; "),
  };
}

function unreadMinimum(ofApp: boolean): string {
  return ofApp
    ? "the app's own minTlsVersion is not stated"
    : "the management site's scmMinTlsVersion is not stated";
}

function said(value: unknown): string {
  return text(value)?.slice(0, 60) ?? "is not stated";
}

/** `AllAllowed` takes FTP in clear text beside FTPS; null for a state that is not documented. */
function secureFtp(state: string | null): boolean | null {
  const word = state?.toLowerCase() ?? "";
  if (word === "allallowed") return false;
  return word === "ftpsonly" || word === "disabled" ? true : null;
}

/**
 * Whom an app lets in, at its own names and at its management site's. Access restrictions are App Service's firewall:
 * https://learn.microsoft.com/azure/app-service/overview-access-restrictions
 * @param privateEndpoints how many it has; null: not read. They close the public door of an app that does not say.
 */
export function toIngress(site: Fields, config: Fields, privateEndpoints: number | null): Ingress {
  const app = propertiesOf(site);
  const web = propertiesOf(config);
  const access = publicAccess(app, web);
  if (access === "disabled") {
    return {
      allowed: [],
      reachable: false,
      detail: "publicNetworkAccess Disabled",
      firewall: true,
    };
  }
  const environment = text(fields(app["hostingEnvironmentProfile"])["id"]);
  const reachable = environment !== null ? null : access === "enabled" || noneOf(privateEndpoints);
  const main = rulesOf(web["ipSecurityRestrictions"], web["ipSecurityRestrictionsDefaultAction"]);
  const useMain = flag(web["scmIpSecurityRestrictionsUseMain"]) === true;
  const scm = useMain
    ? main
    : rulesOf(web["scmIpSecurityRestrictions"], web["scmIpSecurityRestrictionsDefaultAction"]);
  const doors: readonly IngressRule[] = [
    ...allowedBy(main, [80, 443]),
    ...allowedBy(scm, [443], "management site (SCM): "),
    ...ftpDoor(text(web["ftpsState"])),
  ];
  return {
    allowed: reachable === false ? [] : doors,
    reachable,
    detail: [
      access === "enabled"
        ? "publicNetworkAccess Enabled"
        : `publicNetworkAccess is not stated, ${privateEndpoints ?? "unknown"} private endpoints`,
      ...(environment === null ? [] : ["in an App Service environment, which may be internal"]),
    ].join("; "),
    firewall: true,
  };
}

function noneOf(count: number | null): boolean | null {
  return count === null ? null : count === 0;
}

/** Whether the answer leaves to the private endpoints whether the app can be reached. */
export function dependsOnPrivateEndpoints(site: Fields, config: Fields): boolean {
  return publicAccess(propertiesOf(site), propertiesOf(config)) === null;
}

/** @throws for a word that is not documented */
function publicAccess(app: Fields, web: Fields): "enabled" | "disabled" | null {
  const words = [app["publicNetworkAccess"], web["publicNetworkAccess"]].map((value) =>
    text(value)?.toLowerCase(),
  );
  if (words.includes("disabled")) return "disabled";
  const word = words.find((value) => value !== undefined);
  if (word === undefined) return null;
  if (word !== "enabled") throw new TypeError("publicNetworkAccess of another name");
  return "enabled";
}

/** Restrictions are documented for the app and its management site; of FTP nothing is said. */
function ftpDoor(state: string | null): readonly IngressRule[] {
  if (state?.toLowerCase() === "disabled") return [];
  const unresolved = ["FTP, for which no access restriction is documented"];
  const rule = `ftpsState ${state?.slice(0, 60) ?? "is not stated"}`;
  return [21, 990].map((port) => ({
    protocol: "tcp",
    ports: [port, port] as const,
    ranges: [],
    others: [],
    unresolved,
    rule,
  }));
}

/**
 * The rules in the order in which they are looked at, with what happens to whom none of them matches: without a setting,
 * all are let in where there is no rule, and nobody else where there is one.
 */
function rulesOf(restrictions: unknown, defaultAction: unknown): readonly AccessRule[] {
  const listed = list(restrictions);
  const inOrder = listed
    .map((raw) => ({ raw, priority: priorityOf(raw) }))
    .sort((one, other) => one.priority - other.priority)
    .map(({ raw }) => toRule(raw));
  const byDefault = text(defaultAction)?.toLowerCase();
  if (byDefault !== undefined && byDefault !== "allow" && byDefault !== "deny") {
    throw new TypeError("a default action of another name");
  }
  const allows = byDefault === undefined ? listed.length === 0 : byDefault === "allow";
  const name = byDefault === undefined ? "no rule is set" : "default action Allow";
  return [...inOrder, { ...NOTHING, name, allows, ranges: EVERY_ADDRESS }];
}

const NOTHING = { ranges: [], others: [], unresolved: [], filtered: false } as const;

/** Rules without a priority come last, in the order of the list. */
function priorityOf({ priority }: Fields): number {
  return typeof priority === "number" ? priority : Number.MAX_SAFE_INTEGER;
}

/** @throws where the action is not documented */
function toRule(raw: Fields): AccessRule {
  const { ipAddress, subnetMask, vnetSubnetResourceId, action, tag, headers, name } = raw;
  const verb = text(action)?.toLowerCase();
  if (verb !== "allow" && verb !== "deny") throw new TypeError("an access rule of another action");
  const source = text(ipAddress);
  const headed = Object.values(fields(headers)).some(
    (values) => Array.isArray(values) && values.length > 0,
  );
  const shown = text(name)?.slice(0, 80) ?? "a rule without name";
  const rule = {
    name: `${shown} (${source?.slice(0, 80) ?? "a subnet"})`,
    allows: verb === "allow",
  };
  const subnet = text(vnetSubnetResourceId);
  if (subnet !== null) {
    return { ...rule, ...NOTHING, filtered: headed, others: [`subnet ${subnet.slice(-120)}`] };
  }
  const sources = (source ?? "").split(",").map((part) => part.trim());
  // Who stands in a header is whoever wrote it.
  if (text(tag)?.toLowerCase() === "xffproxy") {
    return { ...rule, ...NOTHING, filtered: true, unresolved: ["X-Forwarded-For"] };
  }
  const read =
    text(tag)?.toLowerCase() === "servicetag"
      ? sources.map((one) => ofTag(one, frontDoorOf(headers)))
      : sources.map((one) => ofAddress(one, text(subnetMask)));
  return {
    ...rule,
    filtered: headed,
    ranges: read.flatMap(({ ranges }) => ranges),
    others: read.flatMap(({ others }) => others),
    unresolved: read.flatMap(({ unresolved }) => unresolved),
  };
}

function frontDoorOf(headers: unknown): boolean {
  return Object.entries(fields(headers)).some(
    ([header, values]) =>
      header.toLowerCase() === "x-azure-fdid" && Array.isArray(values) && values.length > 0,
  );
}

/** A tag stands for addresses that anyone may rent, unless a header says whose Front Door it must be. */
function ofTag(tag: string, ownFrontDoor: boolean) {
  const named = `service tag ${tag.slice(0, 80)}`;
  if (tag.toLowerCase() === "internet") return { ...NOTHING, ranges: EVERY_ADDRESS };
  return ownFrontDoor && tag.toLowerCase() === "azurefrontdoor.backend"
    ? { ...NOTHING, others: [`${named} with the header X-Azure-FDID`] }
    : { ...NOTHING, unresolved: [named] };
}

function ofAddress(source: string, mask: string | null) {
  const word = source.toLowerCase();
  if (word === "any") return { ...NOTHING, ranges: EVERY_ADDRESS };
  if (word === "anyvnets") return { ...NOTHING, others: ["any subnet with a service endpoint"] };
  const range = mask === null ? source : `${source}/${prefixOf(mask) ?? "?"}`;
  return parseRange(range) === null
    ? { ...NOTHING, unresolved: [range.slice(0, 80) || "a rule without source"] }
    : { ...NOTHING, ranges: [range] };
}

/** `255.255.255.0` is 24; null where the ones do not come first. */
function prefixOf(mask: string): number | null {
  const value = parseRange(mask);
  if (value?.family !== 4) return null;
  const bits = value.first.toString(2).padStart(32, "0");
  return /^1*0*$/.test(bits) ? bits.replaceAll("0", "").length : null;
}

/** A plan's machines over zones. One machine is in one zone, whatever is set. */
export function toRedundancy(raw: Fields): Redundancy {
  const { zoneRedundant } = propertiesOf(raw);
  const { name, capacity } = fields(raw["sku"]);
  const set = flag(zoneRedundant);
  const alone = set === true && capacity === 1;
  return {
    zones: alone ? 1 : null,
    zoneRedundant: alone ? false : set,
    geoRedundant: false,
    setting: [
      text(name)?.slice(0, 60) ?? "no SKU stated",
      `zoneRedundant ${set ?? "is not stated"}`,
      ...(typeof capacity === "number" ? [`capacity ${capacity}`] : []),
    ].join(", "),
  };
}
