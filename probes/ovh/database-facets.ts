/** Managed databases in OVHcloud's JSON as facets; pure. */
import { isInternet } from "#facts/internet-addresses.ts";
import { parseRange } from "#model/address-ranges.ts";
import type { Exposure, Location, Redundancy, Transport } from "#model/facets.ts";
import { count, fields, flag, list, text, type Fields } from "#probes/common/json.ts";
import { regionOf } from "./details.ts";

/** Where its nodes run; none where it does not say. */
export function regionsOf({ region, nodes }: Fields): readonly string[] {
  const named = [
    region,
    ...(Array.isArray(nodes) ? list(nodes).map((node) => node["region"]) : []),
  ];
  return [...new Set(named.flatMap((one) => regionOf(one) ?? []))];
}

/**
 * Nodes and backups, which rest in another place than the nodes:
 * https://support.us.ovhcloud.com/hc/en-us/articles/20350102911251-Cloud-Databases-Security-Overview
 * @throws where one of the two is not told
 */
export function toLocation(raw: Fields): Location {
  const own = regionsOf(raw);
  if (own.length === 0) throw new TypeError("a database that tells no region");
  const { nodes = [] } = raw;
  if (!Array.isArray(nodes) || list(nodes).some((node) => regionOf(node["region"]) === null)) {
    throw new TypeError("a database with a node that tells no region");
  }
  const { regions } = fields(raw["backups"]);
  if (!Array.isArray(regions)) {
    throw new TypeError("a database that does not tell in which regions its backups are kept");
  }
  const kept = regions.map((one: unknown) => {
    const region = regionOf(one);
    if (region === null) throw new TypeError("backups in a region without name");
    return region;
  });
  return { regions: [...new Set([...own, ...kept])], zones: null };
}

/** Modes in which a client without TLS is refused. */
const STRICT: ReadonlySet<string> = new Set(["require", "required", "verify-ca", "verify-full"]);

/** By its endpoints. The addresses themselves hold credentials, and are left out. */
export function toTransport({ endpoints }: Fields): Transport {
  const all = list(endpoints);
  const secure = all.map(({ ssl, sslMode }) => {
    if (flag(ssl) !== true) return flag(ssl);
    return STRICT.has(text(sslMode)?.toLowerCase() ?? "") ? true : null;
  });
  const hostNames = all.flatMap(({ domain }) => text(domain)?.slice(0, 253) ?? []);
  return {
    secureOnly: secure.includes(false)
      ? false
      : secure.length > 0 && secure.every((one) => one === true)
        ? true
        : null,
    minimumTls: null,
    minimumTlsIsDefault: false,
    platformFloor: null,
    ...(hostNames.length === 0 ? {} : { hostNames: [...new Set(hostNames)] }),
    detail:
      all.length === 0
        ? "no endpoint is stated"
        : all
            .slice(0, 5)
            .map(
              ({ component, ssl, sslMode }) =>
                `${text(component)?.slice(0, 40) ?? "endpoint"}: ssl ${flag(ssl) ?? "not stated"}, sslMode ${text(sslMode)?.slice(0, 40) ?? "not stated"}`,
            )
            .join("; "),
  };
}

/** Without any range nobody is let in: https://help.ovhcloud.com/csm/en-public-cloud-databases-getting-started?id=kb_article_view&sysparm_article=KB0048745 */
export function toExposure({ networkType, ipRestrictions }: Fields): Exposure {
  const network = text(networkType)?.toLowerCase() ?? null;
  if (network === "private") {
    return closed("networkType private");
  }
  if (network !== "public" || !Array.isArray(ipRestrictions)) {
    return { anonymousAccess: null, openNetwork: null, through: [], closedBy: [] };
  }
  const ranges = list(ipRestrictions).map(({ ip }) => text(ip));
  if (ranges.includes(null)) throw new TypeError("a restriction without a range");
  const read = ranges.map((range) => parseRange(range ?? ""));
  if (read.includes(null)) throw new TypeError("a restriction to what is no range");
  if (!isInternet(read.filter((range) => range !== null))) {
    return closed(`networkType public, ${ranges.length} ranges let in`);
  }
  return {
    anonymousAccess: false,
    openNetwork: true,
    through: ranges.slice(0, 5).map((range) => `ipRestrictions ${range}`),
    closedBy: [],
  };
}

function closed(by: string): Exposure {
  return { anonymousAccess: false, openNetwork: false, through: [], closedBy: [by] };
}

/** Nodes of one region; whether they stand in different zones is not told. */
export function toRedundancy({ nodeNumber, nodes, plan }: Fields): Redundancy {
  const number = count(nodeNumber) ?? (Array.isArray(nodes) ? nodes.length : null);
  return {
    zones: null,
    zoneRedundant: number !== null && number < 2 ? false : null,
    geoRedundant: null,
    setting: `plan ${text(plan)?.slice(0, 60) ?? "not stated"}, ${number ?? "an unknown number of"} nodes`,
  };
}
