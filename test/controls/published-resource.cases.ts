import control from "#controls/governance/published-resource.ts";
import type { HttpVisit, PublishedPage } from "#model/http-facets.ts";
import { hop, PAGE, SHA, visit } from "../support/http-visit.ts";
import { type CaseReading, defineCases } from "./cases.ts";

const URL = "https://www.example.com/";
const page = (
  fields: Partial<HttpVisit> | null,
  more: Partial<PublishedPage> = {},
): PublishedPage => ({
  url: URL,
  visit: fields === null ? null : visit(fields),
  why: fields === null ? "no answer in time" : null,
  declaredSha256: null,
  steady: null,
  ...more,
});
const reading = (name: string, ...pages: readonly PublishedPage[]): CaseReading => ({
  subject: { id: name, name },
  facets: { published: { pages } },
});
const only = (...pages: readonly PublishedPage[]) => ({
  expect: {},
  readings: [reading("one", ...pages)],
});
const OTHER = "b".repeat(64);

export default defineCases(control, [
  {
    name: "200, of which the hash is told",
    ...only(page({})),
    judgements: [
      ["pass", "one", `answers 200 (HTTP/2); SHA-256 ${SHA}, which no estate declares yet`],
    ],
  },
  {
    name: "200, unchanged",
    ...only(page({}, { declaredSha256: SHA })),
    judgements: [["pass", "one", "answers 200 (HTTP/2), unchanged; declared"]],
  },
  {
    name: "200, unchanged as far as it was read",
    ...only(page({ content: { ...PAGE, complete: false } }, { declaredSha256: SHA })),
    judgements: [["pass", "one", "unchanged of its first 1234 bytes"]],
  },
  {
    name: "200, changed",
    ...only(page({}, { declaredSha256: OTHER, steady: true })),
    judgements: [["pass", "one", `it has changed: SHA-256 is ${SHA}, declared is ${OTHER}`]],
    attention: ["content-change"],
  },
  {
    name: "200, changed for all that is known",
    ...only(page({}, { declaredSha256: OTHER, steady: null })),
    judgements: [["pass", "one", "it has changed"]],
    attention: ["content-change"],
  },
  {
    name: "200, and never twice the same",
    ...only(page({}, { declaredSha256: OTHER, steady: false })),
    judgements: [["pass", "one", "differs from one answer to the next"]],
  },
  {
    name: "200, without a content to tell a change by",
    ...only(page({ content: null }, { declaredSha256: SHA })),
    judgements: [["pass", "one", "whether it changed is not known"]],
  },
  {
    name: "by a redirect on the same host",
    ...only(
      page({ hops: [...hop(301, `${URL}new`), { url: `${URL}new`, status: 200, location: null }] }),
    ),
    judgements: [["pass", "one", `by way of ${URL}new`]],
  },
  {
    name: "404",
    ...only(page({ hops: hop(404) })),
    judgements: [["fail", "one", "answers 404 (HTTP/2); declared: answers 200 over HTTPS"]],
  },
  { name: "401", ...only(page({ hops: hop(401) })), judgements: [["fail", "one", "answers 401"]] },
  { name: "204", ...only(page({ hops: hop(204) })), judgements: [["fail", "one", "answers 204"]] },
  {
    name: "by clear text",
    ...only(page({ end: "clear-text", hops: hop(301, "http://www.example.com/") })),
    judgements: [["fail", "one", "sends on to clear text"]],
  },
  {
    name: "on another host",
    ...only(page({ end: "elsewhere", hops: hop(301, "https://other.example/") })),
    judgements: [["unknown", "one", "declare that address as an endpoint of its own"]],
  },
  {
    name: "403",
    ...only(page({ hops: hop(403) })),
    judgements: [["unknown", "one", "look by browser"]],
  },
  {
    name: "a guard against robots",
    ...only(page({ hops: hop(503), robotGuard: "Cloudflare (cf-mitigated)" })),
    judgements: [["unknown", "one", "a guard against robots"]],
  },
  {
    name: "503",
    ...only(page({ hops: hop(503) })),
    judgements: [["unknown", "one", "ask again later"]],
  },
  {
    name: "no answer",
    ...only(page({}), page(null, { url: `${URL}two` })),
    judgements: [["unknown", "one", `${URL}two gave no answer (no answer in time)`]],
  },
  {
    name: "one page of two that is gone",
    ...only(page(null), page({ hops: hop(410) })),
    judgements: [["fail", "one", "answers 410"]],
  },
  {
    name: "each named address is one of an endpoint",
    expect: { addresses: ["https://WWW.example.com", "https://www.example.com/two#part"] },
    readings: [
      reading("one", page({}), page({}, { url: `${URL}two` })),
      reading("two", page({ hops: hop(404) }, { url: "https://b.example/" })),
    ],
    judgements: [
      ["pass", "one", "answers 200"],
      ["not-applicable", "two", "none of its pages is one of these addresses"],
    ],
  },
  {
    name: "a named address that the estate forgot",
    expect: { addresses: [URL, "https://forgotten.example/page"] },
    readings: [reading("one", page({}))],
    judgements: [
      ["pass", "one", "answers 200"],
      ["unknown", null, "no endpoint in scope declares https://forgotten.example/page"],
    ],
  },
  {
    name: "a named address among those that could not be read",
    expect: { addresses: ["https://forgotten.example/page"] },
    readings: [],
    complete: false,
    judgements: [["unknown", null, "no endpoint in scope that could be read declares"]],
  },
]);
