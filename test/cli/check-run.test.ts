import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Addresses, Entry } from "#cli/check-addresses.ts";
import { runChecks, type RunParts } from "#cli/check-run.ts";
import { commonTarget, readAddress } from "#cli/check-target.ts";
import { goodCheck } from "../support/sample-check.ts";

const common = commonTarget({ label: ["service"], timeout: "10" });
const evidence = {
  startedAt: "2026-11-22T03:04:05.000Z",
  finishedAt: "2026-11-22T03:04:05.000Z",
  complete: true,
  observations: [],
  problems: [],
};
type Written = (error: Error | null) => void;

let stdout: string[] = [];
let stderr: string[] = [];

beforeEach(() => {
  stdout = [];
  stderr = [];
  vi.spyOn(process.stdout, "write").mockImplementation((text, done: unknown) => {
    stdout.push(String(text));
    (done as Written)(null);
    return true;
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    stderr.push(String(text));
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

function entry(name: string): Entry {
  const read = readAddress(name, common);
  return "error" in read
    ? { place: `list:${name}`, error: read.error }
    : { place: `list:${name}`, target: read.target };
}

function run(names: readonly string[], parts: Partial<RunParts> = {}) {
  const addresses: Addresses = {
    total: names.length,
    single: null,
    kinds: new Map([["endpoint", "https://example.com"]]),
    entries: async function* () {
      yield* names.map(entry);
    },
  };
  return runChecks({
    addresses,
    concurrency: 2,
    looker: { look: () => Promise.resolve(evidence), underWay: Promise.resolve() },
    judge: Promise.resolve({
      claims: () => [],
      labels: new Set<string>(),
      judge: () => ({ report: goodCheck(), code: 0 as const }),
    }),
    render: Promise.resolve(() => "line\n"),
    progress: { asking: () => {}, done: () => {}, clear: () => {}, end: () => {} },
    counts: { good: 0, wrong: 0, unknown: 0 },
    signal: new AbortController().signal,
    ...parts,
  });
}

test("asks no more at once than it may", async () => {
  let open = 0;
  let most = 0;
  const look = async () => {
    most = Math.max(most, (open += 1));
    await new Promise((resolve) => setImmediate(resolve));
    open -= 1;
    return evidence;
  };
  const names = Array.from({ length: 20 }, (_, index) => `host-${index}.example`);
  const counts = { good: 0, wrong: 0, unknown: 0 };
  await run(names, { looker: { look, underWay: Promise.resolve() }, concurrency: 3, counts });
  expect(most).toBe(3);
  expect(counts).toEqual({ good: 20, wrong: 0, unknown: 0 });
  expect(stdout).toHaveLength(20);
});

test("a defect that one endpoint brings to light costs that one only", async () => {
  const judge = Promise.resolve({
    claims: () => [],
    labels: new Set<string>(),
    judge: ({ url }: { url: string }) => {
      if (url.includes("bad")) throw new TypeError("x is not a \u001b function");
      return { report: goodCheck(), code: 0 as const };
    },
  });
  const { codes, asked } = await run(["a.example", "bad.example", "b.example"], { judge });
  expect([...codes].toSorted((a, b) => a - b)).toEqual([0, 70]);
  expect(asked).toBe(3);
  expect(stdout).toHaveLength(2);
  expect(stderr).toEqual(["bad.example:443: Probity failed: x is not a \\u{1b} function\n"]);
});

test("a standard output that is full ends the run", async () => {
  vi.mocked(process.stdout).write.mockImplementation((_text, done: unknown) => {
    (done as Written)(Object.assign(new Error("full"), { code: "ENOSPC" }));
    return true;
  });
  await expect(run(["a.example"])).rejects.toThrow("standard output cannot be written");
});
