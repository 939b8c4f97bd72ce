import { expect, test } from "vitest";
import type { Report } from "#model/report.ts";
import { renderCheckJson, renderJson } from "#report/json.ts";
import { goodCheck } from "../support/sample-check.ts";
import { sampleReport } from "../support/sample-report.ts";

test("is as kept", async () => {
  await expect(renderJson(sampleReport())).toMatchFileSnapshot("golden/report.json.txt");
});

test("reads back as the same report and ends in one newline", () => {
  const json = renderJson(sampleReport());
  expect(JSON.parse(json)).toEqual(sampleReport());
  expect(json.endsWith("}\n")).toBe(true);
});

test("has its keys in the model's order, however the report was put together", () => {
  const free = new Set(["expected", "actual", "mappings"]);
  const turned = (value: unknown, key: string): unknown => {
    if (Array.isArray(value)) return value.map((item) => turned(item, key));
    if (typeof value !== "object" || value === null || free.has(key)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .toReversed()
        .map(([name, item]) => [name, turned(item, name)]),
    );
  };
  // The same fields in another order are the same report.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const report = turned(sampleReport(), "report") as Report;
  expect(Object.keys(report)[0]).toBe("problems");
  expect(renderJson(report)).toBe(renderJson(sampleReport()));
});

test("a field that is newer than the order is written all the same", () => {
  const report: Report & { readonly newer: string } = { ...sampleReport(), newer: "field" };
  expect(JSON.parse(renderJson(report))).toHaveProperty("newer", "field");
});

test("without full it keeps everything but the fourth pass and those after it", () => {
  const sample = sampleReport();
  const [claim] = sample.claims;
  const [check] = claim?.checks ?? [];
  const pass = check?.evaluations.find(({ outcome }) => outcome === "pass");
  if (claim === undefined || check === undefined || pass === undefined) throw new Error("sample");
  const evaluations = [pass, pass, ...check.evaluations, pass, pass];
  const report = { ...sample, claims: [{ ...claim, checks: [{ ...check, evaluations }] }] };
  const others = check.evaluations.length - 1;
  expect(kept(renderJson(report))).toHaveLength(others + 5);
  const few = kept(renderJson(report, { full: false }));
  expect(few).toHaveLength(others + 3);
  expect(few.filter((outcome) => outcome === "pass")).toHaveLength(3);
});

test("a check's JSON reads back as the same check", () => {
  expect(JSON.parse(renderCheckJson(goodCheck()))).toEqual(goodCheck());
});

function kept(json: string): string[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const report = JSON.parse(json) as Report;
  return report.claims[0]?.checks[0]?.evaluations.map(({ outcome }) => outcome) ?? [];
}
