/**
 * `npm run bench:cloud`: an account of AWS behind 40 ms, against the bound that calls, latency and the allowed
 * concurrency set; the same throttled, against the rate; a seeded account beside Prowler; and
 * subscriptions of Azure behind 60 ms, against what Azure lets an identity ask.
 * `npm run bench:cloud delay`, `throttle`, `prowler`, `azure` run a part.
 */
import type { Size } from "./cloud/account.ts";
import { azure } from "./cloud/azure.ts";
import { next, scanBy, serverChild, type Scanned } from "./cloud/children.ts";
import { besideProwler } from "./cloud/prowler.ts";
import { benchExitCode, figure, remark } from "./figure.ts";

const LATENCY_MS = 40;
/** Calls at once that the scan allows itself: for one service (src/gather/context.ts) and for the account. */
const SERVICE_LIMITS: Readonly<Record<string, number>> = { s3: 20 };
const SERVICE_LIMIT = 5;
const ACCOUNT_LIMIT = 40;

interface Asked {
  readonly calls: Readonly<Record<string, number>>;
  readonly refused: number;
}

async function scan(size: Size, perSecond?: number): Promise<Scanned & Asked> {
  const options = { size, latency: LATENCY_MS, ...(perSecond === undefined ? {} : { perSecond }) };
  const server = serverChild("server-child.ts", options);
  const url = await next<string>(server);
  const scanned = await scanBy(
    {
      id: "aws",
      provider: "aws",
      account: "123456789012",
      regions: ["eu-west-3"],
      endpoints: { api: url },
      credentials: { env: { accessKeyId: "BENCH_KEY_ID", secretAccessKey: "BENCH_SECRET" } },
    },
    { BENCH_KEY_ID: "AKIABENCHBENCHBENCH1", BENCH_SECRET: "bench-secret-key" },
  );
  server.send("calls");
  const asked = await next<Asked>(server);
  server.disconnect();
  return { ...scanned, ...asked };
}

/** Seconds that the calls take at least: those of each service side by side as far as allowed, and all together. */
function bound(calls: Asked["calls"]): number {
  const byService = new Map<string, number>();
  for (const [operation, count] of Object.entries(calls)) {
    const [service = ""] = operation.split(":");
    byService.set(service, (byService.get(service) ?? 0) + count);
  }
  const all = [...byService.values()].reduce((sum, count) => sum + count, 0);
  const services = [...byService].map(
    ([service, count]) => count / (SERVICE_LIMITS[service] ?? SERVICE_LIMIT),
  );
  return (Math.max(all / ACCOUNT_LIMIT, ...services) * LATENCY_MS) / 1000;
}

const large: Size = { buckets: 1000, securityGroups: 300, logGroups: 2000, recoveryPoints: 5000 };
const RATE = 50;

async function delayed(): Promise<void> {
  const whole = await scan(large);
  const count = Object.values(whole.calls).reduce((sum, one) => sum + one, 0);
  remark(`${whole.subjects} subjects, ${count} calls, ${whole.problems.length} problems`);
  for (const problem of whole.problems.slice(0, 5)) remark(problem);
  const name = `all of it in ${whole.seconds.toFixed(1)} s ÷ bound`;
  figure(name, whole.seconds / bound(whole.calls), 1.3, "×");
  figure("memory", whole.megabytes, 400, "MB");
}

async function throttled(): Promise<void> {
  const slow = await scan(large, RATE);
  const answered = Object.values(slow.calls).reduce((sum, one) => sum + one, 0);
  remark(`throttled: ${answered} calls answered, ${slow.refused} refused`);
  figure("throttled at 50 a second: calls lost", slow.problems.length, 0, "calls");
  const name = `throttled, in ${slow.seconds.toFixed(1)} s ÷ bound`;
  figure(name, slow.seconds / (answered / RATE), 1.25, "×");
}

const parts = { delay: delayed, throttle: throttled, prowler: besideProwler, azure };
const wanted = process.argv.slice(2);
for (const [name, part] of Object.entries(parts)) {
  if (wanted.length === 0 || wanted.includes(name)) await part();
}
process.exitCode = benchExitCode();
