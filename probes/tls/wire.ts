import {
  buildClientHello,
  buildSsl2Hello,
  type HelloOffer,
  type HelloVersion,
  VERSION_CODES,
} from "./client-hello.ts";
import { type Broken, type Connection, dial, type Reader } from "./dialogue.ts";
import { hostLimit } from "./host-limits.ts";
import { suitesFor } from "./offers.ts";
import { isDoubtful, type Outcome, versionName } from "./outcomes.ts";
import { createPatience, type Patience } from "./patience.ts";
import { createFlightReader, type ReadTo } from "./records.ts";

/** Time as the scan sees it; passed in, so that tests need not wait. */
export interface Clock {
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface WireOptions {
  /** For one dialogue. */
  readonly timeoutMs: number;
  /** The most connections to the host at once. */
  readonly connections: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** What one hello asks, without what is the same in all of them. */
export type Question = Omit<HelloOffer, "serverName">;

/** The server, and what was learned of its manners. */
export interface Wire {
  readonly address: WireAddress;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** One hello and its answer, over a connection of its own. `read`: how far to read an answer up to TLS 1.2. */
  readonly ask: (question: Question, read?: ReadTo) => Promise<Outcome>;
  /**
   * The same where another question is likely to follow: the next connection is dialled before this one's answer is there,
   * so that each step of a chain costs one round trip.
   */
  readonly askAhead: (question: Question, read?: ReadTo) => Promise<Outcome>;
  readonly askSsl2: (ciphers: readonly number[]) => Promise<Outcome>;
  /** One connection with bytes and a reader of one's own. */
  readonly converse: <R extends object>(hello: Buffer, reader: Reader<R>) => Promise<R | Broken>;
  readonly patience: Patience;
  /** Runs what opens one connection by itself, under the same limit; null when no time is left. */
  readonly slot: <T>(act: () => Promise<T>) => Promise<T | null>;
  /** After a failure: fewer connections at once, and a pause for all that grows with each call for the same hello. */
  readonly calm: (attempt: number) => Promise<void>;
  /** Marks that a hello which the server does answer failed once: its silences then mean nothing. */
  readonly blame: () => void;
  /** Not even what the server is known to answer is answered: more time between one connection and the next. */
  readonly slow: () => void;
  readonly flaky: () => boolean;
  /** No time is left: what is asked from now on is `cancelled`. */
  readonly spent: () => boolean;
  /** Every suite that was chosen, by the version it was chosen for: a lower one than was asked for counts for its own. */
  readonly chosen: ReadonlyMap<HelloVersion, ReadonlySet<number>>;
  readonly connections: () => number;
  /** Ends all connections that are left; resolves when they are gone. */
  readonly close: () => Promise<void>;
}

export interface WireAddress {
  /** IP address. */
  readonly host: string;
  readonly port: number;
  /** Name for SNI; null sends none. */
  readonly serverName: string | null;
}

const PAUSE_MS = 100;
/** A scan takes at most so many times the time of one dialogue; what is not asked by then is reported as not asked. */
const BUDGET = 4;

/** Opens nothing yet: each question is one connection. Must be closed. */
export function createWire(address: WireAddress, options: WireOptions): Wire {
  const { signal, clock, timeoutMs } = options;
  const limit = hostLimit(address.host, options.connections);
  const deadline = clock.now() + BUDGET * timeoutMs;
  const chosen = new Map<HelloVersion, Set<number>>();
  /** Whether each hello met a doubtful answer. */
  const met = new Map<string, boolean>();
  const over = new AbortController();
  const open = new Set<Connection>();
  /** Dialled ahead, oldest first: a server that serves one connection at a time meets them in the order of their use. */
  const spares: Connection[] = [];
  let asking = 0;
  let trimming = false;
  let connections = 0;
  let flaky = false;
  let quietUntil = 0;
  let emptied: (() => void) | null = null;

  const spent = () => signal.aborted || clock.now() >= deadline;

  const dialNow = (): Connection => {
    connections += 1;
    const connection = dial(address, () => {
      open.delete(connection);
      limit.leave();
      if (open.size === 0) emptied?.();
    });
    open.add(connection);
    return connection;
  };
  const takeSpare = (): Connection | null => {
    for (let spare = spares.shift(); spare !== undefined; spare = spares.shift()) {
      if (spare.usable()) return spare;
      spare.drop();
    }
    return null;
  };
  /** What was dialled ahead for chains that have ended is given up, so that nobody waits behind it. */
  const trim = () => {
    trimming = false;
    while (spares.length > asking) spares.shift()?.drop();
  };
  /** Resolves when a connection may be opened, after pauses and in the gaps that the host needs; false when time is up. */
  const turn = async (): Promise<boolean> => {
    if (!limit.tryEnter() && !(await limit.enter(over.signal))) return false;
    // The pause may have been prolonged while it was waited for.
    for (let until = 0; until !== quietUntil && !spent();) {
      until = quietUntil;
      const wait = until - clock.now();
      if (wait > 0) await clock.wait(wait, signal);
    }
    if (limit.gapMs() > 0) quietUntil = clock.now() + limit.gapMs();
    if (spent()) limit.leave();
    return !spent();
  };

  const exchange = async <R extends object>(
    hello: () => Buffer,
    reader: () => Reader<R>,
    ahead: boolean,
  ): Promise<R | Broken> => {
    if (spent()) return { kind: "cancelled" };
    if (ahead) asking += 1;
    try {
      let connection = takeSpare();
      const wasSpare = connection !== null;
      if (connection === null) {
        if (!(await turn())) return { kind: "cancelled" };
        connection = dialNow();
      }
      if (ahead && quietUntil === 0 && limit.tryEnter()) spares.push(dialNow());
      let heard = false;
      const { push, end } = reader();
      const listening: Reader<R> = {
        push: (chunk) => {
          heard = true;
          return push(chunk);
        },
        end,
      };
      const outcome = await connection.converse(hello(), listening, timeoutMs);
      // An idle connection may have been ended by the time it is used: that says nothing of the hello.
      const stale =
        wasSpare &&
        !heard &&
        "kind" in outcome &&
        typeof outcome.kind === "string" &&
        ENDED.has(outcome.kind);
      return stale ? await exchange(hello, reader, false) : outcome;
    } finally {
      if (ahead) asking -= 1;
      if (spares.length > asking && !trimming) {
        trimming = true;
        // After the chain that was answered has had its chance to go on.
        setImmediate(trim);
      }
    }
  };

  const put = async (question: Question, read: ReadTo, ahead: boolean): Promise<Outcome> => {
    const outcome = await exchange<Outcome>(
      () => buildClientHello({ ...question, serverName: address.serverName }),
      () => createFlightReader({ read, ssl2: false }),
      ahead,
    );
    if (outcome.kind === "hello" && question.suites.includes(outcome.suite)) {
      const version = versionName(outcome.version);
      const offered = version !== null && outcome.version <= VERSION_CODES[question.version];
      if (offered && suitesFor(version).includes(outcome.suite)) {
        chosen.set(version, (chosen.get(version) ?? new Set()).add(outcome.suite));
      }
    }
    if (outcome.kind !== "cancelled") {
      // The same hello, answered at one time and not at another: the server is unsteady.
      const key = keyOf(question);
      const doubtful = isDoubtful(outcome);
      if ((met.get(key) ?? doubtful) !== doubtful) flaky = true;
      met.set(key, doubtful);
    }
    return outcome;
  };

  const stop = () => {
    over.abort();
    for (const connection of open) connection.drop();
    spares.length = 0;
  };
  signal.addEventListener("abort", stop, { once: true });
  // Whoever waits behind others at the deadline need not wait on.
  const timer = setTimeout(() => over.abort(), BUDGET * timeoutMs);

  const wire: Omit<Wire, "patience"> = {
    address,
    timeoutMs,
    signal,
    ask: (question, read = "hello") => put(question, read, false),
    askAhead: (question, read = "hello") => put(question, read, true),
    askSsl2: (ciphers) =>
      exchange<Outcome>(
        () => buildSsl2Hello(ciphers),
        () => createFlightReader({ read: "hello", ssl2: true }),
        false,
      ),
    converse: (hello, reader) =>
      exchange(
        () => hello,
        () => reader,
        false,
      ),
    slot: async (act) => {
      if (!(await turn())) return null;
      connections += 1;
      try {
        return await act();
      } finally {
        limit.leave();
      }
    },
    calm: async (attempt) => {
      limit.narrow();
      const pause = Math.min(PAUSE_MS * 2 ** attempt, Math.max(0, deadline - clock.now()));
      quietUntil = Math.max(quietUntil, clock.now() + pause);
      while (spares.length > 0) spares.shift()?.drop();
      await clock.wait(pause, signal);
    },
    blame: () => {
      flaky = true;
    },
    slow: () => limit.slow(),
    flaky: () => flaky,
    spent,
    chosen,
    connections: () => connections,
    close: async () => {
      signal.removeEventListener("abort", stop);
      clearTimeout(timer);
      stop();
      if (open.size > 0) await new Promise<void>((resolve) => (emptied = resolve));
      limit.release();
    },
  };
  return { ...wire, patience: createPatience(wire) };
}

/** Tells one hello of a scan from another, as far as they differ in practice. */
function keyOf({ version, suites, groups, signatureAlgorithms = [], ...rest }: Question): string {
  const codes = [suites, groups, signatureAlgorithms].map(
    (list) => `${list.length} ${list[0]} ${list[1]} ${list[list.length >> 1]} ${list.at(-1)}`,
  );
  const { withoutName, keyShares, versions, legacyVersion, extra = [], compact } = rest;
  const shares = typeof keyShares === "object" ? keyShares.length : keyShares;
  const extensions = extra.map(([type, body]) => `${type} ${body.toString("base64url")}`);
  return [
    version,
    ...codes,
    withoutName,
    shares,
    versions,
    legacyVersion,
    compact,
    ...extensions,
  ].join();
}

const ENDED: ReadonlySet<string> = new Set(["closed", "reset"]);
