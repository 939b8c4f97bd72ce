/** Whole scans of an estate, or by some of its probes anew, and what one policy makes of them. */
import { controls } from "#controls/index.ts";
import type { readableBy } from "#derive/readable.ts";
import { credentialValue } from "#estate/credentials.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { gather } from "#gather/gather.ts";
import { plan } from "#gather/plan.ts";
import { createRedactor } from "#gather/redact.ts";
import type { Attestation } from "#model/exceptions.ts";
import type { Estate } from "#model/estate.ts";
import type { Evidence } from "#model/evidence.ts";
import type { Policy } from "#model/policy.ts";
import type { ProbeEntry } from "#model/probe.ts";
import type { Report } from "#model/report.ts";
import { expectDeclared } from "./declared-permissions.ts";

export interface WholeScan {
  /** All probes, or these; every permission that is missed must be declared. */
  readonly read: (some?: readonly ProbeEntry[]) => Promise<Evidence>;
  readonly judge: (evidence: Evidence) => Report;
  /** What these probes found now, beside what the others found before. */
  readonly merged: (before: Evidence, some: readonly ProbeEntry[], now: Evidence) => Evidence;
}

/** The real limits and retries, but a clock that stands and waits that take no time. */
export function wholeScan(given: {
  readonly policy: Policy;
  readonly estate: Estate;
  readonly entries: readonly ProbeEntry[];
  readonly readable: ReturnType<typeof readableBy>;
  readonly environment: Readonly<Record<string, string>>;
  readonly now: Date;
  readonly attestations?: readonly Attestation[];
}): WholeScan {
  const { policy, estate, entries, readable, environment, now, attestations = [] } = given;
  return {
    read: async (some = entries) => {
      const evidence = await gather(estate.targets, plan([policy], estate, controls, some), {
        now: () => now,
        sleep: () => Promise.resolve(),
        random: () => 0.5,
        signal: new AbortController().signal,
        log: () => {},
        redactor: createRedactor(),
        secret: (one, name) => credentialValue(one.credentials, name, environment),
        environment,
        active: false,
        maxAnswerBytes: 1_000_000,
      });
      return expectDeclared(evidence, entries);
    },
    judge: (evidence) =>
      evaluate({
        policies: [policy],
        estate,
        attestations,
        waivers: [],
        evidence,
        controls,
        readable,
        now,
        tool: { name: "probity", version: "0" },
      }),
    merged: (before, some, anew) => {
      const ids = new Set(some.map(({ id }) => id));
      return {
        ...anew,
        observations: [
          ...before.observations.filter(({ source }) => !ids.has(source.probe)),
          ...anew.observations,
        ],
        problems: [...before.problems.filter(({ probe }) => !ids.has(probe)), ...anew.problems],
      };
    },
  };
}
