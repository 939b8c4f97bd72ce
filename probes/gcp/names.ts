/** Names of Google's resources; pure. As id each has its full resource name: https://cloud.google.com/asset-inventory/docs/asset-names */
import { fields, text, type Fields } from "#probes/common/json.ts";
import type { ListedSubject } from "#probes/rest/listing.ts";
import { labelsOf } from "./listings.ts";

const COMPUTE = "//compute.googleapis.com/";

/**
 * The full name of what a link of Compute Engine leads to; the versions and hosts of one link differ.
 * null for what is no such link
 */
export function computeId(link: unknown): string | null {
  const [, name] =
    /^(?:https:\/\/[^/]+\/compute\/[^/]+\/|\/\/compute\.googleapis\.com\/|\/)?(projects\/[^?#]+)$/.exec(
      text(link) ?? "",
    ) ?? [];
  return name === undefined ? null : `${COMPUTE}${name}`;
}

/** A resource of Compute Engine by its own link. @throws TypeError where it has none */
export function computeSubject(kind: string, raw: Fields): ListedSubject {
  const id = computeId(raw["selfLink"]);
  const name = text(raw["name"]);
  if (id === null || name === null) throw new TypeError("a resource without name or selfLink");
  return { kind, id, name, region: regionOf(id), tags: labelsOf(raw["labels"]) };
}

/** The region in a name, also that of a zone; `global` for what has none. */
export function regionOf(id: string): string {
  const [, region] = /\/regions\/([^/]+)\//.exec(id) ?? [];
  const [, zone] = /\/zones\/([^/]+)\//.exec(id) ?? [];
  if (region !== undefined) return region.toLowerCase();
  return zone === undefined ? "global" : (zoneRegion(zone) ?? zone.toLowerCase());
}

/** The region of a zone: `europe-north1` of `europe-north1-a`; null for what is none. */
export function zoneRegion(zone: string): string | null {
  return /^([a-z]+-[a-z]+\d+)-[a-z]$/.exec(zone.toLowerCase())?.[1] ?? null;
}

/** The last part of a link or a name. */
export function lastPart(link: unknown): string | null {
  return text(link)?.split("/").at(-1) || null;
}

/** The project in a name or a link. */
export function projectOf(link: unknown): string | null {
  return /(?:^|\/)projects\/([^/]+)\//.exec(text(link) ?? "")?.[1] ?? null;
}

/** Whether a key of Cloud KMS is named: then it is the customer's. @throws TypeError where it cannot be told */
export function hasKey(encryption: unknown, field = "kmsKeyName"): boolean {
  if (encryption === undefined) return false;
  if (typeof encryption !== "object" || encryption === null || Array.isArray(encryption)) {
    throw new TypeError("an encryption that is none");
  }
  const name = fields(encryption)[field];
  if (name !== undefined && typeof name !== "string") throw new TypeError("a key without name");
  return text(name) !== null;
}
