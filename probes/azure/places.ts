/** Where services of Azure keep copies beside the region that they are made in, by their published design; pure. */
import { azurePairOf } from "#facts/azure-region-pairs.ts";
import type { Location } from "#model/facets.ts";
import type { Fields } from "#probes/common/json.ts";
import { ownLocation } from "./facets.ts";

/**
 * Its own region and the paired one, to which the service always copies.
 * @param staying regions whose data Microsoft says it does not copy elsewhere
 * @throws when no location is named
 */
export function pairedLocation(raw: Fields, staying: readonly string[] = []): Location {
  const { own, pair } = ownAndPair(raw, staying);
  return pair === null ? own : { regions: [...own.regions, pair], zones: null };
}

/** The same where Microsoft only says that it may copy there, and nothing tells whether it does. */
export function perhapsPairedLocation(raw: Fields, staying: readonly string[] = []): Location {
  const { own, pair } = ownAndPair(raw, staying);
  return pair === null ? own : { ...own, possible: [pair] };
}

function ownAndPair(
  raw: Fields,
  staying: readonly string[],
): { readonly own: Location; readonly pair: string | null } {
  const own = ownLocation(raw);
  const [region = ""] = own.regions;
  return { own, pair: staying.includes(region) ? null : azurePairOf(region) };
}
