import { browserRules, isPage, TELLING_REFERRERS } from "#facts/security-headers.ts";
import type { CheckedWeb, CheckReport } from "#model/check-report.ts";
import type { HttpCookie, HttpService, HttpVisit, SecurityTxt } from "#model/http-facets.ts";
import { addFact, addUnder, factRoom, some, type View } from "./check-lines.ts";
import { cutItems } from "./items.ts";
import { cut, type Span } from "./width.ts";
import { count } from "./words.ts";

const COOKIES_SHOWN = 5;

/** Adds what the address answers over HTTPS: status, redirects, versions, security.txt; headers and cookies. */
export function addWeb(view: View, { answer, service }: CheckedWeb): void {
  const { page, verbose, tight, check } = view;
  if (answer !== null) {
    const words = [
      ...answerWords(answer),
      ...(service === null ? [] : serviceWords(service, answer)),
      ...(service === null ? [] : securityTxtWords(service.securityTxt, check)),
    ];
    const lines = tight ? 1 : 2;
    const text = words.join(" · ");
    addFact(page, "Web", verbose ? text : cutItems(text, lines * factRoom(page)));
    if (verbose) addSteps(view, answer);
  }
  if (verbose && service !== null) addServiceDetails(view, service);
  if (answer !== null) addHeaders(view, answer);
}

function answerWords(visit: HttpVisit): string[] {
  const { hops, end, version, robotGuard } = visit;
  const last = hops.at(-1);
  const status = `${last?.status ?? "no status"} over ${version}`;
  const to = cut(last?.location ?? "", 80);
  const ends: Readonly<Record<HttpVisit["end"], string>> = {
    answer: hops.length > 1 ? `after ${count(hops.length - 1, "redirect")}` : "",
    elsewhere: `to ${to}, not followed`,
    "clear-text": `back to clear text (${to})`,
    loop: "in a circle",
    "too-many": "redirects without end",
    "no-address": "to what is no address",
    "no-answer": `to ${to}, which does not answer`,
  };
  return [
    [status, ends[end]].filter((part) => part !== "").join(" "),
    ...(robotGuard === null ? [] : [`a guard against robots: ${cut(robotGuard, 60)}`]),
  ];
}

function serviceWords({ versions }: HttpService, { version: spoken }: HttpVisit): string[] {
  return versions.flatMap(({ version, status }) => {
    if (status === "answers") return version === spoken ? [] : [`${version} too`];
    return [status === "not-offered" ? `no ${version}` : `${version} not known`];
  });
}

function securityTxtWords(file: SecurityTxt, { checkedAt }: CheckReport): string[] {
  if (file.status === "unknown") return ["security.txt not known"];
  if (file.status === "absent") return ["no security.txt"];
  const { expires, signed } = file;
  const end = Date.parse(expires ?? "");
  const until = Number.isNaN(end)
    ? "without a date of expiry"
    : end < Date.parse(checkedAt)
      ? `EXPIRED on ${new Date(end).toISOString().slice(0, 10)}`
      : `until ${new Date(end).toISOString().slice(0, 10)}`;
  return [`security.txt ${until}${signed ? ", signed" : ""}`];
}

/** What the headers make browsers forbid, what they do not, and what cookies lack. */
function addHeaders({ page, verbose, tight }: View, visit: HttpVisit): void {
  const { nosniff, framing, scripts, referrer, permissions } = browserRules(visit);
  const has: string[] = [];
  const lacks: string[] = [];
  if (isPage(visit)) {
    if (scripts.status === "restricted") has.push("CSP");
    else if (scripts.status === "none") lacks.push("CSP");
    else lacks.push(scripts.status === "open" ? "a CSP that restricts scripts" : "an enforced CSP");
  }
  (nosniff ? has : lacks).push("nosniff");
  if (framing !== "anybody") has.push(FRAMED[framing]);
  else if (isPage(visit)) lacks.push("frame protection");
  if (referrer === null || TELLING_REFERRERS.has(referrer)) lacks.push("Referrer-Policy");
  else has.push(verbose ? `Referrer-Policy ${referrer}` : "Referrer-Policy");
  if (permissions) has.push("Permissions-Policy");
  else if (isPage(visit)) lacks.push("Permissions-Policy");
  const cookies = cookieWords(visit);
  const bad: Span[] =
    lacks.length === 0 ? [] : [{ text: `without ${lacks.join(", ")}`, tone: "warn" }];
  const good = has.join(", ");
  // What is as it should be needs no room where there is little.
  const notable = cookies.filter((span) => !tight || span.tone !== undefined);
  const parts = [...(tight || good === "" ? [] : [good]), ...bad, ...notable];
  if (parts.length === 0) return;
  const spans = parts.flatMap((part, at) => (at === 0 ? [part] : [" · ", part]));
  if (tight) {
    const text = spans.map((span) => (typeof span === "string" ? span : span.text)).join("");
    addFact(page, "Headers", [{ text: cutItems(text, factRoom(page)), tone: "warn" }]);
  } else addFact(page, "Headers", spans);
  if (verbose) for (const cookie of visit.cookies) addUnder(page, cookieLine(cookie));
}

const FRAMED = {
  nobody: "frames forbidden",
  "own-origin": "frames by itself only",
  listed: "frames by listed sites",
} as const;

function cookieWords({ cookies, moreCookies }: HttpVisit): Span[] {
  const bare = cookies.filter(
    ({ secure, httpOnly, sameSite }) => !secure || !httpOnly || !sameSite,
  );
  const all = cookies.length + moreCookies;
  if (all === 0) return [];
  if (bare.length === 0) return [{ text: count(all, "cookie") }];
  const names = some(
    bare.map(({ name }) => cut(name, 30)),
    COOKIES_SHOWN,
  );
  return [{ text: `cookies without Secure, HttpOnly or SameSite: ${names}`, tone: "warn" }];
}

function cookieLine({ name, secure, httpOnly, sameSite, refused }: HttpCookie): string {
  const flags = [
    secure ? "Secure" : "no Secure",
    httpOnly ? "HttpOnly" : "no HttpOnly",
    sameSite === null ? "no SameSite" : `SameSite=${sameSite}`,
    ...(refused === null ? [] : [`browsers refuse it: ${cut(refused, 80)}`]),
  ];
  return `cookie ${cut(name, 60)}: ${flags.join(", ")}`;
}

function addSteps({ page }: View, { hops }: HttpVisit): void {
  if (hops.length < 2 && hops[0]?.location === null) return;
  for (const { url, status, location } of hops) {
    addUnder(
      page,
      `${status} ${cut(url, 120)}${location === null ? "" : ` → ${cut(location, 120)}`}`,
    );
  }
}

function addServiceDetails({ page }: View, { versions, methods, securityTxt }: HttpService): void {
  for (const { version, why } of versions) {
    if (why !== null) addUnder(page, `${version}: ${cut(why, 120)}`);
  }
  if (methods !== null) {
    const names = methods.map((method) => cut(method, 20)).join(", ");
    addUnder(page, `methods by OPTIONS, not tried: ${names || "none"}`);
  }
  const { why, contacts } = securityTxt;
  if (why !== null) addUnder(page, `security.txt: ${cut(why, 120)}`);
  for (const contact of contacts) addUnder(page, `security.txt, Contact: ${cut(contact, 120)}`);
}
