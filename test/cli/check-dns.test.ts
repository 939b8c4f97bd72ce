/** DNS and hosting in a check: beside the TLS scan, on its one screen. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadJudge } from "#cli/check-judge.ts";
import { createLooker } from "#cli/check-look.ts";
import { scanSettings } from "#cli/settings.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { type RunningEndpoint, startEndpoint } from "#fixtures/estate/endpoints.ts";
import { type RunningResolver, startResolver } from "#fixtures/estate/names.ts";
import type { CheckReport } from "#model/check-report.ts";
import type { TargetOf } from "#model/estate.ts";
import { writeRanges } from "#probes/hosting/store.ts";
import { renderCheckText } from "#report/check-text.ts";

const NAME = "app.example.test";
const folder = mkdtempSync(join(tmpdir(), "probity-check-dns-"));
const signal = new AbortController().signal;
let endpoint: RunningEndpoint;
let resolver: RunningResolver;
beforeAll(async () => {
  endpoint = await startEndpoint({ name: NAME }, makeAuthority());
  resolver = await startResolver({ [NAME]: ["192.0.2.1", "198.51.100.1"] });
  writeRanges(folder, {
    version: 1,
    id: "own-test",
    covers: ["azure"],
    origin: "table",
    fetchedAt: new Date().toISOString(),
    sha256: "0".repeat(64),
    label: "made up",
    from: [],
    published: null,
    groups: [
      { provider: "azure", region: "francecentral", edge: null, prefixes: ["192.0.2.0/24"] },
      { provider: "fastly", region: null, edge: "Fastly", prefixes: ["198.51.100.0/24"] },
    ],
  });
});
afterAll(async () => {
  await Promise.all([endpoint.close(), resolver.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function check(
  fields: Partial<TargetOf<"endpoint">>,
  ranges: string = folder,
): Promise<CheckReport> {
  const settings = scanSettings({ signal, active: false, log: () => {} });
  const environment = { PROBITY_RANGES: ranges };
  const target: TargetOf<"endpoint"> = {
    id: "endpoint",
    provider: "endpoint",
    labels: ["service"],
    url: `https://${NAME}`,
    connect: endpoint.connect,
    ...fields,
  };
  const evidence = await createLooker({ ...settings, environment }).look(target, signal);
  return (await loadJudge(undefined)).judge(target, evidence).report;
}
const text = (report: CheckReport, verbose = false) =>
  renderCheckText(report, { width: 120, colour: false, verbose });

describe("a name that DNS knows", () => {
  test("its addresses and who hosts them stand beside TLS", async () => {
    const report = await check({ dns: { resolvers: [resolver.address] } });
    expect(report.tls).not.toBeNull();
    expect(report.dns?.addresses).toMatchObject([
      { address: "192.0.2.1", ttl: 300 },
      { address: "198.51.100.1", ttl: 300 },
    ]);
    const shown = text(report);
    // What fails needs the room, so that each has a line.
    expect(shown).toContain("DNS           192.0.2.1 and 1 more · no CAA · DNSSEC not known");
    expect(shown).toMatch(
      /Hosting +Microsoft Azure francecentral, Fastly: edge only, origin not known · by the table\s+"made up"/,
    );
    expect(text(report, true)).toMatch(
      /192\.0\.2\.1: Microsoft Azure francecentral \(192\.0\.2\.0\/24, by the table own-test\)/,
    );
  });

  test("without tables nothing is said of hosting", async () => {
    const report = await check({ dns: { resolvers: [resolver.address] } }, join(folder, "none"));
    expect(report.hosting?.sources).toEqual([]);
    expect(text(report)).not.toContain("Hosting");
    expect(text(report)).toContain("DNS  ");
  });

  test("a failure of DNS is told, and spoils nothing else", async () => {
    const report = await check({
      url: "https://other.example.test",
      dns: { resolvers: [resolver.address] },
    });
    expect(report.tls).not.toBeNull();
    expect(report.dns).toBeNull();
    expect(report.problems).toMatchObject([
      { facets: ["dns", "hosting"], message: expect.stringContaining("(NXDOMAIN)") },
    ]);
  });
});

test("one server that is named by --connect is no question to DNS", async () => {
  const report = await check({});
  expect(report).toMatchObject({ dns: null, hosting: null, problems: [] });
  expect(text(report)).not.toContain("DNS  ");
});
