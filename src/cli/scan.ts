import { controls } from "#controls/index.ts";
import { evaluate, exitCode, selectClaims } from "#evaluate/evaluate.ts";
import { saveEvidence } from "#gather/evidence-files.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { probes } from "#probes/index.ts";
import { cancellation } from "./cancellation.ts";
import { readInputs, readMoment, type InputOptions } from "./inputs.ts";
import { openLog } from "./log.ts";
import { writeReport, type OutputOptions } from "./output.ts";
import { progressLine } from "./progress.ts";
import { scanSettings } from "./settings.ts";
import { tool } from "./tool.ts";

/** Options of `probity scan`. */
interface ScanOptions extends InputOptions, OutputOptions {
  readonly evidence?: string;
  readonly active?: boolean;
  readonly now?: string;
  readonly debug?: boolean;
}

/** Gathers, judges and reports; gives the exit code of the verdicts. */
export async function scan(options: ScanOptions): Promise<number> {
  const moment = readMoment(options.now);
  const { remarks: _remarks, ...inputs } = readInputs(options, moment ?? new Date());
  const planned = plan(selectClaims(inputs.policies, inputs.only), inputs.estate, controls, probes);
  const { signal, release } = cancellation();
  const progress = progressLine(planned.length);
  const settings = scanSettings({
    signal,
    active: options.active === true,
    log: await openLog(options.debug === true),
  });
  const evidence = await gather(inputs.estate.targets, planned, settings, progress);
  progress.end();
  release();

  if (options.evidence !== undefined) saveEvidence(options.evidence, evidence, inputs, tool());
  const report = evaluate({
    ...inputs,
    evidence,
    controls,
    now: moment ?? new Date(evidence.finishedAt),
    tool: tool(),
    full: options.full === true,
  });
  await writeReport(report, options);
  return exitCode(report);
}
