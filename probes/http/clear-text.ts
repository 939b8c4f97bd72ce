import { endpointAddress, endpointPlace, endpointSubject } from "#estate/endpoint.ts";
import { defineProbe } from "#model/probe.ts";
import { ENDPOINT_KIND } from "#model/subject.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";
import { operationAt } from "#probes/tls/operation.ts";
import { type ClearAnswer, httpFacet } from "./facet.ts";
import { fetchHead, type HeadRequest, NoConnectionError } from "./head.ts";

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
    const clearUrl = under("http:", target.url);
    const secureUrl = under("https:", target.url);
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
      const operation = operationAt(`${CLEAR} and ${SECURE}`, target, ["httpPort", "port"]);
      yield context.observe(subject, "http", value, { operation, ...(clear.ok ? clear : secure) });
      return;
    }
    const failure = secure.ok ? null : secure.failure;
    yield context.problem({
      operation: SECURE,
      subject,
      facets: ["http"],
      reason: failure?.reason ?? "malformed",
      permission: null,
      message: `${endpointPlace(target)}: HTTPS does not answer, so nothing can be said of clear text: ${failure?.message ?? ""}`,
    });
  },
  classify: classifyNetwork,
});

/** The declared address under another scheme; the port of a scheme that is not declared is its usual one. */
function under(protocol: "http:" | "https:", declared: string): URL {
  const url = new URL(declared);
  if (url.protocol !== protocol) url.port = "";
  url.protocol = protocol;
  return url;
}

/** Asks in clear text; a shut door is looked at twice, for a lost packet may be an accident. */
async function askClear(
  request: HeadRequest,
  limits: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<ClearAnswer> {
  try {
    return await fetchHead(request, limits);
  } catch (error) {
    if (!(error instanceof NoConnectionError)) throw error;
  }
  try {
    return await fetchHead(request, limits);
  } catch (error) {
    if (!(error instanceof NoConnectionError)) throw error;
    return { shut: error.code };
  }
}
