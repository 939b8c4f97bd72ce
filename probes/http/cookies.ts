import type { HttpCookie } from "#model/http-facets.ts";
import { plain } from "#model/text.ts";

const MOST_COOKIES = 100;

/**
 * What Set-Cookie headers set, as browsers read them (RFC 6265bis 5.6), each kind once; without values. Cookies that are
 * taken back (expired by the day of now) are none.
 */
export function cookiesOf(
  headers: readonly string[],
  now: Date,
): { readonly cookies: readonly HttpCookie[]; readonly more: number } {
  const all = new Map<string, HttpCookie>();
  for (const header of headers) {
    const cookie = cookieOf(header, now);
    if (cookie !== null) all.set(JSON.stringify(cookie), cookie);
  }
  const cookies = [...all.values()];
  return {
    cookies: cookies.slice(0, MOST_COOKIES),
    more: Math.max(0, cookies.length - MOST_COOKIES),
  };
}

function cookieOf(header: string, now: Date): HttpCookie | null {
  const [pair = "", ...rest] = header.split(";");
  // Of an attribute that is there twice the last counts.
  const attributes = new Map(
    rest.map((part) => {
      const at = part.indexOf("=");
      const name = at < 0 ? part : part.slice(0, at);
      return [name.trim().toLowerCase(), at < 0 ? "" : part.slice(at + 1).trim()] as const;
    }),
  );
  if (isTakenBack(attributes, now)) return null;
  const at = pair.indexOf("=");
  const name = at < 0 ? "" : pair.slice(0, at).trim();
  const secure = attributes.has("secure");
  const sameSite = SAME_SITE[attributes.get("samesite")?.toLowerCase() ?? ""] ?? null;
  return {
    name: name === "" ? "(without a name)" : plain(name, 100),
    secure,
    httpOnly: attributes.has("httponly"),
    sameSite,
    refused: refusal(name.toLowerCase(), secure, sameSite, attributes),
  };
}

const SAME_SITE: Readonly<Record<string, HttpCookie["sameSite"]>> = {
  strict: "Strict",
  lax: "Lax",
  none: "None",
};

/** Max-Age goes before Expires. */
function isTakenBack(attributes: ReadonlyMap<string, string>, now: Date): boolean {
  const maxAge = attributes.get("max-age");
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  const expires = attributes.get("expires") ?? "";
  return COOKIE_DATE.test(expires) && Date.parse(expires) <= now.getTime();
}

/** Without a time and a month's name a date is none (RFC 6265bis 5.1.1), and the cookie stays: `Expires=0` takes nothing back. */
const COOKIE_DATE =
  /^(?=.*\b\d{1,2}:\d{1,2}:\d{1,2}\b).*(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)/i;

/** Why browsers refuse it (RFC 6265bis 4.1.3 and 5.7); null: they take it. */
function refusal(
  name: string,
  secure: boolean,
  sameSite: HttpCookie["sameSite"],
  attributes: ReadonlyMap<string, string>,
): string | null {
  if (sameSite === "None" && !secure) return "SameSite=None needs Secure";
  if (name.startsWith("__secure-") && !secure) return "its prefix __Secure- needs Secure";
  if (!name.startsWith("__host-")) return null;
  if (!secure) return "its prefix __Host- needs Secure";
  if ((attributes.get("domain") ?? "") !== "") return "its prefix __Host- forbids Domain";
  return attributes.get("path") === "/" ? null : "its prefix __Host- needs Path=/";
}
