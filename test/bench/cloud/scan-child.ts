/** Scans the target given with every probe of its provider; tells its parent what it took. */
import { keepHeapSmall } from "#cli/heap.ts";
import { scanSettings } from "#cli/settings.ts";
import { gather } from "#gather/gather.ts";
import { targetSchema } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import { probes } from "#probes/index.ts";

// As the command line does (bin/commands.js).
keepHeapSmall();
const target = targetSchema.parse(JSON.parse(process.argv[2] ?? ""));
const planned = probes
  .filter(({ provider }) => provider === target.provider)
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
