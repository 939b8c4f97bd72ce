import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { evaluate, exitCode, selectClaims } from "#evaluate/evaluate.ts";
import {
  openAnswers,
  prepareEvidence,
  saveEvidence,
  type AnswerFile,
  type Inputs,
} from "#gather/evidence-files.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import type { Evidence } from "#model/evidence.ts";
import { probes } from "#probes/index.ts";
import { cancellation } from "./cancellation.ts";
import { UsageError } from "./exit.ts";
import { withMembers } from "./organizations.ts";
import { readInputs, readMoment, type InputOptions } from "./inputs.ts";
import { openLog } from "./log.ts";
import { refuseOverwriting, writeReport, type OutputOptions } from "./output.ts";
import { progressLine } from "./progress.ts";
import { scanSettings } from "./settings.ts";
import { tool } from "./tool.ts";

/** Options of `probity scan`. */
interface ScanOptions extends InputOptions, OutputOptions {
  readonly evidence?: string;
  readonly answers?: boolean;
  readonly active?: boolean;
  readonly now?: string;
  readonly debug?: boolean;
}

/**
 * Gathers, judges and reports; gives the exit code of the verdicts.
 * @throws EvidenceError when the evidence cannot be saved: at once if that can be known, else after the report.
 */
export async function scan(options: ScanOptions): Promise<number> {
  const moment = readMoment(options.now);
  if (options.answers === true && options.evidence === undefined) {
    throw new UsageError(
      "--answers: the answers are kept with the evidence, so --evidence is needed",
    );
  }
  refuseOverwriting(options);
  const { remarks: _remarks, ...declared } = readInputs(options, moment ?? new Date());
  if (options.evidence !== undefined) prepareEvidence(options.evidence);
  const answers =
    options.evidence !== undefined && options.answers === true
      ? openAnswers(options.evidence)
      : null;
  const { signal, release } = cancellation();
  const settings = {
    ...scanSettings({
      signal,
      active: options.active === true,
      log: await openLog(options.debug === true),
    }),
    ...(answers === null ? {} : { record: answers.take }),
  };
  // From here on the estate is the one with the accounts of its organizations: judged, reported and saved.
  const { estate, unread, problems } = await withMembers(declared.estate, settings);
  const inputs = { ...declared, estate };
  const readable = { ...estate, targets: estate.targets.filter(({ id }) => !unread.has(id)) };
  const planned = plan(selectClaims(inputs.policies, inputs.only), readable, controls, probes);
  const progress = progressLine(planned.length);
  const evidence = await gather(readable.targets, planned, settings, progress, problems);
  progress.end();
  release();

  const unsaved =
    options.evidence === undefined ? null : save(options.evidence, evidence, inputs, answers);
  const report = evaluate({
    ...inputs,
    evidence,
    controls,
    readable: readableBy(probes),
    now: moment ?? new Date(evidence.finishedAt),
    tool: tool(),
    full: options.full === true,
  });
  await writeReport(report, options);
  if (unsaved !== null) throw unsaved;
  return exitCode(report);
}

/** Saves the evidence; gives the error instead of throwing it, so that a disk that is full does not cost the report. */
function save(
  folder: string,
  evidence: Evidence,
  inputs: Inputs,
  answers: AnswerFile | null,
): Error | null {
  try {
    saveEvidence(folder, evidence, inputs, tool(), answers);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
