import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figure, remark } from "../figure.ts";
import { CLIENT, SECRET, subscriptionId, TENANT } from "./azure-estate.ts";
import type { AzureAsked } from "./azure-server-child.ts";
import { next, scanBy, serverChild, type Scanned } from "./children.ts";

const LATENCY_MS = 60;
/** Calls at once that the scan allows itself (src/gather/context.ts): for a subscription, its storage, and the target. */
const SUBSCRIPTION_LIMIT = 8;
const STORAGE_LIMIT = 5;
const TARGET_LIMIT = 40;

/** Subscriptions of 500 resources each: many, where the calls at once bind, and one, where Azure's allowance does. */
export async function azure(): Promise<void> {
  for (const subscriptions of [20, 1]) {
    const { scanned, asked } = await scan(subscriptions);
    const count = sum(asked.subscriptions) + asked.queries;
    remark(
      `Azure: ${subscriptions} × 500 resources, ${scanned.subjects} subjects, ${count} calls, ${asked.queries} of them queries, ${asked.refused} refused`,
    );
    for (const problem of scanned.problems.slice(0, 5)) remark(problem);
    figure("calls lost", scanned.problems.length, 0, "problems");
    const name = `all of it in ${scanned.seconds.toFixed(1)} s ÷ bound`;
    figure(name, scanned.seconds / bound(asked), 1.3, "×");
    figure("memory", scanned.megabytes, 400, "MB");
  }
}

async function scan(subscriptions: number): Promise<{ scanned: Scanned; asked: AzureAsked }> {
  const server = serverChild("azure-server-child.ts", { subscriptions, latency: LATENCY_MS });
  const folder = mkdtempSync(join(tmpdir(), "probity-bench-"));
  try {
    const { caPem, ...endpoints } = await next<{ api: string; token: string; caPem: string }>(
      server,
    );
    const caFile = join(folder, "ca.pem");
    writeFileSync(caFile, caPem);
    const target = {
      id: "azure",
      provider: "azure",
      tenant: TENANT,
      subscriptions: Array.from({ length: subscriptions }, (_, index) => subscriptionId(index)),
      endpoints,
      caFile,
      credentials: { env: { clientId: "BENCH_CLIENT", clientSecret: "BENCH_SECRET" } },
    };
    const scanned = await scanBy(target, { BENCH_CLIENT: CLIENT, BENCH_SECRET: SECRET });
    server.send("calls");
    return { scanned, asked: await next<AzureAsked>(server) };
  } finally {
    server.disconnect();
    rmSync(folder, { recursive: true });
  }
}

/**
 * Seconds that the calls take at least: side by side as far as allowed, and no more than Azure takes
 * (fixtures/estate/azure/limits.ts): a bucket of 250 that 25 a second refill, and windows.
 */
function bound(asked: AzureAsked): number {
  const most = (counts: readonly number[]) => Math.max(...counts);
  const inWindows = (count: number, size: number, seconds: number) =>
    Math.max(0, Math.ceil(count / size) - 1) * seconds;
  const latency = LATENCY_MS / 1000;
  return most([
    (most(asked.storageReads) / STORAGE_LIMIT) * latency,
    ((most(asked.subscriptions) - most(asked.storageReads)) / SUBSCRIPTION_LIMIT) * latency,
    ((sum(asked.subscriptions) + asked.queries) / TARGET_LIMIT) * latency,
    (most(asked.subscriptions) - 250) / 25,
    inWindows(asked.queries, 15, 5),
    inWindows(most(asked.storageReads), 800, 300),
    inWindows(most(asked.storageLists), 100, 300),
  ]);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}
