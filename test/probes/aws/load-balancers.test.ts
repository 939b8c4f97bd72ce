import { describe, expect, test } from "vitest";
import { ApiError, type ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import probe from "#probes/aws/load-balancers.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer";
const LISTENER = "AWS::ElasticLoadBalancingV2::Listener";
const BOTH = [BALANCER, LISTENER];
const region = "eu-west-3";
const arn = (name: string) =>
  `arn:aws:elasticloadbalancing:${region}:${ACCOUNT}:loadbalancer/app/${name}/1`;
const balancer = (name: string, fields: object = {}) => ({
  LoadBalancerArn: arn(name),
  LoadBalancerName: name,
  DNSName: `${name}-1.${region}.elb.amazonaws.com`,
  Scheme: "internet-facing",
  Type: "application",
  State: { Code: "active" },
  AvailabilityZones: ["a", "b", "c"].map((zone) => ({ ZoneName: region + zone })),
  ...fields,
});
const toHttps = [
  { Type: "redirect", RedirectConfig: { Protocol: "HTTPS", StatusCode: "HTTP_301" } },
];
const forward = [{ Type: "forward", TargetGroupArn: "arn:target" }];
const listener = (
  name: string,
  Protocol: string,
  Port: number | undefined,
  fields: object = {},
) => ({
  ListenerArn: `${arn(name)}/${Protocol}${Port ?? ""}`,
  Protocol,
  ...(Port === undefined ? {} : { Port }),
  DefaultActions: forward,
  ...fields,
});

const LISTENERS: Readonly<Record<string, readonly object[]>> = {
  web: [
    // The name says TLS 1.3 and the policy lets TLS 1.0 in.
    listener("web", "HTTPS", 443, { SslPolicy: "ELBSecurityPolicy-TLS13-1-0-2021-06" }),
    // What an HTTP listener carries as policy means nothing.
    listener("web", "HTTP", 80, {
      DefaultActions: toHttps,
      SslPolicy: "ELBSecurityPolicy-TLS13-1-2-2021-06",
    }),
    listener("web", "HTTP", 8080, { DefaultActions: toHttps }),
    listener("web", "HTTP", 8081),
    listener("web", "HTTPS", 8443, { SslPolicy: "ELBSecurityPolicy-Unheard-Of" }),
    listener("web", "HTTP", 8082, {
      DefaultActions: [{ Type: "redirect", RedirectConfig: { Protocol: "#{protocol}" } }],
    }),
  ],
  mail: [
    listener("mail", "TLS", 993, { SslPolicy: "ELBSecurityPolicy-TLS13-1-3-2021-06" }),
    listener("mail", "TCP", 25),
    listener("mail", "UDP", 53),
  ],
  inside: [listener("inside", "HTTP", 80)],
  fire: [listener("fire", "GENEVE", undefined)],
};

const ANSWERS: ApiAnswers = {
  "elbv2:DescribeLoadBalancers": ({ input, region: asked }) => {
    if (asked !== region) return { LoadBalancers: [balancer("stray")] };
    return input["Marker"] === "2"
      ? {
          LoadBalancers: [
            balancer("inside", { Scheme: "internal" }),
            balancer("fire", { Type: "gateway", Scheme: undefined }),
            balancer("new", { State: { Code: "provisioning" } }),
          ],
        }
      : {
          LoadBalancers: [
            balancer("web"),
            balancer("mail", {
              Type: "network",
              State: { Code: "active_impaired" },
              AvailabilityZones: [{ ZoneName: "eu-west-3a" }],
            }),
          ],
          NextMarker: "2",
        };
  },
  "elbv2:DescribeListeners": ({ input }) => {
    const name = String(input["LoadBalancerArn"]).split("/")[2] ?? "";
    const all = LISTENERS[name] ?? [];
    return input["Marker"] === "rest"
      ? { Listeners: all.slice(1) }
      : { Listeners: all.slice(0, 1), ...(all.length > 1 ? { NextMarker: "rest" } : {}) };
  },
  "elbv2:DescribeSSLPolicies": ({ input }) =>
    input["Marker"] === "2"
      ? {
          SslPolicies: [
            {
              Name: "ELBSecurityPolicy-TLS13-1-0-2021-06",
              SslProtocols: ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
            },
          ],
        }
      : {
          SslPolicies: [{ Name: "ELBSecurityPolicy-TLS13-1-3-2021-06", SslProtocols: ["TLSv1.3"] }],
          NextMarker: "2",
        },
  "elbv2:DescribeRules": ({ input }) => {
    const redirect = { Priority: "default", Actions: toHttps };
    if (!String(input["ListenerArn"]).endsWith("HTTP8080")) return { Rules: [redirect] };
    return input["Marker"] === "2"
      ? { Rules: [{ Priority: "5", Actions: forward }] }
      : { Rules: [redirect], NextMarker: "2" };
  },
  "wafv2:GetWebACLForResource": {},
  "tagging:GetResources": {
    ResourceTagMappingList: [
      { ResourceARN: arn("web"), Tags: [{ Key: "Environment", Value: "production" }] },
    ],
  },
};

describe("load balancers", async () => {
  const aws = await fakeAws({ regions: [region, "us-east-1"], answers: ANSWERS });
  const scan = () => aws.scan().gather(probe);

  test("all pages of the declared regions, each with its listeners", async () => {
    const found = await scan();
    const inventories = found.observations.flatMap((seen) =>
      seen.facet === "inventory" ? [seen.value] : [],
    );
    const [balancers, listeners] = inventories;
    expect(inventories).toHaveLength(2);
    expect(balancers).toMatchObject({ kinds: [BALANCER], complete: true });
    expect(balancers?.items.map(({ name }) => name)).toEqual([
      "web",
      "mail",
      "inside",
      "fire",
      "new",
    ]);
    expect(balancers?.items[0]?.tags).toEqual({ Environment: "production" });
    expect(listeners).toMatchObject({ kinds: [LISTENER], complete: true });
    expect(listeners?.items.map(({ name }) => name)).toEqual([
      "web HTTPS:443",
      "web HTTP:80",
      "web HTTP:8080",
      "web HTTP:8081",
      "web HTTPS:8443",
      "web HTTP:8082",
      "mail TLS:993",
      "mail TCP:25",
      "mail UDP:53",
      "inside HTTP:80",
      "fire GENEVE",
    ]);
  });

  test("zones of those that stand somewhere", async () => {
    const found = await scan();
    expect(facetOf(found, "web", "redundancy")).toEqual({
      zones: 3,
      zoneNames: ["eu-west-3a", "eu-west-3b", "eu-west-3c"],
      zoneRedundant: true,
      geoRedundant: false,
      setting: "enabled zones",
    });
    expect(facetOf(found, "mail", "redundancy")).toMatchObject({
      zones: 1,
      zoneRedundant: false,
      setting: "enabled zones, impaired",
    });
    expect(facetOf(found, "new", "redundancy")).toMatchObject({ zones: null, zoneNames: null });
  });

  test("the versions of the policy count, not its name", async () => {
    const found = await scan();
    expect(facetOf(found, "web HTTPS:443", "transport")).toEqual({
      secureOnly: true,
      minimumTls: "TLSv1.0",
      versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
      minimumTlsIsDefault: false,
      platformFloor: null,
      hostNames: ["web-1.eu-west-3.elb.amazonaws.com"],
      port: 443,
      detail:
        "HTTPS:443, policy ELBSecurityPolicy-TLS13-1-0-2021-06; internet-facing application load balancer",
    });
    expect(facetOf(found, "mail TLS:993", "transport")?.versions).toEqual(["TLSv1.3"]);
  });

  test("a policy that the region does not know is a problem of its listener alone", async () => {
    const found = await scan();
    expect(found.problems).toMatchObject([
      {
        subject: { name: "web HTTPS:8443" },
        facets: ["transport"],
        reason: "partial",
        permission: null,
        message:
          "the policy ELBSecurityPolicy-Unheard-Of is not among those of eu-west-3, so its versions are not known",
      },
    ]);
  });

  test.each([
    ["web HTTP:80", true, "redirects to HTTPS;"],
    ["web HTTP:8080", false, "redirects to HTTPS but for 1 of its rules"],
    ["web HTTP:8081", false, "answers in clear text; internet-facing application"],
    ["web HTTP:8082", false, "answers in clear text"],
    ["inside HTTP:80", false, "internal application load balancer"],
  ])("%s keeps to HTTPS: %s", async (name, secureOnly, words) => {
    const transport = facetOf(await scan(), name, "transport");
    expect(transport).toMatchObject({ secureOnly, versions: [], minimumTls: null });
    expect(transport?.detail).toContain(words);
  });

  test.each(["mail TCP:25", "mail UDP:53", "fire GENEVE"])(
    "%s says nothing of what is spoken inside",
    async (name) => {
      const transport = facetOf(await scan(), name, "transport");
      expect(transport).toMatchObject({ secureOnly: null, minimumTls: null });
      expect(transport?.versions).toBeUndefined();
      expect(transport?.detail).toContain("passes connections through");
    },
  );

  test("rules are asked for only where the default redirects", async () => {
    const before = aws.calls.length;
    await scan();
    const asked = aws.calls.slice(before).filter(({ operation }) => operation === "DescribeRules");
    expect(asked).toHaveLength(3);
  });

  test("firewalls stand before application balancers that the Internet reaches", async () => {
    const found = await scan();
    expect(facetOf(found, "web", "webFirewall")).toMatchObject({ policy: null, enabled: null });
    expect(facetOf(found, "web", "webFirewall")?.inapplicable).toBeUndefined();
    const because = (name: string) => facetOf(found, name, "webFirewall")?.inapplicable;
    expect(because("mail")).toBe("a network load balancer understands no HTTP");
    expect(because("fire")).toBe("a gateway load balancer understands no HTTP");
    expect(because("inside")).toBe("an internal load balancer, not open to the Internet");
  });

  test("only what is wanted is asked for", async () => {
    const before = aws.calls.length;
    const found = await aws.scan().gather(probe, ["inventory"]);
    const asked = new Set(aws.calls.slice(before).map(({ operation }) => operation));
    expect(asked).not.toContain("DescribeSSLPolicies");
    expect(asked).not.toContain("GetWebACLForResource");
    expect(found.observations.every(({ facet }) => facet === "inventory")).toBe(true);
  });

  /** What is lost with a permission, and the facets that stay. */
  test.each([
    ["DescribeLoadBalancers", "elasticloadbalancing:DescribeLoadBalancers", [], []],
    ["DescribeListeners", "elasticloadbalancing:DescribeListeners", [BALANCER], ["redundancy"]],
    ["DescribeSSLPolicies", "elasticloadbalancing:DescribeSSLPolicies", BOTH, ["redundancy"]],
    ["DescribeRules", "elasticloadbalancing:DescribeRules", BOTH, ["redundancy"]],
    ["GetWebACLForResource", "wafv2:GetWebACLForResource", BOTH, ["redundancy", "transport"]],
    ["GetResources", "tag:GetResources", BOTH, ["redundancy", "transport"]],
  ])("without %s", async (operation, permission, complete, stays) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await scan();
    const denied = found.problems.filter(({ reason }) => reason === "denied");
    expect(denied.length).toBeGreaterThan(0);
    expect(new Set(denied.map((problem) => problem.permission))).toEqual(new Set([permission]));
    for (const facet of stays) {
      expect(found.observations.some((seen) => seen.facet === facet)).toBe(true);
    }
    const listed = found.observations.flatMap((seen) =>
      seen.facet === "inventory" && seen.value.complete ? seen.value.kinds : [],
    );
    expect(listed).toEqual(complete);
    if (operation === "DescribeRules") {
      expect(denied.map(({ subject }) => subject?.name ?? "").sort()).toEqual([
        "web HTTP:80",
        "web HTTP:8080",
      ]);
    }
    if (operation === "DescribeSSLPolicies") {
      expect(denied.map(({ subject }) => subject?.name ?? "").sort()).toEqual([
        "mail TLS:993",
        "web HTTPS:443",
        "web HTTPS:8443",
      ]);
    }
  });

  test("the listeners of one balancer that do not come leave the others, and the listing is not complete", async () => {
    const odd = await fakeAws({
      answers: {
        ...ANSWERS,
        "elbv2:DescribeListeners": ({ input }) =>
          String(input["LoadBalancerArn"]).includes("/web/")
            ? new ApiError("LoadBalancerNotFound")
            : { Listeners: [listener("mail", "TCP", 25)] },
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject([
      { subject: { kind: "target" }, kinds: [LISTENER], facets: ["inventory"] },
    ]);
    expect(found.problems[0]?.message).toMatch(/^of web: /);
    expect(facetOf(found, "mail TCP:25", "transport")).toBeDefined();
  });

  test("without the balancers nobody knows of their listeners, and the permission is named", async () => {
    const odd = await fakeAws({ answers: ANSWERS });
    odd.setFaults({ operation: "DescribeLoadBalancers", fault: { kind: "denied" } });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject(
      [BALANCER, LISTENER].map((kind) => ({
        kinds: [kind],
        facets: [],
        permission: "elasticloadbalancing:DescribeLoadBalancers",
      })),
    );
  });

  test.each([
    ["a balancer without state", { LoadBalancers: [balancer("web", { State: undefined })] }],
    ["a zone without name", { LoadBalancers: [balancer("web", { AvailabilityZones: [{}] })] }],
  ])("%s loses its zones and nothing else", async (_, answer) => {
    const odd = await fakeAws({
      answers: {
        ...ANSWERS,
        "elbv2:DescribeLoadBalancers": answer,
        "elbv2:DescribeListeners": { Listeners: [] },
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject([
      { subject: { name: "web" }, facets: ["redundancy"], reason: "malformed" },
    ]);
    expect(facetOf(found, "web", "webFirewall")).toBeDefined();
  });

  test.each([
    ["a version that nobody knows", ["TLSv1.4"]],
    ["no version", []],
  ])("a policy with %s is malformed", async (_, SslProtocols) => {
    const odd = await fakeAws({
      answers: {
        ...ANSWERS,
        "elbv2:DescribeLoadBalancers": { LoadBalancers: [balancer("web")] },
        "elbv2:DescribeListeners": { Listeners: [LISTENERS["web"]?.[0]] },
        "elbv2:DescribeSSLPolicies": {
          SslPolicies: [{ Name: "ELBSecurityPolicy-TLS13-1-0-2021-06", SslProtocols }],
        },
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject([{ facets: ["transport"], reason: "malformed" }]);
  });
});
