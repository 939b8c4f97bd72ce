import type { Target } from "./estate.ts";
import type { Observation, Problem, ProblemReason } from "./evidence.ts";
import type { FacetName, Facets } from "./facets.ts";
import type { Provider, Subject } from "./subject.ts";

/** How a failed call is reported and whether trying again may help. */
export interface Failure {
  readonly reason: ProblemReason;
  readonly message: string;
  /** True when gather may try again (throttling, a 5xx, a broken connection). */
  readonly retryable: boolean;
  /** How long the server asked to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** One question to one service. */
export interface Question<Raw> {
  /** Name of the service whose concurrency limit it shares: `s3`, `arm`. */
  readonly service: string;
  /** The operation in the provider's spelling. */
  readonly operation: string;
  /**
   * Resolves when the provider's allowance lets it be asked, or when the signal aborts. It is waited for before each
   * attempt, and takes neither a place among the target's calls nor time of the first attempt.
   */
  readonly turn?: (signal: AbortSignal) => Promise<void>;
  /** Asks; must obey the signal. Throws what the SDK throws. */
  readonly call: (signal: AbortSignal) => Promise<Raw>;
}

/** What came of a question. */
export type Answer<Raw> =
  | { readonly ok: true; readonly raw: Raw; readonly observedAt: string; readonly sha256: string }
  | { readonly ok: false; readonly failure: Failure };

/** A question whose answer is one facet of one subject. */
export interface Read<F extends FacetName, Raw> extends Question<Raw> {
  readonly subject: Subject;
  readonly facet: F;
  /** The permission that the operation needs, in the provider's spelling; null when it needs none. */
  readonly permission: string | null;
  /** Pure: the raw answer as facet. Throwing means that the answer is malformed. */
  readonly map: (raw: Raw, observedAt: string) => Facets[F];
}

/** A read whose raw type is known only to itself. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyRead = { [F in FacetName]: Read<F, any> }[FacetName];

/** Declares a read; checks that `map` takes what `call` gives. */
export function defineRead<F extends FacetName, Raw>(read: Read<F, Raw>): AnyRead {
  // Which facet goes with which map is settled here, where both are known; the union cannot say it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return read as AnyRead;
}

/** What a probe may use. */
export interface ProbeContext {
  /** The moment of now; the only clock. */
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly log: (message: string, fields?: Readonly<Record<string, unknown>>) => void;
  /**
   * Asks under the limits, deadlines and retry of the scan; the raw answer is redacted before it is hashed.
   * Never throws: a failure is classified by the probe's own `classify`.
   */
  readonly ask: <Raw>(question: Question<Raw>) => Promise<Answer<Raw>>;
  /** Asks and maps one facet: an observation or a problem. Never throws. */
  readonly read: (read: AnyRead) => Promise<Observation | Problem>;
  /** The same for many, concurrently within the limits, each as it comes. */
  readonly readAll: (reads: Iterable<AnyRead>) => AsyncGenerator<Observation | Problem>;
  /** Makes an observation of what `ask` brought or of what the estate declares (`answer: null`). */
  readonly observe: <F extends FacetName>(
    subject: Subject,
    facet: F,
    value: Facets[F],
    from: {
      readonly operation: string;
      readonly observedAt?: string;
      readonly sha256?: string | null;
    },
  ) => Observation;
  /**
   * Makes a problem, of a failure that `ask` brought or of what is known without asking.
   * `kinds`: those that it is about, all of the probe's when left out.
   */
  readonly problem: (
    fields: Omit<Problem, "target" | "probe" | "kinds"> & { readonly kinds?: readonly string[] },
  ) => Problem;
  /**
   * The secret that the target's credentials refer to by this name; undefined when they do not.
   * Whatever is given out is taken out of everything that is kept.
   * @throws an error that says which variable or file is not there.
   */
  readonly secret: (name: string) => string | undefined;
  /** A secret that came by the way (a session token): from now on it is taken out of everything that is kept. */
  readonly learn: (secret: string) => void;
  /** Environment variables, for proxies and the providers' own default chains. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Largest answer that may be taken in, bytes. */
  readonly maxAnswerBytes: number;
  /** Whether tests that look like attacks may run. */
  readonly active: boolean;
}

/** One probe: reads one service of one target and judges nothing. */
export interface Probe {
  readonly id: string;
  readonly title: string;
  readonly provider: Provider;
  /** The kinds of subject it lists or reads. */
  readonly kinds: readonly string[];
  /** Its facets, each with the permissions that reading it needs in the provider's spelling. */
  readonly provides: Partial<
    Record<
      FacetName,
      {
        readonly permissions: readonly string[];
        /** What else it needs where the target has an option, by the option's name in the estate. */
        readonly onlyWith?: Readonly<Record<string, readonly string[]>>;
        /** The kinds of which it reads the facet; all of the probe's when left out. */
        readonly kinds?: readonly string[];
      }
    >
  >;
  /** Gives observations and problems for the wanted facets only (inventory always). */
  readonly gather: (
    target: Target,
    wanted: ReadonlySet<FacetName>,
    context: ProbeContext,
  ) => AsyncIterable<Observation | Problem>;
  /** Turns whatever the probe's calls throw into a failure; pure. */
  readonly classify: (error: unknown) => Failure;
}

/** What the registry knows of a probe without loading it. */
export interface ProbeEntry {
  readonly id: string;
  readonly title: string;
  readonly provider: Provider;
  readonly kinds: readonly string[];
  readonly provides: Probe["provides"];
  readonly load: () => Promise<{ readonly default: Probe }>;
}

/** Declares a probe; the identity, for the types. */
export function defineProbe(probe: Probe): Probe {
  return probe;
}

/** Whether a gathered item is a problem. */
export function isProblem(item: Observation | Problem): item is Problem {
  return "reason" in item;
}
