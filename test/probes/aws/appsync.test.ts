import { describe, expect, test } from "vitest";
import { ApiError, type ApiCall } from "#fixtures/estate/aws/answers.ts";
import probe from "#probes/aws/appsync.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const REGION = "eu-west-3";
const arn = (id: string) => `arn:aws:appsync:${REGION}:${ACCOUNT}:apis/${id}`;
const ACL = {
  Name: "front",
  Id: "1",
  ARN: `arn:aws:wafv2:${REGION}:${ACCOUNT}:regional/webacl/front/1`,
  DefaultAction: { Allow: {} },
  Rules: [{ Name: "rate", Priority: 0, Action: { Block: {} }, Statement: {} }],
};

describe("APIs of AppSync", async () => {
  const aws = await fakeAws({
    answers: {
      "cloudcontrol:ListResources": ({ input }: ApiCall) => ({
        ResourceDescriptions:
          input["TypeName"] === "AWS::AppSync::GraphQLApi"
            ? ["guarded", "bare"].map((Identifier) => ({ Identifier }))
            : [],
      }),
      "wafv2:GetWebACLForResource": ({ input }: ApiCall) =>
        input["ResourceArn"] === arn("guarded") ? { WebACL: ACL } : {},
    },
  });
  const scan = () => aws.scan().gather(probe, ["webFirewall"]);

  test("the web ACL of an API, by the API's ARN", async () => {
    const found = await scan();
    expect(facetOf(found, "guarded", "webFirewall")).toMatchObject({
      policy: expect.stringContaining("front"),
      enabled: true,
      mode: "prevention",
    });
    const [first] = found.observations;
    expect(first?.subject.id).toBe(arn("guarded"));
  });

  test("one without is left open: it may be one that only a VPC reaches", async () => {
    const found = await scan();
    expect(facetOf(found, "bare", "webFirewall")).toBeUndefined();
    expect(found.problems).toMatchObject([
      { subject: { name: "bare" }, facets: ["webFirewall"], reason: "unsupported" },
    ]);
    expect(found.problems[0]?.message).toMatch(/^no web ACL stands before it, and whether/);
  });

  test("nothing that tells the environment of its resolvers is asked", async () => {
    await scan();
    const operations = new Set(aws.calls.map(({ operation }) => operation));
    expect(operations).not.toContain("GetResource");
  });

  test("a denial names the permission, and costs no listing", async () => {
    aws.setFaults({ operation: "GetWebACLForResource", fault: { kind: "denied" } });
    const { observations, problems } = await scan();
    expect(observations).toEqual([]);
    expect(problems.map(({ reason, permission }) => [reason, permission])).toEqual([
      ["denied", "wafv2:GetWebACLForResource"],
      ["denied", "wafv2:GetWebACLForResource"],
    ]);
  });

  test("an answer of another shape is no firewall and no lack of one", async () => {
    const fault = { kind: "body" as const, body: '{"WebACL":{}}' };
    aws.setFaults({ operation: "GetWebACLForResource", fault });
    const { observations, problems } = await scan();
    expect(observations).toEqual([]);
    expect(problems.map(({ reason }) => reason)).toEqual(["malformed", "malformed"]);
  });

  test("nothing is asked where no claim asks for firewalls", async () => {
    const before = aws.calls.length;
    expect(await aws.scan().gather(probe, ["inventory"])).toMatchObject({ observations: [] });
    expect(aws.calls.length).toBe(before);
  });
});

test("a listing that failed is told by the probe that lists", async () => {
  const aws = await fakeAws({
    answers: { "cloudcontrol:ListResources": () => new ApiError("AccessDeniedException") },
  });
  const found = await aws.scan().gather(probe, ["webFirewall"]);
  expect(found).toMatchObject({ observations: [], problems: [] });
});
