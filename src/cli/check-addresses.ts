import { endpointKind } from "#model/endpoint-url.ts";
import { createReadStream } from "node:fs";
import type { TargetOf } from "#model/estate.ts";
import { isRegular, type Line, LONGEST_LINE, readLines } from "./check-lines.ts";
import { type CommonTarget, readAddress } from "./check-target.ts";
import { UsageError } from "./exit.ts";

/** An address to ask, or a line that is none. */
export type Entry =
  | { readonly place: string; readonly target: TargetOf<"endpoint"> }
  | { readonly place: string; readonly error: string };

/** The addresses of one run. */
export interface Addresses {
  /** How many are to be asked; null where they come by a pipe, so that nobody knows. */
  readonly total: number | null;
  /** The target, where one address alone is asked for. */
  readonly single: TargetOf<"endpoint"> | null;
  /** An address of each kind of endpoint of which it is known beforehand that it is asked for. */
  readonly kinds: ReadonlyMap<string, string>;
  /** Each address once, as they come; wrong lines of pipes too. Ends when the signal aborts. */
  readonly entries: (signal: AbortSignal) => AsyncGenerator<Entry>;
}

/** `-` on the command line and for --file. */
const STDIN = "-";
const ERRORS_SHOWN = 20;

/**
 * What is asked for on the command line, in a file and on standard input. Everything that can be read twice is checked
 * before anything is asked; a pipe is read as it comes.
 * @throws UsageError with every wrong address, those of files at file:line:column.
 */
export async function openAddresses(
  given: readonly string[],
  file: string | undefined,
  common: CommonTarget,
): Promise<Addresses> {
  const texts = given.filter((text) => text !== STDIN);
  const piped = given.includes(STDIN) || file === STDIN;
  const listed = file === undefined || file === STDIN ? null : file;
  const twice = listed !== null && isRegular(listed);
  const sources = [
    () => argumentsOf(texts),
    ...(listed === null ? [] : [() => readLines(createReadStream(listed), listed)]),
    ...(piped ? [() => readLines(process.stdin, "standard input")] : []),
  ];
  const known = sources.slice(0, twice ? 2 : 1);

  const errors: string[] = [];
  const targets: TargetOf<"endpoint">[] = [];
  const kinds = new Map<string, string>();
  let total = 0;
  for await (const entry of entriesOf(known, common)) {
    if ("error" in entry) {
      if (errors.length < ERRORS_SHOWN) errors.push(`${entry.place}: ${entry.error}`);
      continue;
    }
    total += 1;
    kinds.set(endpointKind(entry.target.url), entry.target.url);
    if (targets.length < 2) targets.push(entry.target);
  }
  if (errors.length > 0) throw new UsageError(errors.join("\n"));
  const all = known.length === sources.length;
  if (all && total === 0) {
    throw new UsageError(
      listed === null
        ? "check: name an address, --file FILE, or - for standard input"
        : `--file ${listed} names no address`,
    );
  }
  return {
    total: all ? total : null,
    single: all && listed === null && total === 1 ? (targets[0] ?? null) : null,
    kinds,
    entries: async function* (signal) {
      try {
        yield* untilAborted(entriesOf(sources, common), signal);
      } finally {
        // Open, it would keep the process alive.
        if (piped) process.stdin.destroy();
      }
    },
  };
}

async function* argumentsOf(texts: readonly string[]): AsyncGenerator<Line> {
  for (const text of texts) {
    // What may be a password or a token is not repeated.
    const shown = text.replace(/[?#].*$/s, "").replace(/^.*@/s, "…@");
    yield { text, place: `check ${shown}` };
  }
}

/** Each address once, with the targets that they mean. */
async function* entriesOf(
  sources: readonly (() => AsyncGenerator<Line>)[],
  common: CommonTarget,
): AsyncGenerator<Entry> {
  const seen = new Set<string>();
  for (const source of sources) {
    for await (const { text, place } of source()) {
      if (text.length >= LONGEST_LINE) {
        yield { place, error: `longer than ${LONGEST_LINE} characters` };
        continue;
      }
      const read = readAddress(text, common);
      if ("error" in read) {
        yield { place, error: read.error };
      } else if (!seen.has(read.key)) {
        seen.add(read.key);
        yield { place, target: read.target };
      }
    }
  }
}

/** Waiting for standard input must not outlast the signal. */
async function* untilAborted(
  entries: AsyncGenerator<Entry>,
  signal: AbortSignal,
): AsyncGenerator<Entry> {
  let stop = () => {};
  const aborted = new Promise<{ readonly done: true }>((resolve) => {
    stop = () => resolve({ done: true });
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    while (!signal.aborted) {
      const next = entries.next();
      // After the signal nobody waits for it any more.
      next.catch(() => {});
      const { done, value } = { value: undefined, ...(await Promise.race([next, aborted])) };
      if (done === true || value === undefined) return;
      yield value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
