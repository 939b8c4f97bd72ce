import { type ClientHttp2Stream, connect } from "node:http2";
import type { Socket } from "node:net";
import { TlsScanError } from "#probes/tls/errors.ts";
import {
  type Hearing,
  type HttpRequest,
  MAX_HEAD_BYTES,
  pairsOf,
  REQUEST_HEADERS,
} from "./messages.ts";

/** More headers than any honest answer has. */
const MAX_HEADERS = 1000;

/**
 * Whether the server has said that it ended a stream (END_STREAM, RFC 9113 8.1). Node ends a stream also when it is reset
 * without an error; but then it is closed before, and with the server's own word after.
 */
function endOf(stream: ClientHttp2Stream): () => boolean {
  let ended = false;
  const push = stream.push.bind(stream);
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    ended ||= chunk === null && !stream.closed;
    return push(chunk, encoding);
  };
  return () => ended;
}

/** Asks in HTTP/2 on a connection for which it was agreed. Loaded for those who speak it. */
export function speakHttp2(
  socket: Socket,
  { url, method = "GET" }: HttpRequest,
  { head, fail }: Hearing,
): void {
  const session = connect(url.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, maxHeaderListSize: MAX_HEAD_BYTES },
    maxHeaderListPairs: MAX_HEADERS,
  });
  session.on("error", fail);
  const stream = session.request({
    ":method": method,
    ":scheme": "https",
    ":authority": url.host,
    ":path": `${url.pathname}${url.search}`,
    ...REQUEST_HEADERS,
  });
  const isWhole = endOf(stream);
  stream.on("error", fail);
  stream.on("response", (headers, _flags, raw: readonly string[]) =>
    head(
      { version: "HTTP/2", status: headers[":status"] ?? 0, headers: pairsOf(raw) },
      { source: stream, isWhole },
    ),
  );
  // After a head nobody listens to this any more.
  stream.on("close", () =>
    fail(new TlsScanError("malformed", "ends the HTTP/2 stream without an answer")),
  );
  socket.once("close", () => session.destroy());
  stream.end();
}
