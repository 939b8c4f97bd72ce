/** Scans the account at the address given with every probe of AWS; tells its parent what it took. */
import { scanSettings } from "#cli/settings.ts";
import { gather } from "#gather/gather.ts";
import { targetSchema } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import { probes } from "#probes/index.ts";

process.env["BENCH_KEY_ID"] = "AKIABENCHBENCHBENCH1";
process.env["BENCH_SECRET"] = "bench-secret-key";
const target = targetSchema.parse({
  id: "aws",
  provider: "aws",
  account: "123456789012",
  regions: ["eu-west-3"],
  endpoints: { api: process.argv[2] },
  credentials: { env: { accessKeyId: "BENCH_KEY_ID", secretAccessKey: "BENCH_SECRET" } },
});
const planned = probes
  .filter(({ provider }) => provider === "aws")
  .map((entry) => {
    // The keys are facet names by the type of `provides`; Object.keys forgets it.
    const wanted = new Set(Object.keys(entry.provides) as FacetName[]);
    return { target, entry, wanted };
  });
await Promise.all(planned.map(({ entry }) => entry.load()));
const start = performance.now();
const settings = scanSettings({
  signal: new AbortController().signal,
  active: false,
  log: () => {},
});
const evidence = await gather([target], planned, settings);
const seconds = (performance.now() - start) / 1000;
const subjects = evidence.observations.flatMap((seen) =>
  seen.facet === "inventory" ? seen.value.items : [],
).length;
process.send?.({
  seconds,
  subjects,
  problems: evidence.problems.map(({ operation, message }) => `${operation}: ${message}`),
  megabytes: process.resourceUsage().maxRSS / 1024,
});
process.disconnect();
