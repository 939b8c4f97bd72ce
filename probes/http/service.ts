import type { HttpService, HttpVisit, SecurityTxt } from "#model/http-facets.ts";
import type { Answer } from "#model/probe.ts";
import { plain } from "#model/text.ts";

const MOST_METHODS = 20;
/** RFC 9110 5.6.2 */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]{1,40}$/;

/** A version asked for by itself: the one that answered. */
export type VersionAnswer = Pick<HttpVisit, "version">;

/** What OPTIONS got. */
export type AllowedMethods = Pick<HttpService, "methods">;

/** The shape of the service from its answers; pure. */
export function serviceOf(
  { visit, http2Failure }: { readonly visit: HttpVisit; readonly http2Failure: string | null },
  http1: Answer<VersionAnswer>,
  options: Answer<AllowedMethods>,
  securityTxt: Answer<SecurityTxt>,
): HttpService {
  return {
    versions: [http1Row(http1), http2Row(visit, http2Failure)],
    methods: options.ok ? options.raw.methods : null,
    securityTxt: securityTxt.ok
      ? securityTxt.raw
      : {
          status: "unknown",
          why: plain(securityTxt.failure.message),
          contacts: [],
          expires: null,
          signed: false,
        },
  };
}

function http1Row(answer: Answer<VersionAnswer>): HttpService["versions"][number] {
  const row = (status: "answers" | "not-offered" | "unknown", why: string | null) =>
    ({ version: "HTTP/1.1", status, why }) as const;
  if (!answer.ok) {
    // A server that agrees on no version ends the handshake by an alert (RFC 7301 3.2).
    const { reason, message } = answer.failure;
    return row(reason === "denied" ? "not-offered" : "unknown", plain(message));
  }
  const { version } = answer.raw;
  return version === "HTTP/1.1"
    ? row("answers", null)
    : row("not-offered", `it answers in ${version}`);
}

function http2Row({ version }: HttpVisit, failure: string | null): HttpService["versions"][number] {
  const row = (status: "answers" | "not-offered" | "unknown", why: string | null) =>
    ({ version: "HTTP/2", status, why }) as const;
  if (failure !== null) return row("unknown", plain(failure));
  return version === "HTTP/2" ? row("answers", null) : row("not-offered", null);
}

/** The methods of headers Allow. RFC 9110 10.2.1: an empty one says that there is none; no Allow says nothing. */
export function methodsOf(allow: readonly string[]): readonly string[] | null {
  if (allow.length === 0) return null;
  const methods = allow
    .flatMap((value) => value.split(","))
    .map((method) => method.trim())
    .filter((method) => TOKEN.test(method));
  return [...new Set(methods)].slice(0, MOST_METHODS);
}
