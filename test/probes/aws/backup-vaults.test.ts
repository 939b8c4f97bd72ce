import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import probe, { lockAt, toEncryption } from "#probes/aws/backup-vaults.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (name: string, region = "eu-west-3") =>
  `arn:aws:backup:${region}:${ACCOUNT}:backup-vault:${name}`;
const vault = (name: string, fields: object = {}, region = "eu-west-3") => ({
  BackupVaultName: name,
  BackupVaultArn: arn(name, region),
  EncryptionKeyArn: `arn:aws:kms:${region}:${ACCOUNT}:key/1`,
  Locked: false,
  ...fields,
});
const statement = {
  Effect: "Allow",
  Principal: { AWS: ["arn:aws:iam::111122223333:role/leads", "999900001111"] },
  Action: "backup:StartRestoreJob",
  Resource: "*",
};

describe("backup vaults", async () => {
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "backup:ListBackupVaults": ({ input, region }) => {
        if (region !== "eu-west-3") return { BackupVaultList: [vault("stray", {}, region)] };
        return input["nextToken"] === "2"
          ? { BackupVaultList: [vault("open")] }
          : { BackupVaultList: [vault("main")], NextToken: "2" };
      },
      "backup:GetBackupVaultAccessPolicy": ({ input }) =>
        input["BackupVaultName"] === "main"
          ? { Policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }) }
          : new ApiError("ResourceNotFoundException", "no policy", 400),
    },
  });

  test("all pages of all enabled regions", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "aws", "inventory")?.items.map(({ id }) => id)).toEqual([
      arn("main"),
      arn("open"),
      arn("stray", "us-east-1"),
    ]);
    expect(facetOf(found, "stray", "immutability")?.mode).toBe("none");
    expect(facetOf(found, "stray", "encryption")?.enabled).toBe(true);
  });

  test("whom a policy lets in; without one, nobody by it", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "main", "accessPolicy")?.grants).toEqual([
      {
        principal: "arn:aws:iam::111122223333:role/leads",
        labels: [],
        actions: ["backup:StartRestoreJob"],
        conditions: [],
      },
      {
        principal: "999900001111",
        labels: [],
        actions: ["backup:StartRestoreJob"],
        conditions: [],
      },
    ]);
    expect(facetOf(found, "open", "accessPolicy")?.grants).toEqual([]);
    // Identity policies and other services' calls reach recovery points whatever the vault says.
    expect(facetOf(found, "open", "accessPolicy")?.unseen).toHaveLength(2);
  });

  test("a denied policy costs the policies only", async () => {
    aws.setFaults({ operation: "GetBackupVaultAccessPolicy", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "main", "accessPolicy")).toBeUndefined();
    expect(facetOf(found, "main", "encryption")).toBeDefined();
    expect(found.problems).toHaveLength(3);
    expect(found.problems[0]).toMatchObject({
      reason: "denied",
      permission: "backup:GetBackupVaultAccessPolicy",
      facets: ["accessPolicy"],
    });
  });

  test("another error is no missing policy, nor is an answer without one", async () => {
    for (const answer of [new ApiError("InvalidParameterValueException"), {}]) {
      const odd = await fakeAws({
        answers: {
          "backup:ListBackupVaults": { BackupVaultList: [vault("main")] },
          "backup:GetBackupVaultAccessPolicy": answer,
        },
      });
      const found = await odd.scan().gather(probe);
      expect(facetOf(found, "main", "accessPolicy")).toBeUndefined();
      expect(found.problems).toMatchObject([{ reason: "malformed", facets: ["accessPolicy"] }]);
    }
  });

  test("a denied listing is no account without vaults", async () => {
    aws.setFaults({ operation: "ListBackupVaults", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "aws", "inventory")).toBeUndefined();
    expect(found.problems).toMatchObject([{ permission: "backup:ListBackupVaults" }]);
  });
});

describe("a vault lock", () => {
  const now = new Date("2026-06-01T00:00:00Z");
  const lock = lockAt(now);
  test.each([
    ["none", { Locked: false }, "none", null],
    ["governance: no date", { Locked: true, MinRetentionDays: 7 }, "governance", 7],
    ["not yet", { Locked: true, LockDate: new Date("2026-06-02T00:00:00Z") }, "governance", null],
    ["since now", { Locked: true, LockDate: now, MinRetentionDays: 30 }, "compliance", 30],
    // A date that stayed behind when the lock was taken away locks nothing.
    ["a date alone", { Locked: false, LockDate: now, MinRetentionDays: 30 }, "none", null],
    ["not said", {}, null, null],
    [
      "air-gapped",
      { VaultType: "LOGICALLY_AIR_GAPPED_BACKUP_VAULT" as const, MinRetentionDays: 7 },
      "compliance",
      7,
    ],
  ])("%s", (_what, fields, mode, minimumDays) => {
    expect(lock(fields)).toMatchObject({ mode, minimumDays });
  });
  test("says for how long", () => {
    expect(
      lock({ Locked: true, LockDate: now, MinRetentionDays: 7, MaxRetentionDays: 90 }).detail,
    ).toBe(
      "vault lock, immutable since 2026-06-01T00:00:00.000Z, at least 7 days, at most 90 days",
    );
  });
});

test("by whose key a vault encrypts", () => {
  expect(toEncryption({ EncryptionKeyType: "CUSTOMER_MANAGED_KMS_KEY" }).keyManagement).toBe(
    "customer",
  );
  expect(toEncryption({ EncryptionKeyType: "AWS_OWNED_KMS_KEY" }).keyManagement).toBe("provider");
  expect(toEncryption({ EncryptionKeyArn: "arn:aws:kms:eu-west-3:1:key/1" })).toMatchObject({
    enabled: true,
    algorithm: "AES-256",
    keyManagement: null,
  });
  expect(toEncryption({})).toMatchObject({ enabled: null, algorithm: null });
});
