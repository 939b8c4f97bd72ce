/** The handshakes of a test, each over a connection of its own, under the limit of the host. */
import { connect, type Socket } from "node:net";
import { type Meeting, meet, type Told, type Wish } from "./behaviour-handshake.ts";
import { classifyNetwork } from "./errors.ts";
import { NOT_ASKED } from "./outcomes.ts";
import { beginTls } from "./starttls/begin.ts";
import type { Wire } from "./wire.ts";

/** Handshakes that follow each other. */
export interface Line {
  /**
   * Never rejects. A handshake that is cut without a word is made once more, over the next connection, as a connection that
   * is held back must never be what another one waits for.
   */
  readonly meet: (wish: Wish) => Promise<Meeting>;
  /** Gives up what was dialled and not used. */
  readonly leave: () => void;
}

/** The handshakes of one test. */
export interface Meetings {
  /** Dials so many connections at once, to be used one after the other; further ones as they are needed. */
  readonly line: (ahead: number) => Line;
  /** Resolves when every connection is gone. */
  readonly closed: () => Promise<void>;
}

/**
 * Opens nothing yet.
 * @param unfit why OpenSSL had better not be given the server's certificates, which it checks whatever it is told; null where
 *   it may
 */
export function createMeetings(wire: Wire, unfit: Promise<string | null>): Meetings {
  const held: Promise<unknown>[] = [];
  const open = new Set<Socket>();
  let known: Promise<string | null> | null = null;
  const stop = () => {
    for (const socket of open) socket.destroy();
  };
  wire.signal.addEventListener("abort", stop, { once: true });
  /** A connection, or why there is none. It counts until it is closed, which may be after its answer is there. */
  const dial = () =>
    new Promise<Socket | string>((resolve) => {
      const taken = wire.slot(async () => {
        const socket = await begin(wire);
        if (typeof socket !== "string" && !socket.closed) {
          open.add(socket);
          if (wire.signal.aborted) socket.destroy();
          resolve(socket);
          await new Promise<void>((gone) => void socket.once("close", gone));
          open.delete(socket);
        }
        return socket;
      });
      held.push(taken.then((socket) => resolve(socket ?? NOT_ASKED)));
    });
  const line = (ahead: number): Line => {
    // Mail servers and the like count who waits.
    const talks = (wire.address.startTls ?? null) !== null;
    const places = Array.from({ length: talks ? 0 : ahead }, dial);
    const next = async (wish: Wish): Promise<Told> => {
      const socket = await (places.shift() ?? dial());
      if (typeof socket === "string") return { kind: "failed", why: socket, done: false };
      known ??= within(unfit, CHAIN_MS);
      const why = await known;
      if (why === null) return meet(wire, socket, wish);
      socket.destroy();
      return { kind: "failed", why: `not tried: ${why}`, done: false };
    };
    return {
      meet: async (wish) => {
        const first = await next(wish);
        if (first.cut !== true || wire.spent()) return first;
        await wire.calm(0);
        return next(wish);
      },
      leave: () => {
        for (const place of places.splice(0)) void place.then(drop);
      },
    };
  };
  return {
    line,
    closed: async () => {
      await Promise.all(held);
      wire.signal.removeEventListener("abort", stop);
    },
  };
}

/**
 * The chain is asked for at the same time. A server that serves one connection at a time may show it to nobody while this one
 * is held, so that it is not waited for longer.
 */
const CHAIN_MS = 300;

function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(null), milliseconds);
    void promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

function drop(place: Socket | string): void {
  if (typeof place !== "string") place.destroy();
}

/** A connection on which TLS may begin, or why there is none. Never rejects. */
async function begin({ address, timeoutMs, signal }: Wire): Promise<Socket | string> {
  const { host, port, startTls = null } = address;
  if (startTls === null) {
    const socket = connect({ host, port, noDelay: true });
    // Whoever uses it looks at how it ended.
    socket.on("error", () => {});
    return socket;
  }
  try {
    const begun = await beginTls(address, startTls, { timeoutMs, signal });
    return "socket" in begun ? begun.socket : "refused" in begun ? begun.refused : begun.broken;
  } catch (error) {
    return signal.aborted ? NOT_ASKED : classifyNetwork(error).message;
  }
}
