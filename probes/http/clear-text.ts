import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import type { HttpFacet } from "#model/facets.ts";
import { defineProbe, type Answer } from "#model/probe.ts";
import { ENDPOINT_KIND } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { classifyNetwork, codeOf } from "#probes/tls/errors.ts";
import { fetchHead, type HeadRequest, type HttpHead, NoConnectionError } from "./head.ts";
import { parseHsts } from "./hsts.ts";

/** What came of asking in clear text: an answer, or a door that is shut. */
export type ClearAnswer = HttpHead | { readonly shut: string };

const CLEAR = "HTTP request";
const SECURE = "HTTPS request";

export default defineProbe({
  id: "http-endpoint",
  title: "HTTP of an endpoint: what answers in clear text, and HSTS",
  provider: "endpoint",
  kinds: [ENDPOINT_KIND],
  provides: { http: { permissions: [] } },
  async *gather(target, wanted, context) {
    if (target.provider !== "endpoint" || !wanted.has("http")) return;
    const subject = endpointSubject(target);
    // Nothing is known of what runs inside tls://, so HTTP is no question there.
    if (subject.kind !== ENDPOINT_KIND) return;
    const { host, port, httpPort, serverName } = endpointAddress(target);
    const timeoutMs = answerMilliseconds(target);
    const [clearUrl, secureUrl] = urls(target.url);
    const common = { host, serverName };

    const [clear, secure] = await Promise.all([
      context.ask({
        service: "http",
        operation: CLEAR,
        call: (signal) =>
          askClear({ url: clearUrl, port: httpPort, ...common }, { timeoutMs, signal }),
      }),
      context.ask({
        service: "http",
        operation: SECURE,
        call: (signal) => fetchHead({ url: secureUrl, port, ...common }, { timeoutMs, signal }),
      }),
    ]);
    const value = httpFacet(clearUrl, clear, secure);
    if (value !== null) {
      const operation = `${CLEAR} and ${SECURE}`;
      yield context.observe(subject, "http", value, { operation, ...(clear.ok ? clear : secure) });
      return;
    }
    const failure = secure.ok ? null : secure.failure;
    const shut = clear.ok ? "refuses clear text, but " : "";
    const message = `${subject.name}: ${shut}${failure?.message ?? "no answer"}`;
    const reason = failure?.reason ?? "malformed";
    const facets = ["http"] as const;
    yield context.problem({
      operation: SECURE,
      subject,
      facets,
      reason,
      permission: null,
      message,
    });
  },
  classify: classifyNetwork,
});

/** The declared address in clear text and secured. The ports of the other scheme are not known, so they are its usual ones. */
function urls(declared: string): [clear: URL, secure: URL] {
  return (["http:", "https:"] as const).map((protocol) => {
    const url = new URL(declared);
    if (url.protocol !== protocol) url.port = "";
    url.protocol = protocol;
    return url;
  }) as [URL, URL];
}

/** Asks in clear text; what shuts the door is looked at twice, for a reset or a lost packet may be an accident. */
async function askClear(
  request: HeadRequest,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<ClearAnswer> {
  try {
    return await fetchHead(request, limits);
  } catch (error) {
    if (shutBy(error) === null) throw error;
  }
  try {
    return await fetchHead(request, limits);
  } catch (error) {
    const shut = shutBy(error);
    if (shut === null) throw error;
    return { shut };
  }
}

/** A refusal, a reset, or twice no connection at all; null for any other failure. */
function shutBy(error: unknown): string | null {
  if (error instanceof NoConnectionError) return "no connection";
  const code = codeOf(error);
  return code === "ECONNREFUSED" || code === "ECONNRESET" ? code : null;
}

/**
 * The facet of both answers; pure. Null where nothing can be said: a shut clear-text door counts only while the
 * secured one answers, for else the whole host may be away.
 */
export function httpFacet(
  url: URL,
  clear: Answer<ClearAnswer>,
  secure: Answer<HttpHead>,
): HttpFacet | null {
  const head = clear.ok && "status" in clear.raw ? clear.raw : null;
  if (head === null && !secure.ok) return null;
  const shut = clear.ok && head === null;
  return {
    url: plain(url.href, 300),
    clearText:
      head === null
        ? shut
          ? "refused"
          : "unknown"
        : kindOf(head, url, secure.ok ? secure.raw : null),
    status: head?.status ?? null,
    location: head?.location == null ? null : plain(head.location, 300),
    hsts: secure.ok ? parseHsts(secure.raw.strictTransportSecurity) : null,
    httpsAnswered: secure.ok,
  };
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Answers by which services turn clear text away (Azure App Service: 403, Azure Storage: 400). */
const TURNED_AWAY: ReadonlySet<number> = new Set([400, 403]);

/**
 * Every answer in clear text is a service in clear text, but for redirects, 426 (RFC 9110 15.5.22: come back over another
 * protocol), and a 400 or 403 that the secured address does not give for the same path.
 */
function kindOf(head: HttpHead, url: URL, secure: HttpHead | null): HttpFacet["clearText"] {
  const { status, location } = head;
  if (REDIRECTS.has(status) && location !== null) {
    return URL.parse(location, url)?.protocol === "https:"
      ? "redirects-to-https"
      : "redirects-elsewhere";
  }
  if (status === 426) return "refused";
  if (!TURNED_AWAY.has(status)) return "serves";
  if (secure === null) return "unknown";
  return secure.status === status ? "serves" : "refused";
}
