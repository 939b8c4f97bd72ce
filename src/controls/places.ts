import { AREAS } from "#facts/countries.ts";
import { normaliseRegion, regionFacts } from "#facts/regions.ts";
import { anyGlob } from "#model/glob.ts";
import type { SchemaKit } from "#model/schema.ts";
import type { Provider } from "#model/subject.ts";
import { plain } from "#model/text.ts";

/** Where something may be: in the countries and those of the areas; where regions are given too, only in these of them. */
export interface Places {
  readonly regions?: readonly string[] | undefined;
  readonly countries?: readonly string[] | undefined;
  readonly areas?: readonly (keyof typeof AREAS)[] | undefined;
}

/** `unknown`: the country of the region is in no table. */
export type Place = "inside" | "outside" | "unknown";

/** A country as an expectation writes it. */
export const country = ({ z }: Pick<SchemaKit, "z">) =>
  z.string().regex(/^(?!UK|EU)[A-Z]{2}$/, {
    error: "expected an ISO 3166 country such as FR (the United Kingdom is GB; the EU is an area)",
  });

/**
 * Whether a region lies where something may be. A multi-region only counts where it is written out.
 * @param region as `normaliseRegion` gives it
 */
export function judgePlace(places: Places, provider: Provider, region: string): Place {
  const facts = regionFacts(provider, region);
  if (places.regions !== undefined) {
    const written = places.regions.some((name) => normaliseRegion(name) === region);
    const covered = facts?.multi !== true && anyGlob(places.regions)(region);
    if (!written && !covered) return "outside";
  }
  if (places.countries === undefined && places.areas === undefined) return "inside";
  if (facts === undefined) return "unknown";
  const allowed = new Set([
    ...(places.countries ?? []),
    ...(places.areas ?? []).flatMap((area) => AREAS[area]),
  ]);
  return facts.countries.every((name) => allowed.has(name)) ? "inside" : "outside";
}

/** A region with its country, for messages. */
export function namedRegion(provider: Provider, region: string): string {
  const facts = regionFacts(provider, region);
  if (facts === undefined) return plain(region, 80);
  const { countries } = facts;
  const where = countries.length > 6 ? `${countries.length} countries` : countries.join(", ");
  return facts.multi ? `${region} (multi-region: ${where})` : `${region} (${where})`;
}

/** The places in words; empty where any place will do. */
export function declaredPlaces({ regions, countries, areas }: Places): readonly string[] {
  return [
    ...(regions === undefined ? [] : [`regions ${regions.join(", ")}`]),
    ...[...(countries ?? []), ...(areas ?? []).map((area) => area.toUpperCase())].slice(0, 40),
  ];
}
