import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { credentialValue } from "#estate/credentials.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { extentOf, heldAgainst, surprisesIn } from "#fixtures/estate/seeded/truth.ts";
import { CHECKS } from "#fixtures/estate/azure-seeded/checks.ts";
import { DECLARED, FAULTS, TARGETS } from "#fixtures/estate/azure-seeded/company.ts";
import { seededEstate } from "#fixtures/estate/azure-seeded/estate.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { createRedactor } from "#gather/redact.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check } from "#model/policy.ts";
import type { Report } from "#model/report.ts";
import { probes } from "#probes/index.ts";
import { CANARY, CLIENT, startFixture, TENANT } from "../../probes/azure/fake.ts";
import { policy } from "../../support/evidence.ts";

const NOW = new Date("2026-06-01T12:00:00Z");

const POLICY = policy(
  CHECKS.map(({ id, control = id, expect: expected, kinds }) => {
    const known = controls.get(control);
    if (known === undefined) throw new Error(`no control ${control}`);
    const given: Check["expect"] = JSON.parse(JSON.stringify(expectationOf(known).parse(expected)));
    const scope = {
      providers: ["azure" as const],
      ...(kinds === undefined ? {} : { kinds: [...kinds] }),
    };
    return { id, checks: [{ control, expect: given, scope }] };
  }),
);

describe("a company's estate on Azure, seeded and scanned", async () => {
  const { estate: azure, truth } = seededEstate(NOW);
  const fixture = await startFixture({
    ...azure,
    tenant: TENANT,
    applications: [{ clientId: CLIENT, clientSecret: CANARY }],
  });
  afterAll(() => fixture.close());
  fixture.azure.setFaults(...FAULTS);
  const targets = Object.entries(TARGETS).map(([id, read]) =>
    fixture.target({ id, subscriptions: [], ...read }),
  );
  const estate = { version: 1 as const, targets, ...DECLARED };
  const { environment } = fixture;
  const waits: number[] = [];
  let report: Report;

  beforeAll(async () => {
    const evidence = await gather(targets, plan([POLICY], estate, controls, probes), {
      now: () => NOW,
      sleep: (milliseconds) => {
        waits.push(milliseconds);
        return Promise.resolve();
      },
      random: () => 0.5,
      signal: new AbortController().signal,
      log: () => {},
      redactor: createRedactor(),
      secret: (one, name) => credentialValue(one.credentials, name, environment),
      environment,
      active: false,
      maxAnswerBytes: 4_000_000,
    });
    report = evaluate({
      policies: [POLICY],
      estate,
      attestations: [],
      waivers: [],
      evidence,
      controls,
      readable: readableBy(probes),
      now: NOW,
      tool: { name: "probity", version: "test" },
      full: true,
    });
  }, 60_000);

  test("is as large and as varied as it is meant to be", () => {
    const { resources, violations, traps } = extentOf(truth);
    expect(resources).toBeGreaterThanOrEqual(150);
    expect(violations.length).toBeGreaterThanOrEqual(40);
    expect(traps.length).toBeGreaterThanOrEqual(25);
  });

  test.each([...truth.keys()])("every verdict of %s equals what was seeded", (target) => {
    const held = heldAgainst(report.claims, target, truth.get(target) ?? []);
    expect(held.map(({ actual }) => actual)).toEqual(held.map(({ expected }) => expected));
  });

  test("nothing fails that was not seeded to fail", () => {
    expect(surprisesIn(report.claims, truth)).toEqual([]);
  });

  test("nothing is left open that was not seeded to be", () => {
    expect(surprisesIn(report.claims, truth, ["unknown"])).toEqual([]);
  });

  test("every promise has what keeps it and what breaks it", () => {
    const outcomes = report.claims.map(({ id, verdict, checks }) => [
      id,
      verdict,
      checks.some(({ evaluations }) => evaluations.some(({ outcome }) => outcome === "pass")),
    ]);
    expect(outcomes).toEqual(CHECKS.map(({ id }) => [id, "violated", true]));
  });

  test("what may not be read is named in Azure's spelling, and what throttled was asked again", () => {
    const denied = report.problems.filter(({ reason }) => reason === "denied");
    expect(new Set(denied.map(({ permission }) => permission))).toEqual(
      new Set(["Microsoft.Storage/storageAccounts/read", "Microsoft.Resources/subscriptions/read"]),
    );
    expect(denied.map(({ target }) => target)).not.toContain("production");
    const throttled = fixture.azure.calls.filter(({ status }) => status === 429);
    expect(throttled).toHaveLength(2);
    expect(waits).toContain(1000);
  });
});
