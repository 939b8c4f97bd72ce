import { normaliseRegion, regionFacts, siteOf, zonesAreHidden } from "#facts/regions.ts";
import type { Reading } from "#model/control.ts";

/** The distinct sites of several subjects. */
export interface SiteCount {
  /** How many there surely are, and how many there may be at most: infinity where something tells no zones. */
  readonly least: number;
  readonly most: number;
  /** Their names, sorted: zones where they are shown, else regions. */
  readonly names: readonly string[];
  /** Regions that may stand for several sites, because nothing shows which zones of them are used. */
  readonly hidden: readonly string[];
}

/** Where something is kept: where its data is seen to rest, or for what has no such reading (a declared set) its own region. */
export function regionsOf({
  subject,
  facets,
}: Pick<Reading, "subject" | "facets">): readonly string[] {
  const own = subject.region === null ? [] : [subject.region];
  return [...new Set((facets.location?.regions ?? own).map(normaliseRegion))];
}

/** What is known of one region. */
interface Site {
  /** The zones that are shown, by target. */
  readonly zones: Map<string, Set<string>>;
  /** The names that were read, such as `sbg` and `sbg5`: they may stand for one place or for several. */
  readonly names: Set<string>;
}

/**
 * Counts sites. A site is a region, or its zones where they are shown, or a provider's datacentre where its region
 * names one. Two accounts may give one zone different names
 * (https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html), so the names of several targets do not
 * surely add up within a region.
 */
export function countSites(readings: readonly Reading[]): SiteCount {
  const names = new Set<string>();
  const hidden = new Set<string>();
  const sites = new Map<string, Site>();
  let several = false;
  for (const { subject, facets } of readings) {
    const { provider, target } = subject;
    const regions = regionsOf({ subject, facets });
    const zones = facets.location?.zones ?? [];
    for (const region of regions) {
      if (region === "global") continue;
      const multi = regionFacts(provider, region)?.multi === true;
      if (multi) several = true;
      // Zones beside more than one region do not say which of them they belong to.
      const shown = zonesOf(region, siteOf(provider, region), regions.length === 1 ? zones : []);
      for (const name of shown.length > 0 ? shown : [region]) names.add(name);
      if (multi || (shown.length === 0 && zonesAreHidden(provider, region))) hidden.add(region);
      const key = `${provider} ${siteOf(provider, region)}`;
      const site = sites.get(key) ?? { zones: new Map<string, Set<string>>(), names: new Set() };
      sites.set(key, site);
      site.names.add(region);
      const own = site.zones.get(target) ?? new Set<string>();
      site.zones.set(target, own);
      for (const zone of shown) own.add(zone);
    }
  }
  let least = 0;
  let most = 0;
  for (const { zones, names: read } of sites.values()) {
    const perTarget = [...zones.values()];
    const together = new Set(perTarget.flatMap((own) => [...own]));
    least += Math.max(1, ...perTarget.map((own) => own.size));
    most += Math.max(1, together.size, read.size);
  }
  return {
    // A multi-region keeps data in two regions at least, which may be among the others.
    least: several ? Math.max(2, least) : least,
    most: hidden.size > 0 ? Infinity : most,
    names: [...names].sort(),
    hidden: [...hidden].sort(),
  };
}

/** The zones of a region that are shown: told apart from it, or its very name is that of a zone. */
function zonesOf(region: string, site: string, zones: readonly string[]): readonly string[] {
  if (zones.length > 0) return zones.map((zone) => zone.toLowerCase());
  return /^[a-z]+-[a-z]+\d*-(?:[a-z]|\d)$/.test(region) && region !== site ? [region] : [];
}
