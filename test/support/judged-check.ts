import { endpointSubject } from "#estate/endpoint.ts";
import type { CheckReport } from "#model/check-report.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import { loadJudge } from "../../src/cli/check-judge.ts";

const AT = "2026-11-22T03:04:05.000Z";
const judge = await loadJudge(undefined);

/** What the controls make of an endpoint that shows these facets: the report that `probity check` renders. */
export function judgedCheck(
  facets: Partial<Facets>,
  given: {
    readonly url?: string;
    readonly problems?: readonly Partial<Problem>[];
    readonly judge?: typeof judge;
  } = {},
): CheckReport {
  const { url = "https://www.nordlys.example", problems = [] } = given;
  const target: TargetOf<"endpoint"> = { id: "endpoint", provider: "endpoint", labels: [], url };
  const subject = endpointSubject(target);
  const source = { probe: "tls-endpoint", operation: "TLS hellos", sha256: null };
  const listing = { kinds: [subject.kind], complete: true, items: [subject] };
  const observations = Object.entries({ ...facets, inventory: listing }).map(([facet, value]) => {
    const observation = { subject, facet: facet as FacetName, value, observedAt: AT, source };
    // The name and the value come from one record.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return observation as unknown as Observation;
  });
  const evidence = {
    startedAt: AT,
    finishedAt: AT,
    complete: true,
    observations,
    problems: problems.map((problem) => ({
      target: "endpoint",
      probe: "tls-endpoint",
      operation: "TLS hellos",
      subject,
      kinds: [subject.kind],
      facets: [],
      reason: "unreachable" as const,
      permission: null,
      message: "",
      ...problem,
    })),
  };
  return (given.judge ?? judge).judge(target, evidence).report;
}
