import { endpointAddress, endpointPlace, endpointSubject } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { HttpVisit } from "#model/http-facets.ts";
import { type Answer, defineProbe, type Failure, type ProbeContext } from "#model/probe.ts";
import { ENDPOINT_KIND } from "#model/subject.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";
import { operationAt } from "#probes/tls/operation.ts";
import { askClear, type ClearAnswer } from "./clear-text.ts";
import { exchange, exchangeAnyhow } from "./exchange.ts";
import { httpFacet, type SecureAnswer } from "./facet.ts";
import { type Found, type Look, lookProtected, lookPublished } from "./looks.ts";
import { allHeaders } from "./messages.ts";
import { SECURITY_TXT_BYTES, SECURITY_TXT_PATH, securityTxtOf } from "./security-txt.ts";
import { serviceOf } from "./service.ts";
import { visitOf } from "./visit.ts";
import { walk } from "./walk.ts";

const CLEAR = "HTTP request";
const SECURE = "HTTPS request";
const OPTIONS = "HTTPS request OPTIONS";

export default defineProbe({
  id: "http-endpoint",
  title:
    "HTTP of an endpoint: what answers in clear text, redirects, headers, cookies, what strangers get, published pages, security.txt",
  provider: "endpoint",
  kinds: [ENDPOINT_KIND],
  provides: {
    http: { permissions: [] },
    httpAnswer: { permissions: [] },
    httpService: { permissions: [] },
    authentication: { permissions: [] },
    published: { permissions: [] },
  },
  async *gather(target, wanted, context) {
    if (target.provider !== "endpoint") return;
    // Nothing is known of what runs inside tls://, so HTTP is no question there.
    if (endpointSubject(target).kind !== ENDPOINT_KIND) return;
    const reading = createReading(target, context);
    const asked = READERS.flatMap(([facet, read]) => (wanted.has(facet) ? [read(reading)] : []));
    for (const item of asked) yield* await item;
  },
  classify: classifyNetwork,
});

/** What came of asking over HTTPS for an address. */
interface Seen {
  readonly visit: HttpVisit;
  readonly http2Failure: string | null;
}

/** How one endpoint is asked, for all facets. */
interface Reading {
  readonly target: TargetOf<"endpoint">;
  readonly context: ProbeContext;
  readonly clearUrl: URL;
  readonly secureUrl: URL;
  /** An address that was asked for before is not asked again. */
  readonly look: (url: URL) => Promise<Answer<Seen>>;
  readonly again: Look;
  readonly ask: <Raw>(
    operation: string,
    call: (limits: { readonly timeoutMs: number; readonly signal: AbortSignal }) => Promise<Raw>,
  ) => Promise<Answer<Raw>>;
}

type Items = readonly (Observation | Problem)[];

/** Each facet by itself, but for what they ask together. */
const READERS: readonly (readonly [FacetName, (reading: Reading) => Promise<Items>])[] = [
  ["http", readClearText],
  ["httpAnswer", readAnswer],
  ["httpService", readService],
  ["authentication", readAuthentication],
  ["published", readPublished],
];

function createReading(target: TargetOf<"endpoint">, context: ProbeContext): Reading {
  const { host, port, serverName } = endpointAddress(target);
  const timeoutMs = answerMilliseconds(target);
  const ask: Reading["ask"] = (operation, call) =>
    context.ask({ service: "http", operation, call: (signal) => call({ timeoutMs, signal }) });
  const again = (url: URL) =>
    ask(SECURE, async (limits): Promise<Seen> => {
      const walked = await walk(url, { host, port, serverName }, limits);
      return { visit: visitOf(walked, context.now()), http2Failure: walked.http2Failure };
    });
  const known = new Map<string, Promise<Answer<Seen>>>();
  return {
    target,
    context,
    clearUrl: under("http:", target.url),
    secureUrl: under("https:", target.url),
    ask,
    again,
    look: (url) => {
      const asked = known.get(url.href) ?? again(url);
      known.set(url.href, asked);
      return asked;
    },
  };
}

async function readClearText({ target, context, ask, look, ...urls }: Reading): Promise<Items> {
  const { host, httpPort, serverName } = endpointAddress(target);
  const request = { url: urls.clearUrl, host, port: httpPort, serverName };
  const [clear, seen] = await Promise.all([
    ask(CLEAR, (limits): Promise<ClearAnswer> => askClear(request, limits)),
    look(urls.secureUrl),
  ]);
  const secure: Answer<SecureAnswer> = seen.ok
    ? {
        ...seen,
        raw: {
          status: seen.raw.visit.hops[0]?.status ?? 0,
          strictTransportSecurity: seen.raw.visit.strictTransportSecurity,
        },
      }
    : seen;
  const value = httpFacet(urls.clearUrl, clear, secure);
  if (value !== null) {
    const operation = operationAt(`${CLEAR} and ${SECURE}`, target, ["httpPort", "port"]);
    const from = { operation, ...(clear.ok ? clear : seen) };
    return [context.observe(endpointSubject(target), "http", value, from)];
  }
  const failure = seen.ok ? MALFORMED : seen.failure;
  const words = `HTTPS does not answer, so nothing can be said of clear text: ${failure.message}`;
  return [problem({ target, context }, "http", { ...failure, message: words })];
}

const MALFORMED: Failure = { reason: "malformed", message: "", retryable: false };

async function readAnswer(reading: Reading): Promise<Items> {
  const seen = await reading.look(reading.secureUrl);
  const found = seen.ok ? { value: seen.raw.visit, from: seen } : { failure: seen.failure };
  return [item(reading, "httpAnswer", found)];
}

async function readService(reading: Reading): Promise<Items> {
  const { target, secureUrl, ask, look } = reading;
  const { host, port, serverName } = endpointAddress(target);
  const place = { host, port, serverName };
  const text = new URL(SECURITY_TXT_PATH, secureUrl);
  const first = look(secureUrl);
  const [seen, options, securityTxt, http1] = await Promise.all([
    first,
    ask(OPTIONS, async (limits) => {
      const request = { ...place, url: secureUrl, method: "OPTIONS" as const };
      const { answer } = await exchangeAnyhow(request, limits);
      return { allow: allHeaders(answer, "allow") };
    }),
    ask(SECURE, async (limits) =>
      securityTxtOf(await walk(text, place, limits, SECURITY_TXT_BYTES)),
    ),
    // Where HTTP/2 was chosen, whether HTTP/1.1 is spoken too is a question of its own.
    first.then((answer): Promise<Answer<Pick<HttpVisit, "version">>> | Answer<HttpVisit> => {
      if (!answer.ok) return answer;
      const { visit } = answer.raw;
      if (visit.version !== "HTTP/2") return { ...answer, raw: visit };
      return ask(SECURE, async (limits) => {
        const { version } = await exchange({ ...place, url: secureUrl }, limits);
        return { version };
      });
    }),
  ]);
  const found = seen.ok
    ? { value: serviceOf(seen.raw, http1, options, securityTxt), from: null }
    : { failure: seen.failure };
  return [item(reading, "httpService", found)];
}

async function readAuthentication(reading: Reading): Promise<Items> {
  const { target, secureUrl, look } = reading;
  return [item(reading, "authentication", await lookProtected(target, secureUrl, look))];
}

async function readPublished(reading: Reading): Promise<Items> {
  const { target, secureUrl, look, again } = reading;
  return [item(reading, "published", await lookPublished(target, secureUrl, look, again))];
}

function item<F extends FacetName>(
  reading: Pick<Reading, "target" | "context">,
  facet: F,
  found: Found<Parameters<typeof reading.context.observe<F>>[2]>,
): Observation | Problem {
  const { target, context } = reading;
  if ("failure" in found) return problem(reading, facet, found.failure);
  const operation = operationAt(SECURE, target, ["port"]);
  const source = found.from === null ? {} : found.from;
  return context.observe(endpointSubject(target), facet, found.value, { operation, ...source });
}

function problem(
  { target, context }: Pick<Reading, "target" | "context">,
  facet: FacetName,
  { reason, message }: Pick<Failure, "reason" | "message">,
): Problem {
  return context.problem({
    operation: SECURE,
    subject: endpointSubject(target),
    facets: [facet],
    reason,
    permission: null,
    message: `${endpointPlace(target)}: ${message}`,
  });
}

/** The declared address under another scheme; the port of a scheme that is not declared is its usual one. */
function under(protocol: "http:" | "https:", declared: string): URL {
  const url = new URL(declared);
  if (url.protocol !== protocol) url.port = "";
  url.protocol = protocol;
  return url;
}
