import type { DBInstance, DBSnapshot } from "@aws-sdk/client-rds";
import { describe, expect, test } from "vitest";
import {
  restoreWindow,
  toBackups,
  toClusterRedundancy,
  toCopy,
  toEncryption,
  toExposure,
  toRecoveryPoints,
  toRedundancy,
} from "#probes/aws/rds-facets.ts";
import { toIngress } from "#probes/aws/rds-ingress.ts";
import { leftSubject } from "#probes/aws/rds-left-backups.ts";
import { toClusterReplication, toReplication } from "#probes/aws/rds-replication.ts";
import {
  toClusterRecoveryPoint,
  toClusterSnapshotExposure,
  toRecoveryPoint,
  toSnapshotExposure,
  type Original,
} from "#probes/aws/rds-snapshots.ts";
import { cluster, instance, parameter, rdsArn, REGION } from "./rds-answers.ts";
import { ACCOUNT } from "./support.ts";

const own = { by: "customer", why: null } as const;

describe("encryption", () => {
  test.each([
    [{ StorageEncrypted: true }, true, "customer"],
    [{ StorageEncrypted: false }, false, null],
    // RDS encrypts by a key of its own, and the older field does not say so.
    [{ StorageEncrypted: false, StorageEncryptionType: "sse-rds" }, true, "provider"],
    [{ StorageEncrypted: true, StorageEncryptionType: "sse-kms" }, true, "customer"],
    [{ StorageEncrypted: false, StorageEncryptionType: "none" }, false, null],
    [{ Encrypted: true }, true, "customer"],
    [{ Encrypted: false }, false, null],
  ] as const)("%o", (fields, enabled, keyManagement) => {
    expect(toEncryption(fields, own)).toMatchObject({ enabled, keyManagement });
  });

  test("absent is not false", () => {
    expect(() => toEncryption({}, own)).toThrow(TypeError);
    expect(() => toExposure({})).toThrow(TypeError);
    expect(() => toRedundancy({})).toThrow(TypeError);
    expect(() => toBackups({}, REGION, [])).toThrow(TypeError);
    expect(() => toRecoveryPoints({}, { from: undefined, to: undefined }, "")).toThrow(TypeError);
    expect(() => toSnapshotExposure({})).toThrow(TypeError);
    expect(() => toClusterSnapshotExposure({})).toThrow(TypeError);
  });
});

describe("redundancy", () => {
  test("a single instance is in one zone", () => {
    expect(toRedundancy(instance("a"))).toEqual({
      zones: 1,
      zoneNames: ["eu-west-3a"],
      zoneRedundant: false,
      geoRedundant: false,
      setting: "Single-AZ",
    });
  });

  test("a standby in a zone that is not told is a second zone all the same", () => {
    expect(toRedundancy(instance("a", { MultiAZ: true }))).toMatchObject({
      zones: null,
      zoneNames: null,
      zoneRedundant: true,
    });
  });

  test("three instances in three zones, of which one is being made", () => {
    const members = ["a", "b", "c"].map((zone) =>
      instance(`shop-${zone}`, {
        AvailabilityZone: `eu-west-3${zone}`,
        DBInstanceStatus: zone === "c" ? "creating" : "available",
      }),
    );
    const DBClusterMembers = members.map(({ DBInstanceIdentifier }) => ({ DBInstanceIdentifier }));
    expect(toClusterRedundancy(cluster("shop", { DBClusterMembers }), members)).toMatchObject({
      zones: 2,
      zoneNames: ["eu-west-3a", "eu-west-3b"],
    });
    const mysql = cluster("shop", { DBClusterMembers, Engine: "mysql" });
    expect(toClusterRedundancy(mysql, members)).toMatchObject({ geoRedundant: false });
    expect(toClusterRedundancy(mysql, members).setting).not.toContain("published design");
    expect(() => toClusterRedundancy(mysql, members.slice(1))).toThrow("shop-a");
  });
});

describe("replication", () => {
  const far = (fields: Partial<DBInstance>) => instance("copy", fields, "eu-west-1");
  const source = (id: string) => instance("main", { ReadReplicaDBInstanceIdentifiers: [id] });
  const told = (
    replica: DBInstance | undefined,
    parameters: ReturnType<typeof parameter>[] | null,
  ) =>
    toReplication(source(rdsArn("db", "copy", "eu-west-1")), REGION, {
      find: () => replica,
      parametersOf: () => parameters,
    }).destinations[0];
  const info = (Status: string, Normal = true) => ({
    StatusInfos: [{ StatusType: "read replication", Status, Normal }],
  });

  test("the replica says whether it follows", () => {
    expect(told(far(info("replicating")), null)).toMatchObject({
      region: "eu-west-1",
      status: "active",
      whole: true,
    });
    expect(told(far(info("stopped")), null)?.status).toBe("degraded");
    expect(told(far(info("replicating", false)), null)?.status).toBe("degraded");
    expect(told(far({}), null)?.status).toBe("unknown");
    // In a region or an account that was not listed.
    expect(told(undefined, null)).toMatchObject({ status: "unknown", whole: null });
  });

  test("a replica of MySQL may leave databases out", () => {
    const mysql = far({ Engine: "mysql", ...info("replicating") });
    expect(told(mysql, null)?.whole).toBeNull();
    expect(told(mysql, [parameter("replicate-do-db")])?.whole).toBe(true);
    expect(told(mysql, [parameter("replicate-ignore-table", "a.b")])?.whole).toBe(false);
    expect(told(mysql, [parameter("replicate-wild-do-table", "a.%")])?.whole).toBe(false);
  });

  test("a replica in the same region is named without ARN, and is there", () => {
    const replica = instance("near", info("replicating"));
    const { destinations } = toReplication(source("near"), REGION, {
      find: () => replica,
      parametersOf: () => null,
    });
    expect(destinations).toMatchObject([
      { region: REGION, subject: rdsArn("db", "near"), status: "active" },
    ]);
  });

  test("the source of a replica holds all that it has", () => {
    const replica = far({
      ReadReplicaSourceDBInstanceIdentifier: rdsArn("db", "main"),
      ...info("replicating"),
    });
    const none = { find: () => undefined, parametersOf: () => null };
    expect(toReplication(replica, "eu-west-1", none)).toMatchObject({
      destinations: [
        { region: REGION, subject: rdsArn("db", "main"), status: "active", whole: true },
      ],
      copyOf: rdsArn("db", "main"),
    });
    expect(toReplication(source("near"), REGION, none)).not.toHaveProperty("copyOf");
  });

  test("a secondary that is out of step is no copy that runs, from both sides", () => {
    const second = rdsArn("cluster", "far", "eu-west-1");
    const globals = (SynchronizationStatus?: "connected" | "pending-resync") => [
      {
        GlobalClusterMembers: [
          { DBClusterArn: rdsArn("cluster", "shop"), IsWriter: true },
          { DBClusterArn: second, IsWriter: false, SynchronizationStatus },
        ],
      },
      { GlobalClusterMembers: [{ DBClusterArn: rdsArn("cluster", "other"), IsWriter: true }] },
    ];
    const states = (status?: "connected" | "pending-resync") => [
      toClusterReplication(cluster("shop"), REGION, globals(status)).destinations[0]?.status,
      toClusterReplication(cluster("far", { DBClusterArn: second }), "eu-west-1", globals(status))
        .destinations[0]?.status,
    ];
    expect(states("connected")).toEqual(["active", "active"]);
    expect(states("pending-resync")).toEqual(["degraded", "degraded"]);
    expect(states()).toEqual(["unknown", "unknown"]);
    const original = (arn: string, fields = {}) =>
      toClusterReplication(cluster("one", { DBClusterArn: arn, ...fields }), REGION, globals())
        .copyOf;
    expect(original(rdsArn("cluster", "shop"))).toBeUndefined();
    expect(original(second)).toBe(rdsArn("cluster", "shop"));
    expect(original("arn", { ReplicationSourceIdentifier: "arn:source" })).toBe("arn:source");
    expect(toClusterReplication(cluster("alone"), REGION, globals())).toEqual({ destinations: [] });
  });
});

describe("automated backups", () => {
  test("a copy in another region is a place of its own, kept for its own time", () => {
    const arn = rdsArn("auto-backup", "ab-1", "eu-west-1");
    const copy = toCopy(arn, [{ DBInstanceAutomatedBackupsArn: arn, BackupRetentionPeriod: 14 }]);
    expect(copy).toEqual({ region: "eu-west-1", vault: null, retention: "P14D" });
    expect(toBackups({ BackupRetentionPeriod: 7 }, REGION, [copy]).rules[0]?.places).toEqual([
      { region: REGION, vault: null, retention: "P7D" },
      copy,
    ]);
    expect(() => toCopy(arn, [])).toThrow(TypeError);
  });

  test("the backup of a deleted instance of that name is not this one's", () => {
    const RestoreWindow = { EarliestTime: new Date(0), LatestTime: new Date(1) };
    const backup = (Status: string) => [
      { DBInstanceArn: rdsArn("db", "a"), Status, RestoreWindow },
    ];
    expect(restoreWindow(instance("a"), backup("retained")).from).toBeUndefined();
    expect(restoreWindow(instance("a"), backup("active")).from).toEqual(new Date(0));
  });

  test("turned off, there are none", () => {
    const nothing = { from: undefined, to: undefined };
    expect(toRecoveryPoints({ BackupRetentionPeriod: 0 }, nothing, "2026-06-01T00:00:00Z")).toEqual(
      {
        points: [],
        since: "1970-01-01T00:00:00.000Z",
        olderExists: false,
        retention: null,
      },
    );
  });

  test("the last moment can be recovered wherever the window begins", () => {
    const last = { from: undefined, to: new Date(1) };
    const at = new Date(1).toISOString();
    expect(
      toRecoveryPoints({ BackupRetentionPeriod: 7 }, last, "2026-06-01T00:00:00Z").continuous,
    ).toEqual({ from: at, to: at });
  });

  test("without a window nothing is known of what can be recovered", () => {
    const nothing = { from: undefined, to: undefined };
    expect(toRecoveryPoints({ BackupRetentionPeriod: 7 }, nothing, "2026-06-01T00:00:00Z")).toEqual(
      {
        points: [],
        since: "2026-06-01T00:00:00Z",
        olderExists: null,
        retention: "P7D",
      },
    );
  });
});

describe("automated backups that are left over", () => {
  const place = { account: { id: ACCOUNT, partition: "aws" }, region: REGION };
  const backup = (fields: object = {}) =>
    leftSubject(place, {
      arn: undefined,
      resource: "db-A",
      of: rdsArn("db", "a"),
      name: "a",
      status: "active",
      tags: [],
      ...fields,
    });

  test("are those of no database, or of one in another region", () => {
    expect(backup()).toBeNull();
    expect(backup({ status: "creating" })).toBeNull();
    expect(backup({ status: "retained" })).toEqual({
      id: rdsArn("auto-backup", "db-A"),
      name: "a",
      tags: {},
    });
    expect(backup({ of: rdsArn("db", "a", "us-east-1"), arn: "arn:x" })?.id).toBe("arn:x");
  });

  test("without database, status or name nothing is known of them", () => {
    expect(() => backup({ of: undefined })).toThrow(TypeError);
    expect(() => backup({ status: undefined })).toThrow(TypeError);
    expect(() => backup({ status: "retained", name: undefined })).toThrow(TypeError);
    expect(() => backup({ status: "retained", resource: undefined })).toThrow(TypeError);
  });
});

describe("snapshots", () => {
  const place = { account: { id: ACCOUNT, partition: "aws" }, region: REGION };
  const original = (name: string, resource: string, type = "db"): Original => ({
    arn: rdsArn(type, name),
    resource,
    retentionDays: 7,
  });
  const AT = new Date("2026-05-31T03:00:00Z");
  const snapshot = (fields: Partial<DBSnapshot> = {}): DBSnapshot => ({
    Status: "available",
    SnapshotType: "manual",
    SnapshotCreateTime: AT,
    DBInstanceIdentifier: "main",
    DbiResourceId: "db-MAIN",
    ...fields,
  });
  const of = (fields: Partial<DBSnapshot>, ...originals: Original[]) =>
    toRecoveryPoint(snapshot(fields), place, originals).of;

  test("are of what has their resource's id, whatever it is called now", () => {
    expect(of({}, original("main", "db-MAIN"))).toBe(rdsArn("db", "main"));
    expect(of({}, original("renamed", "db-MAIN"))).toBe(rdsArn("db", "renamed"));
    expect(of({}, original("main", "db-ANOTHER"))).toBeNull();
    // The instance is gone.
    expect(of({})).toBe(rdsArn("db", "main"));
    expect(of({ DBInstanceIdentifier: undefined })).toBeNull();
  });

  test("that are copies are as old as what they were copied from, and of its region and account", () => {
    const SourceDBSnapshotIdentifier = `arn:aws:rds:eu-west-1:444455556666:snapshot:first`;
    const first = new Date("2025-05-31T03:00:00Z");
    const copy = { SourceDBSnapshotIdentifier, OriginalSnapshotCreateTime: first };
    expect(toRecoveryPoint(snapshot(copy), place, [])).toMatchObject({
      at: first.toISOString(),
      of: "arn:aws:rds:eu-west-1:444455556666:db:main",
    });
    // How old the other is, is not told: it is a point of nothing that can be named.
    expect(toRecoveryPoint(snapshot({ SourceDBSnapshotIdentifier }), place, [])).toMatchObject({
      of: null,
      at: null,
    });
  });

  test("of a cluster, copied twice, are as old as the first", () => {
    const arn = (name: string) => rdsArn("cluster-snapshot", name);
    const first = {
      Status: "available",
      DBClusterIdentifier: "shop",
      DBClusterSnapshotArn: arn("1"),
      SnapshotCreateTime: new Date(0),
    };
    const second = {
      ...first,
      DBClusterSnapshotArn: arn("2"),
      SourceDBClusterSnapshotArn: arn("1"),
      SnapshotCreateTime: AT,
    };
    const third = {
      ...second,
      DBClusterSnapshotArn: arn("3"),
      SourceDBClusterSnapshotArn: arn("2"),
    };
    const at = (...all: (typeof first)[]) => toClusterRecoveryPoint(third, place, [], all).at;
    expect(at(first, second, third)).toBe(new Date(0).toISOString());
    expect(at(second, third)).toBeNull();
    const circle = { ...second, SourceDBClusterSnapshotArn: arn("3") };
    expect(at(circle, third)).toBeNull();
  });

  test("are usable when they are available", () => {
    for (const Status of ["creating", "failed", "copying"]) {
      const fields = { Status, SnapshotCreateTime: undefined };
      expect(toRecoveryPoint(snapshot(fields), place, []).usable).toBe(false);
    }
    expect(() => toRecoveryPoint(snapshot({ SnapshotCreateTime: undefined }), place, [])).toThrow(
      TypeError,
    );
    expect(() => toRecoveryPoint(snapshot({ Status: undefined }), place, [])).toThrow(TypeError);
  });

  test("that RDS makes go with the retention of their instance", () => {
    const until = (fields: Partial<DBSnapshot>, ...originals: Original[]) =>
      toRecoveryPoint(snapshot({ SnapshotType: "automated", ...fields }), place, originals)
        .deletedAt;
    expect(until({}, original("main", "db-MAIN"))).toBe("2026-06-07T03:00:00.000Z");
    expect(until({ BackupRetentionPeriod: 1 }, original("main", "db-MAIN"))).toBe(
      "2026-06-01T03:00:00.000Z",
    );
    expect(until({})).toBeNull();
    expect(until({ SnapshotType: "awsbackup" }, original("main", "db-MAIN"))).toBeNull();
  });

  test("are public when everyone may restore them", () => {
    const restore = (...AttributeValues: string[]) => ({
      DBSnapshotAttributesResult: {
        DBSnapshotAttributes: [{ AttributeName: "restore", AttributeValues }],
      },
    });
    expect(toSnapshotExposure(restore("444455556666", "all"))).toMatchObject({
      anonymousAccess: true,
      through: ["restore: all", "shared with account 444455556666"],
    });
    expect(toSnapshotExposure(restore())).toMatchObject({ anonymousAccess: false, through: [] });
    const other = { AttributeName: "something", AttributeValues: ["all"] };
    const nobody = { AttributeName: "restore", AttributeValues: [] };
    expect(
      toSnapshotExposure({ DBSnapshotAttributesResult: { DBSnapshotAttributes: [other, nobody] } })
        .anonymousAccess,
    ).toBe(false);
  });
});

describe("ingress", () => {
  const group = (...IpPermissions: object[]) => [{ GroupId: "sg-1", IpPermissions }];

  test.each([
    ["all protocols", { IpProtocol: "-1", IpRanges: [{ CidrIp: "0.0.0.0/0" }] }, null],
    ["a range of ports", { IpProtocol: "tcp", FromPort: 0, ToPort: 65535 }, [0, 65535]],
    [
      "IPv6",
      { IpProtocol: "6", FromPort: 5432, ToPort: 5432, Ipv6Ranges: [{ CidrIpv6: "::/0" }] },
      [5432, 5432],
    ],
  ] as const)("%s reaches the port", (_, permission, ports) => {
    const { allowed } = toIngress(instance("a"), group(permission));
    expect(allowed).toMatchObject([{ ports }]);
  });

  test.each([
    ["another port", { IpProtocol: "tcp", FromPort: 443, ToPort: 443 }],
    ["UDP", { IpProtocol: "udp", FromPort: 5432, ToPort: 5432 }],
    ["ICMP", { IpProtocol: "icmp", FromPort: -1, ToPort: -1 }],
  ])("%s does not", (_, permission) => {
    expect(toIngress(instance("a"), group(permission)).allowed).toEqual([]);
  });

  test("groups and prefix lists are told apart from ranges", () => {
    const permission = {
      IpProtocol: "tcp",
      FromPort: 5432,
      ToPort: 5432,
      UserIdGroupPairs: [{ GroupId: "sg-app" }],
      PrefixListIds: [{ PrefixListId: "pl-1" }],
    };
    expect(toIngress(instance("a"), group(permission)).allowed).toMatchObject([
      { ranges: [], others: ["sg-app"], unresolved: ["pl-1"], rule: "tcp 5432 from pl-1, sg-app" },
    ]);
  });

  test("the port of an instance of a cluster, and one that has none yet", () => {
    const rule = { IpProtocol: "tcp", FromPort: 3306, ToPort: 3306 };
    const at = (fields: Partial<DBInstance>) =>
      toIngress(instance("a", { Endpoint: undefined, ...fields }), group(rule)).allowed.length;
    expect(at({ DbInstancePort: 3306 })).toBe(1);
    expect(at({ DbInstancePort: 5432 })).toBe(0);
    expect(at({ DbInstancePort: 0 })).toBe(1);
  });

  test("what is not said is not guessed", () => {
    expect(() => toIngress(instance("a"), [])).toThrow("sg-1");
    expect(() => toIngress(instance("a"), group({}))).toThrow(TypeError);
    expect(() => toIngress(instance("a"), group({ IpProtocol: "tcp" }))).toThrow(TypeError);
    expect(() => toIngress({ VpcSecurityGroups: [] }, [])).toThrow(TypeError);
  });
});
