import { endpointAddress, endpointSubject } from "#estate/endpoint.ts";
import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { HttpVisit } from "#model/http-facets.ts";
import type { Answer, Failure, ProbeContext } from "#model/probe.ts";
import { endpointProblem } from "#probes/common/endpoint-problem.ts";
import { answerMilliseconds } from "#probes/tls/answer-time.ts";
import { operationAt } from "#probes/tls/operation.ts";
import type { ExchangeLimits } from "./exchange.ts";
import type { Found, Look } from "./looks.ts";
import { visitOf } from "./visit.ts";
import { walk } from "./walk.ts";

export const SECURE = "HTTPS request";

/** What came of asking over HTTPS for an address. */
export interface Seen {
  readonly visit: HttpVisit;
  readonly http2Failure: string | null;
}

/** How one endpoint is asked, for all facets. */
export interface Reading {
  readonly target: TargetOf<"endpoint">;
  readonly context: ProbeContext;
  readonly clearUrl: URL;
  readonly secureUrl: URL;
  /** An address that was asked for before is not asked again. */
  readonly look: (url: URL) => Promise<Answer<Seen>>;
  readonly again: Look;
  readonly ask: <Raw>(
    operation: string,
    call: (limits: ExchangeLimits) => Promise<Raw>,
  ) => Promise<Answer<Raw>>;
}

/** Prepares the asking; nothing is asked yet. */
export function createReading(target: TargetOf<"endpoint">, context: ProbeContext): Reading {
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

/** What was found as an observation, or why nothing was. */
export function item<F extends FacetName>(
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

/** That a facet could not be read. */
export function problem(
  { target, context }: Pick<Reading, "target" | "context">,
  facet: FacetName,
  failure: Pick<Failure, "reason" | "message">,
): Problem {
  return endpointProblem(context, target, SECURE, [facet], failure);
}

/** The declared address under another scheme; the port of a scheme that is not declared is its usual one. */
function under(protocol: "http:" | "https:", declared: string): URL {
  const url = new URL(declared);
  if (url.protocol !== protocol) url.port = "";
  url.protocol = protocol;
  return url;
}
