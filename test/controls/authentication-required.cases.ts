import control from "#controls/access/authentication-required.ts";
import type { HttpCookie, HttpVisit } from "#model/http-facets.ts";
import { hop, PAGE, visit } from "../support/http-visit.ts";
import { defineCases } from "./cases.ts";

const looks = (...visits: readonly (Partial<HttpVisit> | null)[]) => ({
  facets: {
    authentication: {
      looks: visits.map((fields) => ({
        url: "https://www.example.com/",
        visit: fields === null ? null : visit(fields),
        why: fields === null ? "connection reset (ECONNRESET)" : null,
      })),
      signIn: ["https://id.example/realms/"],
    },
  },
});
const login = { unauthenticated: [401, 403, "login-redirect"] };
const api = { unauthenticated: [401, 403] };
const flags = { cookies: { secure: true, httpOnly: true, sameSite: true } };
const cookie = (fields: Partial<HttpCookie> = {}): HttpCookie => ({
  name: "session",
  secure: true,
  httpOnly: true,
  sameSite: "Lax",
  refused: null,
  ...fields,
});
const away = (location: string) => looks({ end: "elsewhere", hops: hop(302, location) });
const inside = (path: string, fields: Partial<HttpVisit> = {}) => {
  const url = `https://www.example.com${path}`;
  return looks({ hops: [...hop(302, url), { url, status: 200, location: null }], ...fields });
};

export default defineCases(control, [
  {
    name: "401",
    expect: api,
    ...looks({ hops: hop(401), schemes: ["Bearer"] }),
    outcome: "pass",
    says: "https://www.example.com/ answers 401 (HTTP/2) (Bearer); declared: 401, 403 without credentials",
  },
  {
    name: "403 is told for what it may be",
    expect: api,
    ...looks({ hops: hop(403) }),
    outcome: "pass",
    says: "as a firewall may too that keeps this address or programs out",
  },
  {
    name: "403 that is not declared",
    expect: { unauthenticated: [401] },
    ...looks({ hops: hop(403) }),
    outcome: "fail",
    says: "answers 403",
  },
  {
    name: "200",
    expect: login,
    ...looks({}),
    outcome: "fail",
    says: "answers 200 (HTTP/2) without credentials",
  },
  { name: "204", expect: api, ...looks({ hops: hop(204) }), outcome: "fail", says: "204" },
  {
    name: "one address of two that is open",
    expect: api,
    ...looks({ hops: hop(401) }, {}),
    outcome: "fail",
    says: "answers 200",
  },
  {
    name: "200 with a field for a password",
    expect: login,
    ...looks({ content: { ...PAGE, signInForm: true } }),
    outcome: "unknown",
    says: "with a field for a password",
  },
  {
    name: "200 that was not read whole",
    expect: login,
    ...looks({ content: { ...PAGE, signInForm: null, complete: false } }),
    outcome: "unknown",
    says: "could not all be read",
  },
  {
    name: "200 that was not read",
    expect: login,
    ...looks({ content: null }),
    outcome: "unknown",
    says: "could not all be read",
  },
  {
    name: "404",
    expect: api,
    ...looks({ hops: hop(404) }),
    outcome: "unknown",
    says: "declare under protected an address that exists",
  },
  {
    name: "405",
    expect: api,
    ...looks({ hops: hop(405) }),
    outcome: "unknown",
    says: "answers 405",
  },
  {
    name: "500",
    expect: api,
    ...looks({ hops: hop(500) }),
    outcome: "unknown",
    says: "says nothing of access",
  },
  {
    name: "429",
    expect: api,
    ...looks({ hops: hop(429) }),
    outcome: "unknown",
    says: "says nothing of access",
  },
  {
    name: "no answer",
    expect: api,
    ...looks({ hops: hop(401) }, null),
    outcome: "unknown",
    says: "gave no answer (connection reset",
  },
  {
    name: "no addresses",
    expect: api,
    ...looks(),
    outcome: "unknown",
    says: "no address was asked for",
  },
  {
    name: "a guard against robots is no authentication",
    expect: api,
    ...looks({ hops: hop(403), robotGuard: "AWS WAF (x-amzn-waf-action)" }),
    outcome: "unknown",
    says: "not the service answered, but AWS WAF",
  },
  {
    name: "another host that by its path alone is one for sign-in",
    expect: login,
    ...away("https://sso.other.example/login?next=…"),
    outcome: "unknown",
    says: "if it is where people sign in, name it under signIn in the estate",
  },
  {
    name: "another host that by its name alone is one for sign-in",
    expect: login,
    ...away("https://login.other.example/x"),
    outcome: "unknown",
    says: "name it under signIn",
  },
  ...[
    "response_type=…&client_id=…",
    "client_id=…&redirect_uri=…",
    "client_id=…&request_uri=…",
    "request=…&client_id=…",
    "SAMLRequest=…&RelayState=…",
    "wa=…&wtrealm=…",
  ].map((query) => ({
    name: `a request for sign-in to another host (${query})`,
    expect: login,
    ...away(`https://other.example/x?${query}`),
    outcome: "pass" as const,
    says: "sends on to an identity provider (https://other.example/x?",
  })),
  ...[
    "client_id=…",
    "response_type=…",
    "xsamlrequest=…",
    "redirect_uri=…&request=…",
    "wtrealm=…",
  ].map((query) => ({
    name: `what is no request for sign-in (${query})`,
    expect: login,
    ...away(`https://other.example/x?${query}`),
    outcome: "unknown" as const,
    says: "name it under signIn",
  })),
  {
    name: "a request for sign-in to another program",
    expect: login,
    ...away("app:/x?response_type=…&client_id=…"),
    outcome: "unknown",
    says: "name it under signIn",
  },
  {
    name: "declared sign-in",
    expect: login,
    ...away("https://id.example/realms/one"),
    outcome: "pass",
    says: "the declared sign-in https://id.example/realms/one",
  },
  {
    name: "a host that begins like the declared one",
    expect: login,
    ...away("https://id.example.evil.example/realms/one"),
    outcome: "unknown",
    says: "name it under signIn",
  },
  {
    name: "another host that says nothing of sign-in",
    expect: login,
    ...away("https://www.other.example/author/home"),
    outcome: "unknown",
    says: "another host or port, which was not asked",
  },
  {
    name: "a redirect to sign-in is not what an API gives",
    expect: api,
    ...away("https://sso.other.example/x?response_type=…&client_id=…"),
    outcome: "fail",
    says: "an identity provider",
  },
  {
    name: "a page of the same host that by its address alone is one for sign-in",
    expect: login,
    ...inside("/users/sign_in"),
    outcome: "unknown",
    says: "which is for sign-in by its address alone, as no field for a password is there: if people sign in there, name it under signIn in the estate",
  },
  {
    name: "the same, by its query",
    expect: login,
    ...inside("/x?response_type=…&client_id=…"),
    outcome: "unknown",
    says: "by its address alone",
  },
  {
    name: "the same, where its page was not read",
    expect: login,
    ...inside("/auth", { content: null }),
    outcome: "unknown",
    says: "as whether a field for a password is there could not be read",
  },
  {
    name: "the same, where no redirect is let pass",
    expect: api,
    ...inside("/login"),
    outcome: "fail",
    says: "by its address alone",
  },
  {
    name: "the same, which the estate declares",
    expect: login,
    facets: {
      authentication: {
        ...inside("/login").facets.authentication,
        signIn: ["https://www.example.com/login"],
      },
    },
    outcome: "pass",
    says: "sends on to the declared sign-in https://www.example.com/login",
  },
  {
    name: "sign-in on the same host, by its form",
    expect: login,
    ...inside("/welcome", { content: { ...PAGE, signInForm: true } }),
    outcome: "pass",
    says: "a field for a password at",
  },
  {
    name: "a redirect to an open page",
    expect: login,
    ...inside("/fr/"),
    outcome: "fail",
    says: "by way of https://www.example.com/fr/ (HTTP/2) without credentials",
  },
  {
    name: "by way of sign-in to an open page",
    expect: login,
    ...looks({
      hops: [
        ...hop(302, "https://www.example.com/login"),
        {
          url: "https://www.example.com/login",
          status: 302,
          location: "https://www.example.com/home",
        },
        { url: "https://www.example.com/home", status: 200, location: null },
      ],
    }),
    outcome: "fail",
    says: "without credentials",
  },
  {
    name: "sign-in that is not there",
    expect: login,
    ...inside("/login", {
      hops: [
        ...hop(302, "https://www.example.com/login"),
        { url: "https://www.example.com/login", status: 404, location: null },
      ],
    }),
    outcome: "unknown",
    says: "answers 404",
  },
  {
    name: "sign-in in clear text",
    expect: login,
    ...looks({ end: "clear-text", hops: hop(302, "http://www.example.com/login") }),
    outcome: "unknown",
    says: "clear text",
  },
  {
    name: "a circle",
    expect: login,
    ...looks({ end: "loop", hops: hop(302, "https://www.example.com/") }),
    outcome: "unknown",
    says: "in a circle",
  },
  {
    name: "cookies with all of it",
    expect: flags,
    ...looks({ cookies: [cookie()] }),
    outcome: "pass",
    says: "its cookies (session) have Secure, HttpOnly, SameSite; declared: cookies with",
  },
  {
    name: "a cookie without Secure",
    expect: flags,
    ...looks({ cookies: [cookie(), cookie({ name: "b", secure: false })] }),
    outcome: "fail",
    says: "sets cookies: b without Secure",
  },
  {
    name: "a cookie without HttpOnly",
    expect: flags,
    ...looks({ cookies: [cookie({ httpOnly: false })] }),
    outcome: "fail",
    says: "session without HttpOnly",
  },
  {
    name: "a cookie without SameSite",
    expect: flags,
    ...looks({ cookies: [cookie({ sameSite: null })] }),
    outcome: "fail",
    says: "session without SameSite;",
  },
  {
    name: "a cookie for all sites",
    expect: flags,
    ...looks({ cookies: [cookie({ sameSite: "None" })] }),
    outcome: "fail",
    says: "SameSite=Lax or Strict",
  },
  {
    name: "only what is asked for",
    expect: { cookies: { secure: true } },
    ...looks({ cookies: [cookie({ httpOnly: false, sameSite: null })] }),
    outcome: "pass",
    says: "have Secure;",
  },
  {
    name: "a cookie that scripts must read",
    expect: { cookies: { ...flags.cookies, except: ["XSRF-*"] } },
    ...looks({ cookies: [cookie(), cookie({ name: "XSRF-TOKEN", httpOnly: false })] }),
    outcome: "pass",
    says: "(session)",
  },
  {
    name: "no cookie",
    expect: flags,
    ...looks({}),
    outcome: "unknown",
    says: "those that come after sign-in are not seen",
  },
  {
    name: "more cookies than were read",
    expect: flags,
    ...looks({ cookies: [cookie()], moreCookies: 3 }),
    outcome: "unknown",
    says: "3 more cookies",
  },
  {
    name: "an address that gave no answer may set others",
    expect: flags,
    ...looks({ cookies: [cookie()] }, null),
    outcome: "unknown",
    says: "cookies of 1 addresses",
  },
  {
    name: "a way that breaks off may set others",
    expect: flags,
    ...looks({ cookies: [cookie()], end: "no-answer" }),
    outcome: "unknown",
    says: "not seen",
  },
]);
