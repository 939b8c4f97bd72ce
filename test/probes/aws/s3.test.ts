import { describe, expect, test } from "vitest";
import type { AwsBucket } from "#fixtures/estate/aws.ts";
import type { FacetName } from "#model/facets.ts";
import probe from "#probes/aws/s3.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { fakeAws } from "./support.ts";

const tlsOnly = (name: string) => ({
  Version: "2012-10-17",
  Statement: {
    Effect: "Deny",
    Principal: "*",
    Action: "s3:*",
    Resource: [`arn:aws:s3:::${name}`, `arn:aws:s3:::${name}/*`],
    Condition: { Bool: { "aws:SecureTransport": "false" } },
  },
});
const buckets: readonly AwsBucket[] = [
  {
    name: "records",
    region: "eu-west-3",
    tags: { data: "yes" },
    policy: tlsOnly("records"),
    versioning: "Enabled",
    replication: [{ bucket: "arn:aws:s3:::copy" }],
    lifecycle: [{ days: 365, formerDays: 30 }],
    objectLock: { mode: "COMPLIANCE", days: 90 },
  },
  { name: "copy", region: "eu-west-3", encryption: { algorithm: "aws:kms", key: "alias/copy" } },
  { name: "stray", region: "us-east-1", publicAccessBlock: null, ownership: null },
];
const facets: readonly FacetName[] = [
  "location",
  "encryption",
  "transport",
  "exposure",
  "versioning",
  "replication",
  "accessPolicy",
  "immutability",
  "retention",
];
const listed = (found: Gathered) => facetOf(found, "aws", "inventory");
const has = (found: Gathered, name: string, facet: FacetName) =>
  facetOf(found, name, facet) !== undefined;

describe("Amazon S3 buckets", async () => {
  const aws = await fakeAws({ buckets });

  test("lists the buckets of all regions with their tags", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory).toMatchObject({ kinds: ["AWS::S3::Bucket"], complete: true });
    expect(inventory?.items.map(({ id, region, tags }) => [id, region, tags])).toEqual([
      ["arn:aws:s3:::copy", "eu-west-3", {}],
      ["arn:aws:s3:::records", "eu-west-3", { data: "yes" }],
      ["arn:aws:s3:::stray", "us-east-1", {}],
    ]);
  });

  test("reads every facet of every bucket, each where the bucket is", async () => {
    const found = await aws.scan().gather(probe);
    for (const { name } of buckets) {
      for (const facet of facets) expect(has(found, name, facet), `${name} ${facet}`).toBe(true);
    }
    expect(facetOf(found, "records", "transport")?.secureOnly).toBe(true);
    expect(facetOf(found, "stray", "transport")?.secureOnly).toBe(false);
    expect(facetOf(found, "copy", "encryption")?.keyManagement).toBe("customer");
    expect(facetOf(found, "records", "versioning")).toEqual({ enabled: true });
    expect(facetOf(found, "records", "replication")?.destinations).toHaveLength(1);
    expect(facetOf(found, "records", "exposure")?.anonymousAccess).toBe(false);
    expect(facetOf(found, "stray", "exposure")?.anonymousAccess).toBeNull();
    expect(facetOf(found, "stray", "location")?.regions).toEqual(["us-east-1"]);
    expect(aws.calls.filter(({ status }) => status === 301)).toEqual([]);
  });

  test("every observation has its operation and the hash of the answer, the same each time", async () => {
    const [first, second] = [await aws.scan().gather(probe), await aws.scan().gather(probe)];
    for (const { source } of first.observations) {
      expect(source.operation).toMatch(/^s3/);
      expect(source.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(second).toEqual(first);
  });

  test("asks only for what is wanted", async () => {
    const before = aws.calls.length;
    const found = await aws.scan().gather(probe, ["inventory", "versioning"]);
    expect(new Set(found.observations.map(({ facet }) => facet))).toEqual(
      new Set(["inventory", "versioning"]),
    );
    const asked = new Set(aws.calls.slice(before).map(({ operation }) => operation));
    expect([...asked].sort()).toEqual([
      "GetBucketTagging",
      "GetBucketVersioning",
      "GetCallerIdentity",
      "ListBuckets",
    ]);
  });

  test("credentials of another account read nothing", async () => {
    const found = await aws.scan({ account: "444455556666" }).gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ reason: "denied", subject: null, facets: [] }]);
    expect(found.problems[0]?.message).toContain(
      "the credentials are of account 111122223333, declared is 444455556666",
    );
  });

  test("an account that cannot be proven reads nothing", async () => {
    aws.setFaults({ operation: "GetCallerIdentity", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([
      { reason: "denied", operation: "sts:GetCallerIdentity" },
    ]);
  });

  test("missing credentials are a problem that says which", async () => {
    const found = await aws.scan({}, { environment: {} }).gather(probe);
    expect(found.problems).toMatchObject([{ reason: "denied" }]);
    expect(found.problems[0]?.message).toContain(
      "TEST_KEY, which the estate names for accessKeyId, is not set",
    );
  });

  test("a denied listing is the whole target's problem, with the permission", async () => {
    aws.setFaults({ operation: "ListBuckets", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([
      { subject: null, facets: [], reason: "denied", permission: "s3:ListAllMyBuckets" },
    ]);
  });

  test.each([
    ["GetBucketEncryption", ["encryption"], "s3:GetEncryptionConfiguration"],
    ["GetBucketPolicy", ["transport", "accessPolicy"], "s3:GetBucketPolicy"],
    ["GetBucketVersioning", ["versioning", "retention"], "s3:GetBucketVersioning"],
    ["GetBucketReplication", ["replication"], "s3:GetReplicationConfiguration"],
    ["GetObjectLockConfiguration", ["immutability"], "s3:GetBucketObjectLockConfiguration"],
    ["GetBucketLifecycleConfiguration", ["retention"], "s3:GetLifecycleConfiguration"],
    ["GetPublicAccessBlock", ["exposure"], "s3:GetBucketPublicAccessBlock"],
  ] as const)(
    "%s denied costs what it tells of one bucket",
    async (operation, lost, permission) => {
      aws.setFaults({ operation, resource: "records", fault: { kind: "denied" } });
      const found = await aws.scan().gather(probe);
      if (operation === "GetPublicAccessBlock") {
        // Its policy denies only and its access lists are off: no block is needed to know.
        expect(facetOf(found, "records", "exposure")?.anonymousAccess).toBe(false);
        expect(found.problems).toEqual([]);
        return;
      }
      for (const facet of lost) {
        const problem = found.problems.find(({ facets: about }) => about.includes(facet));
        expect(problem).toMatchObject({
          subject: { name: "records" },
          reason: "denied",
          permission,
        });
      }
      expect(found.problems).toHaveLength(lost.length);
      const gone: readonly FacetName[] = lost;
      for (const other of facets) expect(has(found, "records", other)).toBe(!gone.includes(other));
      for (const facet of lost) expect(has(found, "copy", facet)).toBe(true);
    },
  );

  test("what tells several facets is asked for once", async () => {
    const before = aws.calls.length;
    await aws.scan().gather(probe);
    const asked = aws.calls.slice(before).map(({ operation }) => operation);
    const times = (name: string) => asked.filter((operation) => operation === name).length;
    expect(times("GetBucketPolicy")).toBe(buckets.length);
    expect(times("GetBucketVersioning")).toBe(buckets.length);
  });

  test("a policy of everyone is worth what the public access blocks leave of it", async () => {
    const Policy = JSON.stringify({
      Statement: { Effect: "Allow", Principal: "*", Action: "s3:GetObject", Resource: "*" },
    });
    aws.setFaults({ operation: "GetBucketPolicy", fault: { kind: "body", body: Policy } });
    const found = await aws.scan().gather(probe, ["accessPolicy"]);
    expect(found.problems).toEqual([]);
    // All four settings are on in the one, none in the other.
    expect(facetOf(found, "copy", "accessPolicy")?.grants).toEqual([]);
    expect(facetOf(found, "copy", "accessPolicy")?.unseen).toHaveLength(4);
    expect(facetOf(found, "stray", "accessPolicy")?.grants).toEqual([
      { principal: "*", labels: [], actions: ["s3:GetObject"], conditions: [] },
    ]);
  });

  test("locks, rules and policies of buckets", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "records", "immutability")).toMatchObject({
      mode: "compliance",
      minimumDays: 90,
    });
    expect(facetOf(found, "copy", "immutability")).toMatchObject({ mode: "none" });
    expect(facetOf(found, "records", "retention")).toMatchObject({ after: "P395D", whole: true });
    expect(facetOf(found, "copy", "retention")).toMatchObject({ after: null, whole: true });
    expect(facetOf(found, "records", "accessPolicy")).toEqual({
      grants: [],
      unseen: [
        "identity policies of the account",
        "access lists of the bucket and its objects",
        "access points",
      ],
    });
  });

  test.each([
    ["GetAccountPublicAccessBlock", "s3:GetAccountPublicAccessBlock"],
    ["GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"],
    ["GetBucketOwnershipControls", "s3:GetBucketOwnershipControls"],
    ["GetBucketAcl", "s3:GetBucketAcl"],
    ["GetBucketPolicy", "s3:GetBucketPolicy"],
  ])("%s denied where it decides leaves the exposure unknown", async (operation, permission) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe, ["exposure"]);
    expect(has(found, "stray", "exposure")).toBe(false);
    expect(found.problems).toMatchObject([
      { subject: { name: "stray" }, facets: ["exposure"], reason: "denied", permission },
    ]);
    expect(facetOf(found, "records", "exposure")?.anonymousAccess).toBe(false);
  });

  test("denied tags leave the tags unknown and the bucket listed", async () => {
    aws.setFaults({
      operation: "GetBucketTagging",
      resource: "records",
      fault: { kind: "denied" },
    });
    const found = await aws.scan().gather(probe);
    const items = facetOf(found, "aws", "inventory")?.items ?? [];
    expect(items.find(({ name }) => name === "records")?.tags).toBeNull();
    expect(items.find(({ name }) => name === "copy")?.tags).toEqual({});
    expect(found.problems).toMatchObject([
      { subject: { name: "records" }, facets: ["inventory"], permission: "s3:GetBucketTagging" },
    ]);
  });

  test("throttling is waited out", async () => {
    aws.setFaults({
      operation: "GetBucketVersioning",
      resource: "copy",
      fault: { kind: "throttled" },
      times: 2,
    });
    const found = await aws.scan().gather(probe, ["versioning"]);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "copy", "versioning")).toEqual({ enabled: false });
  });

  test("a server that never answers costs its facet, at the deadline", async () => {
    aws.setFaults({ operation: "GetBucketVersioning", resource: "copy", fault: { kind: "hang" } });
    const found = await aws.scan({}, { callMilliseconds: 300 }).gather(probe, ["versioning"]);
    expect(found.problems).toMatchObject([
      { subject: { name: "copy" }, facets: ["versioning"], reason: "timeout", permission: null },
    ]);
    expect(has(found, "records", "versioning")).toBe(true);
  });

  test("a broken connection is tried again", async () => {
    aws.setFaults({
      operation: "GetBucketEncryption",
      resource: "copy",
      fault: { kind: "reset" },
      times: 1,
    });
    const found = await aws.scan().gather(probe, ["encryption"]);
    expect(found.problems).toEqual([]);
  });

  const html = "<!DOCTYPE html><html><body>Please log in</body></html>";
  const operations = [
    ["GetBucketEncryption", "encryption"],
    ["GetBucketPolicy", "transport"],
    ["GetBucketVersioning", "versioning"],
    ["GetBucketReplication", "replication"],
    ["GetBucketPolicy", "accessPolicy"],
    ["GetObjectLockConfiguration", "immutability"],
    ["GetBucketLifecycleConfiguration", "retention"],
    ["GetPublicAccessBlock", "exposure"],
    ["GetBucketOwnershipControls", "exposure"],
    ["GetBucketAcl", "exposure"],
  ] as const;
  const garbage = [
    ["a login page", { kind: "body", body: html }],
    ["an empty answer", { kind: "body", body: "" }],
    [
      "another document",
      {
        kind: "body",
        body: `<?xml version="1.0"?><Wrong xmlns="x"><Status>Enabled</Status></Wrong>`,
      },
    ],
    ["half an answer", { kind: "cut" }],
    ["a login page under 404", { kind: "body", body: html, status: 404 }],
    ["noise", { kind: "body", body: "\u0000\u0001\ufffd<<<>>>" }],
  ] as const;
  test.each(
    operations.flatMap(([operation, facet]) =>
      garbage.map(([what, fault]) => [what, operation, facet, fault] as const),
    ),
  )("%s instead of %s is no evidence", async (_, operation, facet, fault) => {
    // A bucket that needs every reading for each facet.
    aws.setFaults({ operation, resource: "stray", fault });
    const found = await aws.scan().gather(probe, [facet]);
    expect(has(found, "stray", facet)).toBe(false);
    expect(found.problems).toMatchObject([
      { subject: { name: "stray" }, facets: [facet], reason: "malformed" },
    ]);
    expect(found.problems[0]?.message.length).toBeLessThan(400);
  });

  test.each(garbage)("%s instead of the listing is no empty account", async (_, fault) => {
    aws.setFaults({ operation: "ListBuckets", fault });
    const found = await aws.scan().gather(probe, ["inventory"]);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ subject: null, reason: "malformed" }]);
  });

  test.each(garbage)("%s instead of the identity proves no account", async (_, fault) => {
    aws.setFaults({ operation: "GetCallerIdentity", fault });
    const found = await aws.scan().gather(probe, ["inventory"]);
    expect(found.observations).toEqual([]);
    expect(found.problems).toHaveLength(1);
  });

  test("another 404 than the documented one does not mean that nothing is configured", async () => {
    const fault = { kind: "error", status: 404, code: "NoSuchBucket" } as const;
    aws.setFaults({ operation: "GetBucketPolicy", resource: "stray", fault });
    const found = await aws.scan().gather(probe, ["transport"]);
    expect(has(found, "stray", "transport")).toBe(false);
    expect(found.problems[0]?.message).toContain("NoSuchBucket");
  });

  test("an error document under status 200 is an error", async () => {
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>no</Message></Error>`;
    aws.setFaults({
      operation: "GetBucketVersioning",
      resource: "stray",
      fault: { kind: "body", body },
    });
    const found = await aws.scan().gather(probe, ["versioning"]);
    expect(has(found, "stray", "versioning")).toBe(false);
    expect(found.problems).toHaveLength(1);
  });

  test("an answer that is too large is not taken in", async () => {
    aws.setFaults({
      operation: "GetBucketPolicy",
      resource: "copy",
      fault: { kind: "body", body: "x".repeat(50_000) },
    });
    const found = await aws.scan({}, { maxAnswerBytes: 20_000 }).gather(probe, ["transport"]);
    expect(found.problems).toMatchObject([
      { subject: { name: "copy" }, facets: ["transport"], reason: "too-large" },
    ]);
  });

  test("what nobody listens at is unreachable", async () => {
    const endpoints = { api: "http://127.0.0.1:1" };
    const found = await aws.scan({ endpoints }, { callMilliseconds: 1_500 }).gather(probe);
    expect(found.observations).toEqual([]);
    expect(["unreachable", "timeout"]).toContain(found.problems[0]?.reason);
  });
});

describe("Amazon S3 in pages", async () => {
  const many = Array.from({ length: 25 }, (_, index) => ({
    name: `bucket-${String(index).padStart(2, "0")}`,
    region: "eu-west-3",
  }));
  const aws = await fakeAws({ buckets: many }, { pageSize: 10 });

  test("all are followed", async () => {
    const found = await aws.scan().gather(probe, ["inventory"]);
    expect(listed(found)?.items.map(({ name }) => name)).toEqual(many.map(({ name }) => name));
    expect(listed(found)?.complete).toBe(true);
  });

  test("one that fails leaves the inventory incomplete, and says so", async () => {
    const token = Buffer.from("20").toString("base64");
    aws.setFaults({
      operation: "ListBuckets",
      fault: { kind: "replace", text: token, by: "broken" },
    });
    const found = await aws.scan().gather(probe, ["inventory"]);
    expect(listed(found)).toMatchObject({ complete: false });
    expect(listed(found)?.items.length).toBeGreaterThanOrEqual(20);
    expect(found.problems).toMatchObject([{ subject: { kind: "target" }, facets: ["inventory"] }]);
  });

  test("a listing that leads back to itself ends", async () => {
    const token = Buffer.from("20").toString("base64");
    const by = Buffer.from("10").toString("base64");
    aws.setFaults({ operation: "ListBuckets", fault: { kind: "replace", text: token, by } });
    const found = await aws.scan().gather(probe, ["inventory"]);
    expect(listed(found)).toMatchObject({ complete: false });
    expect(found.problems[0]?.message).toContain("does not end");
  });
});

describe("Amazon S3 where the listing names no regions", async () => {
  const aws = await fakeAws(
    { buckets: [...buckets, { name: "ireland", region: "eu-west-1" }] },
    { hideRegions: true },
  );

  test("each bucket is asked for its own", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "stray", "location")?.regions).toEqual(["us-east-1"]);
    expect(facetOf(found, "ireland", "location")?.regions).toEqual(["eu-west-1"]);
  });

  test("the old name of Ireland", async () => {
    const fault = { kind: "replace", text: "eu-west-1", by: "EU" } as const;
    aws.setFaults({ operation: "GetBucketLocation", resource: "ireland", fault });
    const found = await aws.scan().gather(probe, ["location"]);
    expect(facetOf(found, "ireland", "location")?.regions).toEqual(["eu-west-1"]);
  });

  test("a region that is not told costs the location only: the rest is found by redirect", async () => {
    aws.setFaults({ operation: "GetBucketLocation", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.problems).toHaveLength(4);
    expect(found.problems[0]).toMatchObject({
      facets: ["location"],
      reason: "denied",
      permission: "s3:GetBucketLocation",
    });
    expect(has(found, "stray", "location")).toBe(false);
    expect(has(found, "stray", "encryption")).toBe(true);
    expect(has(found, "ireland", "transport")).toBe(true);
    const items = facetOf(found, "aws", "inventory")?.items ?? [];
    expect(items.map(({ region }) => region)).toEqual([null, null, null, null]);
    expect(aws.calls.some(({ status }) => status === 301)).toBe(true);
  });

  test("a region that is none is not asked", async () => {
    const fault = { kind: "replace", text: "us-east-1", by: "evil.example" } as const;
    const location = `<LocationConstraint xmlns="x">evil.example/a</LocationConstraint>`;
    aws.setFaults(
      {
        operation: "GetBucketLocation",
        resource: "stray",
        fault: { kind: "body", body: location },
      },
      { operation: "*", resource: "stray", fault },
    );
    const found = await aws.scan().gather(probe, ["location"]);
    expect(found.problems).toMatchObject([
      { subject: { name: "stray" }, facets: ["location"], reason: "malformed" },
    ]);
  });
});

describe("Amazon S3 under an account's own block", async () => {
  const everything = {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  };
  const aws = await fakeAws({ buckets, publicAccessBlock: everything });

  test("no bucket need be asked to know that nobody gets in", async () => {
    const found = await aws.scan().gather(probe, ["exposure"]);
    expect(facetOf(found, "stray", "exposure")).toMatchObject({
      anonymousAccess: false,
      closedBy: [
        "account public access block: RestrictPublicBuckets",
        "account public access block: IgnorePublicAcls",
      ],
    });
    expect(aws.calls.map(({ operation }) => operation)).not.toContain("GetBucketAcl");
  });
});
