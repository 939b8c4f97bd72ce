import type { DescribeSecurityGroupsResult, SecurityGroup } from "@aws-sdk/client-ec2";
import type {
  DBClusterParameterGroupDetails,
  DBInstanceAutomatedBackup,
  DBInstanceAutomatedBackupMessage,
  DBParameterGroupDetails,
  GlobalCluster,
  GlobalClustersMessage,
  Parameter,
} from "@aws-sdk/client-rds";
import { oncePer, type Known } from "#probes/common/known.ts";
import { askAll } from "./known.ts";
import type { AwsSession } from "./session.ts";

type All<Item> = Promise<Known<readonly Item[]>>;

/** What is asked once for all databases of a region, or for all that use a parameter group. */
export interface RdsAsks {
  readonly parameters: (region: string, group: string) => All<Parameter>;
  readonly clusterParameters: (region: string, group: string) => All<Parameter>;
  readonly automatedBackups: (region: string) => All<DBInstanceAutomatedBackup>;
  readonly globalClusters: (region: string) => All<GlobalCluster>;
  readonly securityGroups: (region: string) => All<SecurityGroup>;
}

/** Each is asked for once, however many databases need it. */
export function rdsAsks(session: AwsSession): RdsAsks {
  const parameters = oncePer((key) => askParameters(key, session));
  const clusterParameters = oncePer((key) => askClusterParameters(key, session));
  return {
    parameters: (region, group) => parameters(`${region} ${group}`),
    clusterParameters: (region, group) => clusterParameters(`${region} ${group}`),
    automatedBackups: oncePer((region) => askAutomatedBackups(region, session)),
    globalClusters: oncePer((region) => askGlobalClusters(region, session)),
    securityGroups: oncePer((region) => askSecurityGroups(region, session)),
  };
}

/** @param key region and name of the group; neither has a space */
function askParameters(key: string, session: AwsSession): All<Parameter> {
  const [region = "", DBParameterGroupName] = key.split(" ");
  return askAll(session, {
    service: "rds",
    region,
    operation: "DescribeDBParameters",
    permission: "rds:DescribeDBParameters",
    page: (Marker) => async (client, options) => {
      const { DescribeDBParametersCommand } = await import("@aws-sdk/client-rds");
      const command = new DescribeDBParametersCommand({
        DBParameterGroupName,
        MaxRecords: 100,
        Marker,
      });
      return client.send(command, options);
    },
    next: (page: DBParameterGroupDetails) => page.Marker,
    items: (page) => page.Parameters,
  });
}

function askClusterParameters(key: string, session: AwsSession): All<Parameter> {
  const [region = "", DBClusterParameterGroupName] = key.split(" ");
  return askAll(session, {
    service: "rds",
    region,
    operation: "DescribeDBClusterParameters",
    permission: "rds:DescribeDBClusterParameters",
    page: (Marker) => async (client, options) => {
      const { DescribeDBClusterParametersCommand } = await import("@aws-sdk/client-rds");
      const command = new DescribeDBClusterParametersCommand({
        DBClusterParameterGroupName,
        MaxRecords: 100,
        Marker,
      });
      return client.send(command, options);
    },
    next: (page: DBClusterParameterGroupDetails) => page.Marker,
    items: (page) => page.Parameters,
  });
}

function askAutomatedBackups(region: string, session: AwsSession): All<DBInstanceAutomatedBackup> {
  return askAll(session, {
    service: "rds",
    region,
    operation: "DescribeDBInstanceAutomatedBackups",
    permission: "rds:DescribeDBInstanceAutomatedBackups",
    page: (Marker) => async (client, options) => {
      const { DescribeDBInstanceAutomatedBackupsCommand } = await import("@aws-sdk/client-rds");
      const command = new DescribeDBInstanceAutomatedBackupsCommand({ MaxRecords: 100, Marker });
      return client.send(command, options);
    },
    next: (page: DBInstanceAutomatedBackupMessage) => page.Marker,
    items: (page) => page.DBInstanceAutomatedBackups,
  });
}

function askGlobalClusters(region: string, session: AwsSession): All<GlobalCluster> {
  return askAll(session, {
    service: "rds",
    region,
    operation: "DescribeGlobalClusters",
    permission: "rds:DescribeGlobalClusters",
    page: (Marker) => async (client, options) => {
      const { DescribeGlobalClustersCommand } = await import("@aws-sdk/client-rds");
      const command = new DescribeGlobalClustersCommand({ MaxRecords: 100, Marker });
      return client.send(command, options);
    },
    next: (page: GlobalClustersMessage) => page.Marker,
    items: (page) => page.GlobalClusters,
  });
}

function askSecurityGroups(region: string, session: AwsSession): All<SecurityGroup> {
  return askAll(session, {
    service: "ec2",
    region,
    operation: "DescribeSecurityGroups",
    permission: "ec2:DescribeSecurityGroups",
    page: (NextToken) => async (client, options) => {
      const { DescribeSecurityGroupsCommand } = await import("@aws-sdk/client-ec2");
      const command = new DescribeSecurityGroupsCommand({ MaxResults: 1000, NextToken });
      return client.send(command, options);
    },
    next: (page: DescribeSecurityGroupsResult) => page.NextToken,
    items: (page) => page.SecurityGroups,
  });
}
