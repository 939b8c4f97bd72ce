import type { HttpFacet } from "#model/facets.ts";
import type { Answer } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { parseHsts } from "#facts/hsts.ts";
import type { ClearAnswer } from "./clear-text.ts";

/** What the first answer over HTTPS says of transport. */
export interface SecureAnswer {
  readonly status: number;
  readonly strictTransportSecurity: string | null;
}

/**
 * The facet of both answers; pure. Null where nothing can be said: a shut clear-text door counts only while the
 * secured one answers, for else the whole host may be away.
 */
export function httpFacet(
  url: URL,
  clear: Answer<ClearAnswer>,
  secure: Answer<SecureAnswer>,
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
    location: head?.location ?? null,
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
function kindOf(
  head: Exclude<ClearAnswer, { shut: string }>,
  url: URL,
  secure: SecureAnswer | null,
): HttpFacet["clearText"] {
  const { status, location } = head;
  if (REDIRECTS.has(status) && location !== null) {
    return URL.parse(location, url.href)?.protocol === "https:"
      ? "redirects-to-https"
      : "redirects-elsewhere";
  }
  if (status === 426) return "refused";
  if (!TURNED_AWAY.has(status)) return "serves";
  if (secure === null) return "unknown";
  return secure.status === status ? "serves" : "refused";
}
