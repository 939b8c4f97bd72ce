/** Addresses that a stranger sends, without what may let somebody in: names and passwords, values of queries, fragments. Pure. */
import { plain } from "#model/text.ts";

const LONGEST = 300;

/** An address whose query says what it is about, but not with which values. */
export function shownUrl({ protocol, host, pathname, search }: URL): string {
  return plain(withoutSecrets(`${protocol}${host && "//"}${host}${pathname}${search}`), LONGEST);
}

/** Where an answer sends on to, shown so too; null: nowhere. */
export function shownLocation(location: string | null, from: URL): string | null {
  if (location === null) return null;
  const url = URL.parse(location, from.href);
  return url === null ? plain(withoutSecrets(location), LONGEST) : shownUrl(url);
}

/** The same of an address that is compared: `…` stands for what was taken out, and all else stays as it was written. */
export function shownAddress(written: string): string {
  const url = URL.parse(written);
  if (url === null || (url.username === "" && url.password === "")) return withoutSecrets(written);
  // Only the parser knows where a name and a password stand in every spelling.
  const { protocol, host, pathname, search } = url;
  return withoutSecrets(`${protocol}//…@${host}${pathname}${search}`);
}

/** Of what is no address, whatever could be a name and a password is taken out too. */
function withoutSecrets(text: string): string {
  const [, start = "", query = "", fragment = ""] = /^([^?#]*)(\?[^#]*)?(#.*)?$/s.exec(text) ?? [];
  const path = URL.canParse(text) ? start : start.replace(/^.*@/s, "…@");
  return [
    // `;jsessionid=…` (RFC 3986 3.3).
    path.replaceAll(/(;[^=;/]*=)[^;/]*/g, "$1…"),
    // What has no name is a value.
    query.replaceAll(/([?&])(?:([^=&]*=)[^&]*|[^&]+)/g, "$1$2…"),
    fragment === "" ? "" : "#…",
  ].join("");
}
