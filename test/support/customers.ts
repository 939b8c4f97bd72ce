import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readInputs } from "#cli/inputs.ts";
import { scanSettings } from "#cli/settings.ts";
import { controls } from "#controls/index.ts";
import { readableBy, type Readable } from "#derive/readable.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { Customer } from "#fixtures/estate/customer.ts";
import { stageIn, startCustomers } from "#fixtures/estate/demo.ts";
import type { Inputs } from "#gather/evidence-files.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import type { Evidence } from "#model/evidence.ts";
import type { Report } from "#model/report.ts";
import { probes } from "#probes/index.ts";

/** The demo's customers with running servers, and how to stop them. */
export async function runningCustomers(): Promise<{
  readonly customers: readonly Customer[];
  readonly stop: () => Promise<void>;
}> {
  const folder = mkdtempSync(join(tmpdir(), "probity-test-"));
  const customers = await startCustomers(await stageIn(folder));
  return {
    customers,
    stop: async () => {
      await Promise.all(customers.map((customer) => customer.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Reads a customer's files; calls of its targets end after `callTimeout`, where that is given. */
export function inputsOf(customer: Pick<Customer, "files">, callTimeout?: string): Inputs {
  const { remarks: _remarks, ...inputs } = readInputs(customer.files, new Date());
  if (callTimeout === undefined) return inputs;
  const targets = inputs.estate.targets.map((target) => ({ ...target, limits: { callTimeout } }));
  return { ...inputs, estate: { ...inputs.estate, targets } };
}

/** Scans a customer in this process, by the same probes and settings as the command line. */
export async function scanCustomer(
  customer: Pick<Customer, "environment">,
  inputs: Inputs,
): Promise<Evidence> {
  Object.assign(process.env, customer.environment);
  const { targets } = inputs.estate;
  const settings = scanSettings({
    signal: new AbortController().signal,
    active: false,
    log: () => {},
  });
  return gather(targets, plan(inputs.policies, inputs.estate, controls, probes), settings);
}

/** Judges evidence for its own finish time, by what the real probes can read unless told otherwise. */
export function judge(
  inputs: Inputs,
  evidence: Evidence,
  options: { readonly full?: boolean; readonly readable?: Readable } = {},
): Report {
  return evaluate({
    ...inputs,
    evidence,
    controls,
    readable: options.readable ?? readableBy(probes),
    now: new Date(evidence.finishedAt),
    tool: { name: "probity", version: "test" },
    full: options.full === true,
  });
}
