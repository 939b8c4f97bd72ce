import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import { toKeyRotation, whyNotRotatable } from "#probes/aws/kms-facets.ts";
import probe from "#probes/aws/kms.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (id: string, region = "eu-west-3") => `arn:aws:kms:${region}:${ACCOUNT}:key/${id}`;
const SYMMETRIC = {
  KeyManager: "CUSTOMER",
  KeySpec: "SYMMETRIC_DEFAULT",
  KeyState: "Enabled",
  Origin: "AWS_KMS",
} as const;
const METADATA: Readonly<Record<string, object>> = {
  rotating: SYMMETRIC,
  still: SYMMETRIC,
  asymmetric: { ...SYMMETRIC, KeySpec: "RSA_2048" },
  odd: {},
};

describe("KMS keys", async () => {
  const asked: string[] = [];
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "kms:ListKeys": ({ input, region }) => {
        const key = (id: string) => ({ KeyId: id, KeyArn: arn(id, region) });
        if (region !== "eu-west-3") return { Keys: [key("stray")], Truncated: false };
        return input["Marker"] === "2"
          ? { Keys: [key("asymmetric"), key("odd")], Truncated: false }
          : { Keys: [key("rotating"), key("still")], Truncated: true, NextMarker: "2" };
      },
      "kms:DescribeKey": ({ input }) => {
        const id = String(input["KeyId"]).split("/")[1] ?? "";
        return { KeyMetadata: { KeyId: id, ...(METADATA[id] ?? SYMMETRIC) } };
      },
      "kms:GetKeyRotationStatus": ({ input }) => {
        const id = String(input["KeyId"]).split("/")[1] ?? "";
        asked.push(id);
        return id === "rotating"
          ? { KeyRotationEnabled: true, RotationPeriodInDays: 180 }
          : { KeyRotationEnabled: false };
      },
      "tagging:GetResources": {
        ResourceTagMappingList: [
          { ResourceARN: arn("rotating"), Tags: [{ Key: "for", Value: "db" }] },
        ],
      },
    },
  });

  test("all pages of all regions, with tags", async () => {
    const found = await aws.scan().gather(probe);
    const items = facetOf(found, "aws", "inventory")?.items ?? [];
    expect(items.map(({ name, region, tags }) => [name, region, tags])).toEqual([
      ["rotating", "eu-west-3", { for: "db" }],
      ["still", "eu-west-3", {}],
      ["asymmetric", "eu-west-3", {}],
      ["odd", "eu-west-3", {}],
      ["stray", "us-east-1", {}],
    ]);
  });

  test("which rotate; a key that cannot is not asked", async () => {
    asked.length = 0;
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "rotating", "keyRotation")).toMatchObject({
      enabled: true,
      periodDays: 180,
    });
    expect(facetOf(found, "still", "keyRotation")?.enabled).toBe(false);
    expect(facetOf(found, "asymmetric", "keyRotation")).toMatchObject({ enabled: null });
    expect(asked.toSorted()).toEqual(["rotating", "still", "stray"]);
    expect(found.problems).toMatchObject([{ reason: "malformed", subject: { name: "odd" } }]);
  });

  test.each([
    ["DescribeKey", "kms:DescribeKey", 5],
    ["GetKeyRotationStatus", "kms:GetKeyRotationStatus", 3],
  ])("%s denied is named, and nothing else is lost", async (operation, permission, count) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    const denied = found.problems.filter(({ reason }) => reason === "denied");
    expect(denied).toHaveLength(count);
    expect(new Set(denied.map((problem) => problem.permission))).toEqual(new Set([permission]));
    expect(facetOf(found, "aws", "inventory")?.items).toHaveLength(5);
  });

  test("a listing that is denied leaves nothing", async () => {
    aws.setFaults({ operation: "ListKeys", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ permission: "kms:ListKeys" }]);
  });

  test("a key that is gone meanwhile is no key that does not rotate", async () => {
    const gone = await fakeAws({
      answers: {
        "kms:ListKeys": { Keys: [{ KeyId: "k", KeyArn: arn("k") }] },
        "kms:DescribeKey": new ApiError("NotFoundException"),
      },
    });
    const found = await gone.scan().gather(probe);
    expect(facetOf(found, "k", "keyRotation")).toBeUndefined();
    expect(found.problems).toHaveLength(1);
  });
});

describe("what a key says of itself", () => {
  test.each([
    [SYMMETRIC, null],
    [{ ...SYMMETRIC, KeyManager: "AWS" }, "AWS manages the key and rotates it every year"],
    [{ ...SYMMETRIC, KeySpec: "ECC_NIST_P256" }, "asymmetric keys (ECC_NIST_P256)"],
    [{ ...SYMMETRIC, KeySpec: "HMAC_256" }, "HMAC keys (HMAC_256)"],
    [{ ...SYMMETRIC, Origin: "EXTERNAL" }, "origin EXTERNAL"],
    [{ ...SYMMETRIC, Origin: "AWS_CLOUDHSM" }, "origin AWS_CLOUDHSM"],
    [{ ...SYMMETRIC, KeyState: "PendingDeletion" }, "is PendingDeletion and encrypts nothing new"],
    [{ ...SYMMETRIC, KeyState: "Disabled" }, "is Disabled"],
  ] as const)("%o", (metadata, why) => {
    const told = whyNotRotatable({ KeyMetadata: { KeyId: "k", ...metadata } });
    if (why === null) expect(told).toBeNull();
    else expect(told).toContain(why);
  });

  test("without its state nothing is concluded", () => {
    expect(() => whyNotRotatable({})).toThrow(TypeError);
    expect(() => toKeyRotation({})).toThrow(TypeError);
    expect(() => toKeyRotation({ KeyRotationEnabled: true, RotationPeriodInDays: 0.5 })).toThrow(
      TypeError,
    );
  });

  test("a period that is not told is not guessed", () => {
    expect(toKeyRotation({ KeyRotationEnabled: true }).periodDays).toBeNull();
  });
});
