import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { HttpVisit } from "#model/http-facets.ts";
import type { Answer, Failure } from "#model/probe.ts";
import { operationAt } from "#probes/tls/operation.ts";
import { askClearEverywhere, type ClearAt } from "./clear-text.ts";
import { exchange, exchangeAnyhow } from "./exchange.ts";
import { httpFacet, type SecureAnswer } from "./facet.ts";
import { lookProtected, lookPublished } from "./looks.ts";
import { allHeaders } from "./messages.ts";
import { item, problem, type Reading, SECURE } from "./reading.ts";
import { SECURITY_TXT_BYTES, SECURITY_TXT_PATH, securityTxtOf } from "./security-txt.ts";
import { type AllowedMethods, methodsOf, serviceOf } from "./service.ts";
import { walk } from "./walk.ts";

const CLEAR = "HTTP request";
const OPTIONS = "HTTPS request OPTIONS";

type Items = readonly (Observation | Problem)[];

/** Each facet by itself, but for what they ask together. */
export const READERS: readonly (readonly [FacetName, (reading: Reading) => Promise<Items>])[] = [
  ["http", readClearText],
  ["httpAnswer", readAnswer],
  ["httpService", readService],
  ["authentication", readAuthentication],
  ["published", readPublished],
];

async function readClearText({ target, context, ask, look, ...urls }: Reading): Promise<Items> {
  const { host, port, httpPort, serverName } = endpointAddress(target);
  const request = { url: urls.clearUrl, host, port: httpPort, serverName };
  const secured = { url: urls.secureUrl, host, port, serverName };
  const [clear, seen] = await Promise.all([
    ask(CLEAR, (limits): Promise<readonly ClearAt[]> =>
      askClearEverywhere(request, secured, limits),
    ),
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
    ask(OPTIONS, async (limits): Promise<AllowedMethods> => {
      const request = { ...place, url: secureUrl, method: "OPTIONS" as const };
      const { answer } = await exchangeAnyhow(request, limits);
      return { methods: methodsOf(allHeaders(answer, "allow")) };
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
