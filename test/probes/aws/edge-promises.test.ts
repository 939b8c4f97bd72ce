import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import { expectationOf } from "#model/expectation.ts";
import { type Check, policySchema } from "#model/policy.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import autoScaling from "#probes/aws/auto-scaling.ts";
import classic from "#probes/aws/classic-load-balancers.ts";
import cloudfront from "#probes/aws/cloudfront.ts";
import balancers from "#probes/aws/load-balancers.ts";
import { bucket, estate, evidence, inventory, observe, policy } from "../../support/evidence.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
const region = "eu-west-3";

const ID = "00000000-0000-4000-8000-000000000000";
const AZURE = { id: "aws", provider: "azure", tenant: ID, subscriptions: [ID] };

/** The checks of a claim as the published policy makes them, with what their expectation leaves to its defaults. */
function checksOf(name: string, claim: string): readonly Check[] {
  const file = fileURLToPath(new URL(`../../../config/policies/${name}.yaml`, import.meta.url));
  const published = policySchema.parse(parse(readFileSync(file, "utf8")));
  const checks = published.claims.find(({ id }) => id === claim)?.checks ?? [];
  return checks.map((check) => {
    const control = controls.get(check.control ?? "");
    if (control === undefined) throw new Error(`${claim} has a check that is pending`);
    return { ...check, expect: expectationOf(control).parse(check.expect) };
  });
}

/** What became of one check: its own outcome, and the outcome of each subject by name. */
function judged(
  check: Check | undefined,
  observations: readonly Observation[],
  problems: readonly Problem[] = [],
  provider: "aws" | "azure" = "aws",
) {
  if (check === undefined) throw new Error("no such check");
  const report = evaluate({
    policies: [policy([{ checks: [check] }])],
    estate: estate(provider === "aws" ? {} : { targets: [AZURE] }),
    attestations: [],
    waivers: [],
    evidence: { ...evidence(observations, problems), finishedAt: NOW.toISOString() },
    controls,
    readable: () => true,
    now: NOW,
    tool: { name: "probity", version: "test" },
    full: true,
  });
  const [claim] = report.claims;
  const evaluations = claim?.checks[0]?.evaluations ?? [];
  return {
    verdict: claim?.verdict,
    outcomes: Object.fromEntries(
      evaluations.map(({ subject, outcome }) => [subject.name, outcome]),
    ),
    messages: evaluations.map(({ message }) => message).join("\n"),
  };
}

interface Edge {
  readonly sslPolicy: string;
  readonly minimum: string;
  readonly zones: readonly string[];
  readonly serving: readonly string[];
}
const KEPT: Edge = {
  sslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
  minimum: "TLSv1.2_2021",
  zones: ["a", "b", "c"],
  serving: ["a", "b", "c"],
};
const arn = `arn:aws:elasticloadbalancing:${region}:${ACCOUNT}:loadbalancer/app/web/1`;

function answersOf({ sslPolicy, minimum, zones, serving }: Edge): ApiAnswers {
  return {
    "elbv2:DescribeLoadBalancers": {
      LoadBalancers: [
        {
          LoadBalancerArn: arn,
          LoadBalancerName: "web",
          DNSName: "web.elb.amazonaws.com",
          Scheme: "internet-facing",
          Type: "application",
          State: { Code: "active" },
          AvailabilityZones: zones.map((zone) => ({ ZoneName: region + zone })),
        },
      ],
    },
    "elbv2:DescribeListeners": {
      Listeners: [
        { ListenerArn: `${arn}/443`, Protocol: "HTTPS", Port: 443, SslPolicy: sslPolicy },
        {
          ListenerArn: `${arn}/80`,
          Protocol: "HTTP",
          Port: 80,
          DefaultActions: [
            { Type: "redirect", RedirectConfig: { Protocol: "HTTPS", StatusCode: "HTTP_301" } },
          ],
        },
      ],
    },
    "elbv2:DescribeRules": { Rules: [] },
    "elbv2:DescribeSSLPolicies": {
      SslPolicies: [
        { Name: "ELBSecurityPolicy-TLS13-1-2-2021-06", SslProtocols: ["TLSv1.2", "TLSv1.3"] },
        { Name: "ELBSecurityPolicy-2016-08", SslProtocols: ["TLSv1", "TLSv1.1", "TLSv1.2"] },
        { Name: "ELBSecurityPolicy-TLS13-1-3-2021-06", SslProtocols: ["TLSv1.3"] },
      ],
    },
    "elb:DescribeLoadBalancers": { LoadBalancerDescriptions: [] },
    "cloudfront:ListDistributions": {
      DistributionList: {
        Items: [
          {
            Id: "E1",
            ARN: `arn:aws:cloudfront::${ACCOUNT}:distribution/E1`,
            Enabled: true,
            DomainName: "e1.cloudfront.net",
            DefaultCacheBehavior: { ViewerProtocolPolicy: "https-only" },
            ViewerCertificate: { MinimumProtocolVersion: minimum },
            WebACLId: "",
          },
        ],
        IsTruncated: false,
        Quantity: 1,
        MaxItems: 100,
        Marker: "",
      },
    },
    "autoscaling:DescribeAutoScalingGroups": {
      AutoScalingGroups: [
        {
          AutoScalingGroupName: "workers",
          AutoScalingGroupARN: `arn:aws:autoscaling:${region}:${ACCOUNT}:autoScalingGroup:1`,
          AvailabilityZones: zones.map((zone) => region + zone),
          Instances: serving.map((zone) => ({
            AvailabilityZone: region + zone,
            LifecycleState: "InService",
          })),
        },
      ],
    },
  };
}

async function seen(edge: Partial<Edge>, denied?: string) {
  const aws = await fakeAws({ answers: answersOf({ ...KEPT, ...edge }) });
  if (denied !== undefined) aws.setFaults({ operation: denied, fault: { kind: "denied" } });
  const found = await Promise.all(
    [balancers, classic, cloudfront, autoScaling].map((probe) => aws.scan().gather(probe)),
  );
  return {
    observations: found.flatMap(({ observations }) => observations),
    problems: found.flatMap(({ problems }) => problems),
  };
}

describe("kz-transit-tls: what load balancers and CloudFront are set to accept", () => {
  const [, settings] = checksOf("kizeo-forms", "kz-transit-tls");
  const look = async (edge: Partial<Edge>, denied?: string) => {
    const { observations, problems } = await seen(edge, denied);
    return judged(settings, observations, problems);
  };

  test("is upheld by TLS 1.2 everywhere; a redirect has no version", async () => {
    expect(await look({})).toMatchObject({
      verdict: "upheld",
      outcomes: { "web HTTPS:443": "pass", "web HTTP:80": "not-applicable", E1: "pass" },
    });
  });

  test("tolerates TLS 1.0 and 1.1 by declaration", async () => {
    const found = await look({ sslPolicy: "ELBSecurityPolicy-2016-08", minimum: "TLSv1_2016" });
    expect(found.verdict).toBe("upheld");
    expect(found.messages).toContain("TLSv1.0, TLSv1.1 is tolerated by declaration");
  });

  test("is violated by SSLv3, and where the required TLS 1.2 is refused", async () => {
    expect(await look({ minimum: "SSLv3" })).toMatchObject({
      verdict: "violated",
      outcomes: { E1: "fail", "web HTTPS:443": "pass" },
    });
    expect(await look({ sslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" })).toMatchObject({
      verdict: "violated",
      outcomes: { "web HTTPS:443": "fail", E1: "pass" },
    });
  });

  test.each(["DescribeListeners", "DescribeSSLPolicies", "ListDistributions"])(
    "is unverified without %s",
    async (operation) => {
      expect((await look({}, operation)).verdict).toBe("unverified");
    },
  );

  test("is unverified where the region knows no such policy", async () => {
    expect(await look({ sslPolicy: "ELBSecurityPolicy-Unheard-Of" })).toMatchObject({
      verdict: "unverified",
      outcomes: { "web HTTPS:443": "unknown" },
    });
  });
});

describe("kz-continuity: servers and balancers in three zones", () => {
  const [compute] = checksOf("kizeo-forms", "kz-continuity");
  const look = async (edge: Partial<Edge>, denied?: string) => {
    const { observations, problems } = await seen(edge, denied);
    return judged(compute, observations, problems);
  };

  test("is upheld by three", async () => {
    expect(await look({})).toMatchObject({
      verdict: "upheld",
      outcomes: { web: "pass", workers: "pass" },
    });
  });

  test("is violated where instances serve in two of three configured zones", async () => {
    const found = await look({ serving: ["a", "b", "a"] });
    expect(found).toMatchObject({
      verdict: "violated",
      outcomes: { web: "pass", workers: "fail" },
    });
    expect(found.messages).toContain("zones of 3 instances in service; configured for");
  });

  test("is violated by a balancer in two", async () => {
    expect(await look({ zones: ["a", "b"], serving: ["a", "b"] })).toMatchObject({
      outcomes: { web: "fail", workers: "fail" },
    });
  });

  test("is unverified without the groups", async () => {
    expect((await look({}, "DescribeAutoScalingGroups")).verdict).toBe("unverified");
  });
});

describe("kz-aws-paris: three zones in use over the account", () => {
  const zones = checksOf("kizeo-forms", "kz-aws-paris").find(
    ({ control }) => control === "zone-redundancy",
  );
  /** The check over the kinds that these probes list: the others are gaps until theirs do. */
  const here = (check: Check | undefined): Check | undefined =>
    check === undefined
      ? undefined
      : {
          ...check,
          scope: {
            ...check.scope,
            kinds: ["AWS::AutoScaling::*", "AWS::ElasticLoadBalancing*::LoadBalancer"],
          },
        };

  test("by the balancer and the instances together", async () => {
    const { observations } = await seen({ zones: ["a", "b"], serving: ["c"] });
    const found = judged(here(zones), observations);
    expect(found.verdict).toBe("upheld");
    expect(found.messages).toContain("3 zones in use (eu-west-3a, eu-west-3b, eu-west-3c)");
  });

  test("two are not three", async () => {
    const { observations } = await seen({ zones: ["a", "b"], serving: ["b"] });
    expect(judged(here(zones), observations).verdict).toBe("violated");
  });

  test("zones that are only configured are in use by nobody, and leave it open", async () => {
    const { observations } = await seen({ zones: ["a", "b"], serving: [] });
    expect(judged(here(zones), observations).verdict).toBe("unverified");
  });
});

describe("pf-waf: attached and enabled, then preventing with a managed rule set", () => {
  const [attached, strict] = checksOf("pingflow", "pf-waf");
  const gateway = bucket("gateway", {
    provider: "azure",
    kind: "Microsoft.Network/applicationGateways",
    region: "francecentral",
  });
  const look = (check: Check | undefined, fields: object) =>
    judged(
      check,
      [
        inventory([gateway], { kinds: ["*"], provider: "azure" }),
        {
          ...observe(gateway, "webFirewall", {
            policy: "waf",
            enabled: true,
            mode: "prevention",
            managedRules: ["Microsoft_DefaultRuleSet 2.1"],
            countingRules: [],
            ...fields,
          }),
          observedAt: NOW.toISOString(),
        },
      ],
      [],
      "azure",
    ).verdict;

  test.each([
    [{}, "upheld", "upheld"],
    [{ mode: "detection" }, "upheld", "violated"],
    [{ managedRules: [] }, "upheld", "violated"],
    [{ enabled: false }, "violated", "violated"],
    [{ policy: null }, "violated", "violated"],
    [{ enabled: null }, "unverified", "unverified"],
    [{ mode: null }, "upheld", "unverified"],
  ])("%j", (fields, first, second) => {
    expect(look(attached, fields)).toBe(first);
    expect(look(strict, fields)).toBe(second);
  });
});
