import type { CheckReport } from "#model/check-report.ts";
import type { HttpFacet } from "#model/facets.ts";
import type { TlsService } from "#model/tls-facets.ts";
import { addFact, addUnder, factRoom, some, type View } from "./check-lines.ts";
import { causeOf } from "./check-cause.ts";
import type { Content, Page } from "./page.ts";
import { groupBy } from "./subjects.ts";
import { cutItems } from "./items.ts";
import { cut, type Span } from "./width.ts";
import { count, moment } from "./words.ts";

const PROBLEMS_SHOWN = 4;
const ADDRESSES_SHOWN = 4;

/** Adds where and when it was looked at, and for how long. */
export function addAddress({ page, check, verbose }: View): void {
  const { target, checkedAt, milliseconds, tls } = check;
  const address = target.address === undefined ? "" : `${cut(target.address, 60)}, `;
  const took = milliseconds === undefined ? "" : `, in ${(milliseconds / 1000).toFixed(2)} s`;
  const connections = tls?.service?.connections;
  const asked =
    verbose && connections !== undefined ? ` over ${count(connections, "connection")}` : "";
  addFact(page, "Address", `${address}${moment(checkedAt)}${took}${asked}`);
}

const SNI: Readonly<Record<TlsService["sni"], string>> = {
  "not-needed": "SNI is not needed",
  "other-certificate": "another certificate without SNI",
  required: "SNI is required",
  unknown: "SNI not known",
};
const CLIENT: Readonly<Record<TlsService["clientCertificate"], string>> = {
  "not-requested": "no client certificate asked for",
  optional: "a client certificate is optional",
  required: "a CLIENT CERTIFICATE IS REQUIRED",
  unknown: "client certificate not known",
};
const TESTS: Readonly<Record<TlsService["tolerance"][number]["test"], string>> = {
  "large-hello": "large hellos",
  "future-version": "versions of the future",
  "unknown-values": "values that it does not know",
};

/** Adds the shape of the service: ALPN, SNI, client certificates, addresses, what it does not bear. */
export function addService(view: View, facet: TlsService | null): void {
  const { page, verbose, tight } = view;
  if (facet === null) {
    addFact(page, "Service", "not read");
    return;
  }
  if (tight) {
    addTightly(page, facet);
    return;
  }
  const { alpn, sni, clientCertificate, addresses, tolerance, startTls } = facet;
  const protocols =
    alpn === null
      ? "ALPN not read"
      : `ALPN ${
          some(
            alpn.map((name) => cut(name, 20)),
            verbose ? 20 : 5,
          ) || "none"
        }`;
  const alike = addresses.filter(({ status }) => status === "answers").length;
  addFact(
    page,
    "Service",
    [
      ...(startTls === null ? [] : [`after STARTTLS of ${cut(startTls, 20)}`]),
      protocols,
      SNI[sni],
      CLIENT[clientCertificate],
      ...(verbose || alike < 2 ? [] : [`${alike} addresses answer alike`]),
    ].join(" · "),
  );
  const notable = addresses.filter(({ status }) => verbose || status !== "answers");
  for (const entry of verbose ? notable : notable.slice(0, ADDRESSES_SHOWN)) {
    addUnder(page, addressLine(entry));
  }
  const more = verbose ? 0 : notable.length - ADDRESSES_SHOWN;
  if (more > 0) addUnder(page, `and ${count(more, "address", "addresses")} more`);
  for (const { test, status, why } of tolerance) {
    if (!verbose && status !== "intolerant") continue;
    const reason = why === null ? "" : ` (${cut(why, 120)})`;
    const text = `${TESTS[test]}: ${status}${reason}`;
    addUnder(page, [status === "intolerant" ? { text, tone: "warn" } : text]);
  }
}

/** What is odd in one line. */
function addTightly(page: Page, facet: TlsService): void {
  const { addresses, tolerance, sni, clientCertificate, startTls } = facet;
  const having = (status: string) => addresses.filter((one) => one.status === status).length;
  const odd = [
    ...(startTls === null ? [] : [`after STARTTLS of ${cut(startTls, 20)}`]),
    ...(sni === "not-needed" ? [] : [SNI[sni]]),
    ...(clientCertificate === "required" ? [CLIENT[clientCertificate]] : []),
    ...(["differs", "failed", "not-asked"] as const).flatMap((status) => {
      const number = having(status);
      const words = {
        differs: number === 1 ? "DIFFERS" : "DIFFER",
        failed: "FAILED",
        "not-asked": "not asked",
      }[status];
      return number === 0 ? [] : [`${count(number, "address", "addresses")} ${words}`];
    }),
    ...tolerance.flatMap(({ test, status }) =>
      status === "intolerant" ? [`${TESTS[test]}: intolerant`] : [],
    ),
  ];
  if (odd.length === 0) return;
  addFact(page, "Service", [{ text: cutItems(odd.join(" · "), factRoom(page)), tone: "warn" }]);
}

function addressLine({ address, status, why }: TlsService["addresses"][number]): Content {
  const reason = why === null ? "" : `: ${cut(why, 120)}`;
  const words = {
    answers: "answers",
    differs: "DIFFERS",
    failed: "FAILED",
    "not-asked": "not asked",
  }[status];
  const text = `${words}${reason}`;
  const bad = status === "differs" || status === "failed";
  return [`${cut(address, 60)} `, bad ? { text, tone: "warn" } : text];
}

const CLEAR_TEXT: Readonly<Record<HttpFacet["clearText"], Span>> = {
  refused: { text: "clear text is refused" },
  "redirects-to-https": { text: "clear text redirects to HTTPS" },
  "redirects-elsewhere": { text: "clear text REDIRECTS, but not to HTTPS", tone: "bad" },
  serves: { text: "SERVES in clear text", tone: "bad" },
  unknown: { text: "clear text could not be tried", tone: "warn" },
};

/** Adds what answers in clear text and whether HTTPS asks to be remembered. */
export function addHttp({ page }: View, http: HttpFacet): void {
  const { clearText, status, location, hsts, httpsAnswered, addresses = [] } = http;
  const where = location === null ? "" : ` ${cut(location, 100)}`;
  const answer = status === null && where === "" ? "" : ` (${status ?? "no status"}${where})`;
  const alike = addresses.filter((one) => one.clearText === clearText);
  const at =
    alike.length === addresses.length
      ? ""
      : `, at ${cut(alike.map(({ address }) => address).join(", "), 100)} of ${count(addresses.length, "address")}`;
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
  addFact(page, "HTTP", [CLEAR_TEXT[clearText], `${answer}${at}; ${hstsWords}`]);
}

/** Adds what could not be read and why, alike together; where nothing answers, the verdict has said it. */
export function addProblems({ page, verbose, tight }: View, check: CheckReport): void {
  if (!check.reachable && !verbose) return;
  const groups = groupBy(check.problems, (problem) =>
    JSON.stringify([problem.reason, causeOf(problem.message, check)]),
  );
  const shown = tight ? 1 : PROBLEMS_SHOWN;
  for (const [{ operation, reason, message }] of verbose ? groups : groups.slice(0, shown)) {
    const words = verbose ? cut(message, 1000) : cut(causeOf(message, check), 200);
    const text = `${cut(operation, 80)}: ${reason}, ${words}`;
    addFact(page, "Not read", tight ? cutItems(text, factRoom(page)) : text);
  }
  const more = verbose ? 0 : groups.length - shown;
  if (more > 0) addFact(page, "Not read", `and ${count(more, "problem")} more`);
}
