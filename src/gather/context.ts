import { createHash } from "node:crypto";
import pLimit, { type LimitFunction } from "p-limit";
import type { Target } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets, Inventory } from "#model/facets.ts";
import type { AnyRead, Answer, Failure, Probe, ProbeContext, Question } from "#model/probe.ts";
import { longestSeconds } from "#model/duration.ts";
import { deadline } from "./deadline.ts";
import type { Redactor } from "./redact.ts";

/** What a whole scan shares. Clock and sleep are passed in, so that tests neither wait nor guess. */
export interface ScanSettings {
  readonly now: () => Date;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** 0 ≤ random() < 1 */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly log: ProbeContext["log"];
  readonly redactor: Redactor;
  /** Looks up what a target's credentials refer to. */
  readonly secret: (target: Target, name: string) => string | undefined;
  readonly environment: ProbeContext["environment"];
  readonly active: boolean;
  readonly maxAnswerBytes: number;
  /** Takes every answer as it is hashed, redacted; left out: none is kept. */
  readonly record?: (answer: RecordedAnswer) => void;
}

/** An answer without secrets: the JSON of `answer` has the hash by which an observation refers to it. */
export interface RecordedAnswer {
  readonly target: string;
  readonly probe: string;
  readonly operation: string;
  readonly observedAt: string;
  readonly sha256: string;
  readonly answer: unknown;
}

/** The limits of one target, shared by all its probes. */
export interface TargetLimits {
  /** Aborts at the target's deadline or when the scan is cancelled. */
  readonly signal: AbortSignal;
  /** Lets go of the deadline, once nothing of the target is read any more. */
  readonly release: () => void;
  /** Aborted when the scan as a whole was cancelled, not by a deadline. */
  readonly callMilliseconds: number;
  readonly total: LimitFunction;
  readonly service: (name: string) => LimitFunction;
}

const ATTEMPTS = 5;
const BACKOFF_BASE_MS = 200;
const BACKOFF_CAP_MS = 10_000;

/** Calls at once against one service of one target, where the provider throttles early. */
const SERVICE_CONCURRENCY: Readonly<Record<string, number>> = {
  s3: 20,
  arm: 8,
  ovh: 10,
  tls: 20,
  http: 4,
  cloudcontrol: 2,
  // A question for each bucket; Google allows 5,000 a second.
  "gcp-storage": 20,
};
const DEFAULT_SERVICE_CONCURRENCY = 5;
const DEFAULT_TARGET_CONCURRENCY = 40;
const DEFAULT_CALL_SECONDS = 30;
const DEFAULT_TARGET_SECONDS = 600;
/** The estate's schema allows no more; a timer of more than 24.8 days would end at once. */
const MOST_SECONDS = 86_400;

/** The limits of a target: its own settings, else the defaults above. */
export function targetLimits(target: Target, scan: AbortSignal): TargetLimits {
  const seconds = (text: string | undefined, otherwise: number) => {
    const asked = text === undefined ? otherwise : longestSeconds(text);
    return asked <= MOST_SECONDS ? asked : MOST_SECONDS;
  };
  const concurrency = target.limits?.concurrency;
  const services = new Map<string, LimitFunction>();
  const whole = seconds(target.limits?.targetTimeout, DEFAULT_TARGET_SECONDS);
  return {
    ...deadline(scan, whole * 1000),
    callMilliseconds: seconds(target.limits?.callTimeout, DEFAULT_CALL_SECONDS) * 1000,
    total: pLimit(concurrency ?? DEFAULT_TARGET_CONCURRENCY),
    service: (name) => {
      let limit = services.get(name);
      if (limit === undefined) {
        // `ec2 eu-west-3`: each region of a service has a limit of its own.
        const [service = ""] = name.split(" ");
        limit = pLimit(concurrency ?? SERVICE_CONCURRENCY[service] ?? DEFAULT_SERVICE_CONCURRENCY);
        services.set(name, limit);
      }
      return limit;
    },
  };
}

/** What a probe is given to ask with. */
export function probeContext(
  probe: Pick<Probe, "id" | "kinds" | "classify">,
  target: Target,
  limits: TargetLimits,
  scan: ScanSettings,
): ProbeContext {
  const log: ProbeContext["log"] = (message, fields) =>
    scan.log(scan.redactor.text(message), scan.redactor.kept(fields));

  const ask = async <Raw>(question: Question<Raw>): Promise<Answer<Raw>> => {
    const outcome = await limits.service(question.service)(async () => {
      await question.turn?.(limits.signal);
      return limits.total(() => attempt(question, probe.classify, limits, scan));
    });
    if (!outcome.ok) {
      const message = scan.redactor.text(outcome.failure.message).slice(0, 1000);
      log("call failed", { probe: probe.id, operation: question.operation, message });
      return { ok: false, failure: { ...outcome.failure, message } };
    }
    const observedAt = scan.now().toISOString();
    const answer = scan.redactor.value(outcome.raw);
    const sha256 = hash(answer);
    const { operation } = question;
    scan.record?.({ target: target.id, probe: probe.id, operation, observedAt, sha256, answer });
    return { ok: true, raw: outcome.raw, observedAt, sha256 };
  };

  const observe: ProbeContext["observe"] = (subject, facet, value, from) =>
    // Facet and value belong together by the parameter's type; the union cannot follow it.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    ({
      subject: scan.redactor.subject(subject),
      facet,
      value: keptFacet(facet, value, scan.redactor),
      observedAt: from.observedAt ?? scan.now().toISOString(),
      source: { probe: probe.id, operation: from.operation, sha256: from.sha256 ?? null },
    }) as Observation;

  const problem: ProbeContext["problem"] = (fields) => ({
    kinds: probe.kinds,
    ...fields,
    subject: fields.subject === null ? null : scan.redactor.subject(fields.subject),
    target: target.id,
    probe: probe.id,
    message: scan.redactor.text(fields.message).slice(0, 1000),
  });

  const read = async (question: AnyRead): Promise<Observation | Problem> => {
    const { subject, facet, operation } = question;
    const answer = await ask<unknown>(question);
    if (!answer.ok) {
      const { reason, message } = answer.failure;
      const permission = reason === "denied" ? question.permission : null;
      return problem({ operation, subject, facets: [facet], reason, permission, message });
    }
    try {
      const value = question.map(answer.raw, answer.observedAt);
      return observe(subject, facet, value, { operation, ...answer });
    } catch (error) {
      const message = `the answer does not have the documented shape: ${words(error)}`;
      return problem({
        operation,
        subject,
        facets: [facet],
        reason: "malformed",
        permission: null,
        message,
      });
    }
  };

  return {
    now: scan.now,
    signal: limits.signal,
    log,
    ask,
    read,
    readAll: (reads) => asTheyCome(reads, read),
    observe,
    problem,
    secret: (name) => {
      const secret = scan.secret(target, name);
      // An id is no secret, and messages need it to be understood.
      if (secret !== undefined && !name.endsWith("Id")) scan.redactor.learn(secret);
      return secret;
    },
    learn: scan.redactor.learn,
    environment: scan.environment,
    maxAnswerBytes: scan.maxAnswerBytes,
    active: scan.active,
  };
}

/** Asks until an answer, a final failure or the deadline; full jitter between, and never sooner than the server asked. */
async function attempt<Raw>(
  question: Question<Raw>,
  classify: Probe["classify"],
  limits: TargetLimits,
  scan: ScanSettings,
): Promise<{ ok: true; raw: Raw } | { ok: false; failure: Failure }> {
  const { signal, release } = deadline(limits.signal, limits.callMilliseconds);
  try {
    return await attempts(question, classify, limits, scan, signal);
  } finally {
    release();
  }
}

async function attempts<Raw>(
  question: Question<Raw>,
  classify: Probe["classify"],
  limits: TargetLimits,
  scan: ScanSettings,
  signal: AbortSignal,
): Promise<{ ok: true; raw: Raw } | { ok: false; failure: Failure }> {
  const end = scan.now().getTime() + limits.callMilliseconds;
  for (let tried = 1; ; tried += 1) {
    if (signal.aborted) return { ok: false, failure: aborted(question, scan) };
    try {
      return { ok: true, raw: await unlessAborted(question.call(signal), signal) };
    } catch (error) {
      if (signal.aborted) return { ok: false, failure: aborted(question, scan) };
      const failure = classify(error);
      const wait =
        failure.retryAfterMs ??
        scan.random() * Math.min(BACKOFF_CAP_MS, BACKOFF_BASE_MS * 2 ** tried);
      const tooLate = scan.now().getTime() + wait >= end;
      if (!failure.retryable || tried === ATTEMPTS || tooLate) return { ok: false, failure };
      await scan.sleep(wait, signal);
      await question.turn?.(signal);
    }
  }
}

function aborted(question: Question<unknown>, scan: ScanSettings): Failure {
  return scan.signal.aborted
    ? {
        reason: "cancelled",
        message: `${question.operation} was cut off with the scan`,
        retryable: false,
      }
    : {
        reason: "timeout",
        message: `${question.operation} did not answer in time`,
        retryable: false,
      };
}

/** Settles with the promise, or rejects when the signal aborts first: a call that ignores its signal holds nobody up. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** Runs all reads (the limits bound them) and gives each result as it comes. */
async function* asTheyCome(
  reads: Iterable<AnyRead>,
  read: ProbeContext["read"],
): AsyncGenerator<Observation | Problem> {
  const done: (Observation | Problem)[] = [];
  let wake = () => {};
  let open = 0;
  const take = async (question: AnyRead) => {
    done.push(await read(question));
    wake();
  };
  for (const question of reads) {
    open += 1;
    void take(question);
  }
  for (let left = open; left > 0;) {
    if (done.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    const items = done.splice(0);
    left -= items.length;
    yield* items;
  }
}

/** A facet's value without secrets; the subjects that an inventory lists are redacted as everywhere else. */
function keptFacet(facet: FacetName, value: Facets[FacetName], redactor: Redactor): unknown {
  if (!isInventory(facet, value)) return redactor.kept(value);
  const { items, ...rest } = value;
  return { ...redactor.kept(rest), items: items.map(redactor.subject) };
}

function isInventory(facet: FacetName, value: Facets[FacetName]): value is Inventory {
  return facet === "inventory" && "items" in value;
}

/** SHA-256 of a value's JSON, lower-case hex. */
function hash(value: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(value) ?? "")
    .digest("hex");
}

/** An error's message, or whatever was thrown as text. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
