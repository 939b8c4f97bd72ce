import { connect, type Socket } from "node:net";
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import { TlsScanError } from "../errors.ts";
import { createPreamble } from "./preamble.ts";

export interface BeginAddress {
  readonly host: string;
  readonly port: number;
  /** null where no name is asked for. */
  readonly serverName: string | null;
}

export interface BeginOptions {
  /** For connecting and the talk. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Changes what is sent before it is sent. */
  readonly rewrite?: (bytes: Buffer) => Buffer;
}

/** A connection on which the next byte is to be a ClientHello; the caller's to destroy. Or why there is none. */
export type Begun =
  | { readonly socket: Socket }
  | { readonly refused: string }
  | { readonly broken: string };

/**
 * Connects and talks until TLS may begin: for those who leave the handshake to node:tls (`connect({ socket, … })`).
 * @throws TlsScanError on a timeout or where the server ends the connection; else what the socket throws, or the signal's reason
 */
export function beginTls(
  { host, port, serverName }: BeginAddress,
  protocol: StartTlsProtocol,
  { timeoutMs, signal, rewrite = (bytes) => bytes }: BeginOptions,
): Promise<Begun> {
  signal.throwIfAborted();
  const late = AbortSignal.timeout(timeoutMs);
  const within = AbortSignal.any([signal, late]);
  const socket = connect({ host, port, noDelay: true });
  return new Promise((resolve, reject) => {
    const preamble = createPreamble(protocol, serverName ?? host);
    const settle = (act: () => void) => {
      within.removeEventListener("abort", stop);
      socket.removeAllListeners();
      // Whoever takes the socket over has listeners of its own; until then a reset must not end the process.
      socket.on("error", () => {});
      act();
    };
    const fail = (error: unknown) =>
      settle(() => {
        socket.destroy();
        reject(error);
      });
    const stop = () =>
      fail(
        signal.aborted
          ? signal.reason
          : new TlsScanError("timeout", `no end of the ${protocol} talk before TLS in time`),
      );
    within.addEventListener("abort", stop, { once: true });
    socket.on("connect", () => {
      const opening = preamble.open();
      if (opening !== null) socket.write(rewrite(opening));
    });
    socket.on("data", (chunk) => {
      const step = preamble.push(chunk);
      if (step === null) return;
      if ("send" in step && step.send !== undefined) socket.write(rewrite(step.send));
      if ("ready" in step) {
        socket.pause();
        settle(() => resolve({ socket }));
      } else if (!("send" in step)) {
        socket.destroy();
        settle(() => resolve(step));
      }
    });
    socket.on("error", fail);
    socket.on("close", () =>
      fail(new TlsScanError("malformed", "closes the connection in the talk before TLS")),
    );
  });
}
