import { readFileSync } from "node:fs";
import { afterAll, describe, expect, test } from "vitest";
import { PASSIVE_WEAKNESSES } from "#facts/tls-weakness-list.ts";
import { has } from "../support/requirements.ts";
import { configurations } from "./all.ts";
import { footnoteOf, FOOTNOTES } from "./footnotes.ts";
import { removeKeys } from "./keys.ts";
import { PEERS } from "./peers.ts";
import { survey } from "./survey.ts";
import { NOWHERE, weaknessFaults } from "./weaknesses.ts";

const peers = PEERS.filter((peer) => has(peer));
const runnable = configurations.filter(({ needs }) =>
  needs.map((need) => has(need)).every(Boolean),
);
const used = new Set<number>();
const vulnerable = new Set<string>();
afterAll(removeKeys);

describe("what is accepted and weak equals what the configuration allows, and the peers agree", () => {
  for (const configuration of configurations) {
    const run = runnable.includes(configuration) ? test.concurrent : test.concurrent.skip;
    run(configuration.name, { timeout: 120_000 }, async ({ expect: check }) => {
      const row = await survey(configuration, peers);
      check(row.wrong).toEqual([]);
      check(weaknessFaults(row)).toEqual([]);
      const all = [...row.differences.values()].flat();
      const notes = all.map((difference) => footnoteOf(configuration.name, difference));
      check(all.filter((_, index) => notes[index] === null)).toEqual([]);
      for (const note of notes) if (note !== null) used.add(note);
      for (const { id, status } of row.seen.weaknesses)
        if (status === "vulnerable") vulnerable.add(id);
    });
  }

  const complete = runnable.length === configurations.length && peers.length === PEERS.length;
  test.skipIf(!complete)("every footnote still explains something", () => {
    expect([...used].sort((a, b) => a - b)).toEqual(FOOTNOTES.map((_, index) => index + 1));
  });

  const all = PASSIVE_WEAKNESSES.map(({ id }) => id).filter((id) => !NOWHERE.has(id));
  test.skipIf(!complete)("every weakness that a server here can have was found on one", () => {
    expect([...vulnerable].sort()).toEqual(all.sort());
  });
});

test("the two tables of the documentation have every configuration, each once", () => {
  const file = new URL("../../docs/tls-servers.md", import.meta.url);
  const rows = readFileSync(file, "utf8").matchAll(/^\| (\S[^|]*?: [^|]*?) +\|/gm);
  const names = configurations.map(({ name }) => name);
  expect([...rows].map(([, name]) => name)).toEqual([...names, ...names]);
  expect(new Set(names).size).toBe(names.length);
});
