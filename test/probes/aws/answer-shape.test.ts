/** Answers whose members are of another type than AWS documents, or that leave out the list that was asked for. */
import { describe, expect, test } from "vitest";
import kms from "#probes/aws/kms.ts";
import rds from "#probes/aws/rds.ts";
import s3 from "#probes/aws/s3.ts";
import { fakeAws } from "./support.ts";

const ARN = "arn:aws:kms:eu-west-3:111122223333:key/a";

describe("a listing in JSON", async () => {
  const aws = await fakeAws({ answers: { "kms:ListKeys": {} } });

  test.each([
    ["names no keys", "{}"],
    ["gives nothing for the keys", '{"Keys":null}'],
    ["gives a text for the keys", '{"Keys":"abc"}'],
    ["gives an object for the keys", '{"Keys":{}}'],
    ["has nothing among the keys", '{"Keys":[null]}'],
    ["has a text among the keys", '{"Keys":["a"]}'],
    ["has a number for an ARN", '{"Keys":[{"KeyArn":5,"KeyId":"a"}]}'],
    ["has a text for a boolean", `{"Keys":[{"KeyArn":"${ARN}","KeyId":"a"}],"Truncated":"true"}`],
    ["goes on and does not say where", '{"Keys":[],"Truncated":true}'],
    ["goes on at nothing", '{"Keys":[],"Truncated":true,"NextMarker":""}'],
    ["goes on at a number", '{"Keys":[],"Truncated":true,"NextMarker":7}'],
    ["is a list", "[]"],
    ["is nothing", "null"],
  ])("that %s is no complete one", async (_, body) => {
    aws.setFaults({ operation: "ListKeys", fault: { kind: "body", body } });
    const found = await aws.scan().gather(kms, ["inventory"]);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ reason: "malformed", operation: "kms:ListKeys" }]);
  });

  test("that is empty is complete", async () => {
    const found = await aws.scan().gather(kms, ["inventory"]);
    expect(found.problems).toEqual([]);
    expect(found.observations).toMatchObject([{ value: { complete: true, items: [] } }]);
  });

  test("whose token is there though it says that it ends is followed", async () => {
    const first = `{"Keys":[{"KeyArn":"${ARN}","KeyId":"a"}],"Truncated":false,"NextMarker":"2"}`;
    aws.setFaults({ operation: "ListKeys", fault: { kind: "body", body: first }, times: 1 });
    const before = aws.calls.length;
    await aws.scan().gather(kms, ["inventory"]);
    expect(aws.calls.slice(before).filter((call) => call.operation === "ListKeys")).toHaveLength(2);
  });
});

describe("a listing in XML", async () => {
  const aws = await fakeAws({ answers: { "rds:*": {} } });
  const answer = (inner: string) =>
    `<DescribeDBInstancesResponse><DescribeDBInstancesResult>${inner}</DescribeDBInstancesResult></DescribeDBInstancesResponse>`;
  const one = (inner: string) =>
    answer(
      `<DBInstances><DBInstance><DBInstanceArn>arn:aws:rds:eu-west-3:111122223333:db:a</DBInstanceArn><DBInstanceIdentifier>a</DBInstanceIdentifier><Engine>postgres</Engine>${inner}</DBInstance></DBInstances>`,
    );

  test.each([
    ["names no databases", answer("")],
    ["has no result", "<DescribeDBInstancesResponse/>"],
    ["has a number that is none", one("<BackupRetentionPeriod>7x</BackupRetentionPeriod>")],
    ["has a time that is none", one("<LatestRestorableTime>soon</LatestRestorableTime>")],
  ])("that %s is no complete one", async (_, body) => {
    aws.setFaults({ operation: "DescribeDBInstances", fault: { kind: "body", body } });
    const found = await aws.scan().gather(rds, ["inventory"]);
    expect(
      found.observations.filter(({ value }) => JSON.stringify(value).includes('DBInstance"')),
    ).toEqual([]);
    expect(found.problems).toMatchObject([
      { reason: "malformed", operation: "rds:DescribeDBInstances" },
    ]);
  });

  test("of S3 that names no buckets is none", async () => {
    const body = "<ListAllMyBucketsResult><Owner/></ListAllMyBucketsResult>";
    aws.setFaults({ operation: "ListBuckets", fault: { kind: "body", body } });
    const found = await aws.scan().gather(s3, ["inventory"]);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
  });
});

describe("the regions of an account", async () => {
  const aws = await fakeAws({ answers: { "kms:ListKeys": { Keys: [] } } });
  const answer = (names: readonly string[]) =>
    `<DescribeRegionsResponse><regionInfo>${names.map((name) => `<item><regionName>${name}</regionName></item>`).join("")}</regionInfo></DescribeRegionsResponse>`;

  test.each([
    ["of which there is none", answer([])],
    ["that are not listed", "<DescribeRegionsResponse/>"],
    ["of which one has no name of a region", answer(["eu-west-3", "evil.example.com/"])],
    ["of which one is nameless", answer(["eu-west-3", ""])],
  ])("%s are not known", async (_, body) => {
    aws.setFaults({ operation: "DescribeRegions", fault: { kind: "body", body } });
    const found = await aws.scan().gather(kms, ["inventory"]);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([
      { reason: "malformed", operation: "ec2:DescribeRegions" },
    ]);
  });
});
