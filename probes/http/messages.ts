import type { Readable } from "node:stream";
import type { HttpVersion } from "#model/http-facets.ts";

/** One request without credentials. */
export interface HttpRequest {
  /** What is asked for: it gives path and Host, and by its scheme whether over TLS. */
  readonly url: URL;
  /** Where to connect. */
  readonly host: string;
  readonly port: number;
  /** Name for SNI, of use for https. */
  readonly serverName: string;
  readonly method?: "GET" | "OPTIONS";
  /** The versions that are offered over TLS; HTTP/1.1 alone when left out. */
  readonly versions?: readonly ("HTTP/2" | "HTTP/1.1")[];
  /** How much of the content is read, bytes after decoding; none when left out. */
  readonly contentBytes?: number;
}

/** The head of an answer. */
export interface HttpHead {
  readonly version: HttpVersion;
  readonly status: number;
  /** Names in lower case, in the order in which they were sent, each as often as it was. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export interface HttpAnswer extends HttpHead {
  /** Decoded; null: not asked for, broken off, or packed in a way that is not understood. */
  readonly content: { readonly data: Buffer; readonly complete: boolean } | null;
  /** IP address that answered; null where the connection is gone already. */
  readonly address: string | null;
}

/** The content of an answer, as it comes. */
export interface Incoming {
  readonly source: Readable;
  /** Once the source has ended: whether that was the content's own end, and nothing that cut it off. */
  readonly isWhole: () => boolean;
}

/** What one version of HTTP tells of a request on a connection that stands. */
export interface Hearing {
  readonly head: (head: HttpHead, content: Incoming) => void;
  readonly fail: (error: unknown) => void;
}

/** Bounds the head that is taken in. */
export const MAX_HEAD_BYTES = 64 * 1024;

/** The headers of every request but Host. */
export const REQUEST_HEADERS = {
  "user-agent": "probity",
  accept: "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8",
  "accept-encoding": "gzip",
} as const;

/** The first header of that name; null: there is none. */
export function firstHeader({ headers }: Pick<HttpHead, "headers">, name: string): string | null {
  return headers.find(([one]) => one === name)?.[1] ?? null;
}

/** All headers of that name. */
export function allHeaders({ headers }: Pick<HttpHead, "headers">, name: string): string[] {
  return headers.flatMap(([one, value]) => (one === name ? [value] : []));
}

/** Names and values by turns, as Node gives headers raw; without HTTP/2's own, which begin with a colon. */
export function pairsOf(raw: readonly string[]): HttpHead["headers"] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? "").toLowerCase();
    if (!name.startsWith(":")) pairs.push([name, raw[at + 1] ?? ""]);
  }
  return pairs;
}
