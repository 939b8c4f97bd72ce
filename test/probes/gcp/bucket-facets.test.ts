/** Traps of Cloud Storage: locations, access, lifecycles. */
import { describe, expect, test } from "vitest";
import { toAccessPolicy, toExposure } from "#probes/gcp/bucket-access.ts";
import {
  toEncryption,
  toImmutability,
  toLocation,
  toRedundancy,
  toVersioning,
} from "#probes/gcp/bucket-facets.ts";
import { prefixRetention, toRetention } from "#probes/gcp/bucket-lifecycle.ts";

test.each([
  ["a region, in capitals", { location: "EUROPE-NORTH1" }, ["europe-north1"]],
  ["a multi-region is no region", { location: "EU", locationType: "multi-region" }, ["eu"]],
  ["a dual-region that Google names", { location: "EUR4" }, ["europe-north1", "europe-west4"]],
  [
    "a dual-region of one's own",
    {
      location: "EU",
      locationType: "dual-region",
      customPlacementConfig: { dataLocations: ["EUROPE-NORTH1", "EUROPE-WEST1"] },
    },
    ["europe-north1", "europe-west1"],
  ],
])("location: %s", (_, raw, regions) => {
  expect(toLocation(raw).regions).toEqual(regions);
});

test.each([
  ["none", {}],
  ["empty", { location: "" }],
  ["a placement without regions", { location: "EU", customPlacementConfig: { dataLocations: [] } }],
  ["a placement that is none", { location: "EU", customPlacementConfig: { dataLocations: [7] } }],
])("location: %s is malformed", (_, raw) => {
  expect(() => toLocation(raw)).toThrow(TypeError);
});

test("no encryption field is Google's own key by published design, and never said to be seen", () => {
  expect(toEncryption({})).toMatchObject({
    enabled: true,
    algorithm: "AES-256",
    algorithmSource: "published-design",
    keyManagement: "provider",
  });
  expect(toEncryption({ encryption: { defaultKmsKeyName: "k" } })).toMatchObject({
    keyManagement: "customer",
    caveat: expect.stringContaining("older ones"),
  });
});

test.each([
  ["region", true, false],
  ["dual-region", true, true],
  ["multi-region", true, true],
  ["zone", false, false],
  ["something new", null, null],
])("location type %s", (locationType, zoneRedundant, geoRedundant) => {
  expect(toRedundancy({ locationType })).toMatchObject({ zoneRedundant, geoRedundant });
});

test.each([
  [{}, false],
  [{ versioning: { enabled: true } }, true],
  [{ versioning: { enabled: false } }, false],
  [{ versioning: { enabled: "yes" } }, null],
  [{ versioning: {} }, null],
])("versioning of %j: %s", (raw, enabled) => {
  expect(toVersioning(raw)).toEqual({ enabled });
});

test.each([
  ["locked", { retentionPeriod: "2592000", isLocked: true }, "compliance", 30],
  ["not locked", { retentionPeriod: "2592000" }, "governance", 30],
  ["told in another way", { retentionPeriod: "2592000", isLocked: "true" }, null, 30],
])("a retention policy that is %s", (_, retentionPolicy, mode, minimumDays) => {
  expect(toImmutability({ retentionPolicy })).toMatchObject({ mode, minimumDays });
});

test("soft deletion is no immutability, and a policy without period is malformed", () => {
  expect(
    toImmutability({ softDeletePolicy: { retentionDurationSeconds: "604800" } }),
  ).toMatchObject({ mode: "none", detail: expect.stringContaining("7 days") });
  expect(() => toImmutability({ retentionPolicy: {} })).toThrow(TypeError);
});

const rule = (condition: object, type = "Delete") => ({ action: { type }, condition });

test.each([
  ["no rule", [], null, true],
  ["one by age", [rule({ age: 30 })], "P30D", true],
  ["the shortest of two", [rule({ age: 30 }), rule({ age: 7 })], "P7D", true],
  ["one that only moves objects", [rule({ age: 30 }, "SetStorageClass")], null, true],
  ["one for a prefix", [rule({ age: 30, matchesPrefix: ["tmp/"] })], null, null],
  ["one for old versions", [rule({ daysSinceNoncurrentTime: 30 })], null, null],
  ["one for what is not live", [rule({ age: 30, isLive: false })], null, null],
  [
    "one that gives up uploads",
    [rule({ age: 30 }), rule({ age: 7 }, "AbortIncompleteMultipartUpload")],
    "P30D",
    true,
  ],
  ["one of an action that is not known", [rule({ age: 30 }, "Shred")], null, null],
  ["such a one beside a known one", [rule({ age: 30 }), rule({ age: 7 }, "Shred")], null, null],
  ["one without an action", [{ condition: { age: 30 } }], null, null],
  [
    "one for a prefix before one for all",
    [rule({ age: 7, matchesPrefix: ["tmp/"] }), rule({ age: 30 })],
    "P30D",
    null,
  ],
  [
    "one for a prefix after one for all",
    [rule({ age: 30 }), rule({ age: 90, matchesPrefix: ["tmp/"] })],
    "P30D",
    true,
  ],
])("retention by %s", (_, rules, after, whole) => {
  expect(toRetention({ lifecycle: { rule: rules } })).toMatchObject({ after, whole });
});

test("with versioning a rule by age leaves versions behind", () => {
  const raw = { versioning: { enabled: true }, lifecycle: { rule: [rule({ age: 30 })] } };
  expect(toRetention(raw)).toMatchObject({ after: "P30D", whole: null });
});

test.each([
  [[rule({ age: 40 })], "P40D"],
  [[rule({ age: 40, matchesPrefix: ["du"] })], "P40D"],
  [[rule({ age: 40, matchesPrefix: ["dumps/daily/"] })], null],
  [[rule({ age: 40, matchesStorageClass: ["COLDLINE"] })], null],
  [[], null],
])("the retention of a prefix by %j: %s", (rules, retention) => {
  expect(prefixRetention({ lifecycle: { rule: rules } }, "dumps/")).toBe(retention);
});

test("what an action that is not known does to a prefix is not known", () => {
  const raw = { lifecycle: { rule: [rule({ age: 40 }), rule({ age: 7 }, "Shred")] } };
  expect(() => prefixRetention(raw, "dumps/")).toThrow("an action that is not known: Shred");
});

test.each([
  ["an age that is none", rule({ age: "soon" })],
  ["a prefix that is no list", rule({ age: 7, matchesPrefix: "dumps/" })],
  ["a prefix that is no text", rule({ age: 7, matchesPrefix: [null] })],
  ["a word for whether it is live", rule({ age: 7, isLive: "perhaps" })],
  ["conditions that are none", rule("always" as unknown as object)],
])("a lifecycle rule with %s is malformed", (_, one) => {
  const raw = { lifecycle: { rule: [one, rule({ age: 40 })] } };
  expect(() => toRetention(raw)).toThrow(TypeError);
  expect(() => prefixRetention(raw, "dumps/")).toThrow(TypeError);
});

test.each([{ lifecycle: "none" }, { lifecycle: [] }, { lifecycle: { rule: "none" } }])(
  "%j is malformed",
  (raw) => {
    expect(() => toRetention(raw)).toThrow(TypeError);
    expect(() => prefixRetention(raw, "dumps/")).toThrow(TypeError);
  },
);

const UNIFORM = {
  iamConfiguration: {
    uniformBucketLevelAccess: { enabled: true },
    publicAccessPrevention: "inherited",
  },
};
const bindings = (member: string, condition?: object) => ({
  bindings: [{ role: "roles/storage.objectViewer", members: [member], ...condition }],
});
const NOBODY = { bindings: [] };

test("a member that is none may be anybody", () => {
  const policy = { bindings: [{ role: "roles/storage.objectViewer", members: [null] }] };
  expect(() => toExposure({ name: "b" }, policy, 0)).toThrow("member");
});

test("an answer that says nothing is no policy that lets nobody in", () => {
  expect(() => toExposure(UNIFORM, {}, 0)).toThrow("policy");
  expect(toExposure(UNIFORM, { kind: "storage#policy" }, 0).anonymousAccess).toBe(false);
});

describe("who may reach a bucket without being somebody", () => {
  test.each([
    ["nobody, by IAM alone", UNIFORM, NOBODY, 0, false],
    ["allUsers", UNIFORM, bindings("allUsers"), 0, true],
    ["whoever has any account", UNIFORM, bindings("allAuthenticatedUsers"), 0, true],
    [
      "allUsers under a condition",
      UNIFORM,
      bindings("allUsers", { condition: { expression: "request.time < x" } }),
      0,
      null,
    ],
    ["somebody", UNIFORM, bindings("user:a@example.com"), 0, false],
    ["managed folders have policies of their own", UNIFORM, NOBODY, 2, null],
    [
      "prevention is enforced, whatever IAM says",
      { iamConfiguration: { publicAccessPrevention: "enforced" } },
      bindings("allUsers"),
      0,
      false,
    ],
    [
      "single objects may have lists",
      { iamConfiguration: { publicAccessPrevention: "inherited" } },
      NOBODY,
      0,
      null,
    ],
    [
      "a list of the bucket",
      {
        ...UNIFORM,
        iamConfiguration: { publicAccessPrevention: "inherited" },
        acl: [{ entity: "allUsers", role: "READER" }],
      },
      NOBODY,
      0,
      true,
    ],
    ["a list that does not count", { ...UNIFORM, acl: [{ entity: "allUsers" }] }, NOBODY, 0, false],
    ["prevention is not told", {}, NOBODY, 0, null],
    [
      "prevention in an unknown word",
      { iamConfiguration: { publicAccessPrevention: "later" } },
      NOBODY,
      0,
      null,
    ],
  ])("%s", (_, raw, policy, folders, anonymousAccess) => {
    expect(toExposure(raw, policy, folders)).toMatchObject({ anonymousAccess });
  });

  test("what is no policy throws", () => {
    expect(() => toExposure(UNIFORM, { bindings: [{ members: ["allUsers"] }] }, 0)).toThrow();
    expect(() => toExposure(UNIFORM, { bindings: "none" }, 0)).toThrow();
  });

  test("roles of the project reach a bucket too, which its policy does not show", () => {
    expect(toAccessPolicy(UNIFORM, bindings("allUsers"))).toEqual({
      grants: [
        { principal: "*", labels: [], actions: ["roles/storage.objectViewer"], conditions: [] },
      ],
      unseen: ["roles that the project, its folders and the organisation give"],
    });
  });
});
