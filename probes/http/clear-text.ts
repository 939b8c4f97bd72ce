import { shownLocation } from "#probes/common/shown-address.ts";
import { exchange, type ExchangeLimits, NoConnectionError } from "./exchange.ts";
import { firstHeader, type HttpRequest } from "./messages.ts";

/** What came of asking in clear text: an answer, which sends on to there as it is shown; or a door that is shut. */
export type ClearAnswer =
  | { readonly status: number; readonly location: string | null }
  | { readonly shut: string };

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
