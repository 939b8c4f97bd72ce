import type { Estate } from "#model/estate.ts";
import type { Observation } from "#model/evidence.ts";
import type { Subject } from "#model/subject.ts";
import { selectorMatcher } from "./scope.ts";

/**
 * Labels of the principals that access policies name, by those of the estate's rules that go by ids: a rule for all of a
 * target says nothing of who is let in from elsewhere.
 */
export function labelPrincipals(
  observations: readonly Observation[],
  estate: Estate,
): readonly Observation[] {
  const rules = estate.labels
    .filter(({ match }) => match.ids !== undefined)
    .map(({ label, match }) => ({ label, matches: selectorMatcher(match) }));
  const labelsOf = (subject: Subject) =>
    rules
      .filter(({ matches }) => matches({ subject, labels: new Map() }) === "yes")
      .map(({ label }) => label);
  return observations.map((observation) => {
    if (observation.facet !== "accessPolicy") return observation;
    const { target, provider } = observation.subject;
    const grants = observation.value.grants.map((grant) => {
      const id = grant.principal;
      const kind = kindOfPrincipal(id);
      const subject = { target, provider, kind, id, name: id, region: null, tags: null };
      return { ...grant, labels: [...new Set(labelsOf(subject))] };
    });
    return { ...observation, value: { ...observation.value, grants } };
  });
}

/** The kind by which an inventory would list the principal. */
function kindOfPrincipal(id: string): string {
  if (/^arn:[^:]*:iam::\d*:role\//.test(id)) return "AWS::IAM::Role";
  return /^arn:[^:]*:iam::\d*:user\//.test(id) ? "AWS::IAM::User" : "principal";
}
