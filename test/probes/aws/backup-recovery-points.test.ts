import type { RecoveryPointByBackupVault } from "@aws-sdk/client-backup";
import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import { toEncryption, toRecoveryPoint } from "#probes/aws/backup-point-facets.ts";
import probe from "#probes/aws/backup-recovery-points.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const VOLUME = `arn:aws:ec2:eu-west-3:${ACCOUNT}:volume/vol-1`;
const id = (name: string, region = "eu-west-3") =>
  `arn:aws:backup:${region}:${ACCOUNT}:recovery-point:${name}`;
const at = new Date("2026-05-31T03:10:00Z");
const point = (name: string, fields: object = {}): RecoveryPointByBackupVault => ({
  RecoveryPointArn: id(name),
  ResourceArn: VOLUME,
  ResourceName: name,
  Status: "COMPLETED",
  CreationDate: at,
  IsEncrypted: true,
  ...fields,
});
const vault = (name: string, region: string) => ({
  BackupVaultName: name,
  BackupVaultArn: `arn:aws:backup:${region}:${ACCOUNT}:backup-vault:${name}`,
});
const named = (name: string) => `${name} ${at.toISOString()}`;

/** A vault with more points than one page holds. */
const MANY = 5_200;

describe("recovery points", async () => {
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "backup:ListBackupVaults": ({ region }) => ({
        BackupVaultList:
          region === "eu-west-3"
            ? [vault("main", region), vault("full", region)]
            : [vault("far", region)],
      }),
      "backup:ListRecoveryPointsByBackupVault": ({ input, region }) => {
        if (region !== "eu-west-3") {
          return { RecoveryPoints: [point("copy", { RecoveryPointArn: id("copy", region) })] };
        }
        if (input["BackupVaultName"] === "main") {
          return {
            RecoveryPoints: [
              point("whole"),
              point("partial", { Status: "PARTIAL", IsEncrypted: false }),
            ],
          };
        }
        const from = Number(input["nextToken"] ?? 0);
        const to = Math.min(MANY, from + Number(input["maxResults"]));
        return {
          RecoveryPoints: Array.from({ length: to - from }, (_, at_) => point(`p${from + at_}`)),
          ...(to < MANY ? { NextToken: String(to) } : {}),
        };
      },
      "tagging:GetResources": ({ region }) => ({
        ResourceTagMappingList:
          region === "eu-west-3"
            ? [{ ResourceARN: id("whole"), Tags: [{ Key: "a", Value: "b" }] }]
            : [],
      }),
    },
  });

  test("those of all vaults in all regions, six pages of one among them, and no call for each", async () => {
    const before = aws.calls.length;
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory?.complete).toBe(true);
    expect(inventory?.items).toHaveLength(MANY + 3);
    const calls = aws.calls
      .slice(before)
      .filter(({ operation }) => operation === "ListRecoveryPointsByBackupVault");
    expect(calls).toHaveLength(6 + 2);
    expect(facetOf(found, named("whole"), "recoveryPoint")).toEqual({
      of: VOLUME,
      at: at.toISOString(),
      usable: true,
      deletedAt: null,
      state: "COMPLETED",
    });
    expect(facetOf(found, named("partial"), "recoveryPoint")?.usable).toBe(false);
    expect(facetOf(found, named("partial"), "encryption")?.enabled).toBe(false);
    const copy = inventory?.items.find(({ name }) => name === named("copy"));
    expect(copy?.region).toBe("us-east-1");
  });

  test("no tags where the tagging service tells none is not known to be none", async () => {
    const found = await aws.scan().gather(probe, ["inventory"]);
    const tags = (name: string) =>
      facetOf(found, "aws", "inventory")?.items.find((item) => item.name === named(name))?.tags;
    expect(tags("whole")).toEqual({ a: "b" });
    expect(tags("partial")).toBeNull();
  });

  test("a vault that cannot be read leaves the listing incomplete and costs no other", async () => {
    const partly = await fakeAws({
      answers: {
        "backup:ListBackupVaults": ({ region }) => ({
          BackupVaultList: [vault("main", region), vault("closed", region)],
        }),
        "backup:ListRecoveryPointsByBackupVault": ({ input }) =>
          input["BackupVaultName"] === "closed"
            ? new ApiError("AccessDeniedException", "not authorized", 403)
            : { RecoveryPoints: [point("whole")] },
      },
    });
    const found = await partly.scan().gather(probe);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory?.complete).toBe(false);
    expect(inventory?.items.map(({ name }) => name)).toEqual([named("whole")]);
    expect(found.problems).toMatchObject([
      {
        reason: "denied",
        permission: "backup:ListRecoveryPointsByBackupVault",
        kinds: ["AWS::Backup::RecoveryPoint"],
      },
    ]);
    expect(found.problems[0]?.message).toContain("eu-west-3/closed");
  });

  test("without vaults listed there is no list of points", async () => {
    aws.setFaults({ operation: "ListBackupVaults", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "aws", "inventory")).toBeUndefined();
    expect(found.problems).toMatchObject([
      { permission: "backup:ListBackupVaults", kinds: ["AWS::Backup::RecoveryPoint"] },
    ]);
  });

  test("an account without vaults has no points, and that is known", async () => {
    const none = await fakeAws({ answers: { "backup:ListBackupVaults": { BackupVaultList: [] } } });
    const found = await none.scan().gather(probe);
    expect(facetOf(found, "aws", "inventory")).toMatchObject({ complete: true, items: [] });
  });

  test("a vault that is gone when it is read is a problem", async () => {
    const odd = await fakeAws({
      answers: {
        "backup:ListBackupVaults": { BackupVaultList: [vault("main", "eu-west-3")] },
        "backup:ListRecoveryPointsByBackupVault": new ApiError("ResourceNotFoundException"),
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toHaveLength(1);
    expect(facetOf(found, "aws", "inventory")).toBeUndefined();
  });
});

test.each([
  ["COMPLETED", true],
  ["AVAILABLE", true],
  ["PARTIAL", false],
  ["EXPIRED", false],
  ["DELETING", false],
  ["CREATING", false],
  ["STOPPED", false],
] as const)("one can recover from a point that is %s: %j", (Status, usable) => {
  expect(toRecoveryPoint(point("p", { Status }))).toMatchObject({ usable, state: Status });
});

test("when a point is deleted, and points that are malformed", () => {
  const DeleteAt = new Date("2026-07-01T00:00:00Z");
  expect(toRecoveryPoint(point("p", { CalculatedLifecycle: { DeleteAt } })).deletedAt).toBe(
    DeleteAt.toISOString(),
  );
  expect(() => toRecoveryPoint({ ...point("p"), Status: undefined })).toThrow("state");
  expect(() => toRecoveryPoint({ ...point("p"), CreationDate: undefined })).toThrow("date");
});

test("that a point does not say whether it is encrypted is no word that it is not", () => {
  expect(toEncryption({}).enabled).toBeNull();
  expect(toEncryption({ IsEncrypted: false })).toMatchObject({ enabled: false, algorithm: null });
});
