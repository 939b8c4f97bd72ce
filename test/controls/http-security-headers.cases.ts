import control from "#controls/transport/http-security-headers.ts";
import type { HttpVisit } from "#model/http-facets.ts";
import { headers, hop, PAGE, visit } from "../support/http-visit.ts";
import { defineCases } from "./cases.ts";

const seen = (fields: Partial<HttpVisit> = {}) => ({ facets: { httpAnswer: visit(fields) } });
const csp = (value: string, more: Partial<HttpVisit> = {}) =>
  seen({ headers: headers(["content-security-policy", value]), ...more });
const ALL = {
  strictTransportSecurity: "required",
  contentTypeOptions: "required",
  frameProtection: "required",
  contentSecurityPolicy: "required",
  referrerPolicy: "required",
  permissionsPolicy: "required",
};
const HSTS = { strictTransportSecurity: "required" };
const NOSNIFF = { contentTypeOptions: "required" };
const FRAMES = { frameProtection: "required" };
const CSP = { contentSecurityPolicy: "required" };
const REFERRER = { referrerPolicy: "required" };
const good = headers(
  ["content-type", "text/html; charset=utf-8"],
  ["x-content-type-options", "nosniff"],
  ["content-security-policy", "default-src 'self'; frame-ancestors 'none'"],
  ["referrer-policy", "no-referrer"],
  ["permissions-policy", "camera=()"],
);
const frames = (name: string, ...pairs: readonly (readonly [string, string])[]) => ({
  name,
  expect: FRAMES,
  ...seen({ headers: headers(...pairs) }),
});
const XFO = "x-frame-options";
const POLICY = "content-security-policy";

export default defineCases(control, [
  {
    name: "all of them",
    expect: ALL,
    ...seen({ strictTransportSecurity: "max-age=63072000", headers: good }),
    outcome: "pass",
    says: "https://www.example.com/ answers 200 (HTTP/2) with HSTS for 730 days, nosniff, frames forbidden, a Content-Security-Policy that keeps scripts of others out, Referrer-Policy no-referrer, a Permissions-Policy; declared: HSTS, nosniff",
  },
  {
    name: "none of them",
    expect: ALL,
    ...seen(),
    outcome: "fail",
    says: "no HSTS; no nosniff; anybody may frame its pages; no Content-Security-Policy; no Referrer-Policy; no Permissions-Policy; declared",
    remedies: /Strict-Transport-Security[^]*nosniff[^]*X-Frame-Options[^]*script-src[^]*Referrer/,
  },
  {
    name: "only what is required is judged",
    expect: NOSNIFF,
    ...seen({ headers: good }),
    outcome: "pass",
    says: "with nosniff; declared: nosniff",
  },
  {
    name: "HSTS is that of the first answer",
    expect: HSTS,
    ...seen({
      strictTransportSecurity: "max-age=300",
      end: "elsewhere",
      hops: hop(301, "https://other.example/"),
    }),
    outcome: "pass",
    says: "HSTS for 5 min",
  },
  {
    name: "HSTS that is turned off",
    expect: HSTS,
    ...seen({ strictTransportSecurity: "max-age=0" }),
    outcome: "fail",
    says: "turned off (max-age=0)",
  },
  {
    name: "HSTS that browsers pass over",
    expect: HSTS,
    ...seen({ strictTransportSecurity: "max-age=1, max-age=2" }),
    outcome: "fail",
    says: "HSTS that browsers pass over",
  },
  {
    name: "the first of two values of nosniff counts",
    expect: NOSNIFF,
    ...seen({ headers: headers(["x-content-type-options", "NoSniff, x"]) }),
    outcome: "pass",
    says: "nosniff",
  },
  {
    name: "another value before nosniff",
    expect: NOSNIFF,
    ...seen({
      headers: headers(["x-content-type-options", "x"], ["x-content-type-options", "nosniff"]),
    }),
    outcome: "fail",
    says: "no nosniff",
  },
  { ...frames("DENY", [XFO, "deny"]), outcome: "pass", says: "frames forbidden" },
  { ...frames("SAMEORIGIN", [XFO, "SAMEORIGIN"]), outcome: "pass", says: "own pages only" },
  {
    ...frames("ALLOW-FROM", [XFO, "ALLOW-FROM https://a.example"]),
    outcome: "fail",
    says: "anybody",
  },
  { ...frames("twice the same", [XFO, "DENY"], [XFO, "DENY"]), outcome: "pass", says: "forbidden" },
  { ...frames("two that differ", [XFO, "DENY, SAMEORIGIN"]), outcome: "pass", says: "forbidden" },
  { ...frames("two of no meaning", [XFO, "x, y"]), outcome: "fail", says: "anybody" },
  {
    ...frames("ancestors none", [POLICY, "frame-ancestors 'none'"]),
    outcome: "pass",
    says: "forbid",
  },
  {
    ...frames("ancestors left empty", [POLICY, "frame-ancestors"]),
    outcome: "pass",
    says: "forbid",
  },
  {
    ...frames("ancestors listed", [POLICY, "frame-ancestors 'self' https://a.example"]),
    outcome: "pass",
    says: "listed sites only",
  },
  {
    ...frames("ancestors go before options", [XFO, "DENY"], [POLICY, "frame-ancestors https:"]),
    outcome: "fail",
    says: "anybody",
  },
  {
    ...frames("the strictest policy counts", [POLICY, "frame-ancestors *, frame-ancestors 'self'"]),
    outcome: "pass",
    says: "own pages only",
  },
  {
    ...frames("reports forbid nothing", [`${POLICY}-report-only`, "frame-ancestors 'none'"]),
    outcome: "fail",
    says: "anybody",
  },
  {
    name: "nonces",
    expect: CSP,
    ...csp("script-src 'nonce-x' 'unsafe-inline'"),
    outcome: "pass",
    says: "keeps scripts",
  },
  {
    name: "strict-dynamic",
    expect: CSP,
    ...csp("script-src 'strict-dynamic' 'nonce-x' https: 'unsafe-inline'"),
    outcome: "pass",
    says: "keeps",
  },
  {
    name: "unsafe-inline",
    expect: CSP,
    ...csp("default-src 'self' 'unsafe-inline'"),
    outcome: "fail",
    says: "('unsafe-inline')",
  },
  {
    name: "a whole scheme",
    expect: CSP,
    ...csp("script-src https:"),
    outcome: "fail",
    says: "(https:)",
  },
  {
    name: "data for scripts",
    expect: CSP,
    ...csp("script-src 'self' data:"),
    outcome: "fail",
    says: "(data:)",
  },
  { name: "anybody", expect: CSP, ...csp("script-src *"), outcome: "fail", says: "(*)" },
  {
    name: "nothing on scripts",
    expect: CSP,
    ...csp("upgrade-insecure-requests"),
    outcome: "fail",
    says: "no script-src and no default-src",
  },
  { name: "a sandbox", expect: CSP, ...csp("sandbox allow-forms"), outcome: "pass", says: "keeps" },
  {
    name: "script-src before default-src",
    expect: CSP,
    ...csp("default-src 'none'; script-src *"),
    outcome: "fail",
    says: "(*)",
  },
  {
    name: "the first of two directives",
    expect: CSP,
    ...csp("script-src 'self'; script-src *"),
    outcome: "pass",
    says: "keeps",
  },
  {
    name: "one good policy of two",
    expect: CSP,
    ...csp("script-src *, script-src 'self'"),
    outcome: "pass",
    says: "keeps",
  },
  {
    name: "a policy that only reports",
    expect: CSP,
    ...seen({ headers: headers([`${POLICY}-report-only`, "default-src 'self'"]) }),
    outcome: "fail",
    says: "its Content-Security-Policy only reports",
  },
  {
    name: "a policy in the page itself",
    expect: CSP,
    ...seen({ content: { ...PAGE, metaPolicies: ["script-src 'self'"] } }),
    outcome: "pass",
    says: "keeps scripts",
  },
  {
    name: "a sandbox in the page itself, which browsers pass over",
    expect: CSP,
    ...seen({ content: { ...PAGE, metaPolicies: ["sandbox; default-src *"] } }),
    outcome: "fail",
    says: "lets scripts of others in (*)",
  },
  ...[
    ["script-src 'self'; script-src-elem *", "*"],
    ["script-src 'self'; script-src-attr 'unsafe-inline'", "'unsafe-inline'"],
    ["script-src-elem 'self'", "no script-src and no default-src"],
    ["script-src 'unsafe-inline' 'nonce-'", "'unsafe-inline'"],
    ["script-src 'unsafe-inline' 'nonce-{NONCE}'", "'unsafe-inline'"],
    ["script-src\u00a0'self'", "no script-src and no default-src"],
  ].map(([value = "", through = ""]) => ({
    name: `what looks stricter than it is: ${value}`,
    expect: CSP,
    ...csp(value),
    outcome: "fail" as const,
    says: `lets scripts of others in (${through})`,
  })),
  {
    name: "a list for elements and one for attributes",
    expect: CSP,
    ...csp("script-src 'unsafe-inline'; script-src-elem 'self'; script-src-attr 'none'"),
    outcome: "pass",
    says: "keeps",
  },
  {
    name: "a blank that is none to browsers",
    expect: NOSNIFF,
    ...seen({ headers: headers(["x-content-type-options", "nosniff\u00a0"]) }),
    outcome: "fail",
    says: "no nosniff",
  },
  ...[["application/json", "text/html"], ["application/json, text/html"], ["html"], ["*/*"]].map(
    (types) => ({
      name: `a page to browsers, by the type ${types.join(" and ")}`,
      expect: CSP,
      ...seen({
        headers: headers(...types.map((type) => ["content-type", type] as const)),
      }),
      outcome: "fail" as const,
      says: "no Content-Security-Policy",
    }),
  ),
  {
    name: "a page that was not read whole may hold a policy",
    expect: CSP,
    ...seen({ content: { ...PAGE, metaPolicies: null, complete: false } }),
    outcome: "unknown",
    says: "not all of the page was read",
  },
  {
    name: "a page that was not read may hold a policy",
    expect: CSP,
    ...csp("script-src *", { content: null }),
    outcome: "unknown",
    says: "lets scripts of others in (*)",
  },
  {
    name: "the last policy for Referer that browsers know",
    expect: REFERRER,
    ...seen({ headers: headers(["referrer-policy", "no-referrer, unsafe-url, fancy"]) }),
    outcome: "fail",
    says: "Referrer-Policy unsafe-url",
  },
  {
    name: "a policy for Referer with its fallback",
    expect: REFERRER,
    ...seen({
      headers: headers(["referrer-policy", "no-referrer, strict-origin-when-cross-origin"]),
    }),
    outcome: "pass",
    says: "strict-origin-when-cross-origin",
  },
  {
    name: "data is no page",
    expect: { ...CSP, ...FRAMES },
    ...seen({ headers: headers(["content-type", "application/json"]) }),
    outcome: "not-applicable",
    says: "with application/json, which is no page",
  },
  {
    name: "data must not be taken for scripts",
    expect: { ...NOSNIFF, ...FRAMES },
    ...seen({ headers: headers(["content-type", "application/json"]) }),
    outcome: "fail",
    says: "no nosniff",
  },
  {
    name: "pictures may hold scripts",
    expect: CSP,
    ...seen({ headers: headers(["content-type", "image/svg+xml"]) }),
    outcome: "fail",
    says: "no Content-Security-Policy",
  },
  {
    name: "an error that has them",
    expect: NOSNIFF,
    ...seen({ hops: hop(404), headers: good }),
    outcome: "pass",
    says: "answers 404 (HTTP/2) with nosniff",
  },
  {
    name: "an error that lacks them",
    expect: { ...NOSNIFF, ...HSTS },
    ...seen({ hops: hop(404) }),
    outcome: "unknown",
    says: "declare an address that answers",
  },
  {
    name: "a server in trouble",
    expect: NOSNIFF,
    ...seen({ hops: hop(503), headers: good }),
    outcome: "unknown",
    says: "status 503 says nothing of the service",
  },
  {
    name: "too many requests",
    expect: HSTS,
    ...seen({ hops: hop(429) }),
    outcome: "unknown",
    says: "status 429",
  },
  {
    name: "a guard against robots",
    expect: ALL,
    ...seen({ hops: hop(403), robotGuard: "Cloudflare (cf-mitigated)" }),
    outcome: "unknown",
    says: "a guard against robots answered: Cloudflare",
  },
  {
    name: "it sends to another host",
    expect: { ...NOSNIFF, ...HSTS },
    ...seen({
      end: "elsewhere",
      hops: hop(301, "https://other.example/"),
      strictTransportSecurity: "max-age=9",
    }),
    outcome: "unknown",
    says: "sends on to https://other.example/, another host or port, which was not asked",
  },
]);
