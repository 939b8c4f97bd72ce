/** A word that AWS has not documented, or one that it leaves out, is never a good sign: what hangs on it is not known. */
import { describe, expect, test } from "vitest";
import { toRedundancy as groupRedundancy } from "#probes/aws/auto-scaling.ts";
import { toSelections } from "#probes/aws/backup-plan-facet.ts";
import { toRecoveryPoint } from "#probes/aws/backup-point-facets.ts";
import { toTransport as classicTransport } from "#probes/aws/classic-load-balancer-facets.ts";
import { toRecorded } from "#probes/aws/cloudtrail-selectors.ts";
import { parseReport } from "#probes/aws/credential-report.ts";
import { toEncryption as tableEncryption } from "#probes/aws/dynamodb-facets.ts";
import { toSnapshotExposure } from "#probes/aws/ebs-facets.ts";
import { toRedundancy as fileRedundancy } from "#probes/aws/efs-facets.ts";
import { parseIamPolicy } from "#probes/aws/iam-statements.ts";
import { toTrust } from "#probes/aws/iam-trust.ts";
import { whyNotRotatable } from "#probes/aws/kms-facets.ts";
import { toDirectConnectLink } from "#probes/aws/link-facets.ts";
import { noFirewallBecause } from "#probes/aws/load-balancer-facets.ts";
import { toClusterRedundancy, toEncryption } from "#probes/aws/rds-facets.ts";
import { toIngress } from "#probes/aws/rds-ingress.ts";
import {
  toClusterSnapshotExposure,
  toSnapshotExposure as toDatabaseSnapshotExposure,
} from "#probes/aws/rds-snapshots.ts";
import { toIngressRules } from "#probes/aws/security-group-rules.ts";

/** What may come over the wire, whatever the SDK's types say. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- each place wants another of the SDK's types
function odd<T>(value: unknown): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return value as T;
}

const KEY = {
  KeyId: "a",
  KeyManager: "CUSTOMER",
  KeyState: "Enabled",
  KeySpec: "SYMMETRIC_DEFAULT",
  Origin: "AWS_KMS",
};
const CUSTOMER = { by: "customer", why: null } as const;
const AT = new Date("2026-05-01T00:00:00Z");
const serving = (state: string | undefined) =>
  toClusterRedundancy(
    {
      Engine: "aurora-mysql",
      DBClusterMembers: [{ DBInstanceIdentifier: "a" }, { DBInstanceIdentifier: "b" }],
    },
    [
      { DBInstanceIdentifier: "a", AvailabilityZone: "1a", DBInstanceStatus: "available" },
      { DBInstanceIdentifier: "b", AvailabilityZone: "1b", DBInstanceStatus: state },
    ],
  );

test.each<[string, () => unknown]>([
  ["rules of a security group", () => toIngressRules(undefined)],
  ["security groups of a database", () => toIngress({ PubliclyAccessible: true }, [])],
  [
    "the id of a security group of a database",
    () => toIngress({ PubliclyAccessible: true, VpcSecurityGroups: [{ Status: "active" }] }, []),
  ],
  ["listeners of a classic load balancer", () => classicTransport({}, [])],
  ["instances of a group", () => groupRedundancy(odd({ AvailabilityZones: ["1a", "1b"] }))],
  [
    "the state of an instance of a group",
    () =>
      groupRedundancy(
        odd({
          AvailabilityZones: ["1a", "1b"],
          Instances: [{ InstanceId: "i", AvailabilityZone: "1a" }],
        }),
      ),
  ],
  ["what a selection selects", () => toSelections({ SelectionName: "s" }, null)],
  ["the state of a file system", () => fileRedundancy(odd({ FileSystemId: "fs-1" }))],
  [
    "a file system that is being made",
    () => fileRedundancy(odd({ FileSystemId: "fs-1", LifeCycleState: "creating" })),
  ],
  ["the state of an instance", () => serving(undefined)],
  ["a new state of an instance", () => serving("hibernated")],
  [
    "a new type of encryption",
    () => toEncryption({ StorageEncrypted: true, StorageEncryptionType: odd("sse-x") }, CUSTOMER),
  ],
  [
    "an attribute of a snapshot",
    () => toDatabaseSnapshotExposure({ DBSnapshotAttributesResult: { DBSnapshotAttributes: [] } }),
  ],
  [
    "the values of an attribute of a snapshot",
    () =>
      toClusterSnapshotExposure({
        DBClusterSnapshotAttributesResult: {
          DBClusterSnapshotAttributes: [{ AttributeName: "restore" }],
        },
      }),
  ],
  ["a new block of snapshots", () => toSnapshotExposure([{ Group: "all" }], "block-some")],
  [
    "a new state of a recovery point",
    () => toRecoveryPoint({ Status: odd("SUSPENDED"), CreationDate: AT }),
  ],
  [
    "a new manager of keys",
    () => whyNotRotatable({ KeyMetadata: odd({ ...KEY, KeyManager: "PARTNER" }) }),
  ],
  [
    "a new state of keys",
    () => whyNotRotatable({ KeyMetadata: odd({ ...KEY, KeyState: "Half" }) }),
  ],
  [
    "a new spec of keys",
    () => whyNotRotatable({ KeyMetadata: odd({ ...KEY, KeySpec: "SYMMETRIC_512" }) }),
  ],
  [
    "the origin of a key",
    () => whyNotRotatable({ KeyMetadata: odd({ ...KEY, Origin: undefined }) }),
  ],
  ["a new origin of keys", () => whyNotRotatable({ KeyMetadata: odd({ ...KEY, Origin: "MOON" }) })],
  [
    "every user of a credential report",
    () =>
      parseReport("user,arn,password_enabled,mfa_active,access_key_1_active,access_key_2_active\n"),
  ],
  [
    "whom a trust policy names",
    () =>
      toTrust(
        parseIamPolicy('{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}'),
        "111122223333",
      ),
  ],
])("%s", (_, read) => {
  expect(read).toThrow(TypeError);
});

describe("what is told of it all the same", () => {
  test("a selection by conditions alone selects from everything", () => {
    const Conditions = {
      StringEquals: [{ ConditionKey: "aws:ResourceTag/backup", ConditionValue: "yes" }],
    };
    expect(toSelections({ SelectionName: "s", Conditions }, null)).toMatchObject([
      { include: ["*"], allTags: [{ key: "backup" }] },
    ]);
  });

  test("an instance that is stopped stands in no zone", () => {
    expect(serving("stopped")).toMatchObject({ zones: 1, zoneRedundant: false });
    expect(serving("backing-up")).toMatchObject({ zones: 2, zoneRedundant: true });
  });

  test("a trail whose selector is of a new type records nobody knows what", () => {
    expect(toRecorded({ EventSelectors: [{ ReadWriteType: odd("Some") }] }).events).toBeNull();
    expect(toRecorded({ EventSelectors: [{ ReadWriteType: "All" }] }).events).toBe("all");
  });

  test("a key that is being updated is asked whether it rotates", () => {
    expect(whyNotRotatable({ KeyMetadata: odd({ ...KEY, KeyState: "Updating" }) })).toBeNull();
  });

  test("a load balancer of a new type may have a firewall", () => {
    expect(noFirewallBecause({ Type: odd("quantum"), Scheme: "internet-facing" })).toBeNull();
    expect(noFirewallBecause({ Scheme: "internet-facing" })).toBeNull();
    expect(noFirewallBecause({ Type: "network" })).toContain("network");
  });

  test("a file system that names the id of its zone alone is in one", () => {
    const one = odd<Parameters<typeof fileRedundancy>[0]>({
      LifeCycleState: "available",
      AvailabilityZoneId: "euw3-az1",
    });
    expect(fileRedundancy(one)).toMatchObject({ zones: 1, zoneRedundant: false });
  });

  test("a session of a new state is neither up nor down", () => {
    const up = (bgpStatus: string) =>
      toDirectConnectLink({ connectionId: "c", connectionState: "available" }, [
        {
          connectionId: "c",
          virtualInterfaceId: "v",
          virtualInterfaceState: "available",
          bgpPeers: [{ bgpStatus: odd(bgpStatus) }],
        },
      ]).tunnels[0]?.up;
    expect([up("up"), up("down"), up("resting")]).toEqual([true, false, null]);
  });

  test("the key that a table has turned off is not the one that encrypts it", () => {
    const table = (Status: "ENABLED" | "DISABLED") =>
      tableEncryption({ Table: { SSEDescription: { Status, KMSMasterKeyArn: "arn" } } }, CUSTOMER)
        .keyManagement;
    expect([table("ENABLED"), table("DISABLED")]).toEqual(["customer", "provider"]);
  });

  test("a role that trusts all but some trusts everyone", () => {
    const policy =
      '{"Statement":{"Effect":"Allow","NotPrincipal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":"sts:AssumeRole"}}';
    expect(toTrust(parseIamPolicy(policy), "111122223333")).toMatchObject({
      trusts: ["everyone"],
      services: false,
    });
  });
});
