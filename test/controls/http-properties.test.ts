import * as fc from "fast-check";
import { expect, it } from "vitest";
import authenticationRequired from "#controls/access/authentication-required.ts";
import publishedResource from "#controls/governance/published-resource.ts";
import securityHeaders from "#controls/transport/http-security-headers.ts";
import type { Control, Judgement, Reading } from "#model/control.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Facets } from "#model/facets.ts";
import type { HttpLook, HttpVisit } from "#model/http-facets.ts";
import { SHA } from "../support/http-visit.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.constantFrom("", "a\r\nb", "\u202Eevil", "x".repeat(5000), "https://id.example/login"),
);
const content = fc.record({
  sha256: fc.constantFrom(SHA, "b".repeat(64)),
  bytes: fc.nat(),
  complete: fc.boolean(),
  signInForm: orNull(fc.boolean()),
  metaPolicies: orNull(fc.array(fc.constantFrom("script-src 'self'", "script-src *"))),
});
const header = fc.record({
  name: fc.constantFrom(
    "content-type",
    "content-security-policy",
    "x-frame-options",
    "x-content-type-options",
    "referrer-policy",
  ),
  value: fc.oneof(
    hostile,
    fc.constantFrom("nosniff", "DENY", "default-src 'self'", "no-referrer", "application/json"),
  ),
});
const visit: fc.Arbitrary<HttpVisit> = fc.record({
  url: fc.constant("https://www.example.com/"),
  hops: fc.array(
    fc.record({
      url: hostile,
      status: fc.constantFrom(200, 204, 301, 401, 403, 404, 429, 500),
      location: orNull(hostile),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  end: fc.constantFrom(
    "answer",
    "elsewhere",
    "clear-text",
    "loop",
    "too-many",
    "no-address",
    "no-answer",
  ),
  why: orNull(hostile),
  version: fc.constantFrom("HTTP/1.0", "HTTP/1.1", "HTTP/2"),
  strictTransportSecurity: orNull(fc.oneof(hostile, fc.constant("max-age=300"))),
  headers: fc.array(header, { maxLength: 6 }),
  schemes: fc.array(hostile, { maxLength: 2 }),
  robotGuard: orNull(hostile),
  cookies: fc.array(
    fc.record({
      name: hostile,
      secure: fc.boolean(),
      httpOnly: fc.boolean(),
      sameSite: orNull(fc.constantFrom("Strict", "Lax", "None")),
      refused: orNull(hostile),
    }),
    { maxLength: 3 },
  ),
  moreCookies: fc.constantFrom(0, 3),
  content: orNull(content),
});

/** Every way in which what was seen may not have been seen. */
function weaker(value: HttpVisit): readonly HttpVisit[] {
  const { content: page, hops } = value;
  const last = hops.length - 1;
  const status = (code: number) =>
    hops.map((hop, at) => (at === last || at === 0 ? { ...hop, status: code } : hop));
  return [
    { ...value, content: null },
    { ...value, robotGuard: "a guard" },
    { ...value, hops: status(503) },
    { ...value, hops: status(429) },
    ...(page === null
      ? []
      : [
          { ...value, content: { ...page, signInForm: null, metaPolicies: null, complete: false } },
        ]),
  ];
}
const unseen = (url: string): HttpLook => ({ url, visit: null, why: "no answer in time" });

function judge(control: Control, written: object, facets: Partial<Facets>): Judgement {
  const subject = {
    target: "web",
    provider: "endpoint",
    kind: "endpoint",
    id: "one",
    name: "one",
    region: null,
    tags: {},
  } as const;
  const reading: Reading = { subject, labels: [], facets, observedAt: {} };
  const expected: unknown = expectationOf(control).parse(written);
  const judgement =
    control.judges === "scope"
      ? control.evaluate({ expect: expected, readings: [reading], complete: true, now: NOW })[0]
      : control.evaluate({ expect: expected, ...reading, now: NOW });
  if (judgement === undefined) throw new Error("nothing was judged");
  expect(judgement.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
  expect(judgement.message.length).toBeLessThan(20_000);
  return judgement;
}
function expectNoBetter(before: Judgement, after: Judgement): void {
  const allowed = [before.outcome, "unknown"];
  expect(allowed, `${before.message}\n  became: ${after.message}`).toContain(after.outcome);
}

it("http-security-headers never fails or passes for want of evidence", () => {
  const expectations = fc.constantFrom(
    { contentSecurityPolicy: "required" },
    { contentTypeOptions: "required", frameProtection: "required" },
    { strictTransportSecurity: "required", referrerPolicy: "required" },
  );
  fc.assert(
    fc.property(expectations, visit, (written, httpAnswer) => {
      const before = judge(securityHeaders, written, { httpAnswer });
      // A page's own policy is no evidence any more once the page was not read.
      for (const less of weaker(httpAnswer)) {
        expectNoBetter(before, judge(securityHeaders, written, { httpAnswer: less }));
      }
    }),
    { numRuns: 500 },
  );
});

it("authentication-required never fails or passes for want of evidence", () => {
  const expectations = fc.constantFrom(
    { unauthenticated: [401, 403] },
    { unauthenticated: ["login-redirect", 401] },
    { cookies: { secure: true, httpOnly: true } },
  );
  fc.assert(
    fc.property(
      expectations,
      fc.array(visit, { minLength: 1, maxLength: 2 }),
      (written, visits) => {
        const looks = visits.map((one): HttpLook => ({ url: one.url, visit: one, why: null }));
        const see = (some: readonly HttpLook[]) =>
          judge(authenticationRequired, written, { authentication: { looks: some, signIn: [] } });
        const before = see(looks);
        for (const [at, one] of visits.entries()) {
          expectNoBetter(before, see(looks.with(at, unseen(one.url))));
          for (const less of weaker(one)) {
            expectNoBetter(before, see(looks.with(at, { url: one.url, visit: less, why: null })));
          }
        }
      },
    ),
    { numRuns: 500 },
  );
});

it("published-resource never fails or passes for want of evidence", () => {
  fc.assert(
    fc.property(visit, orNull(fc.constant(SHA)), orNull(fc.boolean()), (one, sha, steady) => {
      const see = (value: HttpVisit | null) =>
        judge(
          publishedResource,
          {},
          {
            published: {
              pages: [
                {
                  url: one.url,
                  visit: value,
                  why: value === null ? "no answer in time" : null,
                  declaredSha256: sha,
                  steady,
                },
              ],
            },
          },
        );
      const before = see(one);
      for (const less of [null, ...weaker(one)]) expectNoBetter(before, see(less));
    }),
    { numRuns: 500 },
  );
});
