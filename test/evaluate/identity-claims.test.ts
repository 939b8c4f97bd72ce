import type { Check } from "#model/policy.ts";
/** Claims about a company's own sign-on, by what its estate declares and what was read of it. */
import { expect, test } from "vitest";
import control from "#controls/access/sso-metadata.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { declaredInventory } from "#gather/declared.ts";
import { identitySubjects } from "#estate/identity.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { OidcDiscovery, SamlMetadata } from "#model/identity-facets.ts";
import type { Subject } from "#model/subject.ts";
import { estate, evidence, NOW, observe, policy, problem } from "../support/evidence.ts";

/** As a policy that says nothing of it is read. */
const defaults = expectationOf(control).parse({});
const ISSUER = "https://login.example";
const METADATA = `${ISSUER}/saml`;
const oidc: OidcDiscovery = {
  declared: ISSUER,
  issuer: ISSUER,
  missing: [],
  endpoints: [],
  signingAlgorithms: ["RS256"],
  codeChallengeMethods: null,
  acrValues: null,
  exposed: [],
  keys: [
    {
      name: "k",
      type: "ed25519",
      bits: null,
      use: null,
      algorithm: null,
      exposed: [],
      unreadable: null,
      certificate: null,
    },
  ],
  keysUnread: null,
};
const role = { requestsSigned: null, assertionsSigned: null, endpoints: [], keys: [] };
const saml: SamlMetadata = {
  declared: METADATA,
  entities: [
    {
      id: METADATA,
      validUntil: null,
      assurance: null,
      roles: [{ ...role, role: "service provider" }],
    },
  ],
};

interface Read {
  readonly identity?: { readonly oidc?: string; readonly saml?: string };
  readonly labels?: readonly string[];
  readonly seen?: (subject: Subject) => readonly Observation[];
  readonly lost?: (subject: Subject) => readonly Problem[];
}

/** The verdicts of a claim whose scope may be empty and of one whose scope may not. */
function verdicts({ identity, labels = [], seen = () => [], lost = () => [] }: Read) {
  const place = estate({
    targets: [
      {
        id: "login",
        provider: "endpoint",
        url: ISSUER,
        labels,
        ...(identity === undefined ? {} : { identity }),
      },
    ],
  });
  const scope = { providers: ["endpoint" as const], exclude: [{ labels: ["third-party"] }] };
  const asked: Check["expect"] = JSON.parse(JSON.stringify(defaults));
  const claims = [true, false].map((mayBeEmpty) => ({
    id: mayBeEmpty ? "may-be-empty" : "must-exist",
    checks: [{ control: "sso-metadata", expect: asked, scope: { ...scope, mayBeEmpty } }],
  }));
  const [target] = place.targets;
  const subjects = target?.provider === "endpoint" ? identitySubjects(target) : [];
  const read = evidence(
    [...declaredInventory(place.targets, NOW.toISOString()), ...subjects.flatMap(seen)],
    subjects.flatMap(lost),
  );
  const report = evaluate({
    policies: [policy(claims)],
    estate: place,
    evidence: read,
    attestations: [],
    waivers: [],
    controls: new Map([[control.id, control]]),
    now: NOW,
    tool: { name: "probity", version: "0" },
    readable: () => true,
  });
  return report.claims.map(({ verdict }) => verdict);
}

const tell = (subject: Subject) =>
  subject.kind === "oidc-issuer"
    ? [observe(subject, "oidcDiscovery", oidc)]
    : [observe(subject, "samlMetadata", saml)];
const unread = (subject: Subject) => [
  problem({ target: "login", subject, kinds: [subject.kind], reason: "timeout" }),
];
const both = { oidc: ISSUER, saml: METADATA };
const http = { ...oidc, endpoints: [{ name: "token_endpoint", url: "http://login.example/t" }] };

test.each<[string, Read, readonly [mayBeEmpty: string, mustExist: string]]>([
  ["nothing is declared", {}, ["not-applicable", "unverified"]],
  ["all that is declared keeps it", { identity: both, seen: tell }, ["upheld", "upheld"]],
  ["an issuer alone", { identity: { oidc: ISSUER }, seen: tell }, ["upheld", "upheld"]],
  ["metadata alone", { identity: { saml: METADATA }, seen: tell }, ["upheld", "upheld"]],
  [
    "one of two breaks it, and the other was not read",
    {
      identity: both,
      seen: (subject) =>
        subject.kind === "oidc-issuer" ? [observe(subject, "oidcDiscovery", http)] : [],
    },
    ["violated", "violated"],
  ],
  [
    "one of two was not read",
    {
      identity: both,
      seen: (subject) => (subject.kind === "oidc-issuer" ? tell(subject) : []),
      lost: (subject) => (subject.kind === "oidc-issuer" ? [] : unread(subject)),
    },
    ["unverified", "unverified"],
  ],
  ["nothing answers", { identity: both, lost: unread }, ["unverified", "unverified"]],
  ["no probe ran", { identity: both }, ["unverified", "unverified"]],
  [
    "what belongs to others breaks nobody's promise",
    {
      identity: { oidc: ISSUER },
      labels: ["third-party"],
      seen: (subject) => [observe(subject, "oidcDiscovery", http)],
    },
    ["not-applicable", "unverified"],
  ],
])("%s", (_, read, expected) => {
  expect(verdicts(read)).toEqual(expected);
});
