import { shownLocation } from "#probes/common/shown-address.ts";
import { classifyNetwork } from "#probes/tls/errors.ts";
import { locate } from "#probes/tls/locate.ts";
import { exchange, type ExchangeLimits, NoConnectionError } from "./exchange.ts";
import { firstHeader, type HttpRequest } from "./messages.ts";

/** What came of asking in clear text: an answer, which sends on to there as it is shown; or a door that is shut. */
export type ClearAnswer =
  | { readonly status: number; readonly location: string | null }
  | { readonly shut: string };

/** What came of it at one address. */
export interface ClearAt {
  readonly address: string;
  /** null: nothing that tells anything. */
  readonly answer: ClearAnswer | null;
  /** Why there is none; null where there is one. */
  readonly why: string | null;
  /** Status of the same address over HTTPS; null where it has none, or was not asked as it makes no difference. */
  readonly secured: number | null;
}

/** Of a name; what the others answer is not known. */
const MOST_ADDRESSES = 16;
/** Answers by which services turn clear text away (Azure App Service: 403, Azure Storage: 400). */
const TURNED_AWAY: ReadonlySet<number> = new Set([400, 403]);

/** Whether an answer is one only beside that of HTTPS: it may be the service's to everything, or none of the host at all. */
export function dependsOnHttps(answer: ClearAnswer): boolean {
  return "shut" in answer || TURNED_AWAY.has(answer.status);
}

/**
 * Asks every address of a name in clear text; where it has several, those where it matters over HTTPS too, as each must
 * stand for itself.
 * @param secure the same over HTTPS
 * @throws what the only address fails by, the resolver's error, or the signal's reason
 */
export async function askClearEverywhere(
  request: HttpRequest,
  secure: HttpRequest,
  limits: ExchangeLimits,
): Promise<readonly ClearAt[]> {
  const { usable } = await locate(request.host, limits.signal);
  const [first] = usable;
  if (first !== undefined && usable.length === 1) {
    const answer = await askClear({ ...request, host: first }, limits);
    return [{ address: first, answer, why: null, secured: null }];
  }
  const why = `not asked, as the name has more than ${MOST_ADDRESSES} addresses`;
  return Promise.all(
    usable.map(async (host, at): Promise<ClearAt> => {
      const nothing = { address: host, answer: null, secured: null };
      if (at >= MOST_ADDRESSES) return { ...nothing, why };
      try {
        const answer = await askClear({ ...request, host }, limits);
        const depends = dependsOnHttps(answer);
        const secured = depends ? await statusOf({ ...secure, host }, limits) : null;
        return { address: host, answer, why: null, secured };
      } catch (error) {
        limits.signal.throwIfAborted();
        return { ...nothing, why: classifyNetwork(error).message };
      }
    }),
  );
}

async function statusOf(request: HttpRequest, limits: ExchangeLimits): Promise<number | null> {
  try {
    return (await exchange(request, limits)).status;
  } catch {
    limits.signal.throwIfAborted();
    return null;
  }
}

/** Asks in clear text; a shut door is looked at twice, for a lost packet may be an accident. */
export async function askClear(request: HttpRequest, limits: ExchangeLimits): Promise<ClearAnswer> {
  try {
    return await ask(request, limits);
  } catch (error) {
    if (!(error instanceof NoConnectionError)) throw error;
  }
  try {
    return await ask(request, limits);
  } catch (error) {
    if (!(error instanceof NoConnectionError)) throw error;
    return { shut: error.code };
  }
}

async function ask(request: HttpRequest, limits: ExchangeLimits): Promise<ClearAnswer> {
  const answer = await exchange(request, limits);
  return {
    status: answer.status,
    location: shownLocation(firstHeader(answer, "location"), request.url),
  };
}
