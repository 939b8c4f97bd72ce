import { rangesDeclarer } from "#derive/declared-ranges.ts";
import { mergedSubject } from "#derive/known-subjects.ts";
import { labeller } from "#derive/labels.ts";
import type { Labelled, Membership } from "#derive/scope.ts";
import { kindOf, type Kind } from "#facts/kinds.ts";
import type { DeclaredRanges } from "#model/control.ts";
import type { Estate } from "#model/estate.ts";
import type { Evidence, Problem, Source } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import { subjectKey, TARGET_KIND, type Subject } from "#model/subject.ts";

/** Everything that the evidence holds of one subject, ready to be judged. */
export interface SubjectEntry extends Labelled {
  readonly key: string;
  /** Position in the index: a small number to remember it by. */
  readonly position: number;
  readonly subject: Subject;
  readonly labels: ReadonlyMap<string, Membership>;
  readonly certainLabels: readonly string[];
  readonly declaredRanges: readonly DeclaredRanges[];
  /** undefined: a kind that Probity has never heard of. */
  readonly kind: Kind | undefined;
  readonly facets: Partial<Facets>;
  readonly observedAt: Partial<Record<FacetName, string>>;
  readonly sources: Partial<Record<FacetName, Source>>;
}

/** How far the listing of one target reaches. */
export interface Listing {
  /** Lower-case kinds that a complete listing covers; `*` for all. */
  readonly complete: ReadonlySet<string>;
}

/** The evidence by subject, built once and judged many times. */
export interface SubjectIndex {
  readonly byKind: ReadonlyMap<string, readonly SubjectEntry[]>;
  readonly entries: readonly SubjectEntry[];
  readonly listings: ReadonlyMap<string, Listing>;
  /** The problem that explains why a facet of a subject is missing; undefined when nothing explains it. */
  readonly problemOf: (subject: Subject, facet: FacetName) => Problem | undefined;
  /** The problem that explains why a target's listing lacks a kind. */
  readonly listingProblem: (target: string, kind: string) => Problem | undefined;
}

/** Builds the index of derived observations and problems. */
export function indexSubjects(
  { observations, problems }: Pick<Evidence, "observations" | "problems">,
  estate: Estate,
): SubjectIndex {
  const drafts = new Map<string, Draft>();
  const draft = (subject: Subject): Draft => {
    const key = subjectKey(subject);
    const known = drafts.get(key);
    if (known === undefined) {
      const made: Draft = { key, subject, facets: {}, observedAt: {}, sources: {} };
      drafts.set(key, made);
      return made;
    }
    known.subject = mergedSubject(known.subject, subject);
    return known;
  };

  const listings = new Map<string, Set<string>>();
  for (const observation of observations) {
    if (observation.facet === "inventory") {
      for (const item of observation.value.items) draft(item);
      const complete = listings.get(observation.subject.target) ?? new Set<string>();
      listings.set(observation.subject.target, complete);
      if (!observation.value.complete) continue;
      for (const kind of observation.value.kinds) complete.add(kind.toLowerCase());
    } else if (observation.subject.kind !== TARGET_KIND) {
      const entry = draft(observation.subject);
      Object.assign(entry.facets, { [observation.facet]: observation.value });
      entry.observedAt[observation.facet] = observation.observedAt;
      entry.sources[observation.facet] = observation.source;
    }
  }

  const labelsOf = labeller(estate);
  const rangesOf = rangesDeclarer(estate);
  const entries = [...drafts.values()].map((made, position): SubjectEntry => {
    const labels = labelsOf(made.subject);
    const certainLabels = [...labels]
      .filter(([, value]) => value === "yes")
      .map(([label]) => label);
    const declaredRanges = rangesOf({ subject: made.subject, labels });
    const kind = kindOf(made.subject.kind);
    return { ...made, position, labels, certainLabels, declaredRanges, kind };
  });

  return {
    entries,
    byKind: Map.groupBy(entries, (entry) => entry.subject.kind.toLowerCase()),
    listings: new Map([...listings].map(([target, complete]) => [target, { complete }])),
    ...problemLookups(problems),
  };
}

interface Draft {
  readonly key: string;
  subject: Subject;
  readonly facets: Partial<Facets>;
  readonly observedAt: Partial<Record<FacetName, string>>;
  readonly sources: Partial<Record<FacetName, Source>>;
}

function problemLookups(
  problems: readonly Problem[],
): Pick<SubjectIndex, "problemOf" | "listingProblem"> {
  const bySubject = new Map<string, Problem>();
  const byTarget = new Map<string, Problem>();
  const remember = (
    map: Map<string, Problem>,
    place: string,
    facets: readonly string[],
    problem: Problem,
  ) => {
    for (const facet of facets.length === 0 ? ["*"] : facets) {
      const key = `${place}\n${facet}`;
      if (!map.has(key)) map.set(key, problem);
    }
  };
  for (const problem of problems) {
    if (problem.subject !== null && problem.subject.kind !== TARGET_KIND) {
      remember(bySubject, subjectKey(problem.subject), problem.facets, problem);
      continue;
    }
    for (const kind of problem.kinds) {
      remember(byTarget, place(problem.target, kind), problem.facets, problem);
    }
  }
  const find = (map: Map<string, Problem>, at: string, facet: string) =>
    map.get(`${at}\n${facet}`) ?? map.get(`${at}\n*`);
  const ofKind = (target: string, kind: string, facet: FacetName) =>
    find(byTarget, place(target, kind), facet) ?? find(byTarget, place(target, "*"), facet);
  return {
    problemOf: (subject, facet) =>
      find(bySubject, subjectKey(subject), facet) ?? ofKind(subject.target, subject.kind, facet),
    listingProblem: (target, kind) => ofKind(target, kind, "inventory"),
  };
}

function place(target: string, kind: string): string {
  return `${target}\n${kind.toLowerCase()}`;
}
