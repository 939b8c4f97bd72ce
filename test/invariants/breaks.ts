import fc from "fast-check";
import { createRedactor } from "#gather/redact.ts";
import { PROBLEM_REASONS, type Evidence, type Observation, type Problem } from "#model/evidence.ts";

const redactor = createRedactor();

/** One way of taking away or breaking what was read, at a place chosen by `at`. */
export interface Break {
  readonly how:
    | "remove"
    | "fail"
    | "fail-facet"
    | "cut-inventory"
    | "forget-tags"
    | "forget-regions"
    | "blank"
    | "redact";
  readonly at: number;
  readonly reason: (typeof PROBLEM_REASONS)[number];
  /** Whether a problem is left behind that explains it. */
  readonly told: boolean;
  /** Whether that problem is told of the kind in the whole target and not of the subject. */
  readonly wide: boolean;
}
export const breaks = fc.array(
  fc.record<Break>({
    how: fc.constantFrom(
      "remove",
      "fail",
      "fail-facet",
      "cut-inventory",
      "forget-tags",
      "forget-regions",
      "blank",
      "redact",
    ),
    at: fc.nat(),
    reason: fc.constantFrom(...PROBLEM_REASONS),
    told: fc.boolean(),
    wide: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

/** The evidence with all of the plan done to it, one after the other. */
export function broken(evidence: Evidence, plan: readonly Break[]): Evidence {
  let observations = [...evidence.observations];
  const problems = [...evidence.problems];
  for (const { how, at, reason, told, wide } of plan) {
    const inventories = observations.filter(({ facet }) => facet === "inventory");
    const pool = how === "cut-inventory" || how.startsWith("forget") ? inventories : observations;
    const chosen = pool[at % Math.max(1, pool.length)];
    if (chosen === undefined) continue;
    const failure: Problem = {
      target: chosen.subject.target,
      probe: chosen.source.probe,
      operation: chosen.source.operation,
      subject: wide || how === "fail-facet" ? null : chosen.subject,
      kinds: how === "fail-facet" ? ["*"] : kindsOf(chosen),
      facets: [chosen.facet],
      reason,
      permission: null,
      message: "broken by the test",
    };
    if (told) problems.push(failure);
    if (how === "redact") {
      observations = observations.map(redacted);
      continue;
    }
    if (how === "remove" || how === "fail") {
      observations = observations.filter((observation) => observation !== chosen);
    } else if (how === "fail-facet") {
      observations = observations.filter(
        ({ facet, subject }) => facet !== chosen.facet || subject.target !== chosen.subject.target,
      );
    } else {
      observations = observations.map((observation) =>
        observation === chosen ? brokenReading(observation, how, at) : observation,
      );
    }
  }
  return { ...evidence, observations, problems };
}

function kindsOf({ facet, value, subject }: Observation): readonly string[] {
  return facet === "inventory" ? value.kinds : [subject.kind];
}

/** As gather takes secrets out of every reading: what looks like one by its name goes, whatever it was. */
function redacted(observation: Observation): Observation {
  return Object.assign({}, observation, { value: redactor.value(observation.value) });
}

function brokenReading(observation: Observation, how: Break["how"], at: number): Observation {
  if (how === "blank") return blanked(observation);
  if (observation.facet !== "inventory") return observation;
  const { items } = observation.value;
  const forgotten = { "forget-tags": { tags: null }, "forget-regions": { region: null } };
  const value =
    how === "forget-tags" || how === "forget-regions"
      ? { ...observation.value, items: items.map((item) => ({ ...item, ...forgotten[how] })) }
      : { ...observation.value, complete: false, items: items.slice(0, at % (items.length + 1)) };
  return { ...observation, value };
}

/** The provider answers and says nothing. */
function blanked(observation: Observation): Observation {
  if (observation.facet === "encryption") {
    const value = { ...observation.value, enabled: null, algorithm: null, algorithmSource: null };
    return { ...observation, value };
  }
  if (observation.facet === "exposure") {
    const value = { ...observation.value, anonymousAccess: null, openNetwork: null };
    return { ...observation, value };
  }
  if (observation.facet === "redundancy") {
    const value = { ...observation.value, zones: null, zoneNames: null, zoneRedundant: null };
    return { ...observation, value };
  }
  return observation;
}
