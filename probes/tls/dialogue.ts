import { connect, type Socket } from "node:net";
import { UNDER_WAY } from "#probes/common/under-way.ts";
import type { Preamble, Step } from "./starttls/talk.ts";

/** How a connection ended without an answer that could be read. */
export type Broken =
  /** The server ended the connection in order, without a word. */
  | { readonly kind: "closed" }
  | { readonly kind: "reset" }
  /** The connection stood and nothing came within the time. */
  | { readonly kind: "timeout" }
  /** No connection came about; the code is that of the system: `ECONNREFUSED`, `ETIMEDOUT`, … */
  | { readonly kind: "unreachable"; readonly code: string }
  | { readonly kind: "cancelled" }
  /** What came makes no sense. */
  | { readonly kind: "malformed"; readonly why: string }
  /** TLS was not begun. `refused`: the server says that it has none; else the talk before it came to nothing. */
  | { readonly kind: "no-starttls"; readonly refused: boolean; readonly why: string };

/** Reads what a server says. */
export interface Reader<R extends object> {
  /** Takes a chunk: gives the result as soon as it is known, or what is to be sent now, or null to read on. */
  readonly push: (chunk: Buffer) => R | { readonly send: Buffer } | null;
  /** What is known when nothing more comes; null for nothing. */
  readonly end: () => R | null;
}

/** All sockets read into the same memory, as each chunk is taken out of it before the next read. */
const SHARED = Buffer.alloc(65_536);
/** Chunks that are kept of one who speaks unasked. */
const MAX_EARLY = 16;

/** One connection, dialled ahead or for a question at hand. It carries one dialogue. */
export interface Connection {
  /** False when it ended before it was used. */
  readonly usable: () => boolean;
  /**
   * Sends the hello in one write and reads until the result is known, then resets the connection.
   * Every end is a result: it never rejects.
   * @param timeoutMs for the whole dialogue, with what is left of connecting
   */
  readonly converse: <R extends object>(
    hello: Buffer,
    reader: Reader<R>,
    timeoutMs: number,
  ) => Promise<R | Broken>;
  /** Ends it at once; a dialogue that still runs is cancelled. */
  readonly drop: () => void;
}

/**
 * Begins to connect; does not wait for it.
 * @param gone called once, when nothing of the connection is left on this side
 * @param preamble the talk that begins TLS; null where TLS comes first
 * @param talkMs the most that this talk may take, in milliseconds
 */
export function dial(
  address: { readonly host: string; readonly port: number },
  gone: () => void,
  preamble: Preamble | null = null,
  talkMs = 0,
): Connection {
  // Without delay: a hello that arrives in pieces upsets some load balancers.
  const socket = connect({
    host: address.host,
    port: address.port,
    noDelay: true,
    onread: {
      buffer: SHARED,
      callback: (bytes, buffer) => {
        take(Buffer.from(buffer.subarray(0, bytes)));
        return true;
      },
    },
  });
  let connected = false;
  let ended: Broken | null = null;
  let listener: ((end: Broken) => void) | null = null;
  /** What a server said before it was spoken to. */
  const early: Buffer[] = [];
  let take = (chunk: Buffer) => {
    if (early.length < MAX_EARLY) early.push(chunk);
  };
  /** Whether the talk before TLS is over. */
  let ready = preamble === null;
  let begin: (() => void) | null = null;
  const end = (broken: Broken) => {
    if (ended !== null) return;
    clearTimeout(talking);
    const cut = !ready && broken.kind !== "unreachable" && broken.kind !== "cancelled";
    // An end in the talk says nothing of any hello.
    ended =
      cut && broken.kind !== "no-starttls" ? notBegun("the connection ended before TLS") : broken;
    listener?.(ended);
  };
  const follow = (step: Step | null) => {
    if (step === null) return;
    if ("refused" in step || "broken" in step) {
      const refused = "refused" in step;
      end({ kind: "no-starttls", refused, why: refused ? step.refused : step.broken });
      discard(socket, connected);
      return;
    }
    if (step.send !== undefined) socket.write(step.send);
    if (!("ready" in step)) return;
    ready = true;
    clearTimeout(talking);
    begin?.();
  };
  const talking =
    preamble === null
      ? undefined
      : setTimeout(() => {
          end(
            notBegun(
              "no answer in time before TLS; one that speaks TLS at once is named with tls://",
            ),
          );
          discard(socket, connected);
        }, talkMs);
  if (preamble !== null) {
    take = (chunk) => {
      if (ended === null) follow(preamble.push(chunk));
    };
  }
  socket.on("connect", () => {
    connected = true;
    const opening = preamble?.open() ?? null;
    if (opening !== null) socket.write(opening);
  });
  socket.on("end", () => end({ kind: "closed" }));
  socket.on("error", (error: NodeJS.ErrnoException) => {
    const code = error.code ?? "EUNKNOWN";
    // A server that resets at once may do so before this side has noticed that the connection stands.
    const reset = connected || code === "ECONNRESET" || code === "EPIPE";
    end(reset ? { kind: "reset" } : { kind: "unreachable", code });
  });
  socket.on("close", () => {
    end({ kind: "closed" });
    gone();
  });

  return {
    usable: () => ended === null && !socket.destroyed,
    converse: (hello, reader, timeoutMs) =>
      new Promise((resolve) => {
        const finish = (result: Parameters<typeof resolve>[0]) => {
          if (listener === null) return;
          listener = null;
          clearTimeout(timer);
          discard(socket, connected);
          resolve(result);
        };
        // What came before the connection ended counts more than how it ended.
        const breakOff = (broken: Broken) =>
          finish((broken.kind === "cancelled" ? null : guarded(() => reader.end())) ?? broken);
        const late = () => {
          // On a busy machine the answer may be there already, and only not have been read.
          setImmediate(() =>
            breakOff(connected ? { kind: "timeout" } : { kind: "unreachable", code: "ETIMEDOUT" }),
          );
        };
        let timer = ready ? setTimeout(late, timeoutMs) : undefined;
        listener = breakOff;
        if (ended !== null) {
          breakOff(ended);
          return;
        }
        const speak = () => {
          timer ??= setTimeout(late, timeoutMs);
          take = listen;
          socket.write(hello);
          UNDER_WAY.publish(null);
          for (const chunk of early) take(chunk);
        };
        const listen = (chunk: Buffer) => {
          if (listener === null) return;
          const answer = guarded(() => reader.push(chunk));
          if (answer === null) return;
          if ("send" in answer) socket.write(answer.send);
          else finish(answer);
        };
        if (ready) speak();
        else begin = speak;
      }),
    drop: () => {
      end({ kind: "cancelled" });
      discard(socket, connected);
    },
  };
}

function notBegun(why: string): Broken {
  return { kind: "no-starttls", refused: false, why };
}

/** A reader never throws; if one does all the same, it costs one answer, not the whole scan. */
function guarded<T>(read: () => T): T | Broken {
  try {
    return read();
  } catch (error) {
    return { kind: "malformed", why: `could not be read: ${String(error).slice(0, 200)}` };
  }
}

/** A reset leaves nothing waiting on either side. */
function discard(socket: Socket, connected: boolean): void {
  if (connected && !socket.destroyed) socket.resetAndDestroy();
  else socket.destroy();
}
