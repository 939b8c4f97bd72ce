import { createHash } from "node:crypto";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";

/** What was asked once and is needed by several subjects, or why it was not answered. */
export type Known<Value> = (
  | {
      readonly ok: true;
      readonly value: Value;
      readonly observedAt: string;
      readonly sha256: string;
    }
  | { readonly ok: false; readonly failure: Failure }
) & {
  /** The operation in the provider's spelling, and the permission that it needs; empty where the provider names none. */
  readonly operation: string;
  readonly permission: string;
};

/** Asks for each key once, however many want it, beside each other too. */
export function oncePer<Value>(ask: (key: string) => Value): (key: string) => Value {
  const asked = new Map<string, Value>();
  return (key) => {
    const known = asked.get(key) ?? ask(key);
    asked.set(key, known);
    return known;
  };
}

/** Asks once, when it is first wanted. */
export function once<Value>(ask: () => Value): () => Value {
  const asked = oncePer(ask);
  return () => asked("");
}

/**
 * What was answered.
 * @throws Unanswered, which `tell` makes a problem of
 */
export function answerOf<Value>(known: Known<Value>): Value {
  if (!known.ok) throw new Unanswered(known);
  return known.value;
}

class Unanswered extends Error {
  readonly known: Known<unknown> & { readonly ok: false };
  constructor(known: Known<unknown> & { readonly ok: false }) {
    super(known.failure.message);
    this.known = known;
  }
}

/** Where a facet comes from: the listing, or the answer that decided it. */
export interface From {
  readonly operation: string;
  readonly observedAt: string;
  readonly sha256: string;
}

/** One source for several: the earliest moment, and of several hashes the hash of them in order; null for none. */
export function together(sources: readonly From[]): From | null {
  const [first, ...rest] = sources;
  if (first === undefined) return null;
  if (rest.length === 0) return first;
  const hashes = sources.map(({ sha256 }) => sha256).join("\n");
  return {
    operation: first.operation,
    observedAt: sources.map(({ observedAt }) => observedAt).sort()[0] ?? first.observedAt,
    sha256: createHash("sha256").update(hashes).digest("hex"),
  };
}

/** The answer that decided a facet, as its source; the listing's where it was not answered. */
export function sourceOf(known: Known<unknown>, listing: From): From {
  if (!known.ok) return listing;
  return { operation: known.operation, observedAt: known.observedAt, sha256: known.sha256 };
}

/**
 * One facet that several answers tell together. An answer that failed and that `map` asks for by `answerOf` makes it a
 * problem that names that answer's permission; whatever else `map` throws is an answer of another shape.
 */
export function tell<F extends FacetName>(
  context: ProbeContext,
  subject: Subject,
  facet: F,
  from: From,
  map: () => Facets[F],
): Observation | Problem {
  try {
    return context.observe(subject, facet, map(), from);
  } catch (error) {
    const known =
      error instanceof Unanswered
        ? error.known
        : { operation: from.operation, permission: null, failure: shapeless(error) };
    return unanswered(context, subject, facet, known);
  }
}

/** The problem of a facet, or of a part of it, that a failed answer is. */
export function unanswered(
  context: ProbeContext,
  subject: Subject,
  facet: FacetName,
  known: {
    readonly operation: string;
    readonly permission: string | null;
    readonly failure: Pick<Failure, "reason" | "message">;
  },
): Problem {
  const { operation, permission, failure } = known;
  const { reason, message } = failure;
  return context.problem({
    operation,
    subject,
    facets: [facet],
    reason,
    permission: reason === "denied" && permission !== "" ? permission : null,
    message,
  });
}

function shapeless(error: unknown): Failure {
  const why = error instanceof Error ? error.message : String(error);
  const message = `the answer does not have the documented shape: ${why}`;
  return { reason: "malformed", message, retryable: false };
}
