import type { Socket } from "node:net";
import { connect } from "node:tls";
import { withoutLegacyCertificate } from "../legacy-certificate.ts";
import { relaxedTls } from "../relaxed.ts";

const CLOSED = new Error("closes the connection in the TLS handshake");

/** More is not read of an answer. */
const MOST_BYTES = 16_384;

/**
 * Makes a TLS handshake over a connection that stands, sends one text, and reads until the server ends the connection,
 * says too much or time is up. Destroys the connection.
 * @returns what it said, each byte one character, and whether the server ended it
 * @throws what the socket throws before the handshake is done, or the signal's reason
 */
export function exchange(
  socket: Socket,
  serverName: string | null,
  text: string | Buffer,
  signal: AbortSignal,
): Promise<{ readonly said: string; readonly whole: boolean }> {
  return new Promise((resolve, reject) => {
    let said = "";
    let stands = false;
    const secure = withoutLegacyCertificate(connect({ socket, ...relaxedTls(serverName) }));
    const finish = (error: unknown, whole = false) => {
      signal.removeEventListener("abort", late);
      secure.destroy();
      socket.destroy();
      if (stands) resolve({ said, whole });
      else reject(error);
    };
    const late = () => finish(signal.reason);
    signal.addEventListener("abort", late, { once: true });
    secure.on("secureConnect", () => {
      stands = true;
      secure.write(text);
    });
    secure.on("data", (chunk: Buffer) => {
      said += chunk.toString("latin1");
      if (said.length > MOST_BYTES) finish(null);
    });
    secure.on("error", finish);
    secure.on("end", () => finish(CLOSED, true));
    secure.on("close", () => finish(CLOSED, true));
    if (signal.aborted) late();
  });
}
