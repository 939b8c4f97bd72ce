/** Who scans one cloud loads nothing of another; the bundle's files are in test/tooling. */
import { join } from "node:path";
import { expect, test } from "vitest";
import { onlyAws, onlyAzure } from "../support/one-provider.ts";
import { root } from "../support/probity.ts";

const OF_AWS = /\/probes\/aws\/|\/node_modules\/@(?:aws|aws-sdk|smithy)\//;
const OF_AZURE = /\/probes\/azure\/|\/node_modules\/@(?:azure|typespec)\//;

test.each([
  ["AWS", onlyAws, OF_AWS, OF_AZURE],
  ["Azure", onlyAzure, OF_AZURE, OF_AWS],
])(
  "a scan of %s alone loads its probes and SDK, and no other's",
  async (_name, start, own, other) => {
    const one = await start();
    try {
      const { report, files } = await one.scan(join(root, "bin/commands.js"));
      expect(report.complete).toBe(true);
      expect(report.summary.evaluations.pass).toBeGreaterThan(0);
      expect(files.filter((file) => own.test(file)).length).toBeGreaterThan(20);
      expect(files.filter((file) => other.test(file))).toEqual([]);
    } finally {
      await one.close();
    }
  },
  60_000,
);
