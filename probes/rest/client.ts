import { failureOf, malformed, refused, RestFailure, type VendorError } from "./failures.ts";
import type { HttpAnswer, Send } from "./transport.ts";

/** Reads one API of one target. Each call asks once (gather retries), obeys its signal and throws what `classifyRest` reads. */
export interface RestClient {
  /**
   * @param at path and query below the API's address, made by `path`; or a whole address that the API itself names,
   * which must lie at the same origin
   */
  readonly get: (
    at: string,
    signal: AbortSignal,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<RestAnswer>;
}

/** A success: its JSON and its headers. */
export interface RestAnswer {
  readonly body: unknown;
  readonly header: HttpAnswer["header"];
}

/** What is particular to a vendor's API. */
export interface RestApi {
  /** The vendor's name in messages. */
  readonly vendor: string;
  /** Address below which all paths lie: https, without a slash at its end. */
  readonly base: string;
  /** Headers that sign a request in. */
  readonly signIn: (
    request: { readonly method: "GET"; readonly url: string },
    signal: AbortSignal,
  ) => Promise<Readonly<Record<string, string>>>;
  /** Reads the vendor's error body, JSON or undefined, and its headers. */
  readonly errorOf: (body: unknown, status: number, header: HttpAnswer["header"]) => VendorError;
}

export function restClient({ vendor, base, signIn, errorOf }: RestApi, send: Send): RestClient {
  const { origin } = new URL(base);
  return {
    get: async (at, signal, headers = {}) => {
      const url = at.startsWith("/") ? `${base}${at}` : at;
      // A token never leaves for another host, whatever a page's link says.
      if (!URL.canParse(url) || new URL(url).origin !== origin) {
        throw malformed(`${vendor} pointed to another host, which was not asked`);
      }
      const signed = await signIn({ method: "GET", url }, signal);
      const request = {
        method: "GET",
        url,
        headers: { Accept: "application/json", ...headers, ...signed },
      } as const;
      const answer = await send(request, signal);
      return { body: dataOf(vendor, answer, errorOf), header: answer.header };
    },
  };
}

/** An answer's JSON. @throws RestFailure for everything that is no success */
export function dataOf(vendor: string, answer: HttpAnswer, errorOf: RestApi["errorOf"]): unknown {
  const { status, body } = answer;
  const json = parsed(body);
  if (status !== 200) {
    const said = errorOf(json, status, answer.header);
    throw new RestFailure(failureOf(vendor, answer, said), said.absent ?? status === 404);
  }
  if (json === undefined) throw malformed("the answer is no JSON");
  return json;
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** A path whose filled-in parts are one segment or one value of the query each, whatever a server put into them. */
export function path(parts: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return String.raw({ raw: parts }, ...values.map((value) => segment(String(value))));
}

function segment(value: string): string {
  if (value === "" || value === "." || value === "..") {
    throw malformed("a name that is no part of a path");
  }
  return encodeURIComponent(value);
}

/**
 * An address of the estate, or the public one in its place; without a slash at its end.
 * @throws RestFailure `denied` when it is not https: credentials are never sent in the clear
 */
export function apiAddress(declared: string | undefined, standard: string, name = "api"): string {
  const url = new URL(declared ?? standard);
  if (url.protocol !== "https:") throw refused(`endpoints.${name} must be an https address`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
