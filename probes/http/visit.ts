import { createHash } from "node:crypto";
import type { HttpContent, HttpHeader, HttpVisit } from "#model/http-facets.ts";
import { plain } from "#model/text.ts";
import { shownLocation, shownUrl } from "#probes/common/shown-address.ts";
import { cookiesOf } from "./cookies.ts";
import { locationOf } from "./exchange.ts";
import { allHeaders, firstHeader, type HttpAnswer, type HttpHead } from "./messages.ts";
import { metaPoliciesOf, shownPolicy } from "./meta-policies.ts";
import type { Walk } from "./walk.ts";

/** Headers that tell browsers what to forbid, and what they have before them. */
const KEPT_HEADERS: ReadonlySet<string> = new Set([
  "content-type",
  "content-security-policy",
  "content-security-policy-report-only",
  "x-content-type-options",
  "x-frame-options",
  "referrer-policy",
  "permissions-policy",
]);
const LONGEST_DECLARED = 2000;

/** What a walk showed, without contents and without values of cookies and queries; pure. */
export function visitOf({ steps, last, end, why }: Walk, now: Date): HttpVisit {
  const [first] = steps;
  const cookies = cookiesOf(
    steps.flatMap(({ answer }) => allHeaders(answer, "set-cookie")),
    now,
  );
  return {
    url: plain(first?.url.href ?? "", LONGEST_DECLARED),
    hops: steps.map(({ url, answer }) => ({
      url: shownUrl(url),
      status: answer.status,
      location: shownLocation(locationOf(answer), url),
    })),
    end,
    why: why === null ? null : plain(why),
    version: last.version,
    strictTransportSecurity:
      first === undefined ? null : text(firstHeader(first.answer, "strict-transport-security")),
    headers: last.headers.flatMap(([name, value]): HttpHeader[] =>
      KEPT_HEADERS.has(name) ? [{ name, value: shownHeader(name, value) }] : [],
    ),
    schemes: schemesOf(allHeaders(last, "www-authenticate")),
    robotGuard: robotGuardOf(last),
    cookies: cookies.cookies,
    moreCookies: cookies.more,
    content: contentOf(last),
  };
}

function shownHeader(name: string, value: string): string {
  const isPolicy = name.startsWith("content-security-policy");
  return plain(isPolicy ? shownPolicy(value) : value, value.length);
}

function text(value: string | null): string | null {
  return value === null ? null : plain(value, value.length);
}

/** RFC 9110 11.6.1: each challenge begins with its scheme; commas part challenges, what belongs to one, and words in quotes. */
function schemesOf(values: readonly string[]): readonly string[] {
  const schemes = values.flatMap((value) =>
    value
      .replaceAll(/"(?:[^"\\]|\\.)*"?/gs, '""')
      .split(",")
      .flatMap((part) => {
        const [, scheme] = /^\s*([\w!#$%&'*+.^`|~-]{1,40})(?:\s+[^\s=]|\s*$)/.exec(part) ?? [];
        return scheme === undefined ? [] : [scheme];
      }),
  );
  return [...new Set(schemes)].slice(0, 10);
}

/** Documented by those who set them: an answer that a guard against robots gave in the service's place. */
function robotGuardOf(head: HttpHead): string | null {
  // https://developers.cloudflare.com/cloudflare-challenges/challenge-types/challenge-pages/detect-response/
  if (firstHeader(head, "cf-mitigated") === "challenge") return "Cloudflare (cf-mitigated)";
  // https://docs.aws.amazon.com/waf/latest/developerguide/waf-captcha-and-challenge-how-it-works.html
  const waf = firstHeader(head, "x-amzn-waf-action") ?? "";
  return /^(?:challenge|captcha)$/i.test(waf) ? "AWS WAF (x-amzn-waf-action)" : null;
}

function contentOf({ content }: HttpAnswer): HttpContent | null {
  if (content === null) return null;
  const { data, complete } = content;
  const html = data.toString("latin1");
  const hasField = inputsOf(html).some((tag) => /[\s/"']type\s*=\s*["']?password\b/i.test(tag));
  const policies = metaPoliciesOf(html);
  return {
    sha256: createHash("sha256").update(data).digest("hex"),
    bytes: data.length,
    complete,
    signInForm: hasField ? true : complete ? false : null,
    metaPolicies: policies.length > 0 || complete ? policies : null,
  };
}

const LONGEST_TAG = 5000;

/** What stands in each field of a form. Takes each piece once, however the page is made. */
function inputsOf(html: string): readonly string[] {
  return html
    .split(/<input(?=[\s/])/i)
    .slice(1)
    .map((piece) => piece.slice(0, LONGEST_TAG).split(">", 1)[0] ?? "");
}
