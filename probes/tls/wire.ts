import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import {
  buildClientHello,
  buildSsl2Hello,
  type HelloOffer,
  type HelloVersion,
  VERSION_CODES,
} from "./client-hello.ts";
import { type Broken, type Connection, dial, type Reader } from "./dialogue.ts";
import { dropEarly, takeEarly } from "./early.ts";
import { hostLimit } from "./host-limits.ts";
import { suitesFor } from "./offers.ts";
import { type Outcome, versionName } from "./outcomes.ts";
import { createPatience, type Patience } from "./patience.ts";
import { createPreamble } from "./starttls/preamble.ts";
import { createFlightReader, type ReadTo } from "./records.ts";
import { createSteadiness, type Steadiness } from "./steadiness.ts";

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

/**
 * What follows a question: so many others are likely to, for which connections are dialled before its answer is there, so
 * that each costs one round trip; or nothing waits for it, and it goes aside for those that something waits for.
 */
export type Next = number | "aside";

/** The server, and what was learned of its manners. */
export interface Wire extends Omit<Steadiness, "met"> {
  readonly address: WireAddress;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** One hello and its answer, over a connection of its own. `read`: how far to read an answer up to TLS 1.2. */
  readonly ask: (question: Question, read?: ReadTo, next?: Next) => Promise<Outcome>;
  readonly askSsl2: (ciphers: readonly number[]) => Promise<Outcome>;
  /** The same with bytes and a reader of one's own. */
  readonly converse: <R extends object>(
    hello: Buffer,
    reader: Reader<R>,
    next?: Next,
  ) => Promise<R | Broken>;
  readonly patience: Patience;
  /** Runs what opens one connection by itself, under the same limit; null when no time is left. */
  readonly slot: <T>(act: () => Promise<T>) => Promise<T | null>;
  /** After a failure: fewer connections at once, and a pause for all that grows with each call for the same hello. */
  readonly calm: (attempt: number) => Promise<void>;
  /** Not even what the server is known to answer is answered: more time between one connection and the next. */
  readonly slow: () => void;
  /** Why its silences mean nothing, where `flaky`: it is unsteady, or they could not all be looked into. */
  readonly whyFlaky: () => string;
  /** Resolves when the first hello was answered, or was not. */
  readonly heard: Promise<void>;
  /** TLS was begun on some connection. */
  readonly begun: () => boolean;
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
  /** The protocol that begins TLS by a command; null or left out where TLS comes first. */
  readonly startTls?: StartTlsProtocol | null;
}

/** Where the random of a hello stands, behind the headers of record and message and the version (RFC 5246 7.4.1.2). */
const HELLO_RANDOM = [11, 43] as const;
/** Servers of such protocols count connections, and shut out who has many. */
const STARTTLS_CONNECTIONS = 5;
const PAUSE_MS = 100;
/** A scan takes at most so many times the time of one dialogue; what is not asked by then is reported as not asked. */
const BUDGET = 4;

/** Opens nothing yet: each question is one connection. Must be closed. */
export function createWire(address: WireAddress, options: WireOptions): Wire {
  const { signal, clock, timeoutMs } = options;
  const talks = (address.startTls ?? null) !== null;
  const most = talks ? Math.min(options.connections, STARTTLS_CONNECTIONS) : options.connections;
  // MySQL shuts out whoever leaves a hundred connections unused.
  const mostAhead = address.startTls === "mysql" ? 0 : talks ? 1 : Number.POSITIVE_INFINITY;
  const limit = hostLimit(address.host, most);
  const deadline = clock.now() + BUDGET * timeoutMs;
  const chosen = new Map<HelloVersion, Set<number>>();
  const steadiness = createSteadiness();
  const { promise: heard, resolve: hear } = Promise.withResolvers<void>();
  const over = new AbortController();
  const open = new Set<Connection>();
  /** Dialled ahead, oldest first: a server that serves one connection at a time meets them in the order of their use. */
  const spares: Connection[] = [];
  /** TLS was begun on some connection: one that says it has none has not always said so. */
  let begun = false;
  let asking = 0;
  let trimming = false;
  let connections = 0;
  let quietUntil = 0;
  let emptied: (() => void) | null = null;

  const spent = () => signal.aborted || clock.now() >= deadline;

  const dialNow = (): Connection => {
    connections += 1;
    const { startTls = null, serverName, host } = address;
    const gone = () => {
      open.delete(connection);
      limit.leave();
      if (open.size === 0) emptied?.();
    };
    const connection: Connection =
      startTls === null
        ? (takeEarly(address, gone) ?? dial(address, gone))
        : dial(address, gone, createPreamble(startTls, serverName ?? host), timeoutMs);
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
  /** What is asked by the way leaves room for the next step of each chain, which everything else waits for in the end. */
  const aside = () => Math.max(0, asking - spares.length);
  /** Resolves when a connection may be opened, after pauses and in the gaps that the host needs; false when time is up. */
  const turn = async (spare?: () => number): Promise<boolean> => {
    if (!limit.tryEnter(spare?.()) && !(await limit.enter(over.signal, spare))) return false;
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
    next: Next,
  ): Promise<R | Broken> => {
    if (spent()) return { kind: "cancelled" };
    const ahead = next === "aside" ? 0 : next;
    asking += ahead;
    try {
      // What is asked by the way leaves the chains what was dialled for them.
      let connection = next !== "aside" || spares.length > asking ? takeSpare() : null;
      const wasSpare = connection !== null;
      if (connection === null) {
        if (!(await turn(next === "aside" ? aside : undefined))) return { kind: "cancelled" };
        connection = dialNow();
      }
      for (let count = 0; count < Math.min(ahead, mostAhead); count += 1) {
        if (quietUntil > 0 || !limit.tryEnter()) break;
        spares.push(dialNow());
      }
      let answered = false;
      const { push, end } = reader();
      const listening: Reader<R> = {
        push: (chunk) => {
          answered = true;
          return push(chunk);
        },
        end,
      };
      const said = await connection.converse(hello(), listening, timeoutMs);
      const outcome = begun && isNoStartTls(said) ? { ...said, refused: false } : said;
      begun ||= !("kind" in said && UNBEGUN.has(said.kind));
      // An idle connection may have been ended by the time it is used: that says nothing of the hello.
      const stale =
        wasSpare &&
        !answered &&
        "kind" in outcome &&
        typeof outcome.kind === "string" &&
        ENDED.has(outcome.kind);
      return stale ? await exchange(hello, reader, next === "aside" ? next : 0) : outcome;
    } finally {
      hear();
      asking -= ahead;
      if (spares.length > asking && !trimming) {
        trimming = true;
        // After the chain that was answered has had its chance to go on.
        setImmediate(trim);
      }
    }
  };

  const put = async (question: Question, read: ReadTo, next: Next): Promise<Outcome> => {
    let sent: Buffer = Buffer.alloc(0);
    const said = await exchange<Outcome>(
      () => (sent = buildClientHello({ ...question, serverName: address.serverName })),
      () => createFlightReader({ read, ssl2: false }),
      next,
    );
    const outcome: Outcome =
      said.kind === "hello" ? { ...said, clientRandom: sent.subarray(...HELLO_RANDOM) } : said;
    const uncompressed = outcome.kind === "hello" && outcome.compression === 0;
    if (uncompressed && question.suites.includes(outcome.suite)) {
      const version = versionName(outcome.version);
      const offered = version !== null && outcome.version <= VERSION_CODES[question.version];
      if (offered && suitesFor(version).includes(outcome.suite)) {
        chosen.set(version, (chosen.get(version) ?? new Set()).add(outcome.suite));
      }
    }
    steadiness.met(question, sent, outcome);
    return outcome;
  };

  const stop = () => {
    over.abort();
    for (const connection of open) connection.drop();
    dropEarly(address);
    spares.length = 0;
  };
  signal.addEventListener("abort", stop, { once: true });
  // Whoever waits behind others at the deadline need not wait on.
  const timer = setTimeout(() => over.abort(), BUDGET * timeoutMs);

  const wire: Omit<Wire, "patience"> = {
    address,
    timeoutMs,
    signal,
    ask: (question, read = "hello", next = 0) => put(question, read, next),
    askSsl2: (ciphers) =>
      exchange<Outcome>(
        () => buildSsl2Hello(ciphers),
        () => createFlightReader({ read: "hello", ssl2: true }),
        "aside",
      ),
    converse: (hello, reader, next = 0) =>
      exchange(
        () => hello,
        () => reader,
        next,
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
    slow: () => limit.slow(),
    blame: steadiness.blame,
    flaky: () => steadiness.flaky() || spent(),
    whyFlaky: () =>
      steadiness.flaky() ? "the server is unsteady" : "no time was left to look into it",
    contradicted: steadiness.contradicted,
    heard,
    begun: () => begun,
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

/** Outcomes of connections on which no hello was sent, or none that is known of. */
const UNBEGUN: ReadonlySet<string> = new Set(["no-starttls", "unreachable", "cancelled"]);

function isNoStartTls(said: object): said is Extract<Broken, { kind: "no-starttls" }> {
  return "kind" in said && said.kind === "no-starttls";
}

const ENDED: ReadonlySet<string> = new Set(["closed", "reset"]);
