import { readFile } from "node:fs/promises";
import { Agent as PlainAgent, request as plainRequest, type IncomingMessage } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";
import { getCACertificates } from "node:tls";
import type { Target } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import { refuseDeafNode } from "#probes/common/proxy.ts";
import { malformed, refused, RestFailure } from "./failures.ts";

/** One request, whose answer may be anything. */
export interface HttpRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: string;
}

/** Sends one request; redirects are answers like others. Throws what Node throws, and RestFailure `too-large`. */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/**
 * How a target's API is reached: its own authority beside the usual ones, the environment's proxy, connections kept
 * open between calls, answers bounded.
 * @throws RestFailure `denied` when the target's `caFile` cannot be used
 */
export async function openTransport(
  { caFile }: Pick<Target, "caFile">,
  { environment, maxAnswerBytes }: Pick<ProbeContext, "environment" | "maxAnswerBytes">,
): Promise<Send> {
  refuseDeafNode(environment);
  const common = { keepAlive: true, maxSockets: 50, proxyEnv: { ...environment } };
  const trust = caFile === undefined ? {} : { ca: await authorities(caFile) };
  const secure = new SecureAgent({ ...common, ...trust });
  const plain = new PlainAgent(common);
  return ({ method, url, headers, body }, signal) => {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const isPlain = new URL(url).protocol === "http:";
    const options = {
      method,
      signal,
      agent: isPlain ? plain : secure,
      // What is not compressed cannot be a bomb.
      headers: { ...headers, "Accept-Encoding": "identity", "User-Agent": "probity" },
    };
    const take = (response: IncomingMessage) => {
      readAll(response, maxAnswerBytes).then(resolve, reject);
    };
    const sent = isPlain ? plainRequest(url, options, take) : secureRequest(url, options, take);
    sent.on("error", reject);
    sent.end(body);
    return promise;
  };
}

async function readAll(response: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  const { headers, statusCode: status = 0 } = response;
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity") {
    response.destroy();
    throw malformed("the answer is compressed, which was not asked for");
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maxBytes) {
      response.destroy();
      throw new RestFailure({
        reason: "too-large",
        message: `the answer is larger than ${maxBytes} bytes, so it was not read`,
        retryable: false,
      });
    }
    chunks.push(bytes);
  }
  return {
    status,
    header: (name) => {
      const value = headers[name.toLowerCase()];
      return Array.isArray(value) ? value[0] : value;
    },
    body: Buffer.concat(chunks).toString("utf8"),
  };
}

async function authorities(caFile: string): Promise<string[]> {
  try {
    return [...getCACertificates("default"), await readFile(caFile, "utf8")];
  } catch {
    throw refused(`the caFile ${caFile} cannot be read`);
  }
}
