import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { oneAnswer } from "#probes/common/one-answer.ts";
import { codeOf, TlsScanError } from "#probes/tls/errors.ts";
import { withoutLegacyCertificate } from "#probes/tls/legacy-certificate.ts";
import { relaxedTls } from "#probes/tls/relaxed.ts";
import { readContent } from "./content.ts";
import { speakHttp1 } from "./http1.ts";
import {
  firstHeader,
  type Hearing,
  type HttpAnswer,
  type HttpHead,
  type HttpRequest,
  type Incoming,
} from "./messages.ts";

/** The connection was never taken: refused, or no answer of any kind to the first packet. */
export class NoConnectionError extends Error {
  readonly code: "ECONNREFUSED" | "ETIMEDOUT";
  constructor(code: NoConnectionError["code"]) {
    super(code === "ECONNREFUSED" ? "the connection is refused" : "no connection in time");
    this.name = "NoConnectionError";
    this.code = code;
  }
}

/** The server chose HTTP/2 and then could not speak it. */
export class Http2Error extends TlsScanError {
  constructor(cause: unknown) {
    const words = cause instanceof Error ? cause.message : String(cause);
    super("malformed", `agrees on HTTP/2 and then does not speak it: ${words}`);
    this.name = "Http2Error";
  }
}

export interface ExchangeLimits {
  /** For connection, head and content together. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const ALPN = { "HTTP/2": "h2", "HTTP/1.1": "http/1.1" } as const;

/**
 * Asks once, on a connection of its own. Redirects are not followed, and what sends on has no content.
 * @throws NoConnectionError, Http2Error, TlsScanError on a timeout after connecting or an answer that breaks off in its
 * head, what the socket or the HTTP parser throws, or the signal's reason
 */
export function exchange(
  request: HttpRequest,
  { timeoutMs, signal }: ExchangeLimits,
): Promise<HttpAnswer> {
  return oneAnswer({ timeoutMs, signal }, ({ resolve, reject }) => {
    const secure = request.url.protocol === "https:";
    const socket = dial(request, secure);
    let located = isIP(request.host) !== 0;
    let connected = false;
    let http2 = false;
    let answered: HttpAnswer | null = null;
    const fail = (error: unknown) => {
      // Once there is a head, what comes after it is a matter of the content.
      if (answered !== null) return;
      const read = secure ? 0 : socket.bytesRead;
      reject(failureOf(error, { connected, read, http2 }));
    };
    const late = () => {
      if (answered !== null) resolve(answered);
      else if (connected) {
        const words = "accepts connections, but answers no request in time";
        fail(new TlsScanError("timeout", words));
      } else if (located) fail(new NoConnectionError("ETIMEDOUT"));
      // Where nobody was asked, no door is shut.
      else fail(new TlsScanError("timeout", "the name is not looked up in time"));
    };
    const heard = async (head: HttpHead, incoming: Incoming) => {
      if (answered !== null) return;
      const known = { ...head, content: null, address: socket.remoteAddress ?? null };
      answered = known;
      const limit = locationOf(head) === null ? (request.contentBytes ?? 0) : 0;
      const encoding = firstHeader(head, "content-encoding");
      const content = limit === 0 ? null : await readContent(incoming, encoding, limit);
      resolve({ ...known, content });
    };
    const hearing: Hearing = { head: (head, incoming) => void heard(head, incoming), fail };
    socket.once("lookup", (error) => {
      located = error === null;
    });
    socket.once("connect", () => {
      connected = true;
    });
    socket.on("error", fail);
    if (secure) {
      socket.once("secureConnect", () => {
        http2 = "alpnProtocol" in socket && socket.alpnProtocol === ALPN["HTTP/2"];
        if (http2) void speakHttp2(socket, request, hearing);
        else speakHttp1(socket, request, hearing);
      });
      // A handshake that is broken off makes no error of its own.
      socket.once("close", () => fail(new TlsScanError("malformed", "ends the connection")));
    } else {
      speakHttp1(socket, request, hearing);
    }
    return { close: () => socket.destroy(), late };
  });
}

/** The same, by HTTP/1.1 where the server agrees on HTTP/2 and cannot speak it: then it says why too. */
export async function exchangeAnyhow(
  request: HttpRequest,
  limits: ExchangeLimits,
): Promise<{ readonly answer: HttpAnswer; readonly http2Failure: string | null }> {
  try {
    const versions = ["HTTP/2", "HTTP/1.1"] as const;
    return { answer: await exchange({ ...request, versions }, limits), http2Failure: null };
  } catch (error) {
    if (!(error instanceof Http2Error)) throw error;
    const answer = await exchange(request, limits).catch(() => null);
    limits.signal.throwIfAborted();
    // What went wrong first is the cause.
    if (answer === null) throw error;
    return { answer, http2Failure: error.message };
  }
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Where an answer sends on to; null where it does not. */
export function locationOf(head: HttpHead): string | null {
  return REDIRECTS.has(head.status) ? firstHeader(head, "location") : null;
}

function dial(request: HttpRequest, secure: boolean): Socket {
  const { host, port, serverName, versions = ["HTTP/1.1"] } = request;
  if (!secure) return connectTcp({ host, port });
  const protocols = versions.map((version) => ALPN[version]);
  return withoutLegacyCertificate(
    connectTls({ ...relaxedTls(serverName), host, port, ALPNProtocols: protocols }),
  );
}

async function speakHttp2(socket: Socket, request: HttpRequest, hearing: Hearing): Promise<void> {
  const { speakHttp2: speak } = await import("./http2.ts");
  if (!socket.destroyed) speak(socket, request, hearing);
}

/**
 * Only a connection that was never taken is a shut door. What breaks off after some bytes was an answer,
 * and cutting it short must not make it look like none.
 */
function failureOf(
  error: unknown,
  how: { readonly connected: boolean; readonly read: number; readonly http2: boolean },
): unknown {
  const code = codeOf(error);
  if (!how.connected && code === "ECONNREFUSED") return new NoConnectionError(code);
  if (how.read > 0 && code === "ECONNRESET") {
    return new TlsScanError("malformed", `breaks off in its HTTP answer, after ${how.read} bytes`);
  }
  const late = error instanceof TlsScanError && error.reason === "timeout";
  return how.http2 && !late ? new Http2Error(error) : error;
}
