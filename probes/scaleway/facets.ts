/** What Scaleway's entries have in common, as facets; pure. Each throws where an entry has not the documented shape. */
import type { Encryption, Location } from "#model/facets.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { regionOf } from "./places.ts";

/** Where an entry says that it is: a zone, or a region whose zones it does not tell. */
export function toLocation({ zone, region }: Fields): Location {
  const place = text(zone) ?? text(region);
  if (place === null) throw new TypeError("neither zone nor region");
  const own = regionOf(place);
  return { regions: [own], zones: own === place ? null : [place] };
}

/** Encryption at rest of which the API shows nothing. */
export function unseenEncryption(what: string): () => Encryption {
  return () => ({
    enabled: null,
    algorithm: null,
    algorithmSource: null,
    algorithmReference: null,
    keyManagement: null,
    caveat: `Scaleway's API shows nothing of encryption at rest of ${what}`,
  });
}
