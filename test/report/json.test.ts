import { expect, test } from "vitest";
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

test("a check's JSON reads back as the same check", () => {
  expect(JSON.parse(renderCheckJson(goodCheck()))).toEqual(goodCheck());
});
