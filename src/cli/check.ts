import { setImmediate as turn } from "node:timers/promises";
import type { CheckReport } from "#model/check-report.ts";
import { dialEarly } from "#probes/tls/early.ts";
import { cancellation } from "./cancellation.ts";
import { openAddresses, type Addresses } from "./check-addresses.ts";
import type { Judge } from "./check-judge.ts";
import { createLooker } from "./check-look.ts";
import { checkProgress } from "./check-progress.ts";
import { runChecks, type RunResult } from "./check-run.ts";
import { commonTarget, type CommonTarget, type TargetOptions } from "./check-target.ts";
import { EXIT, UsageError } from "./exit.ts";
import { keepHeapSmall } from "./heap.ts";
import { openLog } from "./log.ts";
import { terminalStyle, writeText } from "./output.ts";
import { scanSettings } from "./settings.ts";
import { tell } from "./stderr.ts";

interface CheckOptions extends TargetOptions {
  readonly policy?: string;
  readonly file?: string;
  readonly concurrency: string;
  readonly format: "text" | "json" | "jsonl";
  readonly active?: boolean;
  readonly verbose?: boolean;
  readonly debug?: boolean;
}

const MOST_AT_ONCE = 1000;
/**
 * A defect of Probity outweighs all; a violation outweighs a line that could not be read, and that an endpoint that
 * could not be judged.
 */
const WORST_FIRST: readonly number[] = [EXIT.software, EXIT.violated, EXIT.usage, EXIT.unverified];

/**
 * Looks at endpoints and judges each; gives the worst exit code.
 * @throws UsageError for everything that can be known to be wrong before anything is asked
 */
export async function check(given: readonly string[], options: CheckOptions): Promise<number> {
  const common = commonTarget(options);
  const concurrency = endpointsAtOnce(options.concurrency);
  const addresses = await openAddresses(given, options.file, common);
  const one = addresses.single !== null;
  // The garbage of thousands of short connections makes V8's young generation grow to many times what is alive.
  if (!one) keepHeapSmall();
  if (!one && options.format === "json") {
    throw new UsageError(
      "--format json is one document for one address: use --format jsonl for several, one document a line",
    );
  }
  // Nothing is asked before a policy of one's own has been read; the built-in one is loaded while the first answers.
  const own = options.policy === undefined ? null : await judgeBy(options.policy);
  if (own !== null) requireClaims(own, addresses, common, options);
  const { signal, release } = cancellation();
  if (addresses.single !== null) {
    void dialEarly(addresses.single, signal);
    // Node connects when the turn ends.
    await turn();
  }
  const log = await openLog(options.debug === true);
  const { signal: _, ...settings } = scanSettings({
    signal,
    active: options.active === true,
    log,
  });
  const looker = createLooker(settings);
  const judge = own === null ? looker.underWay.then(() => judgeBy(undefined)) : own;
  const counts = { good: 0, wrong: 0, unknown: 0 };
  const start = performance.now();
  const result = await runChecks({
    addresses,
    concurrency,
    looker,
    judge: Promise.resolve(judge),
    render: Promise.resolve(judge).then(() => renderer(options, one)),
    progress: checkProgress(counts, addresses.total, options.debug === true),
    counts,
    signal,
  });
  release();

  const nothing = result.asked === 0 && result.codes.size === 0 && !signal.aborted;
  if (nothing) throw new UsageError("check: standard input names no address");
  if (result.heard && !one && options.format === "text") {
    const { renderCheckTotal } = await import("#report/check-summary.ts");
    await writeText(`${renderCheckTotal(counts, (performance.now() - start) / 1000)}\n`);
  }
  if (signal.aborted && !one) tell(notAsked(addresses, result));
  return exitCode(result, signal.aborted);
}

async function judgeBy(policy: string | undefined): Promise<Judge> {
  // In pieces, and between them what the wire has brought meanwhile is answered.
  const pieces = [() => import("#controls/index.ts"), () => import("#evaluate/evaluate.ts")];
  for (const load of pieces) {
    await turn();
    await load();
  }
  await turn();
  const { loadJudge } = await import("./check-judge.ts");
  return loadJudge(policy);
}

/** A policy that says nothing of the endpoints is a misspelt label more often than not. @throws UsageError */
function requireClaims(
  judge: Judge,
  { kinds }: Addresses,
  common: CommonTarget,
  { policy, label }: CheckOptions,
): void {
  // Some claims are on every endpoint; they are no sign that the labels are those of the policy.
  const labelled = judge.labels.size === 0 || label.some((one) => judge.labels.has(one));
  for (const url of kinds.values()) {
    if (labelled && judge.claims({ ...common, url }).length > 0) continue;
    throw new UsageError(
      `${policy ?? "the policy"} has no claim on an endpoint labelled ${label.join(", ")}: name its labels with --label`,
    );
  }
}

async function renderer(
  { format, verbose = false }: CheckOptions,
  one: boolean,
): Promise<(report: CheckReport) => string> {
  if (format !== "text") {
    const { renderCheckJson, renderCheckJsonLine } = await import("#report/json.ts");
    return format === "json" ? renderCheckJson : renderCheckJsonLine;
  }
  const style = terminalStyle(process.stdout.isTTY);
  if (!one && !verbose) {
    const { renderCheckSummary } = await import("#report/check-summary.ts");
    return (report) => renderCheckSummary(report, style);
  }
  const { renderCheckText } = await import("#report/check-text.ts");
  return (report) => renderCheckText(report, { ...style, verbose }) + (one ? "" : "\n");
}

function notAsked({ total }: Addresses, { asked, lastPlace }: RunResult): string {
  const after = lastPlace === "" ? "" : `, all after ${lastPlace}`;
  return total === null
    ? `not asked: what is still to come on standard input${after}`
    : `not asked: ${total - asked} of ${total}${after}`;
}

function exitCode({ codes }: RunResult, cutOff: boolean): number {
  const worst = WORST_FIRST.find((code) => codes.has(code)) ?? EXIT.upheld;
  return worst === EXIT.upheld && cutOff ? EXIT.unverified : worst;
}

function endpointsAtOnce(text: string): number {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > MOST_AT_ONCE) {
    throw new UsageError(`--concurrency ${text}: expected a number from 1 to ${MOST_AT_ONCE}`);
  }
  return value;
}
