import { probeContext, targetLimits, type ScanSettings } from "#gather/context.ts";
import { credentialValue } from "#estate/credentials.ts";
import { createRedactor } from "#gather/redact.ts";
import type { Target } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import { isProblem, type Probe, type ProbeContext } from "#model/probe.ts";
import { expectDeclared } from "./declared-permissions.ts";

export interface TestScanOptions extends Partial<Omit<ScanSettings, "sleep">> {
  /** Deadline of one call, milliseconds; 10 s when left out. */
  readonly callMilliseconds?: number;
}

/** What one probe gave. */
export interface Gathered {
  readonly observations: readonly Observation[];
  readonly problems: readonly Problem[];
}

/** A scan of one target for tests: the real limits, retries and redaction, but a clock that stands and waits that take no time. */
export interface TestScan {
  readonly context: (probe: Pick<Probe, "id" | "kinds" | "classify">) => ProbeContext;
  readonly gather: (probe: Probe, wanted?: Iterable<FacetName>) => Promise<Gathered>;
  /** The waits between attempts that were asked for, milliseconds. */
  readonly waits: readonly number[];
  /** Everything that was logged. */
  readonly logged: readonly unknown[];
}

export function testScan(target: Target, options: TestScanOptions = {}): TestScan {
  const { callMilliseconds = 10_000, ...overrides } = options;
  const waits: number[] = [];
  const logged: unknown[] = [];
  const settings: ScanSettings = {
    now: () => new Date("2026-06-01T12:00:00Z"),
    sleep: (milliseconds) => {
      waits.push(milliseconds);
      return Promise.resolve();
    },
    random: () => 0.5,
    signal: new AbortController().signal,
    log: (message, fields) => logged.push({ message, fields }),
    redactor: createRedactor(),
    secret: (target, name) =>
      credentialValue(target.credentials, name, overrides.environment ?? {}),
    environment: {},
    active: false,
    maxAnswerBytes: 1_000_000,
    ...overrides,
  };
  const limits = { ...targetLimits(target, settings.signal), callMilliseconds };
  const context: TestScan["context"] = (probe) => probeContext(probe, target, limits, settings);
  return {
    context,
    waits,
    logged,
    gather: async (probe, wanted = facetsOf(probe)) => {
      const observations: Observation[] = [];
      const problems: Problem[] = [];
      for await (const item of probe.gather(target, new Set(wanted), context(probe))) {
        if (isProblem(item)) problems.push(item);
        else observations.push(item);
      }
      return expectDeclared({ observations, problems }, [probe]);
    },
  };
}

/** The value of a facet of the one subject with this name; undefined where it was not read. */
export function facetOf<F extends FacetName>(
  { observations }: Gathered,
  name: string,
  facet: F,
): Facets[F] | undefined {
  const found = observations.find((seen) => seen.subject.name === name && seen.facet === facet);
  // Facet and value belong together in every observation; the union cannot follow it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return found?.value as Facets[F] | undefined;
}

function facetsOf(probe: Probe): FacetName[] {
  // The keys of `provides` are facet names by its type; Object.keys forgets it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return Object.keys(probe.provides) as FacetName[];
}
