import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { addAbortSignal, Readable } from "node:stream";
import { createSecureContext, getCACertificates, type SecureContext } from "node:tls";
import type { HttpClient, PipelineRequest } from "@azure/core-rest-pipeline";
import { AzureFailure, malformed, refused } from "./errors.ts";

export interface HttpLimits {
  /** Largest answer, bytes after decompression. */
  readonly maxBytes: number;
  /** The only origin that may be asked; null: any. A bearer token never leaves it, whatever a nextLink or a redirect says. */
  readonly origin: string | null;
  /** Trust beyond the machine's own; null: the machine's own. */
  readonly trust: SecureContext | null;
  /** Ends every request, beside the request's own signal. */
  readonly signal: AbortSignal;
  /** Longest wait for one request; null: as long as its signal lets it. */
  readonly milliseconds: number | null;
}

/**
 * Trust in the machine's authorities and in those of a PEM file as well.
 * @throws AzureFailure `denied` when the file cannot be read or holds no certificate.
 */
export async function trustAlso(caFile: string): Promise<SecureContext> {
  try {
    const pem = await readFile(caFile, "utf8");
    // Node takes a text without certificates for an empty list.
    void new X509Certificate(pem);
    return createSecureContext({ ca: [...getCACertificates("default"), pem] });
  } catch {
    throw refused(`the caFile ${caFile} cannot be used: it must be a readable PEM file`);
  }
}

/**
 * The SDK's own HTTP client (which serves proxies too) held to the limits.
 * What it sends as secret is taken out of what comes back, should a server repeat it.
 * @throws AzureFailure `malformed` for an address elsewhere, `too-large` for a long answer; else what the SDK throws.
 */
export function limitedClient(inner: HttpClient, limits: HttpLimits): HttpClient {
  return {
    sendRequest: async (request) => {
      const { origin } = new URL(request.url);
      if (limits.origin !== null && origin !== limits.origin) {
        throw malformed(
          `Azure pointed to another host (${origin.slice(0, 200)}), which was not asked`,
        );
      }
      // The trust goes with the request, not by `tlsOptions`, which the SDK ignores behind a proxy.
      if (limits.trust !== null) {
        request.requestOverrides = { ...request.requestOverrides, secureContext: limits.trust };
      }
      const stop = new AbortController();
      const asked = request.abortSignal;
      const signals = [stop.signal, limits.signal];
      if (asked instanceof AbortSignal) signals.push(asked);
      if (limits.milliseconds !== null) signals.push(AbortSignal.timeout(limits.milliseconds));
      const signal = AbortSignal.any(signals);
      try {
        request.abortSignal = signal;
        request.streamResponseStatusCodes = new Set([Number.POSITIVE_INFINITY]);
        const response = await inner.sendRequest(request);
        const body = await readText(response.readableStreamBody, limits.maxBytes, signal);
        const bodyAsText = withoutSecrets(body, request);
        return { status: response.status, headers: response.headers, request, bodyAsText };
      } finally {
        // The SDK's policies look at the request again, and must find it as they made it.
        delete request.streamResponseStatusCodes;
        delete request.abortSignal;
        if (asked !== undefined) request.abortSignal = asked;
        // Frees the connection where the answer was not read to its end.
        stop.abort(OVER);
      }
    },
  };
}

/** One for all: to make the usual one takes its stack, which costs as much as the rest of a call. */
const OVER = new DOMException("the answer is not wanted any more", "AbortError");

async function readText(
  stream: NodeJS.ReadableStream | undefined,
  maxBytes: number,
  signal: AbortSignal,
): Promise<string> {
  if (stream === undefined) return "";
  if (!(stream instanceof Readable)) throw new TypeError("the answer is no Node stream");
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of addAbortSignal(signal, stream)) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) {
      throw new AzureFailure({
        reason: "too-large",
        message: `the answer is larger than ${maxBytes} bytes, so it was not read`,
        retryable: false,
      });
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

const SECRET_FIELDS = ["client_secret", "client_assertion"];

function withoutSecrets(body: string, request: PipelineRequest): string {
  const { headers, body: sent } = request;
  const token = headers.get("Authorization")?.replace(/^Bearer /, "");
  const form = typeof sent === "string" ? new URLSearchParams(sent) : null;
  const inForm = SECRET_FIELDS.map((name) => form?.get(name));
  // App Service's proof that it is the app that asks for its identity's token.
  return [token, headers.get("X-IDENTITY-HEADER"), ...inForm]
    .filter((secret) => typeof secret === "string" && secret.length >= 6)
    .flatMap((secret) => spellings(secret ?? ""))
    .reduce((text, secret) => text.replaceAll(secret, "[redacted]"), body);
}

/** A secret as it is, and as it looks in addresses and forms, which a server may repeat as they came. */
function spellings(secret: string): string[] {
  const form = new URLSearchParams({ "": secret }).toString().slice(1);
  return [secret, encodeURIComponent(secret), form];
}
