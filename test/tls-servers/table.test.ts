import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { has } from "../support/requirements.ts";
import { configurations } from "./all.ts";
import { footnoteOf, FOOTNOTES } from "./footnotes.ts";
import { removeKeys } from "./keys.ts";
import { PEERS } from "./peers.ts";
import { survey } from "./survey.ts";

const peers = PEERS.filter((peer) => has(peer));
const runnable = configurations.filter(({ needs }) =>
  needs.map((need) => has(need)).every(Boolean),
);
const used = new Set<number>();
afterAll(removeKeys);

describe("what is accepted equals what the configuration allows, and the peers agree", () => {
  for (const configuration of configurations) {
    const run = runnable.includes(configuration) ? test.concurrent : test.concurrent.skip;
    run(configuration.name, { timeout: 120_000 }, async ({ expect: check }) => {
      const row = await survey(configuration, peers);
      check(row.wrong).toEqual([]);
      const all = [...row.differences.values()].flat();
      const notes = all.map((difference) => footnoteOf(configuration.name, difference));
      check(all.filter((_, index) => notes[index] === null)).toEqual([]);
      for (const note of notes) if (note !== null) used.add(note);
    });
  }

  const complete = runnable.length === configurations.length && peers.length === PEERS.length;
  test.skipIf(!complete)("every footnote still explains something", () => {
    expect([...used].sort((a, b) => a - b)).toEqual(FOOTNOTES.map((_, index) => index + 1));
  });
});

test("the table of the documentation has every configuration, each once", () => {
  const file = new URL("../../docs/tls-servers.md", import.meta.url);
  const rows = readFileSync(file, "utf8").matchAll(/^\| (\S[^|]*?: [^|]*?) +\|/gm);
  const names = [...rows].map(([, name]) => name);
  expect(names).toEqual(configurations.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});
