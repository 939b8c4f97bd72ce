/** Facets that many kinds of Azure tell in the same fields; pure. Each throws when the answer cannot be understood. */
import type { Encryption, Exposure, Location } from "#model/facets.ts";
import { fields, flag, text, type Fields } from "#probes/common/json.ts";
import { region } from "./arm.ts";

/** A resource's own settings, apart from ARM's envelope. @throws when it has none */
export function propertiesOf(raw: Fields): Fields {
  const { properties } = raw;
  if (typeof properties !== "object" || properties === null || Array.isArray(properties)) {
    throw new TypeError("the resource has no properties");
  }
  return fields(properties);
}

/** The zones that ARM shows at the top of a resource; null where it shows none. */
export function zonesOf({ zones }: Fields): readonly string[] | null {
  if (!Array.isArray(zones) || zones.length === 0) return null;
  const named = zones.map(text).filter((zone) => zone !== null);
  if (named.length !== zones.length) throw new TypeError("a zone has no name");
  return named;
}

/** One region, for kinds that keep no copy elsewhere. @throws when no location is named */
export function ownLocation(raw: Fields): Location {
  const own = region(raw["location"]);
  if (own === null) throw new TypeError("the resource names no location");
  return { regions: [own], zones: zonesOf(raw) };
}

/**
 * Encryption that a service's published design never leaves out and that ARM therefore has no field for.
 * @param reference Microsoft's page that says so
 */
export function byDesign(
  reference: string,
  keyManagement: Encryption["keyManagement"],
  caveat: string | null = null,
): Encryption {
  return {
    enabled: true,
    algorithm: "AES-256",
    algorithmSource: "published-design",
    algorithmReference: reference,
    keyManagement,
    caveat,
  };
}

/**
 * Who may reach a service over the Internet by its own firewall: `publicNetworkAccess`, and what it lets in.
 * @param open what lets every address in, in Azure's words; null: nothing does; undefined: it cannot be told
 */
export function exposureOf(
  { publicNetworkAccess }: Fields,
  open: string | null | undefined,
  closedBy: string,
): Exposure {
  const access = text(publicNetworkAccess)?.toLowerCase();
  if (access === "disabled") {
    return {
      anonymousAccess: false,
      openNetwork: false,
      through: [],
      closedBy: ["publicNetworkAccess Disabled"],
    };
  }
  const enabled = access === undefined || access === "enabled";
  return {
    anonymousAccess: false,
    openNetwork: !enabled || open === undefined ? null : open !== null,
    through: enabled && typeof open === "string" ? [open] : [],
    closedBy:
      open === null
        ? [closedBy]
        : enabled
          ? []
          : [`publicNetworkAccess ${(access ?? "").slice(0, 60)} (whose rules are not read)`],
  };
}

/** A switch in Azure's words: `Enabled` or `Disabled`, `On` or `Off`, true or false; null for anything else. */
export function enabledFlag(value: unknown): boolean | null {
  const word = text(value)?.toLowerCase();
  if (word === "enabled" || word === "on" || word === "true") return true;
  if (word === "disabled" || word === "off" || word === "false") return false;
  return flag(value);
}
