import type { HttpContent, HttpVisit } from "#model/http-facets.ts";

export const SHA = "a".repeat(64);

/** A page that was read whole. */
export const PAGE: HttpContent = {
  sha256: SHA,
  bytes: 1234,
  complete: true,
  signInForm: false,
  metaPolicies: [],
};

/** A page that answers 200 and says nothing else, but for these fields. */
export function visit(fields: Partial<HttpVisit> = {}): HttpVisit {
  return {
    url: "https://www.example.com/",
    hops: [{ url: "https://www.example.com/", status: 200, location: null }],
    end: "answer",
    why: null,
    version: "HTTP/2",
    strictTransportSecurity: null,
    headers: [],
    schemes: [],
    robotGuard: null,
    cookies: [],
    moreCookies: 0,
    content: PAGE,
    ...fields,
  };
}

/** One answer of this status, sent on to there. */
export function hop(status: number, location: string | null = null): HttpVisit["hops"] {
  return [{ url: "https://www.example.com/", status, location }];
}

/** Headers by name and value. */
export function headers(...pairs: readonly (readonly [string, string])[]): HttpVisit["headers"] {
  return pairs.map(([name, value]) => ({ name, value }));
}
