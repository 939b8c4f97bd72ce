import type { AwsService } from "#model/aws-services.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName, Facets } from "#model/facets.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { MOST_SUBJECTS } from "#probes/common/chunks.ts";
import { awsQuestion, type Send } from "./calls.ts";
import type { Found, Listed, Listing } from "./listing.ts";
import { malformed, pages } from "./pages.ts";
import type { AwsSession } from "./session.ts";

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
  /** `ec2:DescribeSecurityGroups`; its permission has the same name unless another is given. */
  readonly operation: string;
  readonly permission: string;
};

/** How a listing is asked that tells something of subjects that another listing gave. */
export interface Ask<S extends AwsService, Page extends object, Item> {
  readonly service: S;
  readonly region: string;
  readonly operation: string;
  readonly permission: string;
  readonly page: (token: string | undefined) => Send<S, Page>;
  readonly next: (page: Page) => string | undefined;
  readonly items: (page: Page) => readonly Item[];
}

/** Follows such a listing to its end: all of it, or why there is not all of it. */
export async function askAll<S extends AwsService, Page extends object, Item>(
  { context, clients }: Pick<AwsSession, "context" | "clients">,
  { service, region, operation, permission, page, next, items }: Ask<S, Page, Item>,
): Promise<Known<readonly Item[]>> {
  const named = { operation: `${service}:${operation}`, permission };
  const value: Item[] = [];
  const all = pages(
    context,
    (token) => awsQuestion(clients, service, region, operation, page(token)),
    next,
  );
  for await (const answer of all) {
    if (!answer.ok) return { ...named, ok: false, failure: answer.failure };
    try {
      value.push(...items(answer.raw));
    } catch (error) {
      return { ...named, ok: false, failure: malformed(error) };
    }
    if (value.length > MOST_SUBJECTS) {
      const message = `more than ${MOST_SUBJECTS} are listed`;
      return { ...named, ok: false, failure: { reason: "too-large", message, retryable: false } };
    }
  }
  // The hash is that of all pages together.
  const whole = await context.ask({ ...named, service, call: () => Promise.resolve(value) });
  if (!whole.ok) return { ...named, ok: false, failure: whole.failure };
  return { ...named, ok: true, value, observedAt: whole.observedAt, sha256: whole.sha256 };
}

/** Asks one question, to be used by several facets. */
export async function askOnce<S extends AwsService, Raw extends object>(
  { context, clients }: Pick<AwsSession, "context" | "clients">,
  ask: Omit<Ask<S, Raw, never>, "page" | "next" | "items"> & { readonly send: Send<S, Raw> },
): Promise<Known<Raw>> {
  const { service, region, operation, permission, send } = ask;
  const named = { operation: `${service}:${operation}`, permission };
  const answer = await context.ask(awsQuestion(clients, service, region, operation, send));
  if (!answer.ok) return { ...named, ok: false, failure: answer.failure };
  const { raw, observedAt, sha256 } = answer;
  return { ...named, ok: true, value: raw, observedAt, sha256 };
}

/** What a listing gave in one region, for facets of other subjects: all of it, or why there is not all of it. */
export function knownIn<S extends AwsService, Page extends object, Item>(
  {
    service,
    operation,
    permission,
  }: Pick<Listing<S, Page, Item>, "service" | "operation" | "permission">,
  { found, failures }: Listed<Item>,
  region: string,
  now: Date,
): Known<readonly Found<Item>[]> {
  const named = { operation: `${service}:${operation}`, permission };
  const failure = failures.get(region);
  if (failure !== undefined) return { ...named, ok: false, failure };
  const value = found.filter(({ place }) => place.region === region);
  const { observedAt, sha256 } = value[0]?.source ?? { observedAt: now.toISOString(), sha256: "" };
  return { ...named, ok: true, value, observedAt, sha256 };
}

/** Asks for each key once, however many want it, beside each other too. */
export function oncePer<Value>(
  ask: (key: string) => Promise<Value>,
): (key: string) => Promise<Value> {
  const asked = new Map<string, Promise<Value>>();
  return (key) => {
    const known = asked.get(key) ?? ask(key);
    asked.set(key, known);
    return known;
  };
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
interface From {
  readonly operation: string;
  readonly observedAt: string;
  readonly sha256: string;
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
    readonly failure: Failure;
  },
): Problem {
  const { operation, permission, failure } = known;
  const { reason, message } = failure;
  return context.problem({
    operation,
    subject,
    facets: [facet],
    reason,
    permission: reason === "denied" ? permission : null,
    message,
  });
}

function shapeless(error: unknown): Failure {
  const { message, ...failure } = malformed(error);
  return { ...failure, message: `the answer does not have the documented shape: ${message}` };
}
