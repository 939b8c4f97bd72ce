import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import fc from "fast-check";
import type { Inputs } from "#gather/evidence-files.ts";
import type { Evidence } from "#model/evidence.ts";
import type { Report } from "#model/report.ts";
import { inputsOf, judge, runningCustomers, scanCustomer } from "../support/customers.ts";
import { expectNoBetter } from "../support/no-better.ts";
import { backupWorlds } from "./backup-worlds.ts";
import { breaks, broken, type Break } from "./breaks.ts";
import { readableInWorlds, worlds, type World } from "./worlds.ts";

// Thousands of worlds take their time on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

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

describe("breaking made-up evidence with attestations, waivers and secret-looking tags", () => {
  test("the worlds reach every verdict that there is to reach", () => {
    const verdicts = fc
      .sample(worlds, { numRuns: 300, seed: 1 })
      .flatMap((world) => judgeWorld(world).claims)
      .map(({ verdict }) => verdict);
    expect([...new Set(verdicts)].sort()).toEqual([
      "attested",
      "not-applicable",
      "unverified",
      "upheld",
      "violated",
      "waived",
    ]);
  });

  test("never makes it better, whatever is attested or waived", () => {
    fc.assert(fc.property(worlds, breaks, expectWorldNoBetter), { numRuns: 6000 });
  });
});

describe("breaking made-up evidence of what is backed up", () => {
  test("the worlds keep the promises, break them, and leave them open", () => {
    const verdicts = fc
      .sample(backupWorlds, { numRuns: 300, seed: 1 })
      .flatMap((world) => judgeWorld(world).claims)
      .map(({ verdict }) => verdict);
    expect([...new Set(verdicts)].sort()).toEqual([
      "not-applicable",
      "unverified",
      "upheld",
      "violated",
    ]);
  });

  test("never makes it better: no gap appears where a point or a rule was not read", () => {
    fc.assert(fc.property(backupWorlds, breaks, expectWorldNoBetter), { numRuns: 2000 });
  });

  test("a single removed reading, each one in its turn", () => {
    fc.assert(
      fc.property(backupWorlds, ({ inputs, evidence }) => {
        const before = judgeWorld({ inputs, evidence });
        for (const gone of evidence.observations) {
          const observations = evidence.observations.filter((observation) => observation !== gone);
          expectNoBetter(before, judgeWorld({ inputs, evidence: { ...evidence, observations } }));
        }
      }),
      { numRuns: 300 },
    );
  });
});

function judgeWorld({ inputs, evidence }: World): Report {
  return judge(inputs, evidence, { full: true, readable: readableInWorlds });
}

function expectWorldNoBetter({ inputs, evidence }: World, plan: readonly Break[]): void {
  const before = judgeWorld({ inputs, evidence });
  const after = judgeWorld({ inputs, evidence: broken(evidence, plan) });
  expectNoBetter(before, after);
  expectNoNewViolation(before, after);
}

/** A check can fail as a whole (`atLeast`) while no single subject fails anew. */
function expectNoNewViolation(before: Report, after: Report): void {
  const violated = ({ claims }: Report) =>
    claims.filter(({ verdict }) => verdict === "violated").map(({ id }) => id);
  expect(violated(before)).toEqual(expect.arrayContaining(violated(after)));
}
