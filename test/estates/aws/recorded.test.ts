import { S3Client, ListBucketsCommand } from "@aws-sdk/client-s3";
import { DescribeVpcsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListUsersCommand, IAMClient } from "@aws-sdk/client-iam";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { absolute, relativeJson, relativeText } from "#fixtures/estate/aws-recorded/moments.ts";
import { MAIN, MEMBERS, targetOf } from "#fixtures/estate/aws-recorded/organization.ts";
import { startRecorded, type RecordedAws } from "#fixtures/estate/aws-recorded/server.ts";
import { readTruth } from "#fixtures/estate/aws-recorded/truth.ts";
import { heldAgainst, surprisesIn } from "#fixtures/estate/seeded/truth.ts";
import type { Report } from "#model/report.ts";
import { scanOrganization } from "./scanned.ts";

/** The same truth as `estate.test.ts` holds, from the recorded answers: without the emulator. */
describe("the recorded organization", () => {
  const truth = readTruth();
  let aws: RecordedAws;
  let report: Report;

  beforeAll(async () => {
    // Years after it was recorded.
    vi.useFakeTimers({ toFake: ["Date"], now: new Date("2031-03-04T05:06:07Z") });
    aws = await startRecorded(MAIN, new Date());
    report = await scanOrganization(aws.url);
  });
  afterAll(async () => {
    vi.useRealTimers();
    await aws.close();
  });

  test("has an answer to every question: else `npm run record:aws` records them anew", () => {
    expect(aws.unknown).toEqual([]);
    expect(report.problems).toEqual([]);
  });

  test.each([MAIN, ...MEMBERS])("every verdict of account %s equals the truth", (account) => {
    const target = targetOf(account);
    const held = heldAgainst(report.claims, target, truth.get(target) ?? []);
    expect(held.length).toBeGreaterThan(100);
    expect(held.map(({ actual }) => actual)).toEqual(held.map(({ expected }) => expected));
  });

  test("nothing fails but what fails in truth", () => {
    expect(surprisesIn(report.claims, truth)).toEqual([]);
  });
});

describe("a question that was never recorded", () => {
  let aws: RecordedAws;
  beforeAll(async () => {
    aws = await startRecorded(MAIN, new Date());
  });
  afterAll(() => aws.close());

  const options = () => ({
    endpoint: aws.url,
    region: "ap-south-1",
    credentials: { accessKeyId: "AKIADEMODEMODEMODEMO", secretAccessKey: "none" },
    maxAttempts: 1,
  });
  const asking: readonly [string, () => Promise<unknown>][] = [
    ["ec2", () => new EC2Client(options()).send(new DescribeVpcsCommand({}))],
    ["iam", () => new IAMClient(options()).send(new ListUsersCommand({}))],
    [
      "s3",
      () => new S3Client({ ...options(), forcePathStyle: true }).send(new ListBucketsCommand({})),
    ],
    [
      "dynamodb",
      () => new DynamoDBClient(options()).send(new DescribeTableCommand({ TableName: "none" })),
    ],
  ];
  test.each(asking)("is an error that %s's client reads", async (service, ask) => {
    await expect(ask()).rejects.toMatchObject({
      name: "NotRecorded",
      message: expect.stringContaining(`not recorded: ["${service}","${MAIN}","ap-south-1"`),
      $metadata: { httpStatusCode: 501 },
    });
    expect(aws.unknown.some((one) => one.includes(`"${service}"`))).toBe(true);
  });

  test("is refused where nobody signed it", async () => {
    const answer = await fetch(aws.url);
    expect(answer.status).toBe(501);
    expect(await answer.text()).toContain("unsigned");
  });
});

describe("moments of a recording", () => {
  const then = new Date("2026-11-22T22:00:00Z");
  const later = new Date("2031-03-04T05:06:07Z");
  test.each([
    ["2026-11-22T22:00:41.123456Z", "{now}", "2031-03-04T05:06:07.000Z"],
    ["2026-11-22T16:00:03+00:00", "{now-6h}", "2031-03-03T23:06:07.000Z"],
    ["2026-12-23T22:00:00.000Z", "{now+31d}", "2031-04-04T05:06:07.000Z"],
    ["2026-10-13T23:00:00Z", "{now-39d23h}", "2031-01-23T06:06:07.000Z"],
    // Further away than anything of the estate, or no moment at all.
    ["2012-10-17T00:00:00Z", "2012-10-17T00:00:00Z", "2012-10-17T00:00:00Z"],
    ["2026-11-22", "2026-11-22", "2026-11-22"],
  ])("%s is written %s", (moment, written, played) => {
    expect(relativeText(`<at>${moment}</at>`, then)).toBe(`<at>${written}</at>`);
    expect(absolute(`<at>${written}</at>`, later)).toBe(`<at>${played}</at>`);
    expect(relativeJson({ at: [moment] }, then)).toEqual({ at: [written] });
  });

  test("numbers of seconds and milliseconds stay numbers", () => {
    const seconds = then.getTime() / 1000;
    const written = relativeJson({ s: seconds - 3600.5, ms: then.getTime(), port: 5432 }, then);
    expect(written).toEqual({ s: "{now-1h s}", ms: "{now ms}", port: 5432 });
    expect(JSON.parse(absolute(JSON.stringify(written), later))).toEqual({
      s: later.getTime() / 1000 - 3600,
      ms: later.getTime(),
      port: 5432,
    });
  });

  test("an answer that has the mark of a moment is not recorded", () => {
    expect(() => relativeText("{now}", then)).toThrow("looks like a moment");
  });
});
