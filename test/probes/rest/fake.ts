/** A fake vendor as the tests of its probes use it: its authority's file, a target that leads to it, scans of that target. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { startRest, type FakeRest, type RestOptions } from "#fixtures/estate/rest/server.ts";
import { targetSchema, type Target } from "#model/estate.ts";
import { testScan, type TestScan, type TestScanOptions } from "../../support/probe-context.ts";

export interface OneVendor {
  readonly api: FakeRest;
  readonly target: Target;
  readonly scan: (options?: TestScanOptions) => TestScan;
}

/**
 * Starts it for the file; its faults are taken away after each test.
 * @param entry the target as the estate's file writes it, given the fake's address
 * @param environment what its credentials refer to
 */
export async function fakeVendor(
  options: Omit<RestOptions, "authority">,
  entry: (url: string) => Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
): Promise<OneVendor> {
  const authority = makeAuthority();
  const folder = mkdtempSync(join(tmpdir(), "probity-rest-"));
  const caFile = join(folder, "ca.pem");
  writeFileSync(caFile, authority.caPem);
  const api = await startRest({ ...options, authority });
  afterAll(async () => {
    await api.close();
    rmSync(folder, { recursive: true });
  });
  afterEach(() => api.setFaults());
  const target = targetSchema.parse({ id: "vendor", caFile, ...entry(api.url) });
  return { api, target, scan: (more = {}) => testScan(target, { environment, ...more }) };
}
