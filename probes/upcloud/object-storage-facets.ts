/** Managed object storage as facets; pure. Each throws when the answer cannot be understood. */
import type { Encryption, Exposure, Location } from "#model/facets.ts";
import { fields, list, text, type Fields } from "#probes/common/json.ts";

/** A region is named `europe-1`; its data rests in the zone that it names as its primary one. */
export function toLocation({ region }: Fields, regions: readonly unknown[]): Location {
  const own = text(region);
  if (own === null) throw new TypeError("no region is named");
  const found = regions.map(fields).find(({ name }) => name === own);
  const zone = text(found?.["primary_zone"]);
  if (zone === null) throw new TypeError("the zone of its region is not told");
  return { regions: [zone.toLowerCase()], zones: null };
}

const DESIGN = "https://developers.upcloud.com/1.3/21-managed-object-storage/";

/** Every object is encrypted by published design, which names no cipher. */
export function toEncryption(): Encryption {
  return {
    enabled: true,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement: null,
    caveat: `by UpCloud's published design (${DESIGN}), as no answer of the API tells it`,
  };
}

/** Its endpoints; whether somebody is let in to a bucket without signing in is only in the bucket's own policy. */
export function toExposure({ networks, endpoints }: Fields): Exposure {
  if (!Array.isArray(networks)) throw new TypeError("nothing says in which networks it is");
  const types = list(networks).map(({ type }) => text(type));
  if (types.some((type) => type !== "public" && type !== "private")) {
    throw new TypeError("a network of an unknown type");
  }
  const open = types.includes("public");
  const names = list(endpoints)
    .filter(({ type }) => type === "public")
    .flatMap(({ domain_name: name }) => text(name)?.slice(0, 253) ?? []);
  return {
    anonymousAccess: null,
    openNetwork: open,
    through: open
      ? [`a public network${names.length > 0 ? ` (${names.slice(0, 3).join(", ")})` : ""}`]
      : [],
    closedBy: open ? [] : ["no public network"],
  };
}
