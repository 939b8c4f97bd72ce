import * as backup from "@aws-sdk/client-backup";
import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import type { Seed } from "#fixtures/estate/seeded/truth.ts";
import { PARIS } from "#fixtures/estate/aws-recorded/organization.ts";
import { given, type Emulator } from "./seed.ts";

const DAY = 86_400_000;

/** What backups of disks come to, by name of the disk. */
interface Protected {
  readonly seeds: readonly Seed[];
  /** What the emulator lacks: selections, policies, recovery points and tests of recovery. */
  readonly answers: ApiAnswers;
}

/** Seeds plans and vaults, and the recovery points of the given disks. */
export async function seedBackups(
  emulator: Emulator,
  account: string,
  disks: readonly string[],
  now: Date,
): Promise<Protected> {
  const client = new backup.BackupClient(emulator);
  const vaults = new Map<string, string>();
  for (const BackupVaultName of ["production", "open", "contractors"]) {
    const { BackupVaultArn } = await client.send(
      new backup.CreateBackupVaultCommand({
        BackupVaultName,
        EncryptionKeyArn: `arn:aws:kms:${PARIS}:${account}:key/5f1c0e6a-2b7d-4c7e-9d52-0a1b2c3d4e5f`,
      }),
    );
    vaults.set(BackupVaultName, given(BackupVaultArn, "vault"));
  }
  const { BackupPlanId } = await client.send(
    new backup.CreateBackupPlanCommand({
      BackupPlan: {
        BackupPlanName: "daily",
        Rules: [
          {
            RuleName: "every-night",
            TargetBackupVaultName: "production",
            ScheduleExpression: "cron(0 2 * * ? *)",
            StartWindowMinutes: 60,
            CompletionWindowMinutes: 180,
            Lifecycle: { DeleteAfterDays: 30 },
          },
        ],
      },
    }),
  );
  await client.send(
    new backup.PutBackupVaultLockConfigurationCommand({
      BackupVaultName: "production",
      MinRetentionDays: 30,
    }),
  );
  client.destroy();
  const plan = given(BackupPlanId, "plan");
  const arn = (disk: string) => `arn:aws:ec2:${PARIS}:${account}:volume/${disk}`;
  const [uncovered = "", gapped = "", clear = "", partial = ""] = disks;
  const points = disks
    .filter((disk) => disk !== uncovered)
    .flatMap((disk) => pointsOf(disk, arn(disk), now, { gapped, clear, partial }));
  const seeds = disks.map((name): Seed => {
    const covered = name === uncovered ? "fail" : "pass";
    const note =
      name === uncovered
        ? { violates: "a disk that no plan selects" }
        : name === gapped
          ? { violates: "a gap of three days between recovery points" }
          : name === partial
            ? { violates: "backups that were only partial", trap: "a plan is no recovery point" }
            : {};
    return {
      name,
      ...note,
      expected: {
        "backup-coverage": covered,
        "backup-frequency": covered,
        "recovery-point-age":
          name === gapped || name === partial || name === uncovered ? "fail" : "pass",
      },
    };
  });
  const unencrypted = points.find((point) => !point.IsEncrypted);
  return {
    seeds: [
      ...seeds,
      {
        name: given(unencrypted?.RecoveryPointArn, "recovery point"),
        violates: "an unencrypted recovery point",
        trap: "the vault encrypts what it copies, not what it only lists",
        expected: { "encryption-at-rest": "fail" },
      },
      {
        name: "open",
        violates: "a vault that lets anyone in",
        expected: { "backup-access": "fail", "backup-immutability": "fail" },
      },
      {
        name: "contractors",
        violates: "a vault that lets undeclared people in",
        expected: { "backup-access": "fail", "backup-immutability": "fail" },
      },
      {
        name: "production",
        trap: "a clean policy says nothing of identity policies",
        expected: {
          "backup-access": "unknown",
          "backup-immutability": "pass",
          "encryption-at-rest": "pass",
        },
      },
    ],
    answers: {
      "backup:DescribeRegionSettings": {
        ResourceTypeOptInPreference: { EBS: true, RDS: true, DynamoDB: true, EFS: true, S3: true },
      },
      "backup:ListBackupSelections": {
        BackupSelectionsList: [{ SelectionId: "one", SelectionName: "disks", BackupPlanId: plan }],
      },
      "backup:GetBackupSelection": {
        BackupPlanId: plan,
        SelectionId: "one",
        BackupSelection: {
          SelectionName: "disks",
          IamRoleArn: `arn:aws:iam::${account}:role/backup`,
          Resources: [`arn:aws:ec2:*:*:volume/*`],
          NotResources: [arn(uncovered)],
        },
      },
      "backup:GetBackupVaultAccessPolicy": ({ input }) => {
        const name = String(input["BackupVaultName"]);
        return {
          BackupVaultName: name,
          Policy: policyFor(
            name === "open"
              ? "*"
              : {
                  AWS: `arn:aws:iam::${account}:role/${name === "production" ? "technical-lead" : "contractor"}`,
                },
          ),
        };
      },
      "backup:ListRecoveryPointsByBackupVault": ({ input }) => ({
        RecoveryPoints:
          input["BackupVaultName"] === "production"
            ? points.map((point) => ({
                ...point,
                BackupVaultName: "production",
                BackupVaultArn: vaults.get("production"),
              }))
            : [],
      }),
      "backup:ListRestoreTestingPlans": {
        RestoreTestingPlans: [
          {
            RestoreTestingPlanName: "quarterly",
            RestoreTestingPlanArn: `arn:aws:backup:${PARIS}:${account}:restore-testing-plan:quarterly`,
            CreationTime: new Date(now.getTime() - 400 * DAY),
            ScheduleExpression: "cron(0 5 1 */3 ? *)",
          },
        ],
      },
      "backup:ListRestoreJobs": {
        RestoreJobs: [
          {
            RestoreJobId: "job-1",
            Status: "COMPLETED" as const,
            ValidationStatus: "SUCCESSFUL" as const,
            CreationDate: new Date(now.getTime() - 40 * DAY),
            CompletionDate: new Date(now.getTime() - 40 * DAY + 3_600_000),
            CreatedBy: {
              RestoreTestingPlanArn: `arn:aws:backup:${PARIS}:${account}:restore-testing-plan:quarterly`,
            },
          },
        ],
      },
    },
  };
}

/** Thirty nights, but for what is wrong with some. */
function pointsOf(
  disk: string,
  ResourceArn: string,
  now: Date,
  odd: { readonly gapped: string; readonly clear: string; readonly partial: string },
) {
  const nights = Array.from({ length: 30 }, (_, index) => index).filter(
    (index) => disk !== odd.gapped || index < 9 || index > 11,
  );
  return nights.map((index) => {
    const created = new Date(now.getTime() - index * DAY - 6 * 3_600_000);
    return {
      RecoveryPointArn: `arn:aws:ec2:${PARIS}::snapshot/snap-${disk.slice(4, 12)}-${index}`,
      ResourceArn,
      ResourceType: "EBS",
      Status: disk === odd.partial ? ("PARTIAL" as const) : ("COMPLETED" as const),
      IsEncrypted: !(disk === odd.clear && index === 0),
      CreationDate: created,
      CompletionDate: created,
      Lifecycle: { DeleteAfterDays: 30 },
      CalculatedLifecycle: { DeleteAt: new Date(created.getTime() + 30 * DAY) },
    };
  });
}

function policyFor(principal: unknown): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Principal: principal, Action: "backup:StartRestoreJob", Resource: "*" },
    ],
  });
}
