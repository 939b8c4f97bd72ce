import { ConfigurationError, type Remark } from "#configuration/errors.ts";
import { controls } from "#controls/index.ts";
import { readEstate } from "#estate/estate.ts";
import { selectClaims } from "#evaluate/evaluate.ts";
import type { Inputs } from "#gather/evidence-files.ts";
import type { Estate } from "#model/estate.ts";
import { z } from "#model/schema.ts";
import { readAttestations } from "#policy/attestations.ts";
import { crossCheck } from "#policy/cross-check.ts";
import { lintPolicy } from "#policy/lint.ts";
import { readPolicy } from "#policy/policy.ts";
import { readWaivers } from "#policy/waivers.ts";
import { UsageError } from "./exit.ts";
import { fitRemarks } from "./fit.ts";

/** The options that name configuration files. */
export interface InputOptions {
  readonly policy?: readonly string[];
  readonly estate?: readonly string[];
  readonly attestations?: readonly string[];
  readonly waivers?: readonly string[];
  readonly only?: readonly string[];
}

/**
 * Reads all configuration that a scan judges by.
 * @throws ConfigurationError with every problem of a file, or between files; UsageError when --only names no claim.
 */
export function readInputs(
  options: InputOptions,
  now: Date,
): Inputs & { readonly remarks: readonly (Remark | string)[] } {
  const policies = (options.policy ?? []).map((file) => readPolicy(file, controls));
  const attestations = (options.attestations ?? []).map(readAttestations);
  const waivers = (options.waivers ?? []).map(readWaivers);
  const estate = joinEstates(options.estate ?? []);
  const { errors, remarks } = crossCheck({ policies, attestations, waivers, now });
  if (errors.length > 0) throw new ConfigurationError(errors);
  const inputs = {
    policies: policies.map(({ value }) => value),
    estate,
    attestations: attestations.flatMap(({ value }) => value),
    waivers: waivers.flatMap(({ value }) => value),
    only: options.only ?? [],
  };
  requireKnownClaims(inputs.policies, inputs.only);
  return {
    ...inputs,
    remarks: [
      ...policies.flatMap((policy) => lintPolicy(policy, now)),
      ...remarks,
      ...fitRemarks(policies, estate),
    ],
  };
}

/**
 * --only must name claims that exist, else a typing error would judge nothing and exit 0.
 * @throws UsageError
 */
export function requireKnownClaims(policies: Inputs["policies"], only: readonly string[]): void {
  for (const pattern of only) {
    if (selectClaims(policies, [pattern]).length === 0) {
      const ids = policies.map(({ id }) => id).join(", ") || "any policy";
      throw new UsageError(`--only ${pattern} names no claim of ${ids}: see probity list claims`);
    }
  }
}

const momentSchema = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** Reads the moment that --now asks for: a day of the calendar, or a moment with its offset. @throws UsageError */
export function readMoment(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const moment = new Date(text);
  if (!momentSchema.safeParse(text).success || Number.isNaN(moment.getTime())) {
    throw new UsageError(
      `--now ${text}: expected an ISO 8601 day or time such as 2026-11-22 or 2026-11-22T06:00:00Z`,
    );
  }
  return moment;
}

function joinEstates(files: readonly string[]): Estate {
  const estates = files.map((file) => readEstate(file).value);
  const targets = estates.flatMap((estate) => estate.targets);
  const ids = targets.map(({ id }) => id);
  const twice = ids.find((id, position) => ids.indexOf(id) !== position);
  if (twice !== undefined) {
    throw new UsageError(`the target ${twice} is declared twice, in ${files.join(", ")}`);
  }
  const labels = estates.flatMap((estate) => estate.labels);
  const ranges = estates.flatMap((estate) => estate.ranges);
  return { version: 1, targets, labels, ranges };
}
