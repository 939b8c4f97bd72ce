import type { Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { TARGET_KIND, type Subject } from "#model/subject.ts";

/** Makes the problem of a facet that could not be put together. */
export type Explain = (
  subject: Subject,
  facet: FacetName,
  words: string,
  causeKinds: readonly string[],
  causeFacets: readonly FacetName[],
) => Problem;

/**
 * Says why a join could not be made for a subject: by the failure to read what it rests on, with the permission that is
 * missing, where the target has one of those kinds and facets; else by the words alone.
 */
export function explain(target: string, problems: readonly Problem[]): Explain {
  const own = problems.filter((problem) => problem.target === target);
  const found = new Map<string, Problem | undefined>();
  const causeOf = (
    region: string | null,
    kinds: readonly string[],
    facets: readonly FacetName[],
  ): Problem | undefined => {
    const key = [region ?? "", ...kinds, "", ...facets].join("\n");
    if (found.has(key)) return found.get(key);
    const names = new Set(["*", ...kinds.map((kind) => kind.toLowerCase())]);
    const cause = own.find(
      (problem) =>
        problem.kinds.some((kind) => names.has(kind.toLowerCase())) &&
        (problem.facets.length === 0 || problem.facets.some((facet) => facets.includes(facet))) &&
        (problem.subject === null ||
          problem.subject.kind === TARGET_KIND ||
          region === null ||
          problem.subject.region === null ||
          problem.subject.region === region),
    );
    found.set(key, cause);
    return cause;
  };
  return (subject, facet, words, causeKinds, causeFacets) => {
    const cause =
      causeKinds.length === 0 ? undefined : causeOf(subject.region, causeKinds, causeFacets);
    const common = { target, subject, kinds: [subject.kind], facets: [facet] };
    return cause === undefined
      ? { ...common, probe: "", operation: "", reason: "partial", permission: null, message: words }
      : { ...cause, ...common, message: `${words}: ${cause.message}` };
  };
}
