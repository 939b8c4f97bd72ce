import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hostsOf } from "#probes/hosting/hosted.ts";
import { readRanges, writeRanges } from "#probes/hosting/store.ts";
import { figure } from "./figure.ts";

const PREFIXES = 100_000;
const LOOKUPS = 200_000;

/** Whose an address is, among 100,000 prefixes of every length: a look-up, and what it takes to have them ready. */
export function ranges(): void {
  const folder = mkdtempSync(join(tmpdir(), "probity-bench-"));
  const ipv4 = Array.from({ length: PREFIXES / 2 }, (_, index) => {
    return `${addressOf(index)}/${12 + (index % 19)}`;
  });
  const ipv6 = Array.from({ length: PREFIXES / 2 }, (_, index) => {
    return `2001:${(index >> 4).toString(16)}:${(index & 15).toString(16)}::/${36 + (index % 29)}`;
  });
  writeRanges(folder, {
    version: 1,
    id: "bench",
    covers: ["azure"],
    origin: "table",
    fetchedAt: "2026-01-01T00:00:00.000Z",
    sha256: "0".repeat(64),
    label: "made up for a bench",
    from: [],
    published: null,
    groups: [{ provider: "azure", region: null, edge: null, prefixes: [...ipv4, ...ipv6] }],
  });
  const start = performance.now();
  const hosts = hostsOf(readRanges(folder).tables);
  figure("ranges: 100,000 prefixes read and put in order", performance.now() - start, 1000, "ms");
  const asked = Array.from({ length: 1000 }, (_, index) =>
    index % 2 === 0 ? addressOf(index * 7919) : `2001:${(index * 3).toString(16)}::1`,
  );
  let found = 0;
  const begun = performance.now();
  for (let times = 0; times < LOOKUPS; times += 1) {
    if (hosts.find(asked[times % asked.length] ?? "").prefix !== null) found += 1;
  }
  const each = ((performance.now() - begun) * 1000) / LOOKUPS;
  if (found === 0) throw new Error("no address was found");
  figure("ranges: whose an address is, among 100,000 prefixes", each, 20, "µs");
  rmSync(folder, { recursive: true, force: true });
}

function addressOf(index: number): string {
  const value = (index * 2_654_435_761) >>> 0;
  return [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255].join(".");
}
