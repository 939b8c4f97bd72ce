import { describe, expect, test } from "vitest";
import { estateSchema } from "#model/estate.ts";
import probe from "#probes/aws/s3.ts";
import { toFinding, toSample } from "#probes/aws/s3-sampling.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const REGION = "eu-west-3";
const key = (id: string) => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;
const NEW = "2026-01-01T00:00:00.000Z";
const OLD = "2019-01-01T00:00:00.000Z";
const object = (name: string, fields: object = {}) => ({ key: name, lastModified: NEW, ...fields });

const buckets = [
  {
    name: "mixed",
    region: REGION,
    objects: [
      object("a", { encryption: "aws:kms", keyArn: key("own") }),
      object("customer Jane Doe/ñ+1.pdf", { encryption: null, lastModified: OLD }),
      object("c"),
    ],
  },
  {
    name: "keys",
    region: REGION,
    objects: [
      object("a", { encryption: "aws:kms", keyArn: key("own") }),
      object("b", { encryption: "aws:kms:dsse", keyArn: key("aws") }),
      object("c", { encryption: "aws:fsx" }),
      object("d"),
      object("e", { encryption: "rot13" }),
    ],
  },
  { name: "empty", region: REGION },
  {
    name: "bare",
    region: REGION,
    objects: [object("a", { encryption: null }), object("b", { encryption: null })],
  },
  { name: "sse-c", region: REGION, objects: [object("a"), object("b", { encryption: "SSE-C" })] },
  {
    name: "away",
    region: "us-east-1",
    encryption: { algorithm: "aws:kms", key: key("own") },
    objects: [object("a"), object("b"), object("c")],
  },
];

describe("samples of objects", async () => {
  const aws = await fakeAws({
    buckets,
    answers: {
      "kms:ListAliases": () => ({
        Aliases: [{ AliasName: "alias/aws/s3", TargetKeyId: "aws" }],
        Truncated: false,
      }),
    },
  });
  const scan = (sampleObjects?: number) =>
    aws
      .scan(sampleObjects === undefined ? {} : { sampleObjects })
      .gather(probe, ["inventory", "encryption"]);
  const sampleOf = (found: Gathered, name: string) => facetOf(found, name, "encryption")?.sampled;
  const callsOf = (operation: string) =>
    aws.calls.filter((call) => call.operation === operation).length;

  test("none are taken unless the estate asks", async () => {
    const before = [callsOf("ListObjectsV2"), callsOf("HeadObject")];
    const found = await scan();
    expect(sampleOf(found, "mixed")).toBeUndefined();
    expect(facetOf(found, "mixed", "encryption")?.enabled).toBe(true);
    expect([callsOf("ListObjectsV2"), callsOf("HeadObject")]).toEqual(before);
  });

  test("none are taken where no claim asks for encryption", async () => {
    const before = callsOf("HeadObject");
    await aws.scan({ sampleObjects: 3 }).gather(probe, ["inventory", "versioning"]);
    expect(callsOf("HeadObject")).toBe(before);
  });

  test("the oldest object first, whatever its name: it is the one without encryption", async () => {
    const found = await scan(1);
    expect(sampleOf(found, "mixed")).toEqual({
      looked: 1,
      listed: 3,
      more: false,
      unencrypted: 1,
      untold: 0,
      providerKeys: 0,
      customerKeys: 0,
      unknownKeys: 0,
      why: null,
    });
    // The setting stays what it is.
    expect(facetOf(found, "mixed", "encryption")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      caveat: expect.stringContaining("objects that were not sampled may be older"),
    });
  });

  test("whose keys they are, of each", async () => {
    const found = await scan(10);
    expect(sampleOf(found, "keys")).toMatchObject({
      looked: 5,
      unencrypted: 0,
      untold: 1,
      providerKeys: 2,
      customerKeys: 1,
      unknownKeys: 1,
      why: "“rot13” is no encryption that S3 documents",
    });
    expect(sampleOf(found, "mixed")).toMatchObject({
      looked: 3,
      unencrypted: 1,
      providerKeys: 1,
      customerKeys: 1,
    });
    expect(sampleOf(found, "empty")).toMatchObject({ looked: 0, listed: 0 });
    expect(facetOf(found, "away", "encryption")).toMatchObject({
      keyManagement: "customer",
      sampled: { looked: 3, providerKeys: 3 },
    });
  });

  test("no more than was asked for, by one page and no body", async () => {
    const [listed, headed] = [callsOf("ListObjectsV2"), callsOf("HeadObject")];
    await scan(2);
    expect(callsOf("ListObjectsV2") - listed).toBe(buckets.length);
    expect(callsOf("HeadObject") - headed).toBe(2 + 2 + 0 + 2 + 2 + 2);
    expect(callsOf("GetObject")).toBe(0);
  });

  test("no name of an object is kept, whatever comes of it", async () => {
    for (const fault of [null, { kind: "denied" }, { kind: "reset" }] as const) {
      aws.setFaults(...(fault === null ? [] : [{ operation: "HeadObject", fault }]));
      expect(JSON.stringify(await scan(3))).not.toMatch(/Jane/);
    }
  });

  test("a key of which it was not read whose it is", async () => {
    aws.setFaults({ operation: "ListAliases", fault: { kind: "denied" } });
    const sample = sampleOf(await scan(1), "keys");
    expect(sample).toMatchObject({ looked: 1, unknownKeys: 1 });
    expect(sample?.why).toContain("(permission kms:ListAliases)");
  });

  test("SSE-C tells nothing without the customer's key, so nothing is concluded", async () => {
    const found = await scan(2);
    expect(facetOf(found, "sse-c", "encryption")).toBeUndefined();
    const problem = found.problems.find(({ subject }) => subject?.name === "sse-c");
    expect(problem).toMatchObject({
      reason: "malformed",
      operation: "s3:HeadObject",
      facets: ["encryption"],
      permission: null,
      message: expect.stringContaining("only a key of the customer's own (SSE-C) opens it"),
    });
  });

  test.each([
    ["GetBucketEncryption", "s3:GetEncryptionConfiguration"],
    ["ListObjectsV2", "s3:ListBucket"],
    ["HeadObject", "s3:GetObject"],
  ])("%s denied: the setting alone passes for nothing", async (operation, permission) => {
    aws.setFaults({ operation, resource: "away", fault: { kind: "denied" } });
    const found = await scan(3);
    expect(facetOf(found, "away", "encryption")).toBeUndefined();
    expect(found.problems.filter(({ subject }) => subject?.name === "away")).toMatchObject([
      { reason: "denied", permission, facets: ["encryption"] },
    ]);
    expect(sampleOf(found, "mixed")).toBeDefined();
  });

  test.each<[string, object]>([
    ["no answer", { kind: "reset" }],
    ["an object that is gone", { kind: "error", status: 404, code: "NotFound" }],
    ["another server, whose answer has no word of S3", { kind: "body", body: "" }],
  ])("%s costs the reading", async (_, fault) => {
    aws.setFaults({ operation: "HeadObject", resource: "mixed", fault: fault as never });
    const found = await scan(3);
    expect(facetOf(found, "mixed", "encryption")).toBeUndefined();
    expect(found.problems.some(({ subject }) => subject?.name === "mixed")).toBe(true);
  });

  test("an object that was seen without encryption counts, though another was not seen", async () => {
    const fault = { kind: "denied" } as const;
    aws.setFaults({ operation: "HeadObject", resource: "bare", fault, times: 1 });
    const sample = sampleOf(await scan(2), "bare");
    expect(sample).toMatchObject({ looked: 1, unencrypted: 1, listed: 2 });
  });

  test.each(["<KeyCount>3</KeyCount>", "<LastModified>2019-01-01T00:00:00.000Z</LastModified>"])(
    "a listing without %s is no listing",
    async (text) => {
      const fault = { kind: "replace" as const, text, by: "" };
      aws.setFaults({ operation: "ListObjectsV2", resource: "mixed", fault });
      const found = await scan(3);
      expect(facetOf(found, "mixed", "encryption")).toBeUndefined();
      expect(found.problems.find(({ subject }) => subject?.name === "mixed")).toMatchObject({
        reason: "malformed",
      });
    },
  );
});

describe("what an answer says of one object", () => {
  const listed = { key: "a", tag: '"0"', written: 0 };
  const provider = () => Promise.resolve({ by: "provider" as const, why: null });

  test("an answer about another object is none", async () => {
    await expect(toFinding({ ETag: '"1"' }, listed, provider)).rejects.toThrow("another object");
    await expect(toFinding({}, listed, provider)).rejects.toThrow("another object");
  });

  test("SSE-C where a server tells it, and KMS without a key", async () => {
    const own = { ETag: '"0"', SSECustomerAlgorithm: "AES256" };
    expect(await toFinding(own, listed, provider)).toMatchObject({ manager: { by: "customer" } });
    const nameless = { ETag: '"0"', ServerSideEncryption: "aws:kms" as const };
    expect(await toFinding(nameless, listed, provider)).toMatchObject({ manager: { by: null } });
  });

  test("a page that counts what it does not hold is none", () => {
    expect(toSample({ KeyCount: 0 }, 3)).toEqual([]);
    expect(() => toSample({}, 3)).toThrow(TypeError);
    expect(() => toSample({ KeyCount: 1, Contents: [{ Key: "a", ETag: "b" }] }, 3)).toThrow(
      TypeError,
    );
  });
});

test.each([0, 11, 1.5, "3"])("an estate cannot ask for %j objects", (sampleObjects) => {
  const target = { id: "a", provider: "aws", account: ACCOUNT, regions: [REGION], sampleObjects };
  expect(estateSchema.safeParse({ version: 1, targets: [target] }).success).toBe(false);
});
