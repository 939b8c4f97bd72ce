import type { HostedAddress, Hosting, RangeSource } from "#model/dns-facets.ts";
import { createPrefixTable } from "./prefix-table.ts";
import { readRanges, type RangeGroup, type StoredRanges } from "./store.ts";

/** Finds who hosts an address. */
export interface Hosts {
  readonly sources: readonly RangeSource[];
  readonly find: (address: string) => HostedAddress;
}

/** The tables put together: of two that hold the same prefix, what says more of it comes first. */
export function hostsOf(tables: readonly StoredRanges[]): Hosts {
  const prefixes = createPrefixTable<RangeGroup & { readonly source: string }>();
  const groups = tables.flatMap((table) =>
    table.groups.map((group) => ({ ...group, source: table.id, own: table.origin !== "routes" })),
  );
  // A provider's own list before what its network announces, edges before regions, a region before none.
  const weight = ({ own, edge, region }: (typeof groups)[number]) =>
    (own ? 0 : 4) + (edge !== null ? 0 : region !== null && region !== "global" ? 1 : 2);
  for (const group of groups.toSorted((a, b) => weight(a) - weight(b))) {
    for (const prefix of group.prefixes) prefixes.add(prefix, group);
  }
  return {
    sources: tables.map(({ id, covers, origin, fetchedAt, sha256, label }) => ({
      id,
      covers,
      origin,
      fetchedAt,
      sha256,
      label,
    })),
    find: (address) => {
      const found = prefixes.find(address);
      if (found === undefined) {
        return { address, source: null, prefix: null, provider: null, region: null, edge: null };
      }
      const { source, provider, region, edge } = found.entry;
      return { address, source, prefix: found.prefix, provider, region, edge };
    },
  };
}

const loaded = new Map<string, Hosts>();

/** The tables of a folder, read once a process however many endpoints are asked about; null: no folder. */
export function hostsIn(folder: string | null): Hosts {
  const known = loaded.get(folder ?? "");
  if (known !== undefined) return known;
  const hosts = hostsOf(folder === null ? [] : readRanges(folder).tables);
  loaded.set(folder ?? "", hosts);
  return hosts;
}

/** The facet; pure. */
export function hostingOf(name: string, addresses: readonly string[], hosts: Hosts): Hosting {
  return { name, addresses: addresses.map(hosts.find), sources: hosts.sources };
}
