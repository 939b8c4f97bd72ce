import { kindOf } from "#facts/kinds.ts";
import type { Observation } from "#model/evidence.ts";
import { subjectKey, TARGET_KIND, type Provider, type Subject } from "#model/subject.ts";

/**
 * Providers whose list of all resources is behind what is there, so that what it lacks may exist:
 * https://cloud.google.com/asset-inventory/docs/best-practice
 */
const EVENTUAL: ReadonlySet<Provider> = new Set(["gcp"]);

/** What the evidence knows of subjects and of listings, for the joins. */
export interface KnownSubjects {
  readonly byTarget: ReadonlyMap<string, readonly Subject[]>;
  /** The complete listing of a kind in a target, by which what it lacks is not there; undefined where there is none. */
  readonly listing: (target: string, kind: string) => Observation | undefined;
}

/** Gathers every subject that a listing or a reading names. */
export function knownSubjects(observations: readonly Observation[]): KnownSubjects {
  const subjects = new Map<string, Subject>();
  const listings = new Map<string, Observation>();
  const add = (subject: Subject) => {
    const key = subjectKey(subject);
    const known = subjects.get(key);
    subjects.set(key, known === undefined ? subject : mergedSubject(known, subject));
  };
  for (const observation of observations) {
    if (observation.facet === "inventory") {
      for (const item of observation.value.items) add(item);
      if (!observation.value.complete) continue;
      for (const kind of observation.value.kinds) {
        listings.set(`${observation.subject.target}\n${kind.toLowerCase()}`, observation);
      }
    } else if (observation.subject.kind !== TARGET_KIND) add(observation.subject);
  }
  return {
    byTarget: Map.groupBy(subjects.values(), ({ target }) => target),
    listing: (target, kind) => {
      const own = listings.get(`${target}\n${kind.toLowerCase()}`);
      const all = listings.get(`${target}\n*`);
      if (own !== undefined || all === undefined) return own;
      const lacks = kindOf(kind)?.inside === true || EVENTUAL.has(all.subject.provider);
      return lacks ? undefined : all;
    },
  };
}

/** Two listings of one subject: what one of them did not read, the other may have. */
export function mergedSubject(a: Subject, b: Subject): Subject {
  if ((a.region !== null || b.region === null) && (a.tags !== null || b.tags === null)) return a;
  return { ...a, region: a.region ?? b.region, tags: a.tags ?? b.tags };
}
