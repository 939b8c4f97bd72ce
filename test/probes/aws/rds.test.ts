import type { DBInstance } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import probe from "#probes/aws/rds.ts";
import { facetOf, type Gathered } from "../../support/probe-context.ts";
import { cluster, instance, parameter, rdsArn, REGION } from "./rds-answers.ts";
import { fakeAws } from "./support.ts";

const member = (name: string, zone: string, fields: Partial<DBInstance> = {}) =>
  instance(name, {
    DBClusterIdentifier: "shop",
    AvailabilityZone: zone,
    Engine: "aurora-postgresql",
    ...fields,
  });
const docdb = { Engine: "docdb", DBClusterIdentifier: "papers" };
const AT = new Date("2026-05-31T03:00:00Z");
const taken = { Status: "available", SnapshotCreateTime: AT, TagList: [], Engine: "postgres" };

describe("RDS", async () => {
  const asked: string[] = [];
  const aws = await fakeAws({
    regions: [REGION, "us-east-1"],
    answers: {
      "rds:DescribeDBInstances": ({ input, region }) => {
        if (region !== REGION) {
          return {
            DBInstances: [
              instance(
                "main-copy",
                {
                  ReadReplicaSourceDBInstanceIdentifier: rdsArn("db", "main"),
                  StatusInfos: [
                    { StatusType: "read replication", Normal: true, Status: "replicating" },
                  ],
                  BackupRetentionPeriod: 0,
                  VpcSecurityGroups: [],
                },
                region,
              ),
            ],
          };
        }
        return input["Marker"] === "2"
          ? {
              DBInstances: [
                member("shop-1", "eu-west-3a"),
                member("shop-2", "eu-west-3b"),
                instance("papers-1", docdb),
              ],
            }
          : {
              DBInstances: [
                instance("main", {
                  MultiAZ: true,
                  SecondaryAvailabilityZone: "eu-west-3c",
                  ReadReplicaDBInstanceIdentifiers: [rdsArn("db", "main-copy", "us-east-1")],
                  DBInstanceAutomatedBackupsReplications: [
                    {
                      DBInstanceAutomatedBackupsArn: rdsArn("auto-backup", "ab-1", "us-east-1"),
                    },
                  ],
                }),
                instance("open", {
                  PubliclyAccessible: true,
                  StorageEncrypted: false,
                  KmsKeyId: undefined,
                  BackupRetentionPeriod: 0,
                }),
              ],
              Marker: "2",
            };
      },
      "rds:DescribeDBClusters": ({ region }) => ({
        DBClusters:
          region === REGION
            ? [
                cluster("shop"),
                cluster("papers", {
                  Engine: "docdb",
                  EngineVersion: "5.0.0",
                  DBClusterParameterGroup: "papers-tls",
                  DBClusterMembers: [
                    { DBInstanceIdentifier: "papers-1", DBClusterParameterGroupStatus: "in-sync" },
                  ],
                }),
              ]
            : [],
      }),
      "rds:DescribeDBSnapshots": ({ region }) => ({
        DBSnapshots:
          region === REGION
            ? [
                {
                  ...taken,
                  DBSnapshotIdentifier: "rds:main-1",
                  DBSnapshotArn: rdsArn("snapshot", "rds:main-1"),
                  DBInstanceIdentifier: "main",
                  SnapshotType: "automated",
                  Encrypted: true,
                },
                {
                  ...taken,
                  DBSnapshotIdentifier: "by-hand",
                  DBSnapshotArn: rdsArn("snapshot", "by-hand"),
                  DBInstanceIdentifier: "main",
                  SnapshotType: "manual",
                  Encrypted: false,
                },
              ]
            : [],
      }),
      "rds:DescribeDBClusterSnapshots": ({ region }) => ({
        DBClusterSnapshots:
          region === REGION
            ? [
                {
                  ...taken,
                  DBClusterSnapshotIdentifier: "shop-by-hand",
                  DBClusterSnapshotArn: rdsArn("cluster-snapshot", "shop-by-hand"),
                  DBClusterIdentifier: "shop",
                  SnapshotType: "manual",
                  StorageEncrypted: true,
                },
              ]
            : [],
      }),
      "rds:DescribeDBSnapshotAttributes": ({ input }) => {
        asked.push(String(input["DBSnapshotIdentifier"]));
        return {
          DBSnapshotAttributesResult: {
            DBSnapshotAttributes: [{ AttributeName: "restore", AttributeValues: ["all"] }],
          },
        };
      },
      "rds:DescribeDBClusterSnapshotAttributes": {
        DBClusterSnapshotAttributesResult: {
          DBClusterSnapshotAttributes: [
            { AttributeName: "restore", AttributeValues: ["444455556666"] },
          ],
        },
      },
      "rds:DescribeDBParameters": ({ input }) => {
        asked.push(`${String(input["DBParameterGroupName"])} ${input["Marker"] === "2" ? 2 : 1}`);
        return input["Marker"] === "2"
          ? { Parameters: [parameter("rds.force_ssl", "1")] }
          : { Parameters: [parameter("ssl_min_protocol_version", "TLSv1.3")], Marker: "2" };
      },
      "rds:DescribeDBClusterParameters": ({ input }) => ({
        Parameters:
          input["DBClusterParameterGroupName"] === "papers-tls"
            ? [parameter("tls", "tls1.2+")]
            : [parameter("rds.force_ssl", "0", "system")],
      }),
      "rds:DescribeDBInstanceAutomatedBackups": ({ region }) => ({
        DBInstanceAutomatedBackups: [
          {
            DBInstanceAutomatedBackupsArn: rdsArn("auto-backup", "ab-1", region),
            BackupRetentionPeriod: 14,
            DBInstanceIdentifier: "main",
            Engine: "postgres",
            Encrypted: true,
            DBInstanceArn: rdsArn("db", "main"),
            Status: "active",
            RestoreWindow: {
              EarliestTime: new Date("2026-05-25T03:10:00Z"),
              LatestTime: new Date("2026-06-01T11:57:00Z"),
            },
          },
        ],
      }),
      "rds:DescribeDBClusterAutomatedBackups": ({ region }) => ({
        DBClusterAutomatedBackups:
          region === REGION
            ? [
                {
                  DbClusterResourceId: "cluster-gone",
                  DBClusterIdentifier: "gone",
                  DBClusterArn: rdsArn("cluster", "gone"),
                  Engine: "aurora-mysql",
                  Status: "retained",
                  StorageEncrypted: false,
                },
              ]
            : [],
      }),
      "rds:DescribeGlobalClusters": {
        GlobalClusters: [
          {
            GlobalClusterIdentifier: "world",
            GlobalClusterMembers: [
              { DBClusterArn: rdsArn("cluster", "shop"), IsWriter: true },
              {
                DBClusterArn: rdsArn("cluster", "shop-far", "eu-central-1"),
                IsWriter: false,
                SynchronizationStatus: "connected",
              },
            ],
          },
        ],
      },
      "ec2:DescribeSecurityGroups": {
        SecurityGroups: [
          {
            GroupId: "sg-1",
            IpPermissions: [
              {
                IpProtocol: "tcp",
                FromPort: 5432,
                ToPort: 5432,
                IpRanges: [{ CidrIp: "0.0.0.0/0" }],
              },
              { IpProtocol: "tcp", FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: "10.0.0.0/8" }] },
            ],
          },
        ],
      },
      "kms:ListAliases": { Aliases: [{ AliasName: "alias/aws/rds", TargetKeyId: "aws-rds" }] },
    },
  });
  const facetNames = (found: Gathered, name: string) =>
    found.observations
      .filter(({ subject }) => subject.name === name)
      .map(({ facet }) => facet)
      .toSorted();

  test("instances and clusters of all engines, and snapshots, each by its kind", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const items = found.observations.flatMap((seen) =>
      seen.facet === "inventory" ? seen.value.items : [],
    );
    expect(items.map(({ kind, name, region }) => `${kind} ${name} ${region}`)).toEqual([
      "AWS::RDS::DBInstance main eu-west-3",
      "AWS::RDS::DBInstance open eu-west-3",
      "AWS::RDS::DBInstance shop-1 eu-west-3",
      "AWS::RDS::DBInstance shop-2 eu-west-3",
      "AWS::DocDB::DBInstance papers-1 eu-west-3",
      "AWS::RDS::DBInstance main-copy us-east-1",
      "AWS::RDS::DBCluster shop eu-west-3",
      "AWS::DocDB::DBCluster papers eu-west-3",
      "AWS::RDS::DBSnapshot rds:main-1 eu-west-3",
      "AWS::RDS::DBSnapshot by-hand eu-west-3",
      "AWS::RDS::DBClusterSnapshot shop-by-hand eu-west-3",
      // A copy of backups in another region, and those of a database that is gone.
      "AWS::RDS::DBInstanceAutomatedBackup main us-east-1",
      "AWS::RDS::DBClusterAutomatedBackup gone eu-west-3",
    ]);
    expect(facetOf(found, "gone", "encryption")?.enabled).toBe(false);
    expect(items[0]?.tags).toEqual({ env: "prod" });
    expect(facetNames(found, "papers-1")).toEqual(["exposure", "ingress"]);
    expect(facetNames(found, "papers")).not.toContain("replication");
    // The encryption of the copy of its backups is the tenth.
    expect(facetNames(found, "main")).toHaveLength(10);
  });

  test("an instance: its key, standby, port, replica and backups", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "main", "encryption")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      keyManagement: "customer",
    });
    expect(facetOf(found, "main", "redundancy")).toEqual({
      zones: 2,
      zoneNames: ["eu-west-3a", "eu-west-3c"],
      zoneRedundant: true,
      geoRedundant: true,
      setting: "Multi-AZ",
    });
    expect(facetOf(found, "main", "transport")).toMatchObject({
      secureOnly: true,
      minimumTls: "TLSv1.3",
      minimumTlsIsDefault: false,
    });
    expect(facetOf(found, "main", "exposure")).toMatchObject({
      anonymousAccess: false,
      openNetwork: false,
    });
    expect(facetOf(found, "main", "ingress")).toMatchObject({
      reachable: false,
      allowed: [{ protocol: "tcp", ports: [5432, 5432], ranges: ["0.0.0.0/0"] }],
    });
    expect(facetOf(found, "main", "replication")?.destinations).toEqual([
      {
        region: "us-east-1",
        subject: rdsArn("db", "main-copy", "us-east-1"),
        status: "active",
        whole: true,
        lastSync: null,
      },
    ]);
    expect(facetOf(found, "main", "backups")).toEqual({
      rules: [
        {
          name: "automated backups",
          longestInterval: 0,
          window: 300,
          places: [
            { region: REGION, vault: null, retention: "P7D" },
            { region: "us-east-1", vault: null, retention: "P14D" },
          ],
        },
      ],
      partOf: [],
    });
    expect(facetOf(found, "main", "location")).toEqual({
      regions: [REGION, "us-east-1"],
      zones: null,
    });
    expect(facetOf(found, "open", "location")).toBeUndefined();
    expect(facetOf(found, "main", "recoveryPoints")).toMatchObject({
      points: [],
      retention: "P7D",
      continuous: { from: "2026-05-25T03:10:00.000Z", to: "2026-06-01T11:57:00.000Z" },
    });
  });

  test("an instance that is open: the rules at its port, and nothing else of its group", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "open", "encryption")?.enabled).toBe(false);
    expect(facetOf(found, "open", "backups")?.rules).toEqual([]);
    expect(facetOf(found, "open", "recoveryPoints")?.continuous).toBeUndefined();
    expect(facetOf(found, "open", "exposure")?.openNetwork).toBeNull();
    const ingress = facetOf(found, "open", "ingress");
    expect(ingress?.reachable).toBe(true);
    expect(ingress?.allowed).toHaveLength(1);
    expect(ingress?.detail).toContain("network ACLs and routes are not read");
  });

  test("a cluster is where its instances are; what holds for it holds for them", async () => {
    const found = await aws.scan().gather(probe);
    for (const name of ["shop", "shop-1", "shop-2"]) {
      expect(facetOf(found, name, "redundancy")).toMatchObject({
        zones: 2,
        zoneNames: ["eu-west-3a", "eu-west-3b"],
        zoneRedundant: true,
      });
      expect(facetOf(found, name, "transport")).toMatchObject({ secureOnly: false });
      expect(facetOf(found, name, "recoveryPoints")?.continuous).toEqual({
        from: "2026-05-18T03:00:00.000Z",
        to: "2026-06-01T11:56:00.000Z",
      });
      expect(facetOf(found, name, "replication")?.destinations).toMatchObject([
        { region: "eu-central-1", status: "active", whole: true },
      ]);
    }
    expect(facetOf(found, "shop", "redundancy")?.setting).toContain("published design");
    expect(facetOf(found, "shop", "encryption")?.keyManagement).toBe("provider");
    expect(facetOf(found, "shop", "backups")?.rules).toHaveLength(1);
    expect(facetOf(found, "shop-1", "backups")).toEqual({
      rules: [],
      partOf: [rdsArn("cluster", "shop")],
    });
    expect(facetOf(found, "papers", "redundancy")).toMatchObject({ zones: 1 });
    expect(facetOf(found, "papers", "transport")).toMatchObject({
      secureOnly: true,
      minimumTls: "TLSv1.2",
    });
  });

  test("snapshots: of what, when, until when, and who may restore them", async () => {
    asked.length = 0;
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "rds:main-1", "recoveryPoint")).toEqual({
      of: rdsArn("db", "main"),
      at: AT.toISOString(),
      usable: true,
      deletedAt: "2026-06-07T03:00:00.000Z",
      state: "available",
    });
    expect(facetOf(found, "by-hand", "recoveryPoint")?.deletedAt).toBeNull();
    expect(facetOf(found, "shop-by-hand", "recoveryPoint")?.of).toBe(rdsArn("cluster", "shop"));
    expect(facetOf(found, "by-hand", "encryption")?.enabled).toBe(false);
    expect(facetOf(found, "by-hand", "exposure")?.anonymousAccess).toBe(true);
    expect(facetOf(found, "rds:main-1", "exposure")?.anonymousAccess).toBe(false);
    expect(facetOf(found, "shop-by-hand", "exposure")).toMatchObject({
      anonymousAccess: false,
      through: ["shared with account 444455556666"],
    });
    // What RDS made by itself is not asked about, and a parameter group is asked once.
    expect(asked.toSorted()).toEqual(["by-hand", "strict 1", "strict 1", "strict 2", "strict 2"]);
  });

  test.each([
    ["DescribeDBParameters", ["main transport", "main-copy transport", "open transport"]],
    [
      "DescribeDBClusterParameters",
      ["papers transport", "shop transport", "shop-1 transport", "shop-2 transport"],
    ],
    [
      "DescribeDBInstanceAutomatedBackups",
      // The listing of those that are left over, and with it what it lists.
      ["aws ", "main backups", "main recoveryPoints"],
    ],
    ["DescribeDBClusterAutomatedBackups", ["aws "]],
    ["DescribeGlobalClusters", ["shop replication", "shop-1 replication", "shop-2 replication"]],
    ["DescribeDBSnapshotAttributes", ["by-hand exposure"]],
    ["DescribeDBClusterSnapshotAttributes", ["shop-by-hand exposure"]],
  ])("%s denied is named, and nothing else is lost", async (operation, lost) => {
    const whole = await aws.scan().gather(probe);
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    const named = found.problems.map(({ subject, facets }) => `${subject?.name} ${facets.join()}`);
    expect(named.toSorted()).toEqual(lost);
    expect(new Set(found.problems.map(({ permission }) => permission))).toEqual(
      new Set([`rds:${operation}`]),
    );
    // With a listing go its inventory and the encryption of what was in it.
    const more = lost.includes("aws ") ? 1 : 0;
    expect(found.observations).toHaveLength(whole.observations.length - lost.length - more);
  });

  test("without security groups nobody knows what is let in", async () => {
    aws.setFaults({ operation: "DescribeSecurityGroups", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe, ["ingress", "exposure"]);
    expect(found.problems.every(({ facets }) => facets[0] === "ingress")).toBe(true);
    expect(found.problems[0]?.permission).toBe("ec2:DescribeSecurityGroups");
    expect(facetOf(found, "open", "exposure")).toBeDefined();
  });

  test("without clusters their instances are half known, the others wholly", async () => {
    aws.setFaults({ operation: "DescribeDBClusters", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    const lost = found.problems.filter(({ subject }) => subject?.name === "shop-1");
    expect(lost.flatMap(({ facets }) => facets).toSorted()).toEqual([
      "backups",
      "recoveryPoints",
      "redundancy",
      "replication",
      "transport",
    ]);
    expect(new Set(lost.map(({ permission }) => permission))).toEqual(
      new Set(["rds:DescribeDBClusters"]),
    );
    expect(facetOf(found, "shop-1", "encryption")?.enabled).toBe(true);
    expect(facetNames(found, "main")).toHaveLength(10);
  });

  test("without instances nobody knows where a cluster is", async () => {
    aws.setFaults({ operation: "DescribeDBInstances", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    const lost = found.problems.filter(({ subject }) => subject?.name === "shop");
    expect(lost).toMatchObject([{ facets: ["redundancy"], permission: "rds:DescribeDBInstances" }]);
    expect(facetOf(found, "shop", "transport")).toBeDefined();
  });

  test("a replica whose parameters are denied may leave something out, and the permission is named", async () => {
    const source = instance("a", {
      Engine: "mysql",
      ReadReplicaDBInstanceIdentifiers: [rdsArn("db", "b")],
    });
    const replica = instance("b", {
      Engine: "mysql",
      ReadReplicaSourceDBInstanceIdentifier: rdsArn("db", "a"),
    });
    const mysql = await fakeAws({
      answers: {
        "rds:DescribeDBInstances": { DBInstances: [source, replica] },
        "rds:DescribeDBClusters": {},
        "rds:DescribeDBSnapshots": {},
        "rds:DescribeDBClusterSnapshots": {},
        "rds:DescribeDBInstanceAutomatedBackups": {},
        "rds:DescribeDBClusterAutomatedBackups": {},
        "rds:DescribeDBParameters": { Parameters: [] },
      },
    });
    const whole = await mysql.scan().gather(probe, ["replication"]);
    expect(whole.problems).toEqual([]);
    expect(facetOf(whole, "a", "replication")?.destinations).toMatchObject([{ whole: true }]);
    mysql.setFaults({ operation: "DescribeDBParameters", fault: { kind: "denied" } });
    const found = await mysql.scan().gather(probe, ["replication"]);
    expect(found.problems).toMatchObject([
      {
        subject: { name: "a" },
        facets: ["replication"],
        reason: "denied",
        permission: "rds:DescribeDBParameters",
      },
    ]);
    expect(facetOf(found, "a", "replication")?.destinations).toMatchObject([{ whole: null }]);
  });

  test("a region that is forbidden takes nothing from the others", async () => {
    const half = await fakeAws({
      regions: [REGION, "us-east-1"],
      answers: {
        "rds:DescribeDBInstances": { DBInstances: [] },
        "rds:DescribeDBSnapshots": {},
        "rds:DescribeDBClusterSnapshots": {},
        "rds:DescribeDBInstanceAutomatedBackups": {},
        "rds:DescribeDBClusterAutomatedBackups": {},
        "rds:DescribeDBClusters": ({ region }) =>
          region === REGION
            ? { DBClusters: [cluster("c", { DBClusterMembers: [] })] }
            : { DBClusters: [{}] },
      },
    });
    const found = await half.scan().gather(probe, ["redundancy"]);
    expect(facetOf(found, "c", "redundancy")).toMatchObject({ zones: null, zoneRedundant: null });
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
    expect(found.problems[0]?.message).toContain("us-east-1");
  });
});
