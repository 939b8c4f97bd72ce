import { expect, test } from "vitest";
import { evaluate } from "#evaluate/evaluate.ts";
import { type Control, defineControl } from "#model/control.ts";
import type { Check } from "#model/policy.ts";
import { z } from "#model/schema.ts";
import type { Subject } from "#model/subject.ts";
import { bucket, estate, evidence, inventory, NOW, observe, policy } from "../support/evidence.ts";

/** Fails what is not encrypted, with the advice that the facet's caveat holds where it holds one. */
const advised = defineControl({
  id: "advised",
  title: "Advised",
  rationale: "",
  severity: "high",
  judges: "subject",
  needs: ["encryption"],
  expectation: () => z.looseObject({}),
  evaluate: ({ facets }) => {
    const { enabled, caveat } = facets.encryption ?? {};
    const advice = caveat === null || caveat === undefined ? {} : { remediation: caveat };
    return enabled === true
      ? { outcome: "pass", actual: true, message: "is encrypted", ...advice }
      : { outcome: "fail", actual: false, message: "is not encrypted", ...advice };
  },
  remediation: "the control's own words",
  references: [],
});
const check: Partial<Check> = { control: "advised", scope: { kinds: ["AWS::S3::Bucket"] } };
const first = bucket("first");
const second = bucket("second");

function judged(...seen: readonly (readonly [Subject, boolean, string | null])[]) {
  const report = evaluate({
    policies: [policy([{ checks: [check] }])],
    estate: estate(),
    attestations: [],
    waivers: [],
    evidence: evidence([
      inventory(seen.map(([subject]) => subject)),
      ...seen.map(([subject, enabled, caveat]) =>
        observe(subject, "encryption", {
          enabled,
          algorithm: null,
          algorithmSource: null,
          algorithmReference: null,
          keyManagement: null,
          caveat,
        }),
      ),
    ]),
    controls: new Map<string, Control>([[advised.id, advised]]),
    readable: () => true,
    now: NOW,
    tool: { name: "probity", version: "0" },
  });
  const result = report.claims[0]?.checks[0];
  return {
    check: result?.remediation,
    evaluations: result?.evaluations.map(({ outcome, remediation }) => [outcome, remediation]),
  };
}

test("a failure's own advice goes with it, and stands for the check where all have the same", () => {
  expect(judged([first, false, "set this"], [second, false, "set this"])).toEqual({
    check: "set this",
    evaluations: [
      ["fail", "set this"],
      ["fail", "set this"],
    ],
  });
});

test("where the advice differs, the check keeps to the control's words", () => {
  const { check: own, evaluations } = judged([first, false, "this"], [second, false, "that"]);
  expect(own).toBe("the control's own words");
  expect(evaluations?.map(([, advice]) => advice).sort()).toEqual(["that", "this"]);
  expect(judged([first, false, "this"], [second, false, null]).check).toBe(
    "the control's own words",
  );
});

test("without advice of its own a failure has none", () => {
  expect(judged([first, false, null])).toEqual({
    check: "the control's own words",
    evaluations: [["fail", undefined]],
  });
});

test("what holds needs no advice", () => {
  expect(judged([first, true, "set this"])).toEqual({
    check: null,
    evaluations: [["pass", undefined]],
  });
  expect(judged([first, true, "old advice"], [second, false, null]).evaluations).toContainEqual([
    "fail",
    undefined,
  ]);
});
