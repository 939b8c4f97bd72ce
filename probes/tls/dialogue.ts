import { connect } from "node:net";
import { createFlightReader, type ReadOptions, type Reply } from "./records.ts";

/** What came of one connection with one hello. */
export type Outcome =
  | Reply
  /** The server ended the connection in order, without a word. */
  | { readonly kind: "closed" }
  | { readonly kind: "reset" }
  /** The connection stood and nothing came within the time. */
  | { readonly kind: "timeout" }
  /** No connection came about; the code is that of the system: `ECONNREFUSED`, `ETIMEDOUT`, … */
  | { readonly kind: "unreachable"; readonly code: string }
  | { readonly kind: "cancelled" };

export interface DialogueOptions extends ReadOptions {
  /** For the whole dialogue, connecting and all. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Connects, sends the hello in one write, reads until the answer is known, and resets the connection.
 * Every end is an outcome: it never rejects. Resolves when the socket is gone.
 */
export function exchange(
  address: { readonly host: string; readonly port: number },
  hello: Uint8Array,
  options: DialogueOptions,
): Promise<Outcome> {
  const { signal, timeoutMs } = options;
  if (signal.aborted) return Promise.resolve({ kind: "cancelled" });
  return new Promise((resolve) => {
    const reader = createFlightReader(options);
    // Without delay: a hello that arrives in pieces upsets some load balancers.
    const socket = connect({ host: address.host, port: address.port, noDelay: true });
    let connected = false;
    let outcome: Outcome | null = null;

    const finish = (result: Outcome) => {
      if (outcome !== null) return;
      outcome = result;
      clearTimeout(timer);
      signal.removeEventListener("abort", cancel);
      // A reset leaves nothing waiting on either side.
      if (connected) socket.resetAndDestroy();
      else socket.destroy();
    };
    // What came before the connection ended counts more than how it ended.
    const breakOff = (result: Outcome) => finish(reader.end() ?? result);
    const cancel = () => finish({ kind: "cancelled" });
    const timer = setTimeout(
      () => breakOff(connected ? { kind: "timeout" } : { kind: "unreachable", code: "ETIMEDOUT" }),
      timeoutMs,
    );

    signal.addEventListener("abort", cancel, { once: true });
    socket.on("connect", () => {
      connected = true;
      socket.write(hello);
    });
    socket.on("data", (chunk) => {
      const reply = outcome === null ? reader.push(chunk) : null;
      if (reply !== null) finish(reply);
    });
    socket.on("end", () => breakOff({ kind: "closed" }));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      const code = error.code ?? "EUNKNOWN";
      // A server that resets at once may do so before this side has noticed that the connection stands.
      const reset = connected || code === "ECONNRESET" || code === "EPIPE";
      breakOff(reset ? { kind: "reset" } : { kind: "unreachable", code });
    });
    socket.on("close", () => {
      breakOff({ kind: "closed" });
      resolve(outcome ?? { kind: "closed" });
    });
  });
}
