import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { isIP } from "node:net";
import { connect, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import { plain } from "#model/text.ts";
import { trustAnchors } from "#probes/tls/anchors.ts";
import { codeOf, TlsScanError } from "#probes/tls/errors.ts";
import { withoutLegacyCertificate } from "#probes/tls/legacy-certificate.ts";
import type { Place } from "./place.ts";

export interface DocumentRequest {
  readonly url: URL;
  readonly place: Place;
  /** Media types that the document may come as; the first is asked for. */
  readonly types: readonly string[];
  /** PEM certificates to trust beside Node's roots; null: none beside them. */
  readonly ca: string | null;
}
export interface DocumentLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Discovery documents, key sets and metadata of one company have some kilobytes; a federation's have many megabytes. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024;
const MAX_HEAD_BYTES = 64 * 1024;

/**
 * Asks once with GET over TLS that is verified, and gives the text of the answer. No redirect is followed, and nothing
 * compressed is taken.
 * @throws TlsScanError for whatever is no such document, what the socket or the HTTP parser throws, or the signal's reason
 */
export async function fetchDocument(
  request: DocumentRequest,
  { timeoutMs, signal }: DocumentLimits,
): Promise<string> {
  signal.throwIfAborted();
  const late = AbortSignal.timeout(timeoutMs);
  const stop = AbortSignal.any([signal, late]);
  const socket = dial(request.place, request.ca);
  // Who waits for something of it hears of its errors; between and after that they are no news, but must not be unheard.
  socket.on("error", () => {});
  const end = () => socket.destroy(abortError(signal));
  stop.addEventListener("abort", end, { once: true });
  try {
    await verified(socket, request.place.serverName);
    const response = await answerTo(request, socket);
    refuseUnlike(response, request);
    return await textOf(response);
  } catch (error) {
    signal.throwIfAborted();
    if (late.aborted) throw new TlsScanError("timeout", "does not answer whole in time");
    throw error;
  } finally {
    stop.removeEventListener("abort", end);
    socket.destroy();
  }
}

function abortError(signal: AbortSignal): Error {
  return new Error(signal.aborted ? "the scan was cut off" : "the time is over");
}

function dial(place: Place, ca: string | null): TLSSocket {
  const { host, port, serverName, lookup } = place;
  const options = {
    host,
    port,
    lookup,
    secureContext: contextOf(ca),
    ALPNProtocols: ["http/1.1"],
    // The name is compared when the handshake is over, by the certificate object that is safe to make.
    checkServerIdentity: () => undefined,
    ...(isIP(serverName) === 0 ? { servername: serverName } : {}),
  };
  return withoutLegacyCertificate(connect(options));
}

/** One for each CA file: to read the roots takes milliseconds. */
const contexts = new Map<string | null, SecureContext>();
const MAX_CONTEXTS = 50;

function contextOf(ca: string | null): SecureContext {
  const known = contexts.get(ca);
  if (known !== undefined) return known;
  const context = createSecureContext({ ca: [...trustAnchors(ca).pems] });
  if (contexts.size >= MAX_CONTEXTS) contexts.clear();
  contexts.set(ca, context);
  return context;
}

/** Resolves when the handshake is over and the certificate is trusted and names the server. */
async function verified(socket: TLSSocket, serverName: string): Promise<void> {
  try {
    await once(socket, "secureConnect");
  } catch (error) {
    throw untrusted(error) ?? error;
  }
  const certificate = socket.getPeerX509Certificate();
  const named =
    isIP(serverName) === 0
      ? certificate?.checkHost(serverName, { subject: "never" })
      : certificate?.checkIP(serverName);
  if (named === undefined) {
    throw new TlsScanError("malformed", `its certificate does not name ${plain(serverName)}`);
  }
}

/** OpenSSL's words for a chain that it does not trust; null for other errors. */
function untrusted(error: unknown): TlsScanError | null {
  const code = codeOf(error);
  if (!/CERT|SIGNATURE|UNABLE_TO|CRL|INVALID_CA|INVALID_PURPOSE/.test(code)) return null;
  if (code.startsWith("ERR_SSL_")) return null;
  return new TlsScanError("malformed", `its certificate is not trusted (${code})`);
}

function answerTo({ url, types }: DocumentRequest, socket: TLSSocket): Promise<IncomingMessage> {
  const request = httpRequest({
    createConnection: () => socket,
    path: `${url.pathname}${url.search}`,
    headers: {
      Host: url.host,
      "User-Agent": "probity",
      Accept: types.join(", "),
      "Accept-Encoding": "identity",
      Connection: "close",
    },
    maxHeaderSize: MAX_HEAD_BYTES,
  });
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  request.on("response", resolve);
  // An answer that would change the protocol is one all the same, and is refused by its status.
  request.on("upgrade", resolve);
  // Once the answer has begun, its reader hears of errors.
  request.on("error", reject);
  request.on("close", () => reject(new TlsScanError("malformed", "ends without an answer")));
  request.end();
  return promise;
}

/** @throws TlsScanError unless it is a 200 of the right type, not compressed and not longer than may be */
function refuseUnlike(
  { statusCode = 0, headers }: IncomingMessage,
  request: DocumentRequest,
): void {
  if (statusCode !== 200) throw refusalOf(statusCode, headers.location ?? null, request.url);
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (!request.types.includes(type)) {
    const [wanted = ""] = request.types;
    const is = type === "" ? "without a type" : `as ${plain(type, 60)}`;
    throw new TlsScanError("malformed", `comes ${is}, not as ${wanted}`);
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    const words = `comes compressed (${plain(encoding, 60)}) though that was not asked for`;
    throw new TlsScanError("malformed", words);
  }
  if (Number(headers["content-length"] ?? 0) > MAX_DOCUMENT_BYTES) throw tooLarge();
}

function refusalOf(status: number, location: string | null, from: URL): TlsScanError {
  if (status === 401 || status === 403) {
    return new TlsScanError("denied", `is not given to everybody (status ${status})`);
  }
  if (status === 429 || status === 503) {
    return new TlsScanError("throttled", `is not given now (status ${status})`);
  }
  if (status >= 500) return new TlsScanError("unreachable", `fails (status ${status})`);
  if (status >= 300 && status < 400 && location !== null) {
    // What stands in a query may let somebody in.
    const { origin = "", pathname = "" } = URL.parse(location, from.href) ?? {};
    const words = `redirects to ${plain(`${origin}${pathname}`)} (status ${status}), which is not followed`;
    return new TlsScanError("malformed", words);
  }
  return new TlsScanError("malformed", `is not there (status ${status})`);
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_DOCUMENT_BYTES) throw tooLarge();
    chunks.push(bytes);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new TlsScanError("malformed", "is no text in UTF-8");
  }
}

function tooLarge(): TlsScanError {
  const words = `is larger than ${MAX_DOCUMENT_BYTES / 1024} KiB, so it was not read`;
  return new TlsScanError("too-large", words);
}
