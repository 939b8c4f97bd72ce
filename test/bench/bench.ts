/** `npm run bench`: each figure beside its limit, as a ratio to a peer or a bound of the same run. */
import { execFileSync, fork, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { startEndpoint } from "#fixtures/estate/endpoints.ts";
import { probity } from "../support/probity.ts";
import { ranges } from "./ranges.ts";
import { benchExitCode, figure, median } from "./figure.ts";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const root = here("../../");
function milliseconds(args: readonly string[]): number {
  const start = performance.now();
  execFileSync(process.execPath, args, { cwd: root, stdio: "ignore" });
  return performance.now() - start;
}

/** Start-up: help against a bare Node, taken in turns so that both meet the same machine. */
function startUp(): void {
  const bare: number[] = [];
  const help: number[] = [];
  for (let run = 0; run < 9; run += 1) {
    bare.push(milliseconds(["-e", "0"]));
    help.push(milliseconds(["bin/probity.js", "--help"]));
  }
  figure("start-up: probity --help ÷ node -e 0, median of 9", median(help) / median(bare), 3, "×");
}

/** On call: the whole process that checks one loopback server, median of 9 after the first, which fills the cache. */
async function onCall(): Promise<void> {
  const authority = makeAuthority();
  const server = await startEndpoint({ name: "bench.example" }, authority);
  const connect = `127.0.0.1:${server.connect.port}`;
  const seconds: number[] = [];
  for (let run = 0; run < 10; run += 1) {
    const start = performance.now();
    const { stderr } = await probity(["check", "tls://bench.example", "--connect", connect]);
    if (stderr !== "") throw new Error(stderr);
    seconds.push((performance.now() - start) / 1000);
  }
  await server.close();
  figure("probity check of a loopback server, median of 9", median(seconds.slice(1)), 0.5, "s");
}

/** Gathering: 1,000 buckets behind 40 ms, against calls × latency ÷ concurrency. */
async function gathering(): Promise<void> {
  const child = fork(here("./gather-buckets.ts"), {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const result = await new Promise<{ calls: number; seconds: number; bound: number }>(
    (resolve, reject) => {
      child.on("message", (message) => resolve(message as never)).on("error", reject);
      child.on("exit", (code) => reject(new Error(`the gathering bench ended with ${code}`)));
    },
  );
  const name = `gathering 1,000 buckets, ${result.calls} calls in ${result.seconds.toFixed(1)} s ÷ bound`;
  figure(name, result.seconds / result.bound, 1.3, "×");
}

/** Judging: 10,000 observations by 40 claims, in a process of its own so that its memory is its own. */
function judging(): void {
  const { stdout, stderr, status } = spawnSync(process.execPath, [here("./judge.ts")], {
    cwd: root,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  const result = JSON.parse(stdout) as { perSecond: number; peakMegabytes: number };
  figure(
    "judging 10,000 observations × 40 claims",
    result.perSecond,
    400_000,
    "evaluations/s",
    false,
  );
  figure("judging: peak memory", result.peakMegabytes, 350, "MB");
}

startUp();
await onCall();
await gathering();
judging();
ranges();
process.exitCode = benchExitCode();
