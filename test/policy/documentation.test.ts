import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { readEstate } from "#estate/estate.ts";
import { readAttestations } from "#policy/attestations.ts";
import { crossCheck } from "#policy/cross-check.ts";
import { readPolicy } from "#policy/policy.ts";
import { readWaivers } from "#policy/waivers.ts";
import { temporaryFolder } from "../configuration/support.ts";

const page = readFileSync(new URL("../../docs/policy.md", import.meta.url), "utf8");
/** The files of the page's example, by name. */
const files = new Map(
  [...page.matchAll(/^\*\*([\w./]+)\*\*\n\n```\w+\n(.*?)^```$/gms)].map(([, name, text]) => [
    name ?? "",
    text ?? "",
  ]),
);
const folder = temporaryFolder();
beforeAll(() => {
  for (const [name, text] of files) folder.write(name, text);
});
afterAll(folder.remove);
const file = (name: string) => `${folder.path}/${name}`;

describe("the example of docs/policy.md", () => {
  test("is complete", () => {
    expect([...files.keys()]).toEqual([
      "statement.txt",
      "policy.yaml",
      "estate.yaml",
      "attestations.yaml",
      "evidence/training.txt",
      "waivers.yaml",
    ]);
  });

  test("is valid, and its files fit together", () => {
    const policies = [readPolicy(file("policy.yaml"), controls)];
    const attestations = [readAttestations(file("attestations.yaml"))];
    const waivers = [readWaivers(file("waivers.yaml"))];
    const now = new Date("2026-11-22");
    expect(crossCheck({ policies, attestations, waivers, now })).toEqual({
      errors: [],
      remarks: [],
    });
    expect(readEstate(file("estate.yaml")).value.targets).toHaveLength(2);
  });
});

const config = (name: string) => fileURLToPath(new URL(`../../config/${name}`, import.meta.url));

test("the project's example exceptions fit its policies", () => {
  const { errors, remarks } = crossCheck({
    policies: [readPolicy(config("policies/pingflow.yaml"), controls)],
    attestations: [readAttestations(config("estates/attestations.example.yaml"))],
    waivers: [readWaivers(config("estates/waivers.example.yaml"))],
    now: new Date("2026-11-22"),
  });
  expect({ errors, remarks }).toEqual({ errors: [], remarks: [] });
});
