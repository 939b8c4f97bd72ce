import type { DBCluster, DBInstance, Parameter } from "@aws-sdk/client-rds";
import { ACCOUNT } from "./support.ts";

export const REGION = "eu-west-3";

/** The ARN of something of RDS. */
export const rdsArn = (type: string, name: string, region = REGION): string =>
  `arn:aws:rds:${region}:${ACCOUNT}:${type}:${name}`;
export const kmsKey = (id: string): string => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;

/** An instance of PostgreSQL as DescribeDBInstances gives it. */
export const instance = (
  name: string,
  fields: Partial<DBInstance> = {},
  region = REGION,
): DBInstance => ({
  DBInstanceIdentifier: name,
  DBInstanceArn: rdsArn("db", name, region),
  DbiResourceId: `db-${name}`,
  Engine: "postgres",
  EngineVersion: "16.3",
  DBInstanceStatus: "available",
  Endpoint: { Address: `${name}.example`, Port: 5432 },
  AvailabilityZone: `${region}a`,
  MultiAZ: false,
  PubliclyAccessible: false,
  StorageEncrypted: true,
  KmsKeyId: kmsKey("own"),
  BackupRetentionPeriod: 7,
  LatestRestorableTime: new Date("2026-06-01T11:55:00Z"),
  DBParameterGroups: [{ DBParameterGroupName: "strict", ParameterApplyStatus: "in-sync" }],
  VpcSecurityGroups: [{ VpcSecurityGroupId: "sg-1", Status: "active" }],
  TagList: [{ Key: "env", Value: "prod" }],
  ...fields,
});

/** A cluster of Aurora PostgreSQL as DescribeDBClusters gives it. */
export const cluster = (name: string, fields: Partial<DBCluster> = {}): DBCluster => ({
  DBClusterIdentifier: name,
  DBClusterArn: rdsArn("cluster", name),
  DbClusterResourceId: `cluster-${name}`,
  Engine: "aurora-postgresql",
  EngineVersion: "16.4",
  Status: "available",
  StorageEncrypted: true,
  KmsKeyId: kmsKey("aws-rds"),
  BackupRetentionPeriod: 14,
  EarliestRestorableTime: new Date("2026-05-18T03:00:00Z"),
  LatestRestorableTime: new Date("2026-06-01T11:56:00Z"),
  DBClusterParameterGroup: "default.aurora-postgresql16",
  DBClusterMembers: [
    { DBInstanceIdentifier: `${name}-1`, DBClusterParameterGroupStatus: "in-sync" },
    { DBInstanceIdentifier: `${name}-2`, DBClusterParameterGroupStatus: "in-sync" },
  ],
  TagList: [],
  ...fields,
});

export const parameter = (
  ParameterName: string,
  ParameterValue?: string,
  Source = "user",
): Parameter => ({ ParameterName, ParameterValue, Source });
