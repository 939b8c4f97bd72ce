import { afterAll, beforeAll, describe, expect, test } from "vitest";
import fc from "fast-check";
import type { Inputs } from "#gather/evidence-files.ts";
import { PROBLEM_REASONS, type Evidence, type Observation, type Problem } from "#model/evidence.ts";
import { inputsOf, judge, runningCustomers, scanCustomer } from "../support/customers.ts";
import { expectNoBetter } from "../support/no-better.ts";

/** The evidence of the demo's three customers: every probe and every control takes part. */
let scans: readonly {
  readonly policy: string;
  readonly inputs: Inputs;
  readonly evidence: Evidence;
}[];

beforeAll(async () => {
  const { customers, stop } = await runningCustomers();
  scans = await Promise.all(
    customers.map(async (customer) => {
      const inputs = inputsOf(customer);
      return { policy: customer.policy, inputs, evidence: await scanCustomer(customer, inputs) };
    }),
  );
  await stop();
});
afterAll(() => {
  scans = [];
});

/** One way of taking away or breaking what was read, at a place chosen by `at`. */
interface Break {
  readonly how:
    | "remove"
    | "fail"
    | "fail-facet"
    | "cut-inventory"
    | "forget-tags"
    | "forget-regions";
  readonly at: number;
  readonly reason: (typeof PROBLEM_REASONS)[number];
  /** Whether a problem is left behind that explains it. */
  readonly told: boolean;
}
const breaks = fc.array(
  fc.record<Break>({
    how: fc.constantFrom(
      "remove",
      "fail",
      "fail-facet",
      "cut-inventory",
      "forget-tags",
      "forget-regions",
    ),
    at: fc.nat(),
    reason: fc.constantFrom(...PROBLEM_REASONS),
    told: fc.boolean(),
  }),
  { minLength: 1, maxLength: 6 },
);

function broken(evidence: Evidence, plan: readonly Break[]): Evidence {
  let observations = [...evidence.observations];
  const problems = [...evidence.problems];
  for (const { how, at, reason, told } of plan) {
    const inventories = observations.filter(({ facet }) => facet === "inventory");
    const pool = how === "cut-inventory" || how.startsWith("forget") ? inventories : observations;
    const chosen = pool[at % Math.max(1, pool.length)];
    if (chosen === undefined) continue;
    const failure: Problem = {
      target: chosen.subject.target,
      probe: chosen.source.probe,
      operation: chosen.source.operation,
      subject: chosen.subject,
      kinds: ["*"],
      facets: [chosen.facet],
      reason,
      permission: null,
      message: "broken by the test",
    };
    if (told) problems.push(failure);
    if (how === "remove" || how === "fail") {
      observations = observations.filter((observation) => observation !== chosen);
    } else if (how === "fail-facet") {
      observations = observations.filter(
        ({ facet, subject }) => facet !== chosen.facet || subject.target !== chosen.subject.target,
      );
    } else {
      observations = observations.map((observation) =>
        observation === chosen ? brokenInventory(observation, how, at) : observation,
      );
    }
  }
  return { ...evidence, observations, problems };
}

function brokenInventory(observation: Observation, how: Break["how"], at: number): Observation {
  if (observation.facet !== "inventory") return observation;
  const { items } = observation.value;
  const forgotten = { "forget-tags": { tags: null }, "forget-regions": { region: null } };
  const value =
    how === "forget-tags" || how === "forget-regions"
      ? { ...observation.value, items: items.map((item) => ({ ...item, ...forgotten[how] })) }
      : { ...observation.value, complete: false, items: items.slice(0, at % (items.length + 1)) };
  return { ...observation, value };
}

describe("breaking evidence", () => {
  test("the scans have something to break", () => {
    const verdicts = scans.flatMap(({ inputs, evidence }) =>
      judge(inputs, evidence).claims.map(({ verdict }) => verdict),
    );
    expect(new Set(verdicts).size).toBe(8);
  });

  test("never makes a non-zero verdict zero and never makes a new failure", () => {
    const bases = scans.map((scan) => ({ ...scan, report: judge(scan.inputs, scan.evidence) }));
    fc.assert(
      fc.property(fc.nat({ max: bases.length - 1 }), breaks, (which, plan) => {
        const base = bases[which];
        if (base === undefined) throw new Error("no such scan");
        expectNoBetter(base.report, judge(base.inputs, broken(base.evidence, plan)));
      }),
      { numRuns: 1500 },
    );
  });

  test("a single removed reading, each one in its turn", () => {
    for (const { inputs, evidence } of scans) {
      const report = judge(inputs, evidence);
      for (const gone of evidence.observations) {
        const observations = evidence.observations.filter((observation) => observation !== gone);
        expectNoBetter(report, judge(inputs, { ...evidence, observations }));
      }
    }
  });
});
