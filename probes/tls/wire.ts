import pLimit from "p-limit";
import {
  buildClientHello,
  buildSsl2Hello,
  type HelloOffer,
  type HelloVersion,
  VERSION_CODES,
} from "./client-hello.ts";
import { exchange, type Outcome } from "./dialogue.ts";
import { versionName } from "./outcomes.ts";

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
  /** The most connections to the server at once. */
  readonly connections: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** The server, and what was learned of its manners. */
export interface Wire {
  readonly ask: (
    offer: Omit<HelloOffer, "serverName">,
    keyExchange?: "ECDHE" | "DHE",
  ) => Promise<Outcome>;
  readonly askSsl2: (ciphers: readonly number[]) => Promise<Outcome>;
  /** After a failure: fewer connections at once, and a pause that grows with each call for the same hello. */
  readonly calm: (attempt: number) => Promise<void>;
  /** Marks that a hello which the server does answer failed once: its silences then mean nothing. */
  readonly blame: () => void;
  readonly flaky: () => boolean;
  /** Every suite that was chosen, by the version it was chosen for: a lower one than was asked for counts for its own. */
  readonly chosen: ReadonlyMap<HelloVersion, ReadonlySet<number>>;
  readonly connections: () => number;
}

const PAUSE_MS = 100;
/** A scan takes at most so many times the time of one dialogue; what is not asked by then is reported as not asked. */
const BUDGET = 4;

/** Opens nothing yet: each question is one connection. */
export function createWire(
  address: { readonly host: string; readonly port: number; readonly serverName: string | null },
  options: WireOptions,
): Wire {
  const { signal, clock, timeoutMs } = options;
  const limit = pLimit(options.connections);
  const deadline = clock.now() + BUDGET * timeoutMs;
  const chosen = new Map<HelloVersion, Set<number>>();
  let connections = 0;
  let flaky = false;

  const send = (
    hello: () => Uint8Array,
    keyExchange: "ECDHE" | "DHE" | null,
    ssl2: boolean,
  ): Promise<Outcome> =>
    limit(async () => {
      if (clock.now() >= deadline) return { kind: "cancelled" };
      connections += 1;
      return exchange(address, hello(), { timeoutMs, signal, keyExchange, ssl2 });
    });

  return {
    ask: async (offer, keyExchange) => {
      const hello = () => buildClientHello({ ...offer, serverName: address.serverName });
      const outcome = await send(hello, keyExchange ?? null, false);
      if (outcome.kind === "hello" && offer.suites.includes(outcome.suite)) {
        const version = versionName(outcome.version);
        if (version !== null && outcome.version <= VERSION_CODES[offer.version]) {
          chosen.set(version, (chosen.get(version) ?? new Set()).add(outcome.suite));
        }
      }
      return outcome;
    },
    askSsl2: (ciphers) => send(() => buildSsl2Hello(ciphers), null, true),
    calm: async (attempt) => {
      limit.concurrency = Math.max(1, Math.floor(limit.concurrency / 2));
      await clock.wait(PAUSE_MS * 2 ** attempt, signal);
    },
    blame: () => {
      flaky = true;
    },
    flaky: () => flaky,
    chosen,
    connections: () => connections,
  };
}
