import { expect, test } from "vitest";
import { kizeoAccount } from "#fixtures/estate/kizeo/aws.ts";
import { ACCOUNT } from "#fixtures/estate/kizeo/place.ts";
import { probes } from "#probes/index.ts";
import type { Gathered } from "../../support/probe-context.ts";
import { fakeAws } from "./support.ts";

const NOW = new Date("2026-06-01T12:00:00Z");

const first = await fakeAws(kizeoAccount(NOW));
const second = await fakeAws(kizeoAccount(NOW));

/** Everything that the probes read of the account, and what they asked for. */
async function readAll(aws: Awaited<ReturnType<typeof fakeAws>>) {
  const scan = aws.scan({
    account: ACCOUNT,
    backups: [{ id: "dumps", bucket: "kizeo-forms-backups", prefix: "dumps/" }],
  });
  const gathered: Gathered[] = [];
  for (const { load } of probes.filter(({ provider }) => provider === "aws")) {
    gathered.push(await scan.gather((await load()).default));
  }
  return {
    calls: aws.calls,
    observations: gathered.flatMap((one) => one.observations),
    problems: gathered.flatMap((one) => one.problems),
  };
}

test("the demo's account answers whatever the probes ask, in the shapes that they know, and always the same", async () => {
  const { calls, observations, problems } = await readAll(first);
  expect(problems).toEqual([]);
  expect(calls.filter(({ status }) => status === null || status >= 500)).toEqual([]);
  expect(new Set(observations.map(({ subject }) => subject.kind)).size).toBeGreaterThan(20);
  const again = await readAll(second);
  expect(again.observations).toEqual(observations);
});
