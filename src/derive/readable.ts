import { kindOf } from "#facts/kinds.ts";
import type { FacetName } from "#model/facets.ts";
import type { ProbeEntry } from "#model/probe.ts";
import type { Provider } from "#model/subject.ts";

/** Whether some probe can read a facet of a kind; for `inventory`, whether some probe lists the kind. */
export type Readable = (provider: Provider, kind: string, facet: FacetName) => boolean;

/** What the given probes can read, by their metadata alone. */
export function readableBy(probes: readonly ProbeEntry[]): Readable {
  const known = new Set<string>();
  for (const { provider, kinds, provides } of probes) {
    for (const facet of Object.keys(provides)) {
      for (const kind of kinds) known.add(`${provider} ${kind.toLowerCase()} ${facet}`);
    }
  }
  const readable: Readable = (provider, kind, facet) => {
    const name = kind.toLowerCase();
    if (known.has(`${provider} ${name} ${facet}`)) return true;
    if (facet === "inventory")
      return provider === "endpoint" || known.has(`${provider} * inventory`);
    // The location of a regional kind follows from its listing.
    return facet === "location" && kindOf(kind)?.regional === true
      ? readable(provider, kind, "inventory")
      : false;
  };
  return readable;
}
