import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as ec2 from "@aws-sdk/client-ec2";
import * as efs from "@aws-sdk/client-efs";
import * as kms from "@aws-sdk/client-kms";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as rds from "@aws-sdk/client-rds";
import type { Seed } from "#fixtures/estate/seeded/truth.ts";
import { given, ZONES, type Emulator } from "./seed.ts";

/** Seeds disks, file systems, tables and log groups. */
export async function seedStores(emulator: Emulator): Promise<readonly Seed[]> {
  return [
    ...(await seedDisks(emulator)),
    ...(await seedFileSystems(emulator)),
    ...(await seedTables(emulator)),
    ...(await seedLogs(emulator)),
    ...(await seedKeys(emulator)),
  ];
}

/** The ids of all disks, those of servers too. */
export async function disksOf(emulator: Emulator): Promise<readonly string[]> {
  const client = new ec2.EC2Client(emulator);
  const { Volumes } = await client.send(new ec2.DescribeVolumesCommand({}));
  client.destroy();
  return (Volumes ?? []).map(({ VolumeId }) => given(VolumeId, "volume"));
}

async function seedDisks(emulator: Emulator): Promise<readonly Seed[]> {
  const client = new ec2.EC2Client(emulator);
  const seeds: Seed[] = [];
  const disk = async (Encrypted: boolean, zone: string) => {
    const { VolumeId } = await client.send(
      new ec2.CreateVolumeCommand({ Size: 8, AvailabilityZone: zone, Encrypted }),
    );
    return given(VolumeId, "volume");
  };
  const at = { "data-residency": "pass" } as const;
  for (let index = 0; index < 12; index += 1) {
    const name = await disk(true, ZONES[index % 3] ?? ZONES[0]);
    seeds.push({ name, expected: { ...at, "encryption-at-rest": "pass" } });
  }
  // Encrypting new volumes by default does not reach back to these two.
  const old = [await disk(false, ZONES[0]), await disk(false, ZONES[1])];
  await client.send(new ec2.EnableEbsEncryptionByDefaultCommand({}));
  for (const name of old) {
    seeds.push({
      name,
      violates: "an unencrypted volume",
      trap: "encryption by default came later",
      expected: { ...at, "encryption-at-rest": "fail" },
    });
    const { SnapshotId } = await client.send(new ec2.CreateSnapshotCommand({ VolumeId: name }));
    seeds.push({
      name: given(SnapshotId, "snapshot"),
      violates: "an unencrypted snapshot",
      expected: { ...at, "encryption-at-rest": "fail" },
    });
  }
  const [shared] = seeds.slice(-1);
  await client.send(
    new ec2.ModifySnapshotAttributeCommand({
      SnapshotId: shared?.name,
      Attribute: "createVolumePermission",
      OperationType: "add",
      GroupNames: ["all"],
    }),
  );
  client.destroy();
  return seeds.map((seed) =>
    seed.name === shared?.name
      ? {
          ...seed,
          violates: "a snapshot that is shared with everyone",
          expected: { ...seed.expected, "public-access": "fail" },
        }
      : seed,
  );
}

async function seedFileSystems(emulator: Emulator): Promise<readonly Seed[]> {
  const client = new efs.EFSClient(emulator);
  const seeds: Seed[] = [];
  const rows = [
    ["files-old", { Encrypted: false }, "fail", "pass", { violates: "an unencrypted file system" }],
    [
      "files-one-zone",
      { Encrypted: true, AvailabilityZoneName: ZONES[0] },
      "pass",
      "fail",
      { violates: "a file system in one zone" },
    ],
  ] as const;
  for (const [name, fields, encrypted, zones, note] of rows) {
    await client.send(
      new efs.CreateFileSystemCommand({ ...fields, Tags: [{ Key: "Name", Value: name }] }),
    );
    seeds.push({
      name,
      ...note,
      expected: {
        "data-residency": "pass",
        // Without a policy of its own a file system may be mounted in clear text.
        "https-only": "fail",
        "encryption-at-rest": encrypted,
        "zone-redundancy": zones,
      },
    });
  }
  client.destroy();
  return seeds;
}

async function seedTables(emulator: Emulator): Promise<readonly Seed[]> {
  const client = new dynamodb.DynamoDBClient(emulator);
  const seeds: Seed[] = [];
  for (let index = 0; index < 8; index += 1) {
    const name = `table-${index}`;
    await client.send(
      new dynamodb.CreateTableCommand({
        TableName: name,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        ...(index === 1 ? { SSESpecification: { Enabled: true, SSEType: "KMS" as const } } : {}),
      }),
    );
    const unprotected = index === 2;
    if (!unprotected) {
      await client.send(
        new dynamodb.UpdateContinuousBackupsCommand({
          TableName: name,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      );
    }
    seeds.push({
      name,
      ...(unprotected ? { violates: "a table without backups" } : {}),
      ...(index === 0 ? { trap: "encrypted by a key that AWS owns and no setting names" } : {}),
      expected: {
        "data-residency": "pass",
        "encryption-at-rest": "pass",
        "backup-coverage": unprotected ? "fail" : "pass",
        "backup-frequency": unprotected ? "fail" : "pass",
      },
    });
  }
  client.destroy();
  return seeds;
}

async function seedLogs(emulator: Emulator): Promise<readonly Seed[]> {
  const client = new logs.CloudWatchLogsClient(emulator);
  const rows = [
    ["/app/forms", 60, "pass", {}],
    ["/app/api", 30, "pass", {}],
    ["/app/edge", 90, "pass", { trap: "90 days lie within three months" }],
    ["/app/forgotten", null, "fail", { violates: "logs that are never deleted" }],
    ["/app/debug", 7, "fail", { violates: "logs that go too early" }],
    ["/app/archive", 365, "fail", { violates: "logs that are kept too long" }],
  ] as const;
  const seeds: Seed[] = [];
  for (const [logGroupName, retentionInDays, outcome, note] of rows) {
    await client.send(new logs.CreateLogGroupCommand({ logGroupName }));
    if (retentionInDays !== null) {
      await client.send(new logs.PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
    }
    const expected = { "log-retention": outcome, "encryption-at-rest": "pass" } as const;
    seeds.push({ name: logGroupName, ...note, expected });
  }
  client.destroy();
  return seeds;
}

async function seedKeys(emulator: Emulator): Promise<readonly Seed[]> {
  const client = new kms.KMSClient(emulator);
  const seeds: Seed[] = [];
  const key = async (
    fields: kms.CreateKeyCommandInput,
    rotates: boolean,
    outcome: "pass" | "fail" | "not-applicable",
    note: Partial<Seed>,
  ) => {
    const { KeyMetadata } = await client.send(new kms.CreateKeyCommand(fields));
    const name = given(KeyMetadata?.KeyId, "key");
    if (rotates) await client.send(new kms.EnableKeyRotationCommand({ KeyId: name }));
    seeds.push({ name, ...note, expected: { "key-rotation": outcome } });
    return name;
  };
  await key({}, true, "pass", {});
  await key({}, false, "fail", { violates: "a key that never rotates" });
  await key({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }, false, "not-applicable", {
    trap: "an asymmetric key cannot rotate",
  });
  const off = await key({}, false, "not-applicable", { trap: "a disabled key is not rotated" });
  await client.send(new kms.DisableKeyCommand({ KeyId: off }));
  // The emulator takes the keys that AWS manages for a customer's.
  const own = new Set(seeds.map(({ name }) => name));
  const { Keys } = await client.send(new kms.ListKeysCommand({}));
  for (const { KeyId } of Keys ?? []) {
    const name = given(KeyId, "key");
    if (!own.has(name)) seeds.push({ name, expected: { "key-rotation": "fail" } });
  }
  client.destroy();
  return seeds;
}

/** Seeds databases; those that the Internet can address need the groups of the network. */
export async function seedDatabases(emulator: Emulator): Promise<readonly Seed[]> {
  const client = new rds.RDSClient(emulator);
  const rows = [
    ["orders", {}, {}, {}],
    [
      "unencrypted",
      { StorageEncrypted: false },
      { "encryption-at-rest": "fail" },
      { violates: "an unencrypted database" },
    ],
    [
      "single-zone",
      { MultiAZ: false },
      { "zone-redundancy": "fail" },
      { violates: "a database in one zone" },
    ],
    [
      "no-backups",
      { BackupRetentionPeriod: 0 },
      { "backup-coverage": "fail", "backup-frequency": "fail" },
      { violates: "a database without backups" },
    ],
    [
      "short-backups",
      { BackupRetentionPeriod: 1 },
      { "backup-retention": "fail" },
      { violates: "backups that are kept for a day" },
    ],
  ] as const;
  const seeds: Seed[] = [];
  for (const [name, fields, differs, note] of rows) {
    await client.send(
      new rds.CreateDBInstanceCommand({
        DBInstanceIdentifier: name,
        DBInstanceClass: "db.t3.micro",
        Engine: "postgres",
        EngineVersion: "16.3",
        AllocatedStorage: 20,
        MasterUsername: "seed",
        MasterUserPassword: "seeded-and-never-used",
        StorageEncrypted: true,
        MultiAZ: true,
        PubliclyAccessible: false,
        BackupRetentionPeriod: 30,
        ...fields,
      }),
    );
    seeds.push({
      name,
      ...note,
      expected: {
        "data-residency": "pass",
        "encryption-at-rest": "pass",
        "zone-redundancy": "pass",
        "backup-coverage": "pass",
        "backup-frequency": "pass",
        "internet-exposure": "pass",
        ...differs,
      },
    });
  }
  const { DBSnapshots } = await client.send(new rds.DescribeDBSnapshotsCommand({}));
  for (const { DBSnapshotIdentifier, DBInstanceIdentifier } of DBSnapshots ?? []) {
    const isClear = DBInstanceIdentifier === "unencrypted";
    seeds.push({
      name: given(DBSnapshotIdentifier, "snapshot"),
      ...(isClear ? { violates: "an unencrypted snapshot of a database" } : {}),
      expected: { "encryption-at-rest": isClear ? "fail" : "pass" },
    });
  }
  client.destroy();
  return seeds;
}
