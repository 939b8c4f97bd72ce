import { describe, expect, test } from "vitest";
import { toEncryption, toReplication, toBackups } from "#probes/aws/dynamodb-facets.ts";
import probe from "#probes/aws/dynamodb.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (name: string, region = "eu-west-3") =>
  `arn:aws:dynamodb:${region}:${ACCOUNT}:table/${name}`;
const key = (id: string) => `arn:aws:kms:eu-west-3:${ACCOUNT}:key/${id}`;
const OWN_KEY = {
  SSEDescription: { Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: key("own") },
};
const EARLIEST = new Date("2026-05-10T00:00:00Z");
const LATEST = new Date("2026-06-01T11:55:00Z");

describe("DynamoDB tables", async () => {
  const TABLES: Readonly<Record<string, object>> = {
    orders: {
      ...OWN_KEY,
      GlobalTableVersion: "2019.11.21",
      Replicas: [
        { RegionName: "eu-west-3", ReplicaStatus: "ACTIVE" },
        { RegionName: "eu-west-1", ReplicaStatus: "ACTIVE" },
        { RegionName: "eu-central-1", ReplicaStatus: "REGION_DISABLED" },
      ],
    },
    plain: {},
    managed: {
      SSEDescription: { Status: "ENABLED", SSEType: "KMS", KMSMasterKeyArn: key("aws-dynamodb") },
    },
  };
  const aws = await fakeAws({
    regions: ["eu-west-3", "eu-west-1"],
    answers: {
      "dynamodb:ListTables": ({ input, region }) => {
        if (region !== "eu-west-3") return { TableNames: ["stray"] };
        return input["ExclusiveStartTableName"] === "orders"
          ? { TableNames: ["plain", "managed"] }
          : { TableNames: ["orders"], LastEvaluatedTableName: "orders" };
      },
      "dynamodb:DescribeTable": ({ input }) => {
        const TableName = String(input["TableName"]);
        return { Table: { TableName, TableStatus: "ACTIVE", ...TABLES[TableName] } };
      },
      "dynamodb:DescribeContinuousBackups": ({ input }) => ({
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: "ENABLED",
          PointInTimeRecoveryDescription:
            input["TableName"] === "orders"
              ? {
                  PointInTimeRecoveryStatus: "ENABLED",
                  RecoveryPeriodInDays: 20,
                  EarliestRestorableDateTime: EARLIEST,
                  LatestRestorableDateTime: LATEST,
                }
              : { PointInTimeRecoveryStatus: "DISABLED" },
        },
      }),
      "dynamodb:ListBackups": ({ input }) => {
        const backup = (BackupCreationDateTime: Date, fields: object = {}) => ({
          TableArn: arn("plain"),
          BackupStatus: "AVAILABLE",
          BackupType: "USER",
          BackupCreationDateTime,
          ...fields,
        });
        return input["ExclusiveStartBackupArn"] === "arn:2"
          ? { BackupSummaries: [backup(EARLIEST), backup(LATEST, { BackupStatus: "CREATING" })] }
          : {
              BackupSummaries: [
                backup(new Date("2026-05-20T00:00:00Z")),
                backup(LATEST, { BackupType: "AWS_BACKUP" }),
              ],
              LastEvaluatedBackupArn: "arn:2",
            };
      },
      "kms:ListAliases": {
        Aliases: [{ AliasName: "alias/aws/dynamodb", TargetKeyId: "aws-dynamodb" }],
        Truncated: false,
      },
      "tagging:GetResources": {
        ResourceTagMappingList: [
          { ResourceARN: arn("orders"), Tags: [{ Key: "env", Value: "prod" }] },
        ],
      },
    },
  });

  test("all pages of all regions, with tags", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "aws", "inventory")?.items.map(({ id, tags }) => [id, tags])).toEqual([
      [arn("stray", "eu-west-1"), {}],
      [arn("orders"), { env: "prod" }],
      [arn("plain"), {}],
      [arn("managed"), {}],
    ]);
  });

  test("every table is encrypted; whose key it is says the alias", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "orders", "encryption")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "published-design",
      keyManagement: "customer",
    });
    expect(facetOf(found, "managed", "encryption")?.keyManagement).toBe("provider");
    expect(facetOf(found, "plain", "encryption")?.keyManagement).toBe("provider");
  });

  test("the other tables of a global one, each with its state", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "orders", "replication")).toEqual({
      destinations: [
        {
          region: "eu-west-1",
          subject: arn("orders", "eu-west-1"),
          status: "active",
          whole: true,
          lastSync: null,
        },
        {
          region: "eu-central-1",
          subject: arn("orders", "eu-central-1"),
          status: "degraded",
          whole: true,
          lastSync: null,
        },
      ],
    });
    expect(facetOf(found, "plain", "replication")).toEqual({ destinations: [] });
  });

  test("point-in-time recovery is a continuous backup, kept in the region", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "orders", "backups")).toEqual({
      rules: [
        {
          name: "point-in-time recovery",
          longestInterval: 0,
          window: 300,
          places: [{ region: "eu-west-3", vault: null, retention: "P20D" }],
        },
      ],
      partOf: [],
    });
    expect(facetOf(found, "orders", "recoveryPoints")).toMatchObject({
      points: [],
      continuous: { from: EARLIEST.toISOString(), to: LATEST.toISOString() },
    });
    expect(facetOf(found, "plain", "backups")).toEqual({ rules: [], partOf: [] });
    // What was made on demand, oldest first; those of AWS Backup are told by AWS Backup.
    expect(facetOf(found, "plain", "recoveryPoints")).toEqual({
      points: ["2026-05-10T00:00:00.000Z", "2026-05-20T00:00:00.000Z"],
      since: "1970-01-01T00:00:00.000Z",
      olderExists: false,
      retention: null,
    });
    expect(facetOf(found, "managed", "recoveryPoints")?.points).toEqual([]);
  });

  test.each([
    ["DescribeTable", "dynamodb:DescribeTable", ["encryption", "replication"]],
    [
      "DescribeContinuousBackups",
      "dynamodb:DescribeContinuousBackups",
      ["backups", "recoveryPoints"],
    ],
  ] as const)(
    "%s denied is named, and nothing else is lost",
    async (operation, permission, lost) => {
      aws.setFaults({ operation, fault: { kind: "denied" } });
      const found = await aws.scan().gather(probe);
      expect(new Set(found.problems.map((problem) => problem.permission))).toEqual(
        new Set([permission]),
      );
      expect(new Set(found.problems.flatMap(({ facets }) => facets))).toEqual(new Set(lost));
      expect(found.problems).toHaveLength(8);
      expect(found.observations).toHaveLength(1 + 8);
    },
  );

  test("without backups on demand only what is continuous is known", async () => {
    aws.setFaults({ operation: "ListBackups", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.problems.map(({ subject }) => subject?.name ?? "").toSorted()).toEqual([
      "managed",
      "plain",
      "stray",
    ]);
    expect(found.problems[0]).toMatchObject({
      permission: "dynamodb:ListBackups",
      facets: ["recoveryPoints"],
    });
    expect(facetOf(found, "orders", "recoveryPoints")).toMatchObject({
      since: EARLIEST.toISOString(),
      olderExists: null,
      continuous: { to: LATEST.toISOString() },
    });
  });

  test("without the keys' names a table is still encrypted, by nobody knows whose key", async () => {
    aws.setFaults({ operation: "ListAliases", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const encryption = facetOf(found, "orders", "encryption");
    expect(encryption).toMatchObject({ enabled: true, keyManagement: null });
    expect(encryption?.caveat).toContain("kms:ListAliases");
    expect(facetOf(found, "plain", "encryption")?.keyManagement).toBe("provider");
  });

  test("a listing that is denied leaves nothing", async () => {
    aws.setFaults({ operation: "ListTables", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ permission: "dynamodb:ListTables" }]);
  });
});

describe("what a table says of itself", () => {
  const provider = { by: "provider", why: null } as const;

  test("no answer is no encryption and no replication", () => {
    expect(() => toEncryption({}, provider)).toThrow(TypeError);
    expect(() => toEncryption({ Table: { SSEDescription: {} } }, provider)).toThrow(TypeError);
    expect(() => toReplication({}, arn("t"))).toThrow(TypeError);
    expect(() => toReplication({ Table: { Replicas: [{}] } }, arn("t"))).toThrow(TypeError);
    expect(() => toBackups({}, "eu-west-3")).toThrow(TypeError);
  });

  test("a global table of the first version has copies that it does not name", () => {
    const Table = { TableName: "t", GlobalTableVersion: "2017.11.29" };
    expect(toReplication({ Table }, arn("t")).destinations).toMatchObject([
      { region: null, status: "unknown" },
    ]);
  });

  test("a state that nobody has documented is not known", () => {
    const Table = { TableName: "t", Replicas: [{ RegionName: "eu-west-1" }] };
    expect(toReplication({ Table }, arn("t")).destinations[0]?.status).toBe("unknown");
    const odd = { ReplicaStatus: "constructor" as "ACTIVE", RegionName: "eu-west-1" };
    const { destinations } = toReplication({ Table: { ...Table, Replicas: [odd] } }, arn("t"));
    expect(destinations[0]?.status).toBe("unknown");
  });

  test("thirty-five days are kept where nobody set less", () => {
    const PointInTimeRecoveryDescription = { PointInTimeRecoveryStatus: "ENABLED" } as const;
    const told = toBackups(
      {
        ContinuousBackupsDescription: {
          ContinuousBackupsStatus: "ENABLED",
          PointInTimeRecoveryDescription,
        },
      },
      "eu-west-3",
    );
    expect(told.rules[0]?.places[0]?.retention).toBe("P35D");
  });
});
