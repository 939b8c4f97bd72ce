import { kindOf } from "#facts/kinds.ts";
import type { Observation } from "#model/evidence.ts";
import { subjectKey, TARGET_KIND, type Subject } from "#model/subject.ts";

/** What the evidence knows of subjects and of listings, for the joins. */
export interface KnownSubjects {
  readonly byTarget: ReadonlyMap<string, readonly Subject[]>;
  /** The complete listing of a kind in a target; undefined where there is none. */
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
    listing: (target, kind) =>
      listings.get(`${target}\n${kind.toLowerCase()}`) ??
      (kindOf(kind)?.inside === true ? undefined : listings.get(`${target}\n*`)),
  };
}

/** Two listings of one subject: what one of them did not read, the other may have. */
export function mergedSubject(a: Subject, b: Subject): Subject {
  if ((a.region !== null || b.region === null) && (a.tags !== null || b.tags === null)) return a;
  return { ...a, region: a.region ?? b.region, tags: a.tags ?? b.tags };
}
