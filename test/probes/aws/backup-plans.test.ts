import { describe, expect, test } from "vitest";
import { ApiError, type ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import { leftOut, namesType } from "#probes/aws/backup-opt-in.ts";
import { toRetention, toRule, toSelections } from "#probes/aws/backup-plan-facet.ts";
import probe from "#probes/aws/backup-plans.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (id: string, region = "eu-west-3") =>
  `arn:aws:backup:${region}:${ACCOUNT}:backup-plan:${id}`;
const vault = (name: string, region = "eu-west-3") =>
  `arn:aws:backup:${region}:${ACCOUNT}:backup-vault:${name}`;
const listed = (id: string, region?: string) => ({
  BackupPlanArn: arn(id, region),
  BackupPlanId: id,
  BackupPlanName: id,
});
const daily = {
  RuleName: "daily",
  TargetBackupVaultName: "main",
  ScheduleExpression: "cron(0 3 ? * * *)",
  StartWindowMinutes: 60,
  CompletionWindowMinutes: 180,
  Lifecycle: { DeleteAfterDays: 30 },
};
const selection = {
  SelectionName: "tagged",
  IamRoleArn: "arn:aws:iam::111122223333:role/backup",
  ListOfTags: [{ ConditionType: "STRINGEQUALS", ConditionKey: "backup", ConditionValue: "daily" }],
};
const ALL_IN = Object.fromEntries(
  ["S3", "EC2", "EBS", "EFS", "FSx", "DynamoDB", "RDS", "Aurora", "DocumentDB", "Neptune"]
    .concat("Redshift", "Redshift Serverless", "Timestream")
    .map((type) => [type, true]),
);

const answers: ApiAnswers = {
  "backup:ListBackupPlans": ({ input, region }) => {
    if (region !== "eu-west-3") return { BackupPlansList: [] };
    return input["nextToken"] === "2"
      ? {
          BackupPlansList: [
            listed("hourly"),
            { ...listed("gone"), DeletionDate: new Date("2026-01-01T00:00:00Z") },
          ],
        }
      : { BackupPlansList: [listed("daily")], NextToken: "2" };
  },
  "backup:GetBackupPlan": ({ input }) => ({
    BackupPlan: {
      BackupPlanName: input["BackupPlanId"],
      Rules: [input["BackupPlanId"] === "daily" ? daily : { ...daily, RuleName: "other" }],
    },
  }),
  "backup:ListBackupSelections": ({ input }) =>
    input["nextToken"] === "2"
      ? { BackupSelectionsList: [{ SelectionId: "two" }] }
      : { BackupSelectionsList: [{ SelectionId: "one" }], NextToken: "2" },
  "backup:GetBackupSelection": ({ input }) => ({
    BackupSelection: { ...selection, SelectionName: input["SelectionId"] },
  }),
  "backup:DescribeRegionSettings": { ResourceTypeOptInPreference: ALL_IN },
};

describe("backup plans", async () => {
  const aws = await fakeAws({ regions: ["eu-west-3", "us-east-1"], answers });

  test("all plans that are not deleted, with their rules and all their selections", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory?.complete).toBe(true);
    expect(inventory?.items.map(({ id }) => id)).toEqual([arn("daily"), arn("hourly")]);
    const plan = facetOf(found, "daily", "backupPlan");
    expect(plan?.rules).toEqual([
      {
        name: "daily: daily",
        longestInterval: 86_400,
        window: 4 * 3600,
        places: [{ region: "eu-west-3", vault: vault("main"), retention: "P30D" }],
      },
    ]);
    expect(plan?.selections).toEqual(
      ["one", "two"].map((name) => ({
        name,
        include: [],
        exclude: [],
        anyTag: [{ key: "backup", operator: "equals", value: "daily" }],
        allTags: [],
        leftOut: [],
      })),
    );
  });

  test("nothing is asked of plans that nobody wants to know", async () => {
    const before = aws.calls.length;
    await aws.scan().gather(probe, ["inventory"]);
    const asked = aws.calls.slice(before).map(({ operation }) => operation);
    expect(asked).not.toContain("GetBackupPlan");
  });

  test.each(["GetBackupPlan", "ListBackupSelections", "GetBackupSelection"])(
    "%s denied leaves each plan unread, with the permission",
    async (operation) => {
      aws.setFaults({ operation, fault: { kind: "denied" } });
      const found = await aws.scan().gather(probe);
      expect(facetOf(found, "aws", "inventory")?.items).toHaveLength(2);
      expect(facetOf(found, "daily", "backupPlan")).toBeUndefined();
      expect(found.problems).toHaveLength(2);
      expect(found.problems[0]).toMatchObject({
        reason: "denied",
        permission: `backup:${operation}`,
        facets: ["backupPlan"],
        subject: { id: arn("daily") },
      });
    },
  );

  test("without the region's settings what tags select cannot be told", async () => {
    aws.setFaults({ operation: "DescribeRegionSettings", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "daily", "backupPlan")?.selections[0]?.leftOut).toEqual([
      { kind: "*", sure: false },
    ]);
    expect(found.problems).toMatchObject([
      { reason: "denied", permission: "backup:DescribeRegionSettings", facets: ["backupPlan"] },
    ]);
    expect(found.problems[0]?.message).toContain("eu-west-3");
  });

  test("a listing that fails is no account without plans", async () => {
    aws.setFaults({ operation: "ListBackupPlans", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "aws", "inventory")).toBeUndefined();
    expect(found.problems).toMatchObject([{ permission: "backup:ListBackupPlans" }]);
  });

  test.each<[what: string, answers: ApiAnswers]>([
    ["a plan without rules", { "backup:GetBackupPlan": { BackupPlan: {} } }],
    ["no selection in the answer", { "backup:GetBackupSelection": {} }],
    [
      "a condition that is not documented",
      {
        "backup:GetBackupSelection": {
          BackupSelection: {
            ...selection,
            ListOfTags: [{ ConditionType: "STRINGLIKE", ConditionKey: "a", ConditionValue: "b" }],
          },
        },
      },
    ],
    [
      "a plan that is gone when it is asked for",
      { "backup:GetBackupPlan": new ApiError("ResourceNotFoundException") },
    ],
  ])("%s is a problem of the plan", async (_what, odd) => {
    const other = await fakeAws({ answers: { ...answers, ...odd } });
    const found = await other.scan().gather(probe);
    expect(facetOf(found, "daily", "backupPlan")).toBeUndefined();
    expect(found.problems[0]).toMatchObject({ reason: "malformed", facets: ["backupPlan"] });
  });
});

describe("a rule", () => {
  const place = { account: { id: ACCOUNT, partition: "aws" }, region: "eu-west-3" };
  const from = new Date("2026-06-01T00:00:00Z");
  const rule = (fields: object) => toRule("plan", { ...daily, ...fields }, place, from);
  const bare = { RuleName: "bare", TargetBackupVaultName: "main" };

  test("without schedule, windows and lifecycle has those of AWS: daily at five, and kept for ever", () => {
    expect(toRule("plan", bare, place, from)).toEqual({
      name: "plan: bare",
      longestInterval: 86_400,
      window: (8 + 7 * 24) * 3600,
      places: [{ region: "eu-west-3", vault: vault("main"), retention: null }],
    });
  });

  test("in a time zone with summer time is an hour longer at worst", () => {
    expect(rule({ ScheduleExpressionTimezone: "Europe/Paris" }).longestInterval).toBe(25 * 3600);
  });

  test("of a continuous backup keeps its schedule for kinds that cannot be", () => {
    expect(rule({ EnableContinuousBackup: true })).toMatchObject({
      continuous: true,
      longestInterval: 86_400,
    });
    expect(rule({ EnableContinuousBackup: false })).not.toHaveProperty("continuous");
  });

  test("copies to where the other vault is", () => {
    const copies = [
      { DestinationBackupVaultArn: vault("copy", "eu-central-1") },
      {
        DestinationBackupVaultArn: vault("more", "eu-west-1"),
        Lifecycle: { DeleteAfterDays: 365, MoveToColdStorageAfterDays: 30 },
      },
    ];
    expect(rule({ CopyActions: copies }).places.slice(1)).toEqual([
      { region: "eu-central-1", vault: vault("copy", "eu-central-1"), retention: null },
      { region: "eu-west-1", vault: vault("more", "eu-west-1"), retention: "P365D" },
    ]);
    expect(() => rule({ CopyActions: [{ DestinationBackupVaultArn: "vault" }] })).toThrow("vault");
  });

  test("that deletes once it has copied keeps nothing where it was made", () => {
    const airGapped = vault("gap");
    const { places } = rule({
      TargetLogicallyAirGappedBackupVaultArn: airGapped,
      Lifecycle: { DeleteAfterDays: 30, DeleteAfterEvent: "DELETE_AFTER_COPY" },
    });
    expect(places.map(({ retention }) => retention)).toEqual(["PT0S", "P30D"]);
  });

  test("is malformed with days or minutes that are none", () => {
    expect(toRetention({ DeleteAfterDays: -1 })).toBeNull();
    expect(() => toRetention({ DeleteAfterDays: 0 })).toThrow("days");
    expect(() => rule({ StartWindowMinutes: -5 })).toThrow("minutes");
    expect(() => toRule("plan", {}, place, from)).toThrow("vault");
  });
});

describe("a selection", () => {
  const of = (fields: object, optIns: Parameters<typeof toSelections>[1] = ALL_IN) =>
    toSelections({ SelectionName: "s", ...fields }, optIns);

  test("of nothing in particular selects everything", () => {
    expect(of({ Resources: [] })).toMatchObject([{ include: ["*"], anyTag: [], allTags: [] }]);
    expect(of({ Conditions: { StringEquals: [] }, NotResources: [] })).toMatchObject([
      { include: ["*"] },
    ]);
  });

  test("by tags alone includes no id", () => {
    expect(of({ ListOfTags: selection.ListOfTags })).toMatchObject([{ include: [] }]);
  });

  test("takes the four conditions, with the key bare or in full", () => {
    const [found] = of({
      Resources: ["*"],
      NotResources: ["arn:aws:ec2:*:*:volume/*"],
      Conditions: {
        StringEquals: [{ ConditionKey: "aws:ResourceTag/a", ConditionValue: "1" }],
        StringNotEquals: [{ ConditionKey: "b", ConditionValue: "2" }],
        StringLike: [{ ConditionKey: "aws:ResourceTag/c", ConditionValue: "3*" }],
        StringNotLike: [{ ConditionKey: "aws:ResourceTag/d", ConditionValue: "*4" }],
      },
    });
    expect(found?.exclude).toEqual(["arn:aws:ec2:*:*:volume/*"]);
    expect(found?.allTags).toEqual([
      { key: "a", operator: "equals", value: "1" },
      { key: "b", operator: "not-equals", value: "2" },
      { key: "c", operator: "like", value: "3*" },
      { key: "d", operator: "not-like", value: "*4" },
    ]);
    expect(() => of({ Conditions: { StringEquals: [{ ConditionValue: "1" }] } })).toThrow("key");
    expect(() => toSelections({}, null)).toThrow("name");
  });

  test("comes apart into what names its type and what the opt-in decides", () => {
    const tables = "arn:aws:dynamodb:*:*:table/*";
    const found = of(
      { Resources: [tables, "arn:aws:ec2:*"], ListOfTags: selection.ListOfTags },
      { ...ALL_IN, EBS: false, DynamoDB: false, Neptune: false },
    );
    expect(found.map(({ include, anyTag, leftOut: out }) => [include, anyTag.length, out])).toEqual(
      [
        [[tables], 0, [{ kind: "AWS::Neptune::DBCluster", sure: true }]],
        [
          ["arn:aws:ec2:*"],
          1,
          [
            { kind: "AWS::EC2::Volume", sure: true },
            { kind: "AWS::DynamoDB::Table", sure: true },
            { kind: "AWS::Neptune::DBCluster", sure: true },
          ],
        ],
      ],
    );
  });

  test("a preference that is not told is none", () => {
    const { S3: _s3, ...without } = ALL_IN;
    expect(leftOut(without, false)).toEqual([{ kind: "AWS::S3::Bucket", sure: false }]);
  });

  test("clusters of Aurora and of RDS are of one kind", () => {
    const cluster = (aurora: boolean, rds: boolean, named: boolean) =>
      leftOut({ ...ALL_IN, Aurora: aurora, RDS: rds }, named).find(({ kind }) =>
        kind.endsWith("RDS::DBCluster"),
      )?.sure;
    expect(cluster(true, true, false)).toBeUndefined();
    expect(cluster(false, false, false)).toBe(true);
    expect(cluster(true, false, false)).toBe(false);
    expect(cluster(false, true, true)).toBe(false);
    expect(cluster(false, false, true)).toBe(false);
  });

  test.each([
    ["*", false],
    ["arn:aws:ec2:*", false],
    ["arn:aws:ec2:*:*:*", false],
    ["arn:*:*:*:*:volume/*", true],
    ["arn:aws:ec2:*:*:instance/*", true],
    ["arn:aws:rds:eu-west-3:111122223333:db:orders", true],
    ["arn:aws:s3:::*", true],
    ["arn:aws-cn:s3:::bucket", true],
  ])("%s names a resource type: %j", (pattern, named) => {
    expect(namesType(pattern)).toBe(named);
  });
});
