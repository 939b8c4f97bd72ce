import { describe, expect, test } from "vitest";
import { targetSubject } from "#model/subject.ts";
import { awsClients } from "#probes/aws/clients.ts";
import probe from "#probes/aws/s3-backup-sets.ts";
import { readBackupSet } from "#probes/s3-compatible/backup-set.ts";
import { facetOf } from "../../support/probe-context.ts";
import { awsTarget, fakeAws } from "./support.ts";

// The test scan's clock stands at 2026-06-01T12:00:00Z.
const NOW = Date.parse("2026-06-01T12:00:00Z");
const HOUR = 3_600_000;
const hourly = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    // Names in no order of time.
    key: `hourly/${String((index * 7919) % 100_003).padStart(6, "0")}.dump`,
    lastModified: new Date(NOW - (index + 1) * HOUR).toISOString(),
  }));
const set = (fields: object = {}) => ({
  id: "dumps",
  bucket: "dumps",
  prefix: "hourly/",
  ...fields,
});

describe("backup sets in Amazon S3", async () => {
  const aws = await fakeAws(
    {
      buckets: [
        {
          name: "dumps",
          region: "eu-west-3",
          lifecycle: [{ days: 14, prefix: "hourly/" }],
          objects: [
            ...hourly(40),
            { key: "hourly/", lastModified: "2026-06-01T11:59:00.000Z", size: 0 },
            { key: "other/new.dump", lastModified: "2026-06-01T11:59:00.000Z" },
          ],
        },
        {
          name: "elsewhere",
          region: "us-east-1",
          objects: [{ key: "old.dump", lastModified: "2026-01-01T00:00:00.000Z" }],
        },
        { name: "emptied", region: "eu-west-3" },
      ],
    },
    { pageSize: 7 },
  );
  const gather = (...backups: object[]) => aws.scan({ backups }).gather(probe);

  test("all objects under the prefix, over all pages, oldest first", async () => {
    const found = await gather(set());
    expect(found.problems).toEqual([]);
    const seen = facetOf(found, "dumps", "recoveryPoints");
    expect(seen?.points).toHaveLength(40);
    expect(seen?.points.at(0)).toBe(new Date(NOW - 40 * HOUR).toISOString());
    expect(seen?.points.at(-1)).toBe(new Date(NOW - HOUR).toISOString());
    expect(seen).toMatchObject({
      since: "2026-05-02T12:00:00.000Z",
      olderExists: false,
      retention: "P14D",
    });
  });

  test("are listed as the estate declares them, each with the region of its bucket", async () => {
    const found = await gather(set(), set({ id: "far", bucket: "elsewhere", prefix: "" }));
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory).toMatchObject({ kinds: ["backup-set"], complete: true });
    expect(inventory?.items.map(({ id, name, region }) => [id, name, region])).toEqual([
      ["arn:aws:s3:::dumps/hourly/", "dumps", "eu-west-3"],
      ["arn:aws:s3:::elsewhere/", "far", "us-east-1"],
    ]);
    expect(facetOf(found, "far", "recoveryPoints")).toMatchObject({
      points: [],
      olderExists: true,
      retention: null,
    });
  });

  test("an empty set is read, with no points", async () => {
    const found = await gather(set({ bucket: "emptied" }));
    expect(facetOf(found, "dumps", "recoveryPoints")).toMatchObject({
      points: [],
      olderExists: false,
    });
  });

  test("declared retention is taken as it is, and lifecycle rules are not asked for", async () => {
    aws.setFaults({ operation: "GetBucketLifecycleConfiguration", fault: { kind: "denied" } });
    const found = await gather(set({ retention: "P7D" }));
    expect(facetOf(found, "dumps", "recoveryPoints")?.retention).toBe("P7D");
    expect(found.problems).toEqual([]);
  });

  test.each([
    ["GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration"],
    ["ListObjectsV2", "s3:ListBucket"],
  ])("%s denied is no empty set", async (operation, permission) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await gather(set());
    expect(facetOf(found, "dumps", "recoveryPoints")).toBeUndefined();
    expect(found.problems).toMatchObject([
      { subject: { name: "dumps" }, facets: ["recoveryPoints"], reason: "denied", permission },
    ]);
  });

  test("a page that fails after others leaves no half of a set", async () => {
    const text = Buffer.from("21").toString("base64");
    aws.setFaults({ operation: "ListObjectsV2", fault: { kind: "replace", text, by: "broken" } });
    const found = await gather(set());
    expect(facetOf(found, "dumps", "recoveryPoints")).toBeUndefined();
    expect(found.problems).toHaveLength(1);
  });

  test("a listing that is cut off without saying where it goes on is malformed", async () => {
    const token = Buffer.from("7").toString("base64");
    const text = `<NextContinuationToken>${token}</NextContinuationToken>`;
    aws.setFaults({ operation: "ListObjectsV2", fault: { kind: "replace", text, by: "" } });
    const found = await gather(set());
    expect(found.problems).toMatchObject([{ reason: "malformed", facets: ["recoveryPoints"] }]);
  });

  test("a bucket that is not there", async () => {
    const found = await gather(set({ bucket: "gone" }));
    expect(facetOf(found, "dumps", "recoveryPoints")).toBeUndefined();
    expect(found.problems[0]?.message).toContain("NoSuchBucket");
  });

  test("a region that is not told is found by redirect", async () => {
    aws.setFaults({ operation: "GetBucketLocation", fault: { kind: "denied" } });
    const found = await gather(set({ bucket: "elsewhere", prefix: "" }));
    expect(facetOf(found, "dumps", "recoveryPoints")?.olderExists).toBe(true);
    expect(facetOf(found, "aws", "inventory")?.items[0]?.region).toBeNull();
    expect(found.problems).toMatchObject([
      {
        subject: { name: "dumps" },
        facets: ["inventory"],
        reason: "denied",
        permission: "s3:GetBucketLocation",
      },
    ]);
  });

  test("credentials of another account read nothing", async () => {
    const found = await aws.scan({ account: "444455556666", backups: [set()] }).gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ reason: "denied", subject: null }]);
  });

  test("a set of too many objects is given up, and says what to do", async () => {
    const target = awsTarget(aws.url, { backups: [set()] });
    const context = aws.scan().context(probe);
    const clients = awsClients(target, context);
    const [declared] = target.backups;
    if (declared === undefined) throw new Error("no set");
    const subject = targetSubject(target);
    const permissions = { ListObjectsV2: "list", GetBucketLifecycleConfiguration: "lifecycle" };
    const read = (most: number) =>
      readBackupSet(declared, subject, "eu-west-3", clients, context, permissions, most);
    expect(await read(41)).toMatchObject({ facet: "recoveryPoints" });
    expect(await read(40)).toMatchObject({ reason: "too-large", facets: ["recoveryPoints"] });
    expect(await read(40)).toMatchObject({ message: expect.stringContaining("narrower prefix") });
    clients.close();
  });

  test("an estate that declares none asks nothing", async () => {
    const before = aws.calls.length;
    expect(await gather()).toEqual({ observations: [], problems: [] });
    expect(aws.calls.length).toBe(before);
  });
});
