import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAIN, MEMBERS, targetOf } from "#fixtures/estate/aws-recorded/organization.ts";
import { readTruth } from "#fixtures/estate/aws-recorded/truth.ts";
import { extentOf, heldAgainst, surprisesIn, type Truth } from "#fixtures/estate/seeded/truth.ts";
import type { Report } from "#model/report.ts";
import { has } from "../../support/requirements.ts";
import { scanOrganization } from "./scanned.ts";
import { startSeeded, type SeededEstate } from "./seeded.ts";

describe.skipIf(!has("moto"))("a company's estate on AWS, seeded and scanned", () => {
  let seeded: SeededEstate;
  let report: Report;

  beforeAll(async () => {
    seeded = await startSeeded(new Date());
    report = await scanOrganization(seeded.url);
  }, 120_000);
  afterAll(() => seeded.close());

  test("is as large and as varied as it is meant to be", () => {
    const { resources, violations, traps } = extentOf(seeded.truth);
    expect(resources).toBeGreaterThanOrEqual(150);
    expect(violations.length).toBeGreaterThanOrEqual(45);
    expect(traps.length).toBeGreaterThanOrEqual(25);
  });

  test.each([MAIN, ...MEMBERS])("every verdict of account %s equals what was seeded", (account) => {
    const target = targetOf(account);
    const held = heldAgainst(report.claims, target, seeded.truth.get(target) ?? []);
    expect(held.map(({ actual }) => actual)).toEqual(held.map(({ expected }) => expected));
  });

  test("nothing fails that was not seeded to fail", () => {
    expect(surprisesIn(report.claims, seeded.truth)).toEqual([]);
    expect(problemsOf(report)).toEqual([]);
  });

  test("is what was recorded: else `npm run record:aws` records it anew", () => {
    expect(withoutNames(readTruth())).toEqual(withoutNames(seeded.truth));
  });
});

function problemsOf({ problems }: Report): readonly string[] {
  return [...new Set(problems.map(({ operation, message }) => `${operation}: ${message}`))];
}

/** The truth without the names that the emulator gives by chance. */
function withoutNames(truth: Truth) {
  return [...truth].map(([target, seeds]) => [
    target,
    seeds.map(({ name: _name, ...seed }) => seed),
  ]);
}
