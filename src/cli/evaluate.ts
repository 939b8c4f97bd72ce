import { controls } from "#controls/index.ts";
import { readableBy } from "#derive/readable.ts";
import { evaluate, exitCode } from "#evaluate/evaluate.ts";
import { loadEvidence } from "#gather/evidence-files.ts";
import { probes } from "#probes/index.ts";
import { readInputs, readMoment, requireKnownClaims, type InputOptions } from "./inputs.ts";
import { refuseOverwriting, writeReport, type OutputOptions } from "./output.ts";
import { tool } from "./tool.ts";

/** Options of `probity evaluate`. */
interface EvaluateOptions extends InputOptions, OutputOptions {
  readonly evidence: string;
  readonly now?: string;
}

/** Judges saved evidence again, by what was saved with it or by other files; gives the exit code of the verdicts. */
export async function evaluateSaved(options: EvaluateOptions): Promise<number> {
  const moment = readMoment(options.now);
  refuseOverwriting(options);
  const { evidence, inputs: saved } = loadEvidence(options.evidence, controls);
  const { only: _only, ...files } = options;
  const now = moment ?? new Date(evidence.finishedAt);
  const given = readInputs(files, now);
  const inputs = {
    policies: options.policy === undefined ? saved.policies : given.policies,
    estate: saved.estate,
    attestations: options.attestations === undefined ? saved.attestations : given.attestations,
    waivers: options.waivers === undefined ? saved.waivers : given.waivers,
    only: options.only ?? saved.only,
  };
  requireKnownClaims(inputs.policies, inputs.only);
  const report = evaluate({
    ...inputs,
    evidence,
    controls,
    readable: readableBy(probes),
    now,
    tool: tool(),
    full: options.full === true,
  });
  await writeReport(report, options);
  return exitCode(report);
}
