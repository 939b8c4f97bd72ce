import { beforeAll, describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import probe from "#probes/aws/rds.ts";
import { estate, evidence, policy } from "../../support/evidence.ts";
import { instance, kmsKey, parameter, rdsArn, REGION } from "./rds-answers.ts";
import { fakeAws } from "./support.ts";

const NOW = new Date("2026-06-01T12:00:00Z");
const group = (name: string, status = "in-sync") => ({
  DBParameterGroups: [{ DBParameterGroupName: name, ParameterApplyStatus: status }],
});
const FAR = rdsArn("db", "far", "us-east-1");

/** Promises of the kind that statements make, and what becomes of each for each database. */
const PROMISES = {
  encrypted: { control: "encryption-at-rest", expect: { algorithms: ["AES-256"] } },
  "own-keys": { control: "encryption-at-rest", expect: { keyManagement: "customer" } },
  "tls-only": { control: "https-only", expect: { hsts: "optional" } },
  "tls-versions": {
    control: "tls-protocol-versions",
    expect: { allowed: ["TLSv1.2", "TLSv1.3"], required: [] },
  },
  "two-zones": {
    control: "zone-redundancy",
    expect: { minimumZones: 2, geoRedundantCounts: false },
  },
  replicated: { control: "geo-replication", expect: { regions: ["us-*"], minimumDestinations: 1 } },
  "not-public": {
    control: "public-access",
    expect: { anonymous: "forbidden", openNetwork: "forbidden" },
  },
  "in-paris": { control: "data-residency", expect: { regions: [REGION] } },
};
const EXPECTED = {
  good: {
    encrypted: "pass",
    "own-keys": "pass",
    "tls-only": "pass",
    "tls-versions": "pass",
    "two-zones": "pass",
    replicated: "pass",
    "not-public": "pass",
    // Its backups are copied to another region.
    "in-paris": "fail",
  },
  bad: {
    encrypted: "fail",
    "own-keys": "fail",
    "tls-only": "fail",
    "tls-versions": "fail",
    "two-zones": "fail",
    replicated: "fail",
    // What its security groups let in is the question of another control.
    "not-public": "unknown",
    "in-paris": "pass",
  },
  waiting: {
    encrypted: "pass",
    "own-keys": "fail",
    "tls-only": "unknown",
    "tls-versions": "unknown",
    "two-zones": "pass",
    replicated: "unknown",
    "not-public": "pass",
    "in-paris": "pass",
  },
} as const;

describe("databases, judged by what was promised of them", async () => {
  const aws = await fakeAws({
    regions: [REGION, "us-east-1"],
    answers: {
      "rds:DescribeDBInstances": ({ region }) =>
        region === REGION
          ? {
              DBInstances: [
                instance("good", {
                  MultiAZ: true,
                  SecondaryAvailabilityZone: "eu-west-3b",
                  ReadReplicaDBInstanceIdentifiers: [FAR],
                  DBInstanceAutomatedBackupsReplications: [
                    {
                      DBInstanceAutomatedBackupsArn: rdsArn("auto-backup", "ab-1", "us-east-1"),
                    },
                  ],
                  ...group("strict"),
                }),
                instance("bad", {
                  StorageEncrypted: false,
                  KmsKeyId: undefined,
                  PubliclyAccessible: true,
                  ...group("loose"),
                }),
                instance("waiting", {
                  MultiAZ: true,
                  KmsKeyId: kmsKey("aws-rds"),
                  // A replica in an account that is not looked at.
                  ReadReplicaDBInstanceIdentifiers: [rdsArn("db", "elsewhere", "us-west-2")],
                  ...group("strict", "pending-reboot"),
                }),
              ],
            }
          : {
              DBInstances: [
                instance(
                  "far",
                  {
                    ReadReplicaSourceDBInstanceIdentifier: rdsArn("db", "good"),
                    StatusInfos: [
                      { StatusType: "read replication", Normal: true, Status: "replicating" },
                    ],
                  },
                  region,
                ),
              ],
            },
      "rds:DescribeDBClusters": { DBClusters: [] },
      "rds:DescribeDBSnapshots": { DBSnapshots: [] },
      "rds:DescribeDBClusterSnapshots": { DBClusterSnapshots: [] },
      "rds:DescribeDBParameters": ({ input }) => ({
        Parameters:
          input["DBParameterGroupName"] === "loose"
            ? [parameter("rds.force_ssl", "0"), parameter("ssl_min_protocol_version", "TLSv1")]
            : [parameter("rds.force_ssl", "1"), parameter("ssl_min_protocol_version", "TLSv1.2")],
      }),
      "rds:DescribeDBClusterAutomatedBackups": { DBClusterAutomatedBackups: [] },
      "rds:DescribeDBInstanceAutomatedBackups": { DBInstanceAutomatedBackups: [] },
      "ec2:DescribeSecurityGroups": { SecurityGroups: [{ GroupId: "sg-1", IpPermissions: [] }] },
      "kms:ListAliases": { Aliases: [{ AliasName: "alias/aws/rds", TargetKeyId: "aws-rds" }] },
    },
  });
  const seen: Record<string, Record<string, string | undefined>> = {};

  beforeAll(async () => {
    const { observations, problems } = await aws.scan().gather(probe);
    const scope = { kinds: ["AWS::RDS::DBInstance"] };
    const claims = Object.entries(PROMISES).map(([id, check]) => ({
      id,
      checks: [{ ...check, scope }],
    }));
    const report = evaluate({
      policies: [policy(claims)],
      estate: estate(),
      attestations: [],
      waivers: [],
      evidence: evidence(observations, problems),
      controls,
      readable: () => true,
      now: NOW,
      tool: { name: "probity", version: "test" },
      full: true,
    });
    for (const { id, checks } of report.claims) {
      for (const { subject, outcome } of checks.flatMap(({ evaluations }) => evaluations)) {
        (seen[subject.name] ??= {})[id] = outcome;
      }
    }
  });

  test.each(Object.entries(EXPECTED))("%s", (name, outcomes) => {
    expect(seen[name]).toEqual(outcomes);
  });
});
