import { onlyPlansBackUp, pointSourcesOf } from "#facts/backups.ts";
import { kindOf, kindsWith } from "#facts/kinds.ts";
import type { FacetName } from "#model/facets.ts";
import type { ProbeEntry } from "#model/probe.ts";
import type { Provider } from "#model/subject.ts";

/** Whether some probe can read a facet of a kind; for `inventory`, whether some probe lists the kind. */
export type Readable = (provider: Provider, kind: string, facet: FacetName) => boolean;

/** What the given probes can read, by their metadata alone; what is joined, where all that it is joined from is read. */
export function readableBy(probes: readonly ProbeEntry[]): Readable {
  const known = new Set<string>();
  for (const { provider, kinds, provides } of probes) {
    for (const [facet, { kinds: own }] of Object.entries(provides)) {
      for (const kind of own ?? kinds) known.add(`${provider} ${kind.toLowerCase()} ${facet}`);
    }
  }
  const readable: Readable = (provider, kind, facet) => {
    const name = kind.toLowerCase();
    const own = known.has(`${provider} ${name} ${facet}`);
    if (facet === "backups") {
      const plans = kindsWith("backupPlan", provider);
      return (
        (own || onlyPlansBackUp(kind)) &&
        plans.every((plan) => readable(provider, plan.kind, "backupPlan"))
      );
    }
    const sources = facet === "recoveryPoints" ? pointSourcesOf(kind) : undefined;
    if (sources !== undefined) {
      return (
        (own || !sources.own) &&
        readable(provider, kind, "backups") &&
        sources.kinds.every((point) => readable(provider, point, "recoveryPoint"))
      );
    }
    if (own) return true;
    if (facet === "inventory")
      return provider === "endpoint" || known.has(`${provider} * inventory`);
    // The location of a regional kind follows from its listing.
    return facet === "location" && kindOf(kind)?.regional === true
      ? readable(provider, kind, "inventory")
      : false;
  };
  return readable;
}
