import { request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { codeOf, TlsScanError } from "#probes/tls/errors.ts";
import { withoutLegacyCertificate } from "#probes/tls/legacy-certificate.ts";
import { relaxedTls } from "#probes/tls/relaxed.ts";

/** The head of an HTTP answer, as far as transport is concerned. */
export interface HttpHead {
  readonly status: number;
  readonly location: string | null;
  readonly strictTransportSecurity: string | null;
}

export interface HeadRequest {
  /** What is asked for: it gives path and Host. */
  readonly url: URL;
  /** Where to connect. */
  readonly host: string;
  readonly port: number;
  /** Name for SNI, of use for https. */
  readonly serverName: string;
}

/** Bounds the head that is taken in; the body never is. */
const MAX_HEAD_BYTES = 64 * 1024;

/** The connection was never taken: refused, or no answer of any kind to the first packet. */
export class NoConnectionError extends Error {
  readonly code: "ECONNREFUSED" | "ETIMEDOUT";
  constructor(code: NoConnectionError["code"]) {
    super(code === "ECONNREFUSED" ? "the connection is refused" : "no connection in time");
    this.name = "NoConnectionError";
    this.code = code;
  }
}

/**
 * Asks once with GET, over TLS if the URL says so, and gives the head of the answer. Redirects are not followed.
 * @throws NoConnectionError, TlsScanError on a timeout after connecting or an answer that breaks off, what the socket
 * or the HTTP parser throws, or the signal's reason
 */
export function fetchHead(
  { url, host, port, serverName }: HeadRequest,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<HttpHead> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const common = {
      host,
      port,
      path: `${url.pathname}${url.search}`,
      headers: { Host: url.host, "User-Agent": "probity", Accept: "*/*" },
      agent: false,
      maxHeaderSize: MAX_HEAD_BYTES,
    } as const;
    const request: ClientRequest =
      url.protocol === "https:"
        ? httpsRequest({ ...common, ...relaxedTls(serverName) })
        : httpRequest(common);
    let connected = false;
    const settle = (act: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      request.destroy();
      act();
    };
    const stop = () => settle(() => reject(signal.reason));
    const timer = setTimeout(() => {
      const late = new TlsScanError(
        "timeout",
        "accepts connections, but answers no request in time",
      );
      settle(() => reject(connected ? late : new NoConnectionError("ETIMEDOUT")));
    }, timeoutMs);
    signal.addEventListener("abort", stop, { once: true });
    request.on("socket", (socket) => {
      withoutLegacyCertificate(socket);
      socket.once("connect", () => {
        connected = true;
      });
    });
    request.on("response", (response) => settle(() => resolve(headOf(response))));
    // An answer that would change the protocol is one all the same.
    request.on("upgrade", (response) => settle(() => resolve(headOf(response))));
    // The second failure comes of destroying the request, and is no news.
    request.on("error", (error) => {
      const read = url.protocol === "http:" ? (request.socket?.bytesRead ?? 0) : 0;
      settle(() => reject(failureOf(error, connected, read)));
    });
    request.end();
  });
}

/**
 * Only a connection that was never taken is a shut door. What breaks off after some bytes was an answer,
 * and cutting it short must not make it look like none.
 */
function failureOf(error: Error, connected: boolean, read: number): Error {
  const code = codeOf(error);
  if (!connected && code === "ECONNREFUSED") return new NoConnectionError(code);
  if (read > 0 && code === "ECONNRESET") {
    return new TlsScanError("malformed", `breaks off in its HTTP answer, after ${read} bytes`);
  }
  return error;
}

function headOf(response: IncomingMessage): HttpHead {
  return {
    status: response.statusCode ?? 0,
    location: first(response, "location"),
    strictTransportSecurity: first(response, "strict-transport-security"),
  };
}

/** The first header of that name: only that one counts for HSTS (RFC 6797 8.1), and Node would join them. */
function first({ rawHeaders }: IncomingMessage, name: string): string | null {
  const at = rawHeaders.findIndex(
    (header, index) => index % 2 === 0 && header.toLowerCase() === name,
  );
  return at === -1 ? null : (rawHeaders[at + 1] ?? null);
}
