import { describe, expect, test } from "vitest";
import probe from "#probes/aws/api-gateway.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const region = "eu-west-3";
const domain = (name: string) => `arn:aws:apigateway:${region}::/domainnames/${name}`;
const own = (domainName: string, fields: object = {}) => ({
  domainName,
  securityPolicy: "TLS_1_2",
  endpointConfiguration: { types: ["REGIONAL"] },
  ...fields,
});
const http = (DomainName: string, ...policies: (string | undefined)[]) => ({
  DomainName,
  DomainNameConfigurations: policies.map((SecurityPolicy) => ({
    EndpointType: "REGIONAL",
    SecurityPolicy,
  })),
});
const acl = `arn:aws:wafv2:${region}:${ACCOUNT}:regional/webacl/edge/1`;

describe("API Gateway", async () => {
  const aws = await fakeAws({
    regions: [region, "us-east-1"],
    answers: {
      "apigateway:GetDomainNames": ({ input }) =>
        input["position"] === "2"
          ? {
              items: [
                own("inside.example.com", {
                  domainNameArn: `${domain("inside.example.com")}+abc`,
                  endpointConfiguration: { types: ["PRIVATE"] },
                }),
                own("bare.example.com", { securityPolicy: undefined }),
              ],
            }
          : {
              items: [
                own("api.example.com", { tags: { env: "production" } }),
                own("old.example.com", {
                  securityPolicy: "TLS_1_0",
                  endpointConfiguration: { types: ["EDGE"] },
                }),
              ],
              position: "2",
            },
      "apigatewayv2:GetDomainNames": ({ input }) =>
        input["nextToken"] === "2"
          ? { Items: [http("http.example.com", "TLS_1_2")] }
          : { Items: [http("api.example.com", "TLS_1_2")], NextToken: "2" },
      "apigateway:GetRestApis": ({ input }) =>
        input["position"] === "2"
          ? {
              items: [{ id: "p1", name: "private", endpointConfiguration: { types: ["PRIVATE"] } }],
            }
          : { items: [{ id: "a1", name: "orders", tags: { team: "a" } }], position: "2" },
      "apigateway:GetStages": ({ input }) =>
        input["restApiId"] === "p1"
          ? { item: [{ stageName: "prod" }] }
          : {
              item: [
                { stageName: "prod", webAclArn: acl, tags: { env: "production" } },
                { stageName: "test" },
                {
                  stageName: "old",
                  webAclArn: `arn:aws:waf-regional:${region}:${ACCOUNT}:webacl/1`,
                },
              ],
            },
      "wafv2:GetWebACL": {
        WebACL: { Name: "edge", Id: "1", DefaultAction: { Block: {} }, Rules: [] },
      },
    },
  });
  const scan = () => aws.scan().gather(probe);
  const inventories = (found: Awaited<ReturnType<typeof scan>>) =>
    new Map(
      found.observations.flatMap((seen) =>
        seen.facet === "inventory" ? [[seen.value.kinds[0], seen.value] as const] : [],
      ),
    );

  test("each domain is one subject, whichever interface lists it", async () => {
    const lists = inventories(await scan());
    expect(lists.get("AWS::ApiGateway::DomainName")).toMatchObject({ complete: true });
    expect(
      lists.get("AWS::ApiGateway::DomainName")?.items.map(({ id, tags }) => [id, tags]),
    ).toEqual([
      [domain("api.example.com"), { env: "production" }],
      [domain("old.example.com"), {}],
      [`${domain("inside.example.com")}+abc`, {}],
      [domain("bare.example.com"), {}],
    ]);
    expect(lists.get("AWS::ApiGatewayV2::DomainName")).toMatchObject({
      complete: true,
      items: [{ id: domain("http.example.com") }],
    });
  });

  test("the versions of the policy", async () => {
    const found = await scan();
    expect(facetOf(found, "api.example.com", "transport")).toEqual({
      secureOnly: true,
      minimumTls: "TLSv1.2",
      versions: ["TLSv1.2", "TLSv1.3"],
      hostNames: ["api.example.com"],
      minimumTlsIsDefault: false,
      platformFloor: null,
      detail: "security policy TLS_1_2 (regional), HTTPS only by design",
    });
    expect(facetOf(found, "old.example.com", "transport")).toMatchObject({
      minimumTls: "TLSv1.0",
      versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
    });
    expect(facetOf(found, "http.example.com", "transport")?.minimumTls).toBe("TLSv1.2");
    expect(facetOf(found, "bare.example.com", "transport")).toMatchObject({
      minimumTls: null,
      detail: "a custom domain without security policy (regional), HTTPS only by design",
    });
  });

  test("stages with the firewall before them", async () => {
    const found = await scan();
    const lists = inventories(found);
    expect(lists.get("AWS::ApiGateway::Stage")?.items.map(({ id }) => id)).toEqual([
      `arn:aws:apigateway:${region}::/restapis/a1/stages/prod`,
      `arn:aws:apigateway:${region}::/restapis/a1/stages/test`,
      `arn:aws:apigateway:${region}::/restapis/a1/stages/old`,
      `arn:aws:apigateway:${region}::/restapis/p1/stages/prod`,
    ]);
    expect(lists.get("AWS::ApiGateway::RestApi")?.items).toHaveLength(2);
    expect(facetOf(found, "orders prod", "webFirewall")).toMatchObject({
      policy: "edge",
      mode: "prevention",
    });
    expect(facetOf(found, "orders test", "webFirewall")).toMatchObject({ policy: null });
    expect(facetOf(found, "orders test", "webFirewall")?.inapplicable).toBeUndefined();
    expect(facetOf(found, "private prod", "webFirewall")?.inapplicable).toBe(
      "a private API, not open to the Internet",
    );
    expect(found.problems).toMatchObject([
      { subject: { name: "orders old" }, reason: "unsupported", facets: ["webFirewall"] },
    ]);
  });

  test.each([
    ["GetDomainNames", "apigateway:GET", ["AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage"]],
    [
      "GetRestApis",
      "apigateway:GET",
      ["AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName"],
    ],
    [
      "GetStages",
      "apigateway:GET",
      ["AWS::ApiGateway::DomainName", "AWS::ApiGatewayV2::DomainName", "AWS::ApiGateway::RestApi"],
    ],
    [
      "GetWebACL",
      "wafv2:GetWebACL",
      [
        "AWS::ApiGateway::DomainName",
        "AWS::ApiGatewayV2::DomainName",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGateway::Stage",
      ],
    ],
  ])("without %s", async (operation, permission, complete) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await scan();
    const denied = found.problems.filter(({ reason }) => reason === "denied");
    expect(new Set(denied.map((problem) => problem.permission))).toEqual(new Set([permission]));
    const listed = [...inventories(found).values()].filter((one) => one.complete);
    expect(listed.flatMap(({ kinds }) => kinds)).toEqual(complete);
  });

  test.each([
    ["SecurityPolicy_TLS12_2018_EDGE", "TLSv1.2"],
    ["SecurityPolicy_TLS13_1_2_2021_06", "TLSv1.2"],
    ["SecurityPolicy_TLS13_1_2_FIPS_PFS_PQ_2025_09", "TLSv1.2"],
    ["SecurityPolicy_TLS13_1_3_2025_09", "TLSv1.3"],
    ["SecurityPolicy_TLS13_2025_EDGE", "TLSv1.3"],
    ["SecurityPolicy_TLS13_1_0_2031_01", undefined],
  ])("%s", async (securityPolicy, minimum) => {
    const one = await fakeAws({
      answers: {
        "apigateway:GetDomainNames": { items: [own("api.example.com", { securityPolicy })] },
        "apigatewayv2:GetDomainNames": { Items: [] },
        "apigateway:GetRestApis": { items: [] },
      },
    });
    const found = await one.scan().gather(probe);
    expect(facetOf(found, "api.example.com", "transport")?.minimumTls).toBe(minimum);
    expect(found.problems.map(({ reason }) => reason)).toEqual(
      minimum === undefined ? ["malformed"] : [],
    );
  });

  test("of two endpoints of a domain the weaker one counts, and one that says nothing leaves it open", async () => {
    const one = await fakeAws({
      answers: {
        "apigateway:GetDomainNames": { items: [] },
        "apigatewayv2:GetDomainNames": {
          Items: [
            http("both.example.com", "TLS_1_2", "TLS_1_0"),
            http("half.example.com", "TLS_1_2", undefined),
          ],
        },
        "apigateway:GetRestApis": { items: [] },
      },
    });
    const found = await one.scan().gather(probe);
    expect(facetOf(found, "both.example.com", "transport")?.minimumTls).toBe("TLSv1.0");
    expect(facetOf(found, "half.example.com", "transport")?.minimumTls).toBeNull();
  });

  test("names that are missing make a listing malformed", async () => {
    const one = await fakeAws({
      answers: {
        "apigateway:GetDomainNames": { items: [{}] },
        "apigatewayv2:GetDomainNames": { Items: [{}] },
        "apigateway:GetRestApis": { items: [{}] },
      },
    });
    const found = await one.scan().gather(probe);
    expect(found.problems.map(({ reason, kinds }) => `${reason} ${kinds.join()}`)).toEqual([
      "malformed AWS::ApiGateway::DomainName",
      "malformed AWS::ApiGatewayV2::DomainName",
      "malformed AWS::ApiGateway::RestApi",
      // Without the APIs nobody knows of all their stages.
      "malformed AWS::ApiGateway::Stage",
    ]);
  });
});
