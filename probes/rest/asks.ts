import type { Failure, ProbeContext } from "#model/probe.ts";
import { MOST_SUBJECTS } from "#probes/common/chunks.ts";
import { fields, type Fields } from "#probes/common/json.ts";
import { together, type From, type Known } from "#probes/common/known.ts";
import type { RestAnswer, RestClient } from "./client.ts";
import { malformed, RestFailure } from "./failures.ts";

const MOST_PAGES = 1000;

/** Who is asked, under which limit of gather. */
export interface Asking {
  readonly context: ProbeContext;
  readonly client: () => Promise<RestClient>;
  /** Name of the service whose concurrency limit is shared. */
  readonly service: string;
}

/** One question to an API. */
export interface RestAsk {
  /** The operation in the vendor's spelling: `GET /dedicated/server/{serviceName}`. */
  readonly operation: string;
  /** The permission that it needs in the vendor's spelling; empty where the vendor names none. */
  readonly permission: string;
  /** Path and query, made by `path`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The fields of one thing that are read; the others (a phone number) are neither hashed nor kept. Left out: all are. */
  readonly reads?: readonly string[];
}

/** Asks for one thing, a JSON object. */
export async function askOne(asking: Asking, ask: RestAsk): Promise<Known<Fields>> {
  const known = await askAny(asking, ask, false);
  if (!known.ok) return known;
  const { value, ...rest } = known;
  if (isObject(value)) return { ...rest, value: fields(value) };
  return broken(ask, "the answer is no JSON object");
}

/** Asks for what need not be there: null where the API says that it is not. */
export async function askOptional(asking: Asking, ask: RestAsk): Promise<Known<Fields | null>> {
  const known = await askAny(asking, ask, true);
  if (!known.ok) return known;
  const { value, ...rest } = known;
  if (value === ABSENT) return { ...rest, value: null };
  if (isObject(value)) return { ...rest, value: fields(value) };
  return broken(ask, "the answer is no JSON object");
}

/** How a listing goes on. */
export interface Pages {
  /** The entries of a page. Throws where there is no list, which is no empty one. */
  readonly items: (body: unknown) => readonly unknown[];
  /** What to ask for next; null: that was the last page. Throws where it cannot be told. */
  readonly next: (
    answer: RestAnswer,
    at: { readonly path: string; readonly taken: number; readonly page: number },
  ) => Pick<RestAsk, "path" | "headers"> | null;
}

/** A listing that comes whole in one answer. */
export function onePage(items: Pages["items"]): Pages {
  return { items, next: () => null };
}

/**
 * Follows a listing to its end: all of it, or why there is not all of it. What is next comes from the server, so a page
 * that was asked for already and a list without end are refused.
 */
export async function listAll(
  asking: Asking,
  ask: RestAsk,
  pages: Pages,
): Promise<Known<readonly unknown[]>> {
  const seen = new Set<string>();
  const items: unknown[] = [];
  const sources: From[] = [];
  let at: Pick<RestAsk, "path" | "headers"> | null = ask;
  for (let page = 1; at !== null; page += 1) {
    const key = JSON.stringify([at.path, at.headers]);
    if (seen.has(key)) return broken(ask, "the listing leads back to a page that was read");
    seen.add(key);
    if (page > MOST_PAGES) return tooMuch(ask, `the listing has more than ${MOST_PAGES} pages`);
    const place: Pick<RestAsk, "path" | "headers"> = at;
    const answer = await asking.context.ask({
      service: asking.service,
      operation: ask.operation,
      // The headers are a function, which is neither hashed nor kept.
      call: async (signal) => (await asking.client()).get(place.path, signal, place.headers),
    });
    if (!answer.ok) return { ...named(ask), ok: false, failure: answer.failure };
    try {
      for (const item of pages.items(answer.raw.body)) items.push(item);
      at = pages.next(answer.raw, { path: place.path, taken: items.length, page });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return broken(ask, `the answer does not have the documented shape: ${why}`);
    }
    if (items.length > MOST_SUBJECTS) {
      return tooMuch(ask, `the listing has more than ${MOST_SUBJECTS} entries`);
    }
    const { observedAt, sha256 } = answer;
    sources.push({ operation: ask.operation, observedAt, sha256 });
  }
  const whole = together(sources);
  if (whole === null) return broken(ask, "the listing has no page");
  return { ...named(ask), ok: true, value: items, ...whole };
}

async function askAny(asking: Asking, ask: RestAsk, mayBeAbsent: boolean): Promise<Known<unknown>> {
  const answer = await asking.context.ask({
    service: asking.service,
    operation: ask.operation,
    call: async (signal) => {
      try {
        const { body } = await (await asking.client()).get(ask.path, signal, ask.headers);
        return ask.reads === undefined ? body : onlyOf(body, ask.reads);
      } catch (error) {
        if (mayBeAbsent && error instanceof RestFailure && error.absent) return ABSENT;
        throw error;
      }
    },
  });
  if (!answer.ok) return { ...named(ask), ok: false, failure: answer.failure };
  const { raw: value, observedAt, sha256 } = answer;
  return { ...named(ask), ok: true, value, observedAt, sha256 };
}

/** Stands in for the answer; by identity, for a server may say anything. */
const ABSENT = Object.freeze({ absent: true });

/** What is no object has no fields, and is not let through whole. */
function onlyOf(body: unknown, names: readonly string[]): unknown {
  if (!isObject(body)) return null;
  return Object.fromEntries(Object.entries(body).filter(([name]) => names.includes(name)));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function named({ operation, permission }: RestAsk) {
  return { operation, permission };
}

function broken(ask: RestAsk, message: string) {
  return { ...named(ask), ok: false, failure: malformed(message).failure } as const;
}

function tooMuch(ask: RestAsk, message: string) {
  const failure: Failure = { reason: "too-large", message, retryable: false };
  return { ...named(ask), ok: false, failure } as const;
}
