import * as backup from "@aws-sdk/client-backup";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toRule } from "#probes/aws/backup-plan-facet.ts";
import plansProbe from "#probes/aws/backup-plans.ts";
import vaultsProbe from "#probes/aws/backup-vaults.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { awsTarget, ENVIRONMENT } from "./support.ts";

const REGION = "eu-west-3";

describe.runIf(has("moto"))("against another's AWS Backup", () => {
  let moto: Moto;
  let client: backup.BackupClient;
  let planId: string;
  beforeAll(async () => {
    moto = await startMoto();
    client = new backup.BackupClient({
      endpoint: moto.url,
      region: REGION,
      credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "not-a-real-secret" },
    });
    for (const BackupVaultName of ["open", "locked"]) {
      await client.send(new backup.CreateBackupVaultCommand({ BackupVaultName }));
    }
    await client.send(
      new backup.PutBackupVaultLockConfigurationCommand({
        BackupVaultName: "locked",
        MinRetentionDays: 7,
        MaxRetentionDays: 90,
      }),
    );
    const made = await client.send(
      new backup.CreateBackupPlanCommand({
        BackupPlan: {
          BackupPlanName: "daily",
          Rules: [
            {
              RuleName: "nightly",
              TargetBackupVaultName: "open",
              ScheduleExpression: "cron(0 3 ? * * *)",
              StartWindowMinutes: 60,
              CompletionWindowMinutes: 120,
              Lifecycle: { DeleteAfterDays: 30 },
            },
          ],
        },
      }),
    );
    planId = made.BackupPlanId ?? "";
  });
  afterAll(() => moto.close());

  const scan = () =>
    testScan(awsTarget(moto.url, { account: moto.account, regions: [REGION] }), {
      environment: ENVIRONMENT,
    });

  test("vaults and their locks", async () => {
    const found = await scan().gather(vaultsProbe, ["inventory", "encryption", "immutability"]);
    const items = facetOf(found, "aws", "inventory")?.items ?? [];
    expect(items.filter(({ region }) => region === REGION).map(({ name }) => name)).toEqual([
      "open",
      "locked",
    ]);
    expect(facetOf(found, "open", "immutability")?.mode).toBe("none");
    expect(facetOf(found, "locked", "immutability")).toMatchObject({
      mode: "governance",
      minimumDays: 7,
    });
  });

  test("plans and their rules; selections, which moto does not have, are no empty list", async () => {
    const found = await scan().gather(plansProbe);
    expect(facetOf(found, "aws", "inventory")?.items.map(({ name }) => name)).toEqual(["daily"]);
    expect(facetOf(found, "daily", "backupPlan")).toBeUndefined();
    expect(found.problems.some(({ facets }) => facets.includes("backupPlan"))).toBe(true);
    const { BackupPlan: plan } = await client.send(
      new backup.GetBackupPlanCommand({ BackupPlanId: planId }),
    );
    const place = { account: { id: moto.account, partition: "aws" }, region: REGION };
    const rule = plan?.Rules?.[0] ?? {};
    expect(toRule("daily", rule, place, new Date("2026-06-01T00:00:00Z"))).toMatchObject({
      longestInterval: 86_400,
      window: 3 * 3600,
      places: [{ region: REGION, retention: "P30D" }],
    });
  });
});
