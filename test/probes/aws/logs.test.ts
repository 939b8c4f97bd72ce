import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import probe from "#probes/aws/logs.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (name: string, region = "eu-west-3") =>
  `arn:aws:logs:${region}:${ACCOUNT}:log-group:${name}`;
const group = (name: string, fields: object = {}, region = "eu-west-3") => ({
  logGroupName: name,
  arn: `${arn(name, region)}:*`,
  ...fields,
});

describe("CloudWatch log groups", async () => {
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "logs:DescribeLogGroups": ({ input, region }) => {
        if (region !== "eu-west-3") return { logGroups: [group("/stray", {}, region)] };
        return input["nextToken"] === "2"
          ? {
              logGroups: [
                group("/app/email", { retentionInDays: 3, logGroupArn: arn("/app/email") }),
              ],
            }
          : {
              logGroups: [group("/app/trace", { kmsKeyId: "arn:aws:kms:eu-west-3:1:key/1" })],
              nextToken: "2",
            };
      },
      "tagging:GetResources": ({ region }) => ({
        ResourceTagMappingList:
          region === "eu-west-3"
            ? [{ ResourceARN: arn("/app/email"), Tags: [{ Key: "logs", Value: "email" }] }]
            : [],
      }),
    },
  });

  test("all pages of all enabled regions, with tags that the listing does not tell", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory).toMatchObject({ kinds: ["AWS::Logs::LogGroup"], complete: true });
    expect(inventory?.items.map(({ id, region, tags }) => [id, region, tags])).toEqual([
      [arn("/app/trace"), "eu-west-3", {}],
      [arn("/app/email"), "eu-west-3", { logs: "email" }],
      [arn("/stray", "us-east-1"), "us-east-1", {}],
    ]);
  });

  test("what each keeps, and by whose key", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "/app/email", "retention")).toMatchObject({ after: "P3D", whole: true });
    expect(facetOf(found, "/app/trace", "retention")?.after).toBeNull();
    expect(facetOf(found, "/app/trace", "encryption")?.keyManagement).toBe("customer");
    expect(facetOf(found, "/app/email", "encryption")?.keyManagement).toBe("provider");
  });

  test("a denied listing is named in AWS's spelling, and the listing is not complete", async () => {
    aws.setFaults({ operation: "DescribeLogGroups", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "aws", "inventory")).toBeUndefined();
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "logs:DescribeLogGroups", kinds: ["AWS::Logs::LogGroup"] },
    ]);
    expect(found.problems[0]?.message).toContain("eu-west-3, us-east-1");
  });

  test("without the list of regions the declared one is read, and the rest is not known", async () => {
    aws.setFaults({ operation: "DescribeRegions", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "aws", "inventory")).toMatchObject({ complete: false });
    expect(facetOf(found, "/app/email", "retention")).toBeDefined();
    expect(found.problems).toMatchObject([{ reason: "denied", permission: "ec2:DescribeRegions" }]);
  });

  test("without tags the groups are there, and whatever depends on a tag is not known", async () => {
    aws.setFaults({ operation: "GetResources", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory?.items.map(({ tags }) => tags)).toEqual([null, null, null]);
    expect(found.problems.map(({ permission }) => permission)).toEqual([
      "tag:GetResources",
      "tag:GetResources",
    ]);
  });

  test("a group of another shape makes the listing malformed, not empty", async () => {
    const odd = await fakeAws({ answers: { "logs:DescribeLogGroups": { logGroups: [{}] } } });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
    expect(facetOf(found, "aws", "inventory")).toBeUndefined();
  });

  test("an unusual error is no verdict", async () => {
    const odd = await fakeAws({
      answers: { "logs:DescribeLogGroups": new ApiError("ResourceNotFoundException") },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toHaveLength(1);
  });
});
