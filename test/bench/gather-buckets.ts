/** Gathers 1,000 buckets from a fake AWS in another process; tells its parent how many calls and seconds it took. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { scanSettings } from "#cli/settings.ts";
import { gather } from "#gather/gather.ts";
import { targetSchema } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import { probes } from "#probes/index.ts";

/** Calls at once against S3: the concurrency that the probe context sets for it. */
const CONCURRENCY = 20;
const LATENCY_SECONDS = 0.04;

const server = fork(fileURLToPath(new URL("./slow-aws.ts", import.meta.url)), {
  stdio: ["ignore", "inherit", "inherit", "ipc"],
});
const next = <T>() =>
  new Promise<T>((resolve) => server.once("message", (message) => resolve(message as T)));
const url = await next<string>();

process.env["BENCH_KEY_ID"] = "AKIABENCHBENCHBENCH1";
process.env["BENCH_SECRET"] = "bench-secret-key";
const target = targetSchema.parse({
  id: "aws",
  provider: "aws",
  account: "123456789012",
  regions: ["eu-west-3"],
  endpoints: { api: url },
  credentials: { env: { accessKeyId: "BENCH_KEY_ID", secretAccessKey: "BENCH_SECRET" } },
});
const entry = probes.find(({ id }) => id === "aws-s3");
if (entry === undefined) throw new Error("there is no probe aws-s3");
const wanted = new Set(Object.keys(entry.provides) as FacetName[]);
const settings = scanSettings({
  signal: new AbortController().signal,
  active: false,
  log: () => {},
});

await entry.load();
const start = performance.now();
const evidence = await gather([target], [{ target, entry, wanted }], settings);
const seconds = (performance.now() - start) / 1000;
server.send("calls");
const calls = await next<number>();
server.disconnect();
if (evidence.problems.length > 0) throw new Error(evidence.problems[0]?.message);
process.send?.({ calls, seconds, bound: (calls * LATENCY_SECONDS) / CONCURRENCY });
