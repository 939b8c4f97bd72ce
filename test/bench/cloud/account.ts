import { AWS_SERVICES } from "#model/aws-services.ts";
import { ApiError, type ApiAnswers, type ApiCall } from "#fixtures/estate/aws/answers.ts";
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

const REPORT_COLUMNS =
  "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_2_active";

/** Every report has the root user. */
const REPORT_ROOT = `<root_account>,arn:aws:iam::${ACCOUNT}:root,2020-01-01T00:00:00+00:00,not_supported,no_information,not_supported,not_supported,true,false,false`;

/** What an account answers that has nothing else. */
const EMPTY: ApiAnswers = {
  ...Object.fromEntries(
    AWS_SERVICES.filter((name) => !["s3", "s3control", "sts"].includes(name)).map((name) => [
      `${name}:*`,
      {},
    ]),
  ),
  "backup:DescribeRegionSettings": { ResourceTypeOptInPreference: { EBS: true } },
  "ec2:GetSnapshotBlockPublicAccessState": { State: "unblocked" as const },
  "backup:GetBackupVaultAccessPolicy": new ApiError("ResourceNotFoundException"),
  "cloudfront:ListDistributions": {
    DistributionList: { Marker: "", MaxItems: 100, IsTruncated: false, Quantity: 0, Items: [] },
  },
  "cloudtrail:DescribeTrails": { trailList: [] },
  "guardduty:ListDetectors": { DetectorIds: [] },
  "iam:GetAccountPasswordPolicy": new ApiError("NoSuchEntity", "none", 404),
  "iam:GetAccountAuthorizationDetails": {
    IsTruncated: false,
    UserDetailList: [],
    RoleDetailList: [],
    GroupDetailList: [],
    Policies: [],
  },
  "iam:GenerateCredentialReport": { State: "COMPLETE" as const },
  "iam:GetAccountSummary": { SummaryMap: { AccountMFAEnabled: 1, AccountPasswordPresent: 1 } },
  "iam:GetCredentialReport": {
    Content: Buffer.from(`${REPORT_COLUMNS}\n${REPORT_ROOT}\n`),
    ReportFormat: "text/csv" as const,
    GeneratedTime: new Date(),
  },
  "inspector2:BatchGetAccountStatus": {
    accounts: [
      {
        accountId: ACCOUNT,
        state: { status: "ENABLED" as const, errorCode: "", errorMessage: "" },
        resourceState: {
          ec2: { status: "ENABLED" as const, errorCode: "", errorMessage: "" },
          ecr: { status: "ENABLED" as const, errorCode: "", errorMessage: "" },
        },
      },
    ],
  },
  "opensearch:ListDomainNames": { DomainNames: [] },
  "shield:GetSubscriptionState": { SubscriptionState: "INACTIVE" as const },
};

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
