import type { ClearTextAddress, HttpFacet } from "#model/facets.ts";
import type { Answer } from "#model/probe.ts";
import { plain } from "#model/text.ts";
import { parseHsts } from "#facts/hsts.ts";
import { type ClearAnswer, type ClearAt, dependsOnHttps } from "./clear-text.ts";

/** What the first answer over HTTPS says of transport. */
export interface SecureAnswer {
  readonly status: number;
  readonly strictTransportSecurity: string | null;
}

/** Of several addresses the one with the worst answer stands for the name. */
const WORST_FIRST = [
  "serves",
  "redirects-elsewhere",
  "unknown",
  "redirects-to-https",
  "refused",
] as const;

/**
 * The facet of the answers in clear text, at each address, and the one over HTTPS; pure. Null where nothing can be said: a
 * shut clear-text door counts only while the secured one answers, for else the whole host may be away.
 */
export function httpFacet(
  url: URL,
  clear: Answer<readonly ClearAt[]>,
  secure: Answer<SecureAnswer>,
): HttpFacet | null {
  const all = clear.ok ? clear.raw : [];
  const answered = all.some(({ answer }) => answer !== null && "status" in answer);
  if (!answered && !secure.ok) return null;
  const [only] = all;
  const one = only === undefined || all.length > 1 ? null : only;
  const ways =
    one === null
      ? all.map((at) => wayOf(at, url, at.secured))
      : [wayOf(one, url, secure.ok ? secure.raw.status : null)];
  const worst = WORST_FIRST.map((kind) => ways.find(({ clearText }) => clearText === kind));
  const { clearText, status, location } = worst.find((way) => way !== undefined) ?? NOTHING;
  return {
    url: plain(url.href, 300),
    clearText,
    status,
    location,
    hsts: secure.ok ? parseHsts(secure.raw.strictTransportSecurity) : null,
    httpsAnswered: secure.ok,
    ...(ways.length > 1
      ? { addresses: ways.map(({ location: _told, ...address }) => address) }
      : {}),
  };
}

interface Way extends ClearTextAddress {
  readonly location: string | null;
}

const NOTHING = { clearText: "unknown", status: null, location: null } as const;

/** @param secured status over HTTPS of the same place */
function wayOf({ address, answer, why }: ClearAt, url: URL, secured: number | null): Way {
  const clearText = answer === null ? "unknown" : kindOf(answer, url, secured);
  const { status, location } = answer !== null && "status" in answer ? answer : NOTHING;
  const doubt = clearText === "unknown" ? (why ?? "it gives no answer over HTTPS either") : null;
  return { address, clearText, status, location, why: doubt === null ? null : plain(doubt) };
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * Every answer in clear text is a service in clear text, but for redirects, 426 (RFC 9110 15.5.22: come back over another
 * protocol), and a 400 or 403 that the secured address does not give for the same path.
 */
function kindOf(
  answer: ClearAnswer,
  url: URL,
  secured: number | null,
): ClearTextAddress["clearText"] {
  if (dependsOnHttps(answer)) {
    if (secured === null) return "unknown";
    return "status" in answer && answer.status === secured ? "serves" : "refused";
  }
  if (!("status" in answer)) return "refused";
  const { status, location } = answer;
  if (REDIRECTS.has(status) && location !== null) {
    return URL.parse(location, url.href)?.protocol === "https:"
      ? "redirects-to-https"
      : "redirects-elsewhere";
  }
  return status === 426 ? "refused" : "serves";
}
