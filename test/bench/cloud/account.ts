import type { ApiAnswers, ApiCall } from "#fixtures/estate/aws/answers.ts";
import type { AwsBucket } from "#fixtures/estate/aws/estate.ts";

/** How much an account holds. */
export interface Size {
  readonly buckets: number;
  readonly securityGroups: number;
  readonly logGroups: number;
  readonly recoveryPoints: number;
}

const REGION = "eu-west-3";
const ACCOUNT = "123456789012";

export function bucketsOf({ buckets }: Size): readonly AwsBucket[] {
  return several(buckets, (index) => ({ name: `bench-${number(index)}`, region: REGION }));
}

/** Pages as long as AWS makes them. */
export function answersOf({ securityGroups, logGroups, recoveryPoints }: Size): ApiAnswers {
  const groups = several(securityGroups, (index) => ({
    GroupId: `sg-${number(index)}`,
    GroupName: `bench-${number(index)}`,
    SecurityGroupArn: `arn:aws:ec2:${REGION}:${ACCOUNT}:security-group/sg-${number(index)}`,
    OwnerId: ACCOUNT,
    VpcId: "vpc-1",
    IpPermissions: [
      { IpProtocol: "tcp", FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    ],
    IpPermissionsEgress: [],
    Tags: [],
  }));
  const logs = several(logGroups, (index) => ({
    logGroupName: `/bench/${number(index)}`,
    logGroupArn: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/bench/${number(index)}`,
    retentionInDays: 30,
  }));
  const vault = "bench";
  const points = several(recoveryPoints, (index) => ({
    RecoveryPointArn: `arn:aws:ec2:${REGION}::snapshot/snap-${number(index)}`,
    BackupVaultName: vault,
    BackupVaultArn: `arn:aws:backup:${REGION}:${ACCOUNT}:backup-vault:${vault}`,
    ResourceArn: `arn:aws:ec2:${REGION}:${ACCOUNT}:volume/vol-${number(index % 100)}`,
    ResourceType: "EBS",
    Status: "COMPLETED" as const,
    IsEncrypted: true,
    CreationDate: new Date(Date.UTC(2026, 10, 1) - index * 3_600_000),
  }));
  return {
    ...EMPTY,
    "ec2:DescribeSecurityGroups": paged(groups, 1000, "SecurityGroups", "NextToken"),
    "logs:DescribeLogGroups": paged(logs, 50, "logGroups", "nextToken"),
    "backup:ListBackupVaults": {
      BackupVaultList: [
        {
          BackupVaultName: vault,
          BackupVaultArn: `arn:aws:backup:${REGION}:${ACCOUNT}:backup-vault:${vault}`,
          EncryptionKeyArn: `arn:aws:kms:${REGION}:${ACCOUNT}:key/bench`,
        },
      ],
    },
    "backup:ListRecoveryPointsByBackupVault": paged(points, 1000, "RecoveryPoints", "NextToken"),
  };
}

/** What an account answers that has nothing else. */
const EMPTY: ApiAnswers = {};

function paged(items: readonly unknown[], size: number, list: string, token: string) {
  return ({ input }: ApiCall): object => {
    const asked = Object.entries(input).find(
      ([name]) => name.toLowerCase() === token.toLowerCase(),
    );
    const from = Number(asked?.[1] ?? 0);
    const next = from + size;
    return {
      [list]: items.slice(from, next),
      ...(next < items.length ? { [token]: String(next) } : {}),
    };
  };
}

function several<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function number(index: number): string {
  return String(index).padStart(5, "0");
}
