import type { ApiAnswers } from "#fixtures/estate/aws/answers.ts";
import { credentialReport } from "./account.ts";
import type { Seed } from "#fixtures/estate/seeded/truth.ts";
import { PARIS } from "#fixtures/estate/aws-recorded/organization.ts";
import { STRAY } from "./seed.ts";

/** What the emulator lacks beside backups, or gets wrong, with what it must come to. */
export function besides(
  account: string,
  now: Date,
): { readonly seeds: readonly Seed[]; readonly answers: ApiAnswers } {
  const vpn = (id: string, state: "available" | "deleted", up: readonly boolean[]) => ({
    VpnConnectionId: id,
    State: state,
    Type: "ipsec.1" as const,
    CustomerGatewayId: "cgw-1",
    VgwTelemetry: up.map((isUp, index) => ({
      OutsideIpAddress: `203.0.113.${index + 1}`,
      Status: isUp ? ("UP" as const) : ("DOWN" as const),
      LastStatusChange: new Date(now.getTime() - 3_600_000),
    })),
  });
  return {
    seeds: [
      {
        name: "vpn-gone",
        trap: "a connection that is deleted and still told as up",
        expected: {},
      },
    ],
    answers: {
      "ec2:DescribeRegions": { Regions: [{ RegionName: PARIS }, { RegionName: STRAY }] },
      "ec2:DescribeVpnConnections": {
        VpnConnections: [
          vpn("vpn-up", "available", [true, false]),
          vpn("vpn-gone", "deleted", [true, true]),
        ],
      },
      "ec2:DescribeCustomerGateways": {
        CustomerGateways: [{ CustomerGatewayId: "cgw-1", IpAddress: "203.0.113.1" }],
      },
      "inspector2:BatchGetAccountStatus": {
        accounts: [
          {
            accountId: account,
            state: { status: "ENABLED" as const, errorCode: "", errorMessage: "" },
            resourceState: {
              ec2: { status: "ENABLED" as const, errorCode: "", errorMessage: "" },
              ecr: { status: "ENABLED" as const, errorCode: "", errorMessage: "" },
            },
          },
        ],
        failedAccounts: [],
      },
      "ec2:GetSnapshotBlockPublicAccessState": { State: "unblocked" as const },
      "iam:GenerateCredentialReport": { State: "COMPLETE" as const },
      "iam:GetCredentialReport": {
        Content: credentialReport(account),
        ReportFormat: "text/csv" as const,
        GeneratedTime: now,
      },
      "rds:DescribeDBClusterAutomatedBackups": { DBClusterAutomatedBackups: [] },
      "rds:DescribeDBInstanceAutomatedBackups": { DBInstanceAutomatedBackups: [] },
      "shield:GetSubscriptionState": { SubscriptionState: "INACTIVE" as const },
      "cloudcontrol:ListResources": { ResourceDescriptions: [] },
      "emr:ListClusters": { Clusters: [] },
      "fsx:DescribeBackups": { Backups: [] },
      "fsx:DescribeFileSystems": { FileSystems: [] },
      "opensearch:ListDomainNames": { DomainNames: [] },
      "directconnect:DescribeConnections": { connections: [] },
      "directconnect:DescribeVirtualInterfaces": { virtualInterfaces: [] },
    },
  };
}
