import { describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { Transport } from "#model/facets.ts";
import type { Check } from "#model/policy.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { TLS_VERSIONS } from "#model/tls.ts";
import {
  bucket,
  estate,
  evidence,
  inventory,
  NOW,
  observe,
  policy,
  problem,
} from "../support/evidence.ts";
import { expectNoBetter } from "../support/no-better.ts";

const BALANCER_HOST = "shop-1234567890.eu-west-3.elb.amazonaws.com";
const distribution = bucket("E1", { kind: "AWS::CloudFront::Distribution", region: null });
const domain = bucket("www.example.com", { kind: "AWS::ApiGateway::DomainName" });
const wildcard = bucket("*.example.com", { kind: "AWS::ApiGatewayV2::DomainName" });
const listener = bucket("shop HTTPS:443", { kind: "AWS::ElasticLoadBalancingV2::Listener" });
const network = bucket("shop TLS:443", { kind: "AWS::ElasticLoadBalancingV2::Listener" });
const classic = bucket("Shop", { kind: "AWS::ElasticLoadBalancing::LoadBalancer" });

/** A setting that breaks both promises. */
const lax = (fields: Partial<Transport> = {}): Transport => ({
  secureOnly: false,
  minimumTls: "TLSv1.0",
  versions: ["TLSv1.0", "TLSv1.2"],
  minimumTlsIsDefault: false,
  platformFloor: null,
  detail: "an old policy",
  ...fields,
});

const outside = { providers: ["endpoint" as const] };
const ENDPOINT_ALONE: readonly Partial<Check>[] = [
  {
    control: "tls-protocol-versions",
    expect: { allowed: ["TLSv1.2", "TLSv1.3"], required: [] },
    scope: outside,
  },
  { control: "https-only", expect: { hsts: "optional" }, scope: outside },
];
/** A claim for which the settings of the account are read. */
const ON_THE_ACCOUNT: Partial<Check> = {
  control: "https-only",
  expect: { hsts: "optional" },
  scope: { kinds: ["AWS::S3::Bucket"], mayBeEmpty: true },
};

function judged(
  host: string,
  observations: readonly Observation[],
  {
    checks = [...ENDPOINT_ALONE, ON_THE_ACCOUNT],
    problems = [],
  }: { checks?: readonly Partial<Check>[]; problems?: readonly Problem[] } = {},
) {
  const www = targetSubject({ id: "www", provider: "endpoint" });
  const subject: Subject = { ...www, kind: "endpoint", id: `${host}:443`, name: host };
  const places = estate();
  return evaluate({
    policies: [policy(checks.map((check) => ({ checks: [check] })))],
    estate: estate({
      targets: [...places.targets, { id: "www", provider: "endpoint", url: `https://${host}` }],
    }),
    attestations: [],
    waivers: [],
    evidence: evidence(
      [
        inventory([subject], { kinds: ["endpoint"], target: "www", provider: "endpoint" }),
        observe(subject, "protocols", {
          versions: TLS_VERSIONS.map((version) => ({
            version,
            status: version === "TLSv1.2" ? ("accepted" as const) : ("rejected" as const),
            why: null,
          })),
        }),
        observe(subject, "http", {
          url: `http://${host}/`,
          clearText: "redirects-to-https",
          status: 301,
          location: `https://${host}/`,
          hsts: null,
          httpsAnswered: true,
        }),
        inventory([]),
        ...observations,
      ],
      problems,
    ),
    controls,
    readable: () => true,
    now: NOW,
    tool: { name: "probity", version: "test" },
    full: true,
  });
}
const listed = (...items: readonly Subject[]) =>
  inventory(items, { kinds: [...new Set(items.map(({ kind }) => kind))] });
const ofEndpoint = (report: ReturnType<typeof judged>) =>
  report.claims
    .slice(0, 2)
    .flatMap(({ checks }) => checks.flatMap(({ evaluations }) => evaluations));
const outcomes = (report: ReturnType<typeof judged>) =>
  ofEndpoint(report).map(({ outcome }) => outcome);

describe("the setting of a service that may answer under an endpoint's name is lost", () => {
  test.each<[string, Subject, string, Partial<Transport>]>([
    ["a distribution", distribution, "www.example.com", {}],
    ["a domain of an API", domain, "www.example.com", {}],
    ["a domain in other letters", domain, "WWW.example.com", {}],
    ["a wildcard of an API", wildcard, "www.example.com", { hostNames: ["*.example.com"] }],
    ["a listener", listener, BALANCER_HOST, { port: 443 }],
    [
      "a listener of a network load balancer",
      network,
      "shop-0a1b2c.elb.eu-west-3.amazonaws.com",
      { port: 443 },
    ],
    ["a classic load balancer", classic, BALANCER_HOST, {}],
    ["an internal one", classic, `internal-${BALANCER_HOST}`, {}],
  ])("%s", (_, service, host, fields) => {
    const setting = observe(service, "transport", lax({ hostNames: [host], ...fields }));
    const before = judged(host, [listed(service), setting]);
    expect(outcomes(before)).toEqual(["fail", "fail"]);
    const after = judged(host, [listed(service)]);
    expect(outcomes(after)).toEqual(["unknown", "unknown"]);
    expect(ofEndpoint(after)[0]?.message).toContain(
      "which may answer under this name, were not read",
    );
    expectNoBetter(before, after);
  });

  test("what was seen on the wire still fails, and the cause is named", () => {
    const permission = "elasticloadbalancing:DescribeSSLPolicies";
    const denied = problem({ subject: listener, facets: ["transport"], permission });
    const report = judged(BALANCER_HOST, [listed(listener)], { problems: [denied] });
    expect(ofEndpoint(report)[1]?.message).toMatch(
      /load balancer listener shop HTTPS:443, .* were not read: AccessDenied \(permission elastic\w+:DescribeSSLPolicies\)/,
    );
    const strict = { ...ENDPOINT_ALONE[0], expect: { allowed: ["TLSv1.3"], required: [] } };
    const failing = judged(BALANCER_HOST, [listed(listener)], { checks: [strict, ON_THE_ACCOUNT] });
    expect(failing.claims[0]?.verdict).toBe("violated");
  });

  test("one of two listeners of the name", () => {
    const other = { ...listener, id: "arn:other", name: "shop HTTP:80" };
    const good = lax({ hostNames: [BALANCER_HOST], versions: ["TLSv1.2"], minimumTls: "TLSv1.2" });
    const read = observe(listener, "transport", { ...good, secureOnly: true, port: 443 });
    expect(outcomes(judged(BALANCER_HOST, [listed(listener), read]))).toEqual(["pass", "pass"]);
    const both = judged(BALANCER_HOST, [listed(listener, other), read]);
    expect(outcomes(both)).toEqual(["unknown", "unknown"]);
  });
});

describe("the setting of a service that cannot answer under an endpoint's name is lost", () => {
  test.each<[string, readonly Subject[], string]>([
    ["a listener has no name of the customer's", [listener, classic], "www.example.com"],
    ["a listener of another load balancer", [listener], "shopping-12.eu-west-3.elb.amazonaws.com"],
    ["a domain of another name", [domain], "api.example.com"],
    ["a wildcard stands for one label", [wildcard], "a.b.example.com"],
    ["another kind", [bucket("b")], "www.example.com"],
  ])("%s", (_, services, host) => {
    expect(outcomes(judged(host, [listed(...services)]))).toEqual(["pass", "pass"]);
  });

  test("another distribution has the name: no two can", () => {
    const good = lax({ secureOnly: true, versions: ["TLSv1.2"], minimumTls: "TLSv1.2" });
    const own = { ...good, hostNames: ["www.example.com"] };
    const second = { ...distribution, id: "E2", name: "E2" };
    const report = judged("www.example.com", [
      listed(distribution, second),
      observe(second, "transport", own),
    ]);
    expect(outcomes(report)).toEqual(["pass", "pass"]);
  });

  test("no claim asks for the settings of that account, so nothing was lost", () => {
    const report = judged("www.example.com", [listed(distribution)], { checks: ENDPOINT_ALONE });
    expect(outcomes(report)).toEqual(["pass", "pass"]);
  });
});
