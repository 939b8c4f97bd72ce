import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as ec2 from "@aws-sdk/client-ec2";
import * as efs from "@aws-sdk/client-efs";
import * as kms from "@aws-sdk/client-kms";
import * as rds from "@aws-sdk/client-rds";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Probe } from "#model/probe.ts";
import dynamodbProbe from "#probes/aws/dynamodb.ts";
import ebsProbe from "#probes/aws/ebs.ts";
import efsProbe from "#probes/aws/efs.ts";
import kmsProbe from "#probes/aws/kms.ts";
import rdsProbe from "#probes/aws/rds.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { awsTarget, ENVIRONMENT } from "./support.ts";

const REGION = "eu-west-3";

describe.skipIf(!has("moto"))("data stores in moto, another's AWS", () => {
  let moto: Moto;
  const names = { rotating: "", still: "", signing: "", volume: "", snapshot: "" };
  const gather = (probe: Probe) =>
    testScan(awsTarget(moto.url, { account: moto.account, regions: [REGION] }), {
      environment: ENVIRONMENT,
      now: () => new Date(),
    }).gather(probe);

  beforeAll(async () => {
    moto = await startMoto();
    const options = {
      endpoint: moto.url,
      region: REGION,
      credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
    };
    const keys = new kms.KMSClient(options);
    const made = async (fields: kms.CreateKeyCommandInput = {}) => {
      const { KeyMetadata } = await keys.send(new kms.CreateKeyCommand(fields));
      return KeyMetadata?.KeyId ?? "";
    };
    names.rotating = await made();
    names.still = await made();
    names.signing = await made({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
    await keys.send(new kms.EnableKeyRotationCommand({ KeyId: names.rotating }));

    const disks = new ec2.EC2Client(options);
    const { VolumeId = "" } = await disks.send(
      new ec2.CreateVolumeCommand({
        AvailabilityZone: `${REGION}a`,
        Size: 1,
        Encrypted: true,
        KmsKeyId: `arn:aws:kms:${REGION}:${moto.account}:key/${names.still}`,
      }),
    );
    const { SnapshotId = "" } = await disks.send(new ec2.CreateSnapshotCommand({ VolumeId }));
    names.volume = VolumeId;
    names.snapshot = SnapshotId;

    const tables = new dynamodb.DynamoDBClient(options);
    for (const TableName of ["kept", "plain"]) {
      await tables.send(
        new dynamodb.CreateTableCommand({
          TableName,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        }),
      );
    }
    await tables.send(
      new dynamodb.UpdateContinuousBackupsCommand({
        TableName: "kept",
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      }),
    );

    const files = new efs.EFSClient(options);
    const Tags = [{ Key: "Name", Value: "shared" }];
    await files.send(
      new efs.CreateFileSystemCommand({ CreationToken: "shared", Encrypted: true, Tags }),
    );

    const databases = new rds.RDSClient(options);
    const common = { MasterUsername: "admin", MasterUserPassword: "not-a-real-secret" };
    await databases.send(
      new rds.CreateDBInstanceCommand({
        ...common,
        DBInstanceIdentifier: "main",
        DBInstanceClass: "db.t3.micro",
        Engine: "postgres",
        AllocatedStorage: 20,
        StorageEncrypted: true,
        MultiAZ: true,
        BackupRetentionPeriod: 7,
        PubliclyAccessible: false,
      }),
    );
    await databases.send(
      new rds.CreateDBSnapshotCommand({
        DBInstanceIdentifier: "main",
        DBSnapshotIdentifier: "by-hand",
      }),
    );
    await databases.send(
      new rds.ModifyDBSnapshotAttributeCommand({
        DBSnapshotIdentifier: "by-hand",
        AttributeName: "restore",
        ValuesToAdd: ["all"],
      }),
    );
    for (const client of [keys, disks, tables, files, databases]) client.destroy();
  }, 180_000);
  afterAll(() => moto.close());

  test("which keys rotate", async () => {
    const found = await gather(kmsProbe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, names.rotating, "keyRotation")?.enabled).toBe(true);
    expect(facetOf(found, names.still, "keyRotation")?.enabled).toBe(false);
    expect(facetOf(found, names.signing, "keyRotation")?.enabled).toBeNull();
  });

  test("a volume and its snapshot", async () => {
    const found = await gather(ebsProbe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, names.volume, "encryption")).toMatchObject({
      enabled: true,
      keyManagement: "customer",
    });
    // moto lists every snapshot as public; its own permission says otherwise.
    expect(facetOf(found, names.snapshot, "exposure")?.anonymousAccess).toBe(false);
    expect(facetOf(found, names.snapshot, "recoveryPoint")).toMatchObject({
      of: `arn:aws:ec2:${REGION}:${moto.account}:volume/${names.volume}`,
      usable: true,
    });
  });

  test("tables, one of which can be recovered to any moment", async () => {
    const found = await gather(dynamodbProbe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "kept", "backups")?.rules).toHaveLength(1);
    expect(facetOf(found, "kept", "recoveryPoints")?.continuous).toBeDefined();
    expect(facetOf(found, "plain", "backups")?.rules).toEqual([]);
    expect(facetOf(found, "plain", "encryption")?.enabled).toBe(true);
  });

  test("a file system", async () => {
    // Replication is not implemented there.
    const found = await gather(efsProbe);
    expect(found.problems.map(({ facets }) => facets)).toEqual([["replication"]]);
    expect(facetOf(found, "shared", "encryption")?.enabled).toBe(true);
    expect(facetOf(found, "shared", "redundancy")?.zoneRedundant).toBe(true);
    expect(facetOf(found, "shared", "transport")?.secureOnly).toBe(false);
  });

  test("an instance and its snapshot", async () => {
    // Automated backups lack their database there, and those of clusters are not implemented.
    const found = await gather(rdsProbe);
    expect(found.problems.map(({ operation, reason }) => [operation, reason])).toEqual([
      ["rds:DescribeDBInstanceAutomatedBackups", "malformed"],
      ["rds:DescribeDBClusterAutomatedBackups", expect.any(String)],
    ]);
    expect(facetOf(found, "main", "encryption")?.enabled).toBe(true);
    expect(facetOf(found, "main", "redundancy")?.zoneRedundant).toBe(true);
    expect(facetOf(found, "main", "exposure")?.openNetwork).toBe(false);
    expect(facetOf(found, "main", "backups")?.rules[0]?.places[0]?.retention).toBe("P7D");
    expect(facetOf(found, "by-hand", "recoveryPoint")?.usable).toBe(true);
    expect(facetOf(found, "by-hand", "exposure")?.anonymousAccess).toBe(true);
  });
});
