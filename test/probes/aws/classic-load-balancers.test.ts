import { describe, expect, test } from "vitest";
import { toTransport } from "#probes/aws/classic-load-balancer-facets.ts";
import probe from "#probes/aws/classic-load-balancers.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const region = "eu-west-3";
const arn = (name: string) =>
  `arn:aws:elasticloadbalancing:${region}:${ACCOUNT}:loadbalancer/${name}`;
const listener = (Protocol: string, LoadBalancerPort: number, ...PolicyNames: string[]) => ({
  Listener: { Protocol, LoadBalancerPort, InstancePort: 80 },
  PolicyNames,
});
const policy = (PolicyName: string, on: readonly string[], off: readonly string[] = []) => ({
  PolicyName,
  PolicyTypeName: "SSLNegotiationPolicyType",
  PolicyAttributeDescriptions: [
    { AttributeName: "Reference-Security-Policy", AttributeValue: "ELBSecurityPolicy-2016-08" },
    ...on.map((name) => ({ AttributeName: `Protocol-${name}`, AttributeValue: "true" })),
    ...off.map((name) => ({ AttributeName: `Protocol-${name}`, AttributeValue: "false" })),
    { AttributeName: "ECDHE-RSA-AES128-SHA", AttributeValue: "true" },
  ],
});
const SOME = policy("some", ["TLSv1", "TLSv1.2"], ["SSLv3", "TLSv1.1"]);
const STRICT = policy("strict", ["TLSv1.2"], ["TLSv1"]);
const balancer = (name: string, ...ListenerDescriptions: object[]) => ({
  LoadBalancerName: name,
  DNSName: `${name}-1.${region}.elb.amazonaws.com`,
  Scheme: "internet-facing",
  AvailabilityZones: ["eu-west-3b", "eu-west-3a"],
  ListenerDescriptions,
});

describe("classic load balancers", async () => {
  const aws = await fakeAws({
    answers: {
      "elb:DescribeLoadBalancers": ({ input }) =>
        input["Marker"] === "2"
          ? { LoadBalancerDescriptions: [balancer("plain", listener("HTTP", 80))] }
          : {
              LoadBalancerDescriptions: [balancer("web", listener("HTTPS", 443, "sticky", "some"))],
              NextMarker: "2",
            },
      "elb:DescribeLoadBalancerPolicies": ({ input }) =>
        input["LoadBalancerName"] === "web"
          ? {
              PolicyDescriptions: [
                { PolicyName: "sticky", PolicyTypeName: "LBCookieStickinessPolicyType" },
                STRICT,
                SOME,
              ],
            }
          : { PolicyDescriptions: [] },
      "tagging:GetResources": {
        ResourceTagMappingList: [
          { ResourceARN: arn("web"), Tags: [{ Key: "env", Value: "production" }] },
        ],
      },
    },
  });

  test("all pages, with zones and tags", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const items = facetOf(found, "aws", "inventory")?.items;
    expect(items?.map(({ id, tags }) => [id, tags])).toEqual([
      [arn("web"), { env: "production" }],
      [arn("plain"), {}],
    ]);
    expect(facetOf(found, "web", "redundancy")).toMatchObject({
      zones: 2,
      zoneNames: ["eu-west-3a", "eu-west-3b"],
    });
  });

  test("the attributes of the listener's own policy that are on", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "web", "transport")).toEqual({
      secureOnly: true,
      minimumTls: "TLSv1.0",
      versions: ["TLSv1.0", "TLSv1.2"],
      minimumTlsIsDefault: false,
      platformFloor: null,
      hostNames: ["web-1.eu-west-3.elb.amazonaws.com"],
      port: 443,
      detail: "HTTPS:443; internet-facing classic load balancer",
    });
    expect(facetOf(found, "plain", "transport")).toMatchObject({ secureOnly: false, versions: [] });
  });

  test.each([
    ["DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers", false],
    ["DescribeLoadBalancerPolicies", "elasticloadbalancing:DescribeLoadBalancerPolicies", true],
    ["GetResources", "tag:GetResources", true],
  ])("without %s", async (operation, permission, zones) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(new Set(found.problems.map((problem) => problem.permission))).toEqual(
      new Set([permission]),
    );
    expect(facetOf(found, "web", "redundancy") !== undefined).toBe(zones);
  });
});

describe("what the listeners of one balancer let in together", () => {
  test.each([
    [
      "clear text beside TLS is let in",
      [listener("HTTP", 80), listener("SSL", 443, "strict")],
      { secureOnly: false, versions: ["TLSv1.2"], port: 443 },
    ],
    [
      "what one of two policies lets in",
      [listener("HTTPS", 443, "strict"), listener("SSL", 465, "some")],
      { secureOnly: true, versions: ["TLSv1.0", "TLSv1.2"] },
    ],
    [
      "what passes through is not decided",
      [listener("HTTPS", 443, "strict"), listener("TCP", 25)],
      {
        secureOnly: null,
        versions: ["TLSv1.2"],
        unseen: ["TCP:25 passes connections through"],
      },
    ],
    [
      "nothing but what passes through",
      [listener("TCP", 25)],
      { secureOnly: null, minimumTls: null, unseen: ["TCP:25 passes connections through"] },
    ],
    [
      "a listener whose policy is not told",
      [listener("HTTPS", 443)],
      {
        secureOnly: true,
        minimumTls: null,
        unseen: ["HTTPS:443 has no policy that names its versions"],
      },
    ],
    ["no listener at all", [], { secureOnly: true, versions: [] }],
  ])("%s", (_, listeners, expected) => {
    expect(toTransport(balancer("web", ...listeners), [SOME, STRICT])).toMatchObject(expected);
  });

  test("two listeners have no port in common", () => {
    const two = balancer("web", listener("HTTPS", 443, "strict"), listener("SSL", 465, "some"));
    expect(toTransport(two, [SOME, STRICT]).port).toBeUndefined();
  });

  test("what is not documented", () => {
    const odd = balancer("web", { Listener: { LoadBalancerPort: 1 } });
    expect(() => toTransport(odd, [])).toThrow(TypeError);
    const none = policy("none", [], ["TLSv1"]);
    expect(() => toTransport(balancer("web", listener("HTTPS", 443, "none")), [none])).toThrow(
      TypeError,
    );
  });
});
