import type { CheckedTls, CheckReport } from "#model/check-report.ts";
import type { Certificate, HttpFacet, OfferedSuite } from "#model/facets.ts";
import { compareTlsVersions } from "#model/tls.ts";
import type { Content, Page } from "./page.ts";
import type { Tone } from "./style.ts";
import { groupBy } from "./subjects.ts";
import { addLabelled } from "./text-evaluations.ts";
import { cut } from "./width.ts";
import { count, daysBetween } from "./words.ts";

const SUITES_SHOWN = 12;
const NAMES_SHOWN = 5;
const ISSUERS_SHOWN = 3;
const LABEL_COLUMN = 13;

/** Adds what TLS shows: versions, suites in the server's order, groups, certificates. */
export function addTls(page: Page, tls: CheckedTls, { checkedAt, target }: CheckReport): void {
  addProtocols(page, tls);
  addSuites(page, tls);
  const groups = [...new Set(tls.groups.map(({ name }) => cut(name, 40)))];
  addFact(page, "Groups", some(groups, SUITES_SHOWN) || "not read");
  addCertificates(page, tls, checkedAt, target.host);
}

function addProtocols(page: Page, { protocols }: CheckedTls): void {
  const having = (status: string) =>
    protocols.filter((entry) => entry.status === status).toReversed();
  const words = (["accepted", "rejected"] as const).flatMap((status) => {
    const versions = having(status).map(({ version }) => version);
    return versions.length === 0 ? [] : [`${status}: ${versions.join(", ")}`];
  });
  const unknown = having("unknown").map(({ version, why }) =>
    why === null ? version : `${version} (${cut(why, 80)})`,
  );
  if (unknown.length > 0) words.push(`not known: ${unknown.join(", ")}`);
  addFact(page, "Protocols", words.join(" · ") || "not read");
}

function addSuites(page: Page, tls: CheckedTls): void {
  const newestFirst = tls.cipherSuites.toSorted((a, b) => compareTlsVersions(b.version, a.version));
  if (newestFirst.length === 0) addFact(page, "Suites", "not read");
  for (const group of groupBy(newestFirst, ({ version }) => version)) {
    addFact(page, group[0].version, some(group.map(suiteName), SUITES_SHOWN));
  }
  const notes = tls.unfinished.map(
    ({ version, why }) => `the list for ${version} is not complete (${cut(why, 80)})`,
  );
  if (tls.serverPreference === false) notes.unshift("the server has no order of its own");
  if (notes.length > 0) addFact(page, "Note", notes.join("; "));
}

function suiteName({ name }: OfferedSuite): string {
  return cut(name, 60);
}

function addCertificates(page: Page, tls: CheckedTls, now: string, host: string): void {
  const [leaf, ...others] = tls.certificates;
  if (leaf === undefined) {
    addFact(page, "Certificate", "not read");
    return;
  }
  const trust: { text: string; tone: Tone }[] = [];
  if (tls.trusted === false) {
    const why = tls.trustError === null ? "" : `: ${cut(tls.trustError, 120)}`;
    trust.push({ text: `NOT TRUSTED${why}`, tone: "bad" });
  }
  if (tls.hostnameMatches === false) {
    trust.push({ text: `DOES NOT COVER ${cut(host, 80)}`, tone: "bad" });
  }
  if (tls.trusted === true) trust.push({ text: "trusted", tone: "good" });
  if (tls.hostnameMatches === true) trust.push({ text: "covers the name", tone: "good" });
  const subject = `${cut(leaf.subject, 100)}, ${key(leaf)}`;
  addFact(page, "Certificate", [...trust.flatMap((span) => [span, " · "]), subject]);
  addFact(page, "Validity", [validity(leaf, now)]);
  const names = leaf.altNames.map((name) => cut(name, 60));
  addFact(page, "Names", some(names, NAMES_SHOWN) || "none");
  addFact(page, "Issuer", cut(leaf.issuer, 120));
  for (const certificate of others.slice(0, ISSUERS_SHOWN)) {
    const text = `${cut(certificate.subject, 80)}, ${key(certificate)}, `;
    addFact(page, "Chain", [text, validity(certificate, now)]);
  }
  const more = others.length - ISSUERS_SHOWN;
  if (more > 0) addFact(page, "Chain", `and ${count(more, "certificate")} more`);
}

function key({ keyType, keyBits, signatureAlgorithm }: Certificate): string {
  const bits = keyBits === null ? keyType : `${keyType} ${keyBits}`;
  return signatureAlgorithm === null ? bits : `${bits}, ${cut(signatureAlgorithm, 40)}`;
}

/** Coloured from a third of the lifetime on, at most 14 days: short-lived certificates are renewed late by design. */
function validity({ validFrom, validTo }: Certificate, now: string): { text: string; tone: Tone } {
  const [from, to] = [validFrom, validTo].map((moment) => cut(moment.slice(0, 10), 10));
  const span = `${from} to ${to}`;
  const left = daysBetween(now, validTo);
  const sinceStart = daysBetween(validFrom, now);
  const lifetime = daysBetween(validFrom, validTo);
  if (left === null || sinceStart === null || lifetime === null)
    return { text: span, tone: "warn" };
  if (Date.parse(validTo) <= Date.parse(now)) {
    const ago = left === 0 ? "today" : `${count(-left, "day")} ago`;
    return { text: `${span}, EXPIRED ${ago}`, tone: "bad" };
  }
  if (Date.parse(validFrom) > Date.parse(now)) {
    return { text: `${span}, NOT VALID YET, only in ${count(-sinceStart, "day")}`, tone: "bad" };
  }
  const soon = left < Math.min(14, lifetime / 3);
  return { text: `${span}, ${count(left, "day")} left`, tone: soon ? "warn" : "good" };
}

const CLEAR_TEXT: Readonly<Record<HttpFacet["clearText"], string>> = {
  refused: "clear text is refused",
  "redirects-to-https": "clear text redirects to HTTPS",
  "redirects-elsewhere": "clear text REDIRECTS, but not to HTTPS",
  serves: "SERVES in clear text",
  unknown: "clear text could not be tried",
};

/** Adds what answers in clear text and whether HTTPS asks to be remembered. */
export function addHttp(page: Page, http: HttpFacet): void {
  const { clearText, status, location, hsts, httpsAnswered } = http;
  const where = location === null ? "" : ` ${cut(location, 100)}`;
  const answer = status === null && where === "" ? "" : ` (${status ?? "no status"}${where})`;
  const days = hsts === null ? 0 : Math.floor(hsts.maxAgeSeconds / 86_400);
  const hstsWords = !httpsAnswered
    ? "HSTS not read"
    : hsts === null
      ? "no HSTS"
      : [
          `HSTS for ${count(days, "day")}`,
          ...(hsts.includeSubDomains ? ["with subdomains"] : []),
          ...(hsts.preload ? ["preload"] : []),
        ].join(" ");
  addFact(page, "HTTP", `${CLEAR_TEXT[clearText]}${answer}; ${hstsWords}`);
}

/** Adds a line of what is there: its name and its words. */
export function addFact(page: Page, label: string, content: Content): void {
  addLabelled(page, label, content, 2, LABEL_COLUMN);
}

/** The first items, then how many more there are. */
function some(items: readonly string[], limit: number): string {
  const more = items.length - limit;
  return items.slice(0, limit).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
