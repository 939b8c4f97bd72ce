import type { FacetName } from "#model/facets.ts";
import type { Provider } from "#model/subject.ts";
import type { Kind } from "./kinds.ts";

/** A kind that holds customers' data: its name, its title, and the facets that exist beside location and encryption. */
type DataRow = readonly [kind: string, title: string, ...facets: FacetName[]];

/** Data-bearing kinds whose copies all rest in the region that an inventory shows. */
export function regionalDataKinds(provider: Provider, rows: readonly DataRow[]): readonly Kind[] {
  return rows.map((row) => dataKind(provider, row, true));
}

/** Data-bearing kinds that may keep copies (replicas, backups, keys) outside the region that an inventory shows. */
export function dataKinds(provider: Provider, rows: readonly DataRow[]): readonly Kind[] {
  return rows.map((row) => dataKind(provider, row, false));
}

function dataKind(provider: Provider, [kind, title, ...facets]: DataRow, regional: boolean): Kind {
  return {
    kind,
    providers: [provider],
    title,
    data: true,
    regional,
    facets: ["location", "encryption", ...facets],
  };
}

/** Kinds that hold no customers' data, with the facets that they have in common. */
export function otherKinds(
  provider: Provider,
  facets: readonly FacetName[],
  titles: Readonly<Record<string, string>>,
): readonly Kind[] {
  return Object.entries(titles).map(([kind, title]) => ({
    kind,
    providers: [provider],
    title,
    data: false,
    regional: false,
    facets,
  }));
}

/** The same kinds, as such that lie inside others and are in no listing of all resources. */
export function inside(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.map((kind) => ({ ...kind, inside: true }));
}
