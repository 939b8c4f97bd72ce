import { request as ask, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import {
  type Hearing,
  type HttpRequest,
  MAX_HEAD_BYTES,
  pairsOf,
  REQUEST_HEADERS,
} from "./messages.ts";

/** Asks in HTTP/1.1 on a connection that stands, or is about to. */
export function speakHttp1(
  socket: Socket,
  { url, method = "GET" }: HttpRequest,
  hearing: Hearing,
): void {
  const request = ask({
    createConnection: () => socket,
    method,
    path: `${url.pathname}${url.search}`,
    headers: { host: url.host, ...REQUEST_HEADERS },
    maxHeaderSize: MAX_HEAD_BYTES,
  });
  // Node would pass over headers beyond the two thousandth: what is bounded is the size of all.
  request.maxHeadersCount = 0;
  const heard = (response: IncomingMessage) => {
    const head = {
      version: response.httpVersion === "1.0" ? ("HTTP/1.0" as const) : ("HTTP/1.1" as const),
      status: response.statusCode ?? 0,
      headers: pairsOf(response.rawHeaders),
    };
    let broken = false;
    // Node takes an error of the connection for the end of content whose end is the connection's (RFC 9112 8).
    socket.prependOnceListener("error", () => {
      broken = !response.complete;
    });
    hearing.head(head, { source: response, isWhole: () => response.complete && !broken });
  };
  request.on("response", heard);
  // An answer that would change the protocol is one all the same.
  request.on("upgrade", heard);
  request.on("error", hearing.fail);
  request.end();
}
