import type { GetBucketVersioningOutput, LifecycleRule } from "@aws-sdk/client-s3";
import { describe, expect, test } from "vitest";
import { deletesObjects, toRetention } from "#probes/aws/s3-retention.ts";

const NOW = new Date("2026-06-01T00:00:00Z");
const rule = (days: number | undefined, fields: Partial<LifecycleRule> = {}): LifecycleRule => ({
  Status: "Enabled",
  Filter: { Prefix: "" },
  ...(days === undefined ? {} : { Expiration: { Days: days } }),
  ...fields,
});
const former = (days: number, newer?: number) => ({
  NoncurrentVersionExpiration: {
    NoncurrentDays: days,
    ...(newer === undefined ? {} : { NewerNoncurrentVersions: newer }),
  },
});
const read = (
  rules: readonly LifecycleRule[] | null,
  versioning: GetBucketVersioningOutput | null = {},
) =>
  toRetention(
    rules === null ? { absent: "NoSuchLifecycleConfiguration" } : { Rules: [...rules] },
    versioning,
    NOW,
  );
const ON: GetBucketVersioningOutput = { Status: "Enabled" };
const OFF: GetBucketVersioningOutput = { Status: "Suspended" };
const byDate = (date: string) => rule(undefined, { Expiration: { Date: new Date(date) } });

describe("retention by lifecycle rules", () => {
  test.each([
    ["none", null, null, null, true, "no lifecycle rule: objects are kept until"],
    ["one of all objects", [rule(30)], {}, "P30D", true, "deletes all objects after 30 days"],
    ["one in the older form", [rule(30, { Filter: undefined, Prefix: "" })], {}, "P30D", true, ""],
    ["one with an empty filter", [rule(30, { Filter: {} })], {}, "P30D", true, ""],
    ["the first of two", [rule(90), rule(30)], {}, "P30D", true, "after 30 days"],
    ["one that is off", [rule(30, { Status: "Disabled" })], {}, null, true, "no lifecycle rule"],
    [
      "one that only moves objects",
      [rule(undefined, { Transitions: [{ Days: 30, StorageClass: "GLACIER" }] })],
      {},
      null,
      true,
      "no lifecycle rule that deletes",
    ],
    [
      "one that only tidies up markers",
      [rule(undefined, { Expiration: { ExpiredObjectDeleteMarker: true } })],
      {},
      null,
      true,
      "that deletes",
    ],
    ["one of a prefix", [rule(7, { Filter: { Prefix: "tmp/" } })], {}, "P7D", false, "never"],
    [
      "one of a tag",
      [rule(7, { Filter: { Tag: { Key: "a", Value: "b" } } })],
      {},
      "P7D",
      false,
      "",
    ],
    ["one of a size", [rule(7, { Filter: { ObjectSizeLessThan: 10 } })], {}, "P7D", false, ""],
    [
      "one of a prefix and a tag",
      [rule(7, { Filter: { And: { Prefix: "", Tags: [{ Key: "a", Value: "b" }] } } })],
      {},
      "P7D",
      false,
      "",
    ],
    [
      "all, and a part earlier",
      [rule(30), rule(7, { Filter: { Prefix: "tmp/" } })],
      {},
      "P7D",
      null,
      "deletes all objects after 30 days; other rules delete some after 7 days",
    ],
    [
      "all, and a part later: what deletes first counts",
      [rule(30), rule(90, { Filter: { Prefix: "keep/" } })],
      {},
      "P30D",
      true,
      "",
    ],
    ["a date that has passed", [byDate("2026-05-01")], {}, "P0D", true, "at once"],
    ["a date to come", [byDate("2027-01-01")], {}, null, null, "still to come"],
    [
      "versions without a rule of their own are kept for ever",
      [rule(30)],
      ON,
      null,
      true,
      "versioning enabled; no rule deletes all former versions",
    ],
    [
      "versions with one",
      [rule(30, former(10))],
      ON,
      "P40D",
      true,
      "former versions go 10 days later",
    ],
    [
      "versions with one in another rule",
      [rule(30), rule(undefined, former(10))],
      ON,
      "P40D",
      true,
      "",
    ],
    [
      "versions of which some are kept",
      [rule(30, former(10, 3))],
      ON,
      null,
      true,
      "no rule deletes",
    ],
    [
      "versions of a prefix only",
      [rule(30), rule(undefined, { Filter: { Prefix: "a/" }, ...former(10) })],
      ON,
      null,
      true,
      "",
    ],
    ["only former versions", [rule(undefined, former(10))], ON, null, true, "that deletes"],
    ["versioning that was stopped", [rule(30)], OFF, "P30D", null, "versioning suspended"],
    ["versioning that was stopped, with a rule", [rule(30, former(5))], OFF, "P35D", true, ""],
    [
      "no versions, so what would delete them is no matter",
      [rule(30, former(5))],
      {},
      "P30D",
      true,
      "",
    ],
  ] as const)("%s", (_, rules, versioning, after, whole, detail) => {
    const retention = read(rules, versioning);
    expect(retention).toMatchObject({ after, whole });
    expect(retention.detail).toContain(detail);
  });

  test.each([
    ["no rules", {}],
    ["a fraction of days", { Rules: [rule(1.5)] }],
    ["no days", { Rules: [rule(0)] }],
  ])("%s is no answer", (_, raw) => {
    expect(() => toRetention(raw, {}, NOW)).toThrow(TypeError);
  });

  test("versioning is asked for where objects are deleted only", () => {
    expect(deletesObjects({ Rules: [rule(30)] })).toBe(true);
    expect(deletesObjects({ Rules: [byDate("2027-01-01")] })).toBe(true);
    expect(deletesObjects({ Rules: [rule(undefined, former(3))] })).toBe(false);
    expect(deletesObjects({ Rules: [rule(30, { Status: "Disabled" })] })).toBe(false);
    expect(deletesObjects({ absent: "NoSuchLifecycleConfiguration" })).toBe(false);
  });
});
