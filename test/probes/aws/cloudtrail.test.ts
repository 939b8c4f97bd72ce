import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import type { AuditLog } from "#model/security-facets.ts";
import { toRecorded } from "#probes/aws/cloudtrail-selectors.ts";
import { toStatus, toTrail } from "#probes/aws/cloudtrail-trail.ts";
import probe from "#probes/aws/cloudtrail.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const REGIONS = ["eu-west-3", "eu-west-1"];
const arn = (name: string, region = "eu-west-3", account = ACCOUNT) =>
  `arn:aws:cloudtrail:${region}:${account}:trail/${name}`;
const ALL = arn("all");
const LOCAL = arn("local", "eu-west-1");
const ORGANISATION = arn("organisation", "us-east-1", "999988887777");

describe("CloudTrail", async () => {
  const shadow = [
    {
      Name: "all",
      TrailARN: ALL,
      HomeRegion: "eu-west-3",
      IsMultiRegionTrail: true,
      S3BucketName: "audit",
      LogFileValidationEnabled: true,
    },
    {
      Name: "organisation",
      TrailARN: ORGANISATION,
      HomeRegion: "us-east-1",
      IsMultiRegionTrail: true,
      IsOrganizationTrail: true,
      S3BucketName: "central",
      LogFileValidationEnabled: false,
    },
  ];
  const asked: string[] = [];
  const aws = await fakeAws({
    regions: [...REGIONS, "us-east-1"],
    answers: {
      "cloudtrail:DescribeTrails": ({ region }) => ({
        trailList:
          region === "eu-west-1"
            ? [
                ...shadow,
                {
                  Name: "local",
                  TrailARN: LOCAL,
                  HomeRegion: "eu-west-1",
                  IsMultiRegionTrail: false,
                  S3BucketName: "audit",
                },
              ]
            : shadow,
      }),
      "cloudtrail:GetTrailStatus": ({ input, region }) => {
        asked.push(`${String(input["Name"])} in ${region}`);
        return input["Name"] === LOCAL
          ? { IsLogging: true, LatestDeliveryError: "NoSuchBucket" }
          : { IsLogging: input["Name"] === ALL };
      },
      "cloudtrail:GetEventSelectors": ({ input }) =>
        input["TrailName"] === LOCAL
          ? { EventSelectors: [{ ReadWriteType: "WriteOnly", IncludeManagementEvents: true }] }
          : { EventSelectors: [{ ReadWriteType: "All", IncludeManagementEvents: true }] },
    },
  });
  const scan = () => aws.scan({ regions: REGIONS }).gather(probe);

  test("a trail of all regions is one, whatever regions list it; each is asked at home by its ARN", async () => {
    const found = await scan();
    expect(found.problems).toEqual([]);
    expect(facetOf(found, ACCOUNT, "auditLogs")?.logs).toEqual([
      {
        name: "all",
        active: true,
        regions: "all",
        events: "all",
        omits: [],
        destination: "S3 bucket audit",
        integrity: true,
        failure: null,
      },
      {
        name: "organisation (of the organisation)",
        active: false,
        regions: "all",
        events: "all",
        omits: [],
        destination: "S3 bucket central",
        integrity: false,
        failure: null,
      },
      {
        name: "local",
        active: true,
        regions: ["eu-west-1"],
        events: "writes",
        omits: [],
        destination: "S3 bucket audit",
        integrity: null,
        failure: "NoSuchBucket",
      },
    ]);
    expect(asked.slice(-3).sort()).toEqual([
      `${LOCAL} in eu-west-1`,
      `${ALL} in eu-west-3`,
      `${ORGANISATION} in us-east-1`,
    ]);
  });

  test("a denied listing leaves no facet", async () => {
    aws.setFaults({ operation: "DescribeTrails", fault: { kind: "denied" } });
    const found = await scan();
    expect(facetOf(found, ACCOUNT, "auditLogs")).toBeUndefined();
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "cloudtrail:DescribeTrails", facets: ["auditLogs"] },
    ]);
  });

  test("a denied status leaves what it records, a denied selector whether it does", async () => {
    aws.setFaults({ operation: "GetTrailStatus", fault: { kind: "denied" } });
    const first = await scan();
    expect(facetOf(first, ACCOUNT, "auditLogs")?.logs[0]).toMatchObject({
      active: null,
      events: "all",
    });
    expect(new Set(first.problems.map(({ permission }) => permission))).toEqual(
      new Set(["cloudtrail:GetTrailStatus"]),
    );
    aws.setFaults({ operation: "GetEventSelectors", fault: { kind: "denied" } });
    const second = await scan();
    expect(facetOf(second, ACCOUNT, "auditLogs")?.logs[0]).toMatchObject({
      active: true,
      events: null,
    });
    expect(second.problems).toHaveLength(3);
  });

  test("a region that is not read may have trails of its own", async () => {
    const partly = await fakeAws({
      regions: REGIONS,
      answers: {
        "cloudtrail:DescribeTrails": ({ region }) =>
          region === "eu-west-1"
            ? new ApiError("AccessDeniedException", "no", 403)
            : { trailList: [] },
      },
    });
    const found = await partly.scan({ regions: REGIONS }).gather(probe);
    expect(found.problems).toMatchObject([{ permission: "cloudtrail:DescribeTrails" }]);
    expect(facetOf(found, ACCOUNT, "auditLogs")?.logs).toMatchObject([
      { name: "trails of eu-west-1", active: null, regions: ["eu-west-1"] },
    ]);
  });

  test("no trail is an empty list, an answer without a list is malformed", async () => {
    const none = await fakeAws({ answers: { "cloudtrail:DescribeTrails": { trailList: [] } } });
    expect(facetOf(await none.scan().gather(probe), ACCOUNT, "auditLogs")).toEqual({ logs: [] });
    const odd = await fakeAws({
      answers: { "cloudtrail:DescribeTrails": { trailList: undefined } },
    });
    expect((await odd.scan().gather(probe)).problems).toMatchObject([{ reason: "malformed" }]);
  });

  test("a trail whose home no region of the account is, is asked where it was seen", async () => {
    const hostile = await fakeAws({
      answers: {
        "cloudtrail:DescribeTrails": {
          trailList: [{ ...shadow[0], HomeRegion: "evil.test/" }],
        },
        "cloudtrail:GetTrailStatus": ({ region }) => ({ IsLogging: region === "eu-west-3" }),
        "cloudtrail:GetEventSelectors": { EventSelectors: [] },
      },
    });
    const found = await hostile.scan().gather(probe);
    expect(facetOf(found, ACCOUNT, "auditLogs")?.logs[0]).toMatchObject({
      active: true,
      events: null,
    });
  });
});

describe("what a trail records", () => {
  const management = { Field: "eventCategory", Equals: ["Management"] };
  test.each<[string, Parameters<typeof toRecorded>[0], AuditLog["events"], readonly string[]]>([
    ["everything by default", { EventSelectors: [{}] }, "all", []],
    ["no selector at all, which says nothing", { EventSelectors: [] }, null, []],
    ["data events only", { EventSelectors: [{ IncludeManagementEvents: false }] }, "none", []],
    ["reads", { EventSelectors: [{ ReadWriteType: "ReadOnly" }] }, "reads", []],
    [
      "reads and writes by two selectors",
      {
        EventSelectors: [
          { ReadWriteType: "ReadOnly" },
          { ReadWriteType: "WriteOnly", ExcludeManagementEventSources: ["kms"] },
        ],
      },
      "all",
      ["kms"],
    ],
    [
      "what one leaves out, another records",
      { EventSelectors: [{ ExcludeManagementEventSources: ["kms"] }, {}] },
      "all",
      [],
    ],
    [
      "all, by an advanced selector",
      { AdvancedEventSelectors: [{ FieldSelectors: [management] }] },
      "all",
      [],
    ],
    [
      "writes, by an advanced selector",
      {
        AdvancedEventSelectors: [
          { FieldSelectors: [management, { Field: "readOnly", Equals: ["false"] }] },
        ],
      },
      "writes",
      [],
    ],
    [
      "all but a source, by an advanced selector",
      {
        AdvancedEventSelectors: [
          {
            FieldSelectors: [
              management,
              { Field: "eventSource", NotEquals: ["kms.amazonaws.com"] },
            ],
          },
        ],
      },
      "all",
      ["kms.amazonaws.com"],
    ],
    [
      "a part that has no name",
      {
        AdvancedEventSelectors: [
          { FieldSelectors: [management, { Field: "eventName", StartsWith: ["Delete"] }] },
        ],
      },
      null,
      [],
    ],
    [
      "data events only, by an advanced selector",
      {
        AdvancedEventSelectors: [
          { FieldSelectors: [{ Field: "eventCategory", Equals: ["Data"] }] },
        ],
      },
      "none",
      [],
    ],
  ])("%s", (_, selectors, events, omits) => {
    expect(toRecorded(selectors)).toEqual({ events, omits });
  });

  test("an answer without selectors is malformed", () => {
    expect(() => toRecorded({})).toThrow(TypeError);
  });

  test("status and places", () => {
    expect(toStatus({ IsLogging: false, LatestDeliveryError: "" })).toEqual({
      active: false,
      failure: null,
    });
    expect(() => toStatus({})).toThrow("IsLogging");
    const group = "arn:aws:logs:eu-west-3:1:log-group:trail";
    expect(toTrail({ CloudWatchLogsLogGroupArn: group }, ALL, "eu-west-3")).toEqual({
      name: ALL,
      regions: ["eu-west-3"],
      destination: `log group ${group}`,
      integrity: null,
    });
    expect(toTrail({}, ALL, "eu-west-3").destination).toBeNull();
  });
});
