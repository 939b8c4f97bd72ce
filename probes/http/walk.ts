import type { HttpEnd } from "#model/http-facets.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";
import { exchange, exchangeAnyhow, type ExchangeLimits, locationOf } from "./exchange.ts";
import type { HttpAnswer } from "./messages.ts";

/** Where to connect, whatever the address says. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly serverName: string;
}

/** Every answer on the way from an address to where it leads within its own origin. */
export interface Walk {
  readonly steps: readonly { readonly url: URL; readonly answer: HttpAnswer }[];
  readonly last: HttpAnswer;
  readonly end: HttpEnd;
  /** Why there was no answer in the end; null where there was one. */
  readonly why: string | null;
  /** Why HTTP/2, which the server chose, could not be spoken with it; null: it did not choose it, or could. */
  readonly http2Failure: string | null;
}

/** Content of a page that is looked at, bytes. */
export const CONTENT_BYTES = 1024 * 1024;
/** Answers on one way. */
const MOST_STEPS = 5;

/**
 * Follows redirects from an address over HTTPS, as browsers agree on a version. Only those that stay on the address's own
 * origin are followed, and all go to the IP address that answered first: whatever a server or the DNS says meanwhile,
 * nobody else is ever asked.
 * @throws what `exchange` throws, where the first request has no answer
 */
export async function walk(
  start: URL,
  place: Place,
  limits: ExchangeLimits,
  contentBytes = CONTENT_BYTES,
): Promise<Walk> {
  const { answer, http2Failure } = await exchangeAnyhow(
    { ...place, url: start, contentBytes },
    limits,
  );
  const steps = [{ url: start, answer }];
  const host = answer.address ?? place.host;
  const versions =
    answer.version === "HTTP/2" ? (["HTTP/2", "HTTP/1.1"] as const) : (["HTTP/1.1"] as const);
  for (let last = answer, url = start; ;) {
    const done = (end: HttpEnd, why: string | null = null): Walk => ({
      steps,
      last,
      end,
      why,
      http2Failure,
    });
    const next = nextOf(locationOf(last), url);
    if (typeof next === "string") return done(next);
    if (steps.some((step) => step.url.href === next.href)) return done("loop");
    if (steps.length === MOST_STEPS) return done("too-many");
    url = next;
    try {
      last = await exchange({ ...place, host, url, versions, contentBytes }, limits);
    } catch (error) {
      limits.signal.throwIfAborted();
      return done("no-answer", classifyNetwork(error).message);
    }
    steps.push({ url, answer: last });
  }
}

/** The address that a redirect sends on to, or why it is not followed. */
function nextOf(location: string | null, from: URL): URL | HttpEnd {
  if (location === null) return "answer";
  const next = URL.parse(location, from.href);
  if (next === null) return "no-address";
  if (next.protocol === "http:") return "clear-text";
  if (next.origin !== from.origin) return "elsewhere";
  // What is meant for the server is neither a name nor a password, and the fragment is for the browser.
  next.username = "";
  next.password = "";
  next.hash = "";
  return next;
}
