/** A whole scan of the simulated account at UpCloud by the command line: nothing secret comes out of it anywhere. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { optionsOf, type Customer } from "#fixtures/estate/customer.ts";
import type { Report } from "#model/report.ts";
import { runningCustomers } from "../support/customers.ts";
import { probity } from "../support/probity.ts";

const folder = mkdtempSync(join(tmpdir(), "probity-upcloud-cli-"));
let one: Customer;
let stop = async () => {};

beforeAll(async () => {
  const { customers, stop: end } = await runningCustomers();
  stop = end;
  const found = customers.find(({ policy }) => policy === "visma-sign");
  if (found === undefined) throw new Error("the customer does not run");
  one = found;
});
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

test("the promises are judged, and no secret is in any output, log or evidence", async () => {
  const [output, saved] = [join(folder, "report.json"), join(folder, "evidence")];
  const more = ["--format", "json", "--output", output, "--evidence", saved];
  const { stdout, stderr, code } = await probity(
    ["--debug", "scan", ...optionsOf(one.files), ...more],
    one.environment,
  );
  expect(code).toBe(one.exitCode);
  const report = JSON.parse(readFileSync(output, "utf8")) as Report;
  for (const [id, verdict] of Object.entries(one.expected)) {
    expect(
      report.claims.find((claim) => claim.id === id),
      id,
    ).toMatchObject({ verdict });
  }
  expect(report.problems.filter(({ target }) => target === "upcloud")).toEqual([]);
  const again = await probity(["evaluate", "--evidence", saved, "--format", "json"]);
  expect(again.stdout).toBe(readFileSync(output, "utf8"));
  const files = readdirSync(saved, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
  const everything = [stdout, stderr, readFileSync(output, "utf8"), ...files].join("\n");
  expect(everything).toContain("upcloud/gateway");
  const secrets = ["canary", ...Object.values(one.environment)];
  for (const secret of secrets) expect(everything).not.toContain(secret);
});
