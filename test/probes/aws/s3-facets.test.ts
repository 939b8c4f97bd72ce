import type { LifecycleRule, ReplicationRule } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { pointsOf } from "#probes/common/object-tally.ts";
import { NOTHING_SEEN, retentionOf, withPage } from "#probes/s3-compatible/object-points.ts";
import { toRegion } from "#probes/aws/s3-calls.ts";
import {
  toEncryption,
  toImmutability,
  toReplication,
  toVersioning,
} from "#probes/aws/s3-facets.ts";
import { toListed, toTags } from "#probes/aws/s3-inventory.ts";

const KEY = "arn:aws:kms:eu-west-3:111122223333:key/1234";

function encryption(SSEAlgorithm: string, KMSMasterKeyID?: string) {
  const ApplyServerSideEncryptionByDefault = { SSEAlgorithm, KMSMasterKeyID };
  // The SDK's type knows today's algorithms only; a server may name another.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return {
    ServerSideEncryptionConfiguration: { Rules: [{ ApplyServerSideEncryptionByDefault }] },
  } as Parameters<typeof toEncryption>[0];
}

const to = (rule: Partial<ReplicationRule>) =>
  toReplication({
    ReplicationConfiguration: {
      Role: "arn",
      Rules: [{ Status: "Enabled", Destination: { Bucket: "arn:aws:s3:::copy" }, ...rule }],
    },
  }).destinations;
const object = (date: string, Size = 10) => ({ Key: date, LastModified: new Date(date), Size });
const rule = (more: Partial<LifecycleRule> = {}): LifecycleRule => ({
  Status: "Enabled",
  Expiration: { Days: 30 },
  ...more,
});

describe("object lock", () => {
  const lock = (fields: object | null) =>
    toImmutability({
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        ...(fields === null ? {} : { Rule: { DefaultRetention: fields } }),
      },
    });

  test.each([
    [{ Mode: "COMPLIANCE", Days: 30 }, "compliance", 30],
    [{ Mode: "GOVERNANCE", Days: 1 }, "governance", 1],
    [{ Mode: "COMPLIANCE", Years: 2 }, "compliance", 730],
    [{ Mode: "SOMETHING", Days: 30 }, null, 30],
    [{ Days: 30 }, null, 30],
  ])("a default of %j", (fields, mode, minimumDays) => {
    expect(lock(fields)).toMatchObject({ mode, minimumDays });
    expect(lock(fields).detail).toContain("for what is written since it was set");
  });

  test("that is on without a default locks nothing by itself", () => {
    expect(lock(null)).toMatchObject({ mode: "none", minimumDays: null });
    expect(lock(null).detail).toContain("without a default retention");
  });

  test("that is off", () => {
    expect(toImmutability({ absent: "ObjectLockConfigurationNotFoundError" })).toEqual({
      mode: "none",
      minimumDays: null,
      detail: "object lock is off",
    });
  });

  test.each([
    ["no setting", {}],
    ["an empty setting", { ObjectLockConfiguration: {} }],
  ])("%s is no answer", (_, raw) => {
    expect(() => toImmutability(raw)).toThrow(TypeError);
  });
  test.each([
    { Mode: "COMPLIANCE" },
    { Mode: "COMPLIANCE", Days: 0 },
    { Mode: "GOVERNANCE", Years: 0.5 },
  ])("a default without a time, %j, is no answer", (fields) => {
    expect(() => lock(fields)).toThrow(TypeError);
  });
});

describe("encryption", () => {
  test.each([
    ["AES256", undefined, "AES-256", "setting", "provider"],
    ["aws:kms", undefined, "AES-256", "published-design", "provider"],
    ["aws:kms", "alias/aws/s3", "AES-256", "published-design", "provider"],
    [
      "aws:kms",
      "arn:aws:kms:eu-west-3:111122223333:alias/aws/s3",
      "AES-256",
      "published-design",
      "provider",
    ],
    ["aws:kms", "alias/records", "AES-256", "published-design", "customer"],
    ["aws:kms", KEY, "AES-256", "published-design", "customer"],
    ["aws:kms:dsse", KEY, "AES-256", "published-design", "customer"],
  ])("%s with key %s", (named, key, algorithm, algorithmSource, keyManagement) => {
    expect(toEncryption(encryption(named, key))).toMatchObject({
      enabled: true,
      algorithm,
      algorithmSource,
      keyManagement,
    });
  });

  test.each(["aws:new", "NONE", "none", "DES", ""])("%j is not documented: unknown", (named) => {
    const seen = toEncryption(encryption(named));
    expect(seen).toMatchObject({ enabled: null, algorithm: null });
    expect(seen.caveat).toContain("does not document");
  });

  test("says that older objects may not be encrypted", () => {
    expect(toEncryption(encryption("AES256")).caveat).toContain("2023-01-05");
  });

  test("no configuration is no evidence of any", () => {
    const seen = toEncryption({ absent: "ServerSideEncryptionConfigurationNotFoundError" });
    expect(seen).toMatchObject({ enabled: null, algorithm: null });
    expect(seen.caveat).toContain("names no default encryption");
  });

  test.each([
    ["nothing", {}],
    ["no rule", { ServerSideEncryptionConfiguration: { Rules: [] } }],
    ["a rule without default", { ServerSideEncryptionConfiguration: { Rules: [{}] } }],
  ])("%s is malformed", (_, raw) => {
    expect(() => toEncryption(raw)).toThrow(TypeError);
  });
});

test("versioning: never set and suspended are off, what is new is not known", () => {
  expect(toVersioning({})).toEqual({ enabled: false });
  expect(toVersioning({ Status: "Suspended" })).toEqual({ enabled: false });
  expect(toVersioning({ Status: "Enabled" })).toEqual({ enabled: true });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a value that the SDK does not know
  const later = { Status: "Archived" } as unknown as Parameters<typeof toVersioning>[0];
  expect(toVersioning(later)).toEqual({ enabled: null });
});

describe("replication", () => {
  test.each([
    [{}, "active", true],
    [{ Filter: { Prefix: "" } }, "active", true],
    [{ Prefix: "" }, "active", true],
    [{ Status: "Disabled" as const }, "disabled", true],
    [{ Filter: { Prefix: "logs/" } }, "active", false],
    [{ Prefix: "logs/" }, "active", false],
    [{ Filter: { Tag: { Key: "a", Value: "b" } } }, "active", false],
    [{ Filter: { And: { Prefix: "", Tags: [] } } }, "active", false],
  ])("rule %j", (rule, status, whole) => {
    expect(to(rule)).toEqual([
      { region: null, subject: "arn:aws:s3:::copy", status, whole, lastSync: null },
    ]);
  });

  test("none configured", () => {
    expect(toReplication({ absent: "ReplicationConfigurationNotFoundError" })).toEqual({
      destinations: [],
    });
  });

  test("an answer without rules is not the same as none configured", () => {
    expect(() => toReplication({})).toThrow(TypeError);
    expect(() => toReplication({ ReplicationConfiguration: { Role: "arn", Rules: [] } })).toThrow(
      TypeError,
    );
  });
});

describe("inventory", () => {
  test.each([
    [undefined, "us-east-1"],
    ["", "us-east-1"],
    ["EU", "eu-west-1"],
    ["eu-west-3", "eu-west-3"],
    ["us-gov-west-1", "us-gov-west-1"],
    ["eusc-de-east-1", "eusc-de-east-1"],
  ])("location %s is %s", (constraint, region) => {
    expect(toRegion(constraint)).toBe(region);
  });

  test.each(["evil.example/x?", "eu-west-3.evil.example", "EU-WEST-3", "a".repeat(300)])(
    "%s is no region to send requests to",
    (constraint) => {
      expect(() => toRegion(constraint)).toThrow(TypeError);
    },
  );

  test("a bucket without region is listed all the same", () => {
    expect(
      toListed({ Buckets: [{ Name: "records" }, { Name: "copy", BucketRegion: "eu-west-3" }] }),
    ).toEqual([
      { name: "records", region: null },
      { name: "copy", region: "eu-west-3" },
    ]);
  });

  test.each([[{}], [{ Name: "../../etc" }], [{ Name: "records", BucketRegion: "x@y" }]])(
    "%j is no bucket",
    (bucket) => {
      expect(() => toListed({ Buckets: [bucket] })).toThrow(TypeError);
    },
  );

  test("tags, none and hostile ones", () => {
    expect(toTags({ TagSet: [{ Key: "data", Value: "yes" }] })).toEqual({ data: "yes" });
    expect(toTags({ absent: "NoSuchTagSet" })).toEqual({});
    const hostile = toTags({ TagSet: [{ Key: "__proto__", Value: "x" }] });
    expect(Object.hasOwn(hostile, "__proto__")).toBe(true);
    expect(Object.getPrototypeOf(hostile)).toBe(Object.prototype);
  });
});

describe("recovery points", () => {
  const since = Date.parse("2026-05-01T00:00:00Z");
  test("of several pages, in order, one for each minute", () => {
    const first = withPage(
      NOTHING_SEEN,
      {
        IsTruncated: false,
        Contents: [object("2026-05-03T02:00:40Z"), object("2026-05-02T02:00:00Z")],
      },
      since,
    );
    const tally = withPage(
      first,
      { IsTruncated: false, Contents: [object("2026-05-03T02:00:10Z")] },
      since,
    );
    expect(tally.objects).toBe(3);
    expect(pointsOf(tally, since, "P30D")).toEqual({
      points: ["2026-05-02T02:00:00.000Z", "2026-05-03T02:00:10.000Z"],
      since: "2026-05-01T00:00:00.000Z",
      olderExists: false,
      retention: "P30D",
    });
  });

  test("older objects are only known to be there", () => {
    const tally = withPage(
      NOTHING_SEEN,
      { IsTruncated: false, Contents: [object("2026-04-30T23:59:59Z")] },
      since,
    );
    expect(pointsOf(tally, since, null)).toMatchObject({ points: [], olderExists: true });
  });

  test("an empty object is no recovery point", () => {
    const empty = [object("2026-05-02T02:00:00Z", 0), object("2026-04-01T02:00:00Z", 0)];
    const tally = withPage(NOTHING_SEEN, { IsTruncated: false, Contents: empty }, since);
    expect(pointsOf(tally, since, null)).toMatchObject({ points: [], olderExists: false });
  });

  test.each([
    ["no word on whether it is all", {}],
    ["no date", { IsTruncated: false, Contents: [{ Key: "a", Size: 1 }] }],
    ["no size", { IsTruncated: false, Contents: [{ Key: "a", LastModified: new Date(since) }] }],
    [
      "no date that is one",
      { IsTruncated: false, Contents: [{ Key: "a", Size: 1, LastModified: new Date("x") }] },
    ],
    ["a page that breaks off", { IsTruncated: true }],
  ])("%s is malformed", (_, page) => {
    expect(() => withPage(NOTHING_SEEN, page, since)).toThrow(TypeError);
  });
});

describe("retention by lifecycle rules", () => {
  test.each([
    ["of the whole bucket", [rule()], "P30D"],
    ["by an empty prefix", [rule({ Filter: { Prefix: "" } })], "P30D"],
    ["of the prefix itself", [rule({ Filter: { Prefix: "dumps/" } })], "P30D"],
    ["in the older form", [rule({ Prefix: "du" })], "P30D"],
    ["the shortest of several", [rule(), rule({ Expiration: { Days: 7 } })], "P7D"],
    ["of a part only", [rule({ Filter: { Prefix: "dumps/daily/" } })], null],
    ["of another prefix", [rule({ Filter: { Prefix: "logs/" } })], null],
    ["by tag", [rule({ Filter: { Tag: { Key: "a", Value: "b" } } })], null],
    ["by size", [rule({ Filter: { ObjectSizeLessThan: 100 } })], null],
    ["by prefix and tag", [rule({ Filter: { And: { Prefix: "dumps/" } } })], null],
    ["that is off", [rule({ Status: "Disabled" })], null],
    ["that only moves to another class", [rule({ Expiration: undefined })], null],
    ["on a date", [rule({ Expiration: { Date: new Date(0) } })], null],
    ["none", [], null],
  ])("%s", (_, Rules, retention) => {
    expect(retentionOf({ Rules }, "dumps/")).toBe(retention);
  });

  test("no configuration", () => {
    expect(retentionOf({ absent: "NoSuchLifecycleConfiguration" }, "")).toBeNull();
  });
});
