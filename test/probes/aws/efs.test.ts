import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import { toEncryption, toReplication, toTransport } from "#probes/aws/efs-facets.ts";
import probe from "#probes/aws/efs.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (id: string, region = "eu-west-3") =>
  `arn:aws:elasticfilesystem:${region}:${ACCOUNT}:file-system/${id}`;
const system = (id: string, fields: object = {}, region = "eu-west-3") => ({
  OwnerId: ACCOUNT,
  CreationToken: id,
  FileSystemId: id,
  FileSystemArn: arn(id, region),
  CreationTime: new Date("2025-01-01T00:00:00Z"),
  LifeCycleState: "available",
  NumberOfMountTargets: 1,
  SizeInBytes: { Value: 1 },
  PerformanceMode: "generalPurpose",
  Encrypted: true,
  KmsKeyId: `arn:aws:kms:${region}:${ACCOUNT}:key/own`,
  Tags: [],
  ...fields,
});
const deny = (fields: object = {}) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Sid: "all", Effect: "Allow", Principal: { AWS: "*" }, Action: "elasticfilesystem:*" },
      {
        Sid: "tls",
        Effect: "Deny",
        Principal: { AWS: "*" },
        Action: "*",
        Condition: { Bool: { "aws:SecureTransport": "false" } },
        ...fields,
      },
    ],
  });

describe("EFS file systems", async () => {
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "efs:DescribeFileSystems": ({ input, region }) => {
        if (region !== "eu-west-3") return { FileSystems: [system("fs-stray", {}, region)] };
        return input["Marker"] === "2"
          ? {
              FileSystems: [
                system("fs-zone", {
                  Name: "scratch",
                  AvailabilityZoneName: "eu-west-3a",
                  Encrypted: false,
                  KmsKeyId: undefined,
                }),
              ],
            }
          : {
              FileSystems: [system("fs-main", { Tags: [{ Key: "env", Value: "prod" }] })],
              NextMarker: "2",
            };
      },
      "efs:DescribeFileSystemPolicy": ({ input }) =>
        input["FileSystemId"] === "fs-main"
          ? { FileSystemId: "fs-main", Policy: deny() }
          : new ApiError("PolicyNotFound", "none", 404),
      "efs:DescribeReplicationConfigurations": ({ region }) => {
        if (region !== "eu-west-3") return new ApiError("ReplicationNotFound", "none", 404);
        return {
          Replications: [
            {
              SourceFileSystemId: "fs-main",
              SourceFileSystemRegion: "eu-west-3",
              SourceFileSystemArn: arn("fs-main"),
              OriginalSourceFileSystemArn: arn("fs-main"),
              CreationTime: new Date("2025-01-01T00:00:00Z"),
              Destinations: [
                {
                  Status: "ENABLED",
                  FileSystemId: "fs-copy",
                  Region: "eu-west-1",
                  LastReplicatedTimestamp: new Date("2026-06-01T11:50:00Z"),
                },
              ],
            },
          ],
        };
      },
      "kms:ListAliases": {
        Aliases: [{ AliasName: "alias/aws/elasticfilesystem", TargetKeyId: "own" }],
      },
    },
  });

  test("all pages of all regions, with their tags", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "aws", "inventory")?.items.map(({ id, tags }) => [id, tags])).toEqual([
      [arn("fs-main"), { env: "prod" }],
      [arn("fs-zone"), {}],
      [arn("fs-stray", "us-east-1"), {}],
    ]);
  });

  test("what each is", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "fs-main", "encryption")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      keyManagement: "provider",
    });
    expect(facetOf(found, "scratch", "encryption")).toMatchObject({
      enabled: false,
      algorithm: null,
    });
    expect(facetOf(found, "fs-main", "redundancy")).toMatchObject({
      zones: null,
      zoneRedundant: true,
    });
    expect(facetOf(found, "scratch", "redundancy")).toMatchObject({
      zones: 1,
      zoneNames: ["eu-west-3a"],
    });
    expect(facetOf(found, "fs-main", "transport")?.secureOnly).toBe(true);
    expect(facetOf(found, "scratch", "transport")).toMatchObject({
      secureOnly: false,
      minimumTls: null,
    });
    expect(facetOf(found, "fs-main", "backups")).toEqual({ rules: [], partOf: [] });
    expect(facetOf(found, "fs-main", "replication")).toEqual({
      destinations: [
        {
          region: "eu-west-1",
          subject: arn("fs-copy", "eu-west-1"),
          status: "active",
          whole: true,
          lastSync: "2026-06-01T11:50:00.000Z",
        },
      ],
    });
    expect(facetOf(found, "scratch", "replication")).toEqual({ destinations: [] });
    expect(facetOf(found, "fs-stray", "replication")).toEqual({ destinations: [] });
  });

  test.each([
    ["DescribeFileSystemPolicy", "transport"],
    ["DescribeReplicationConfigurations", "replication"],
  ] as const)("%s denied is named, and nothing else is lost", async (operation, facet) => {
    const whole = await aws.scan().gather(probe);
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.problems).toHaveLength(3);
    for (const problem of found.problems) {
      expect(problem).toMatchObject({
        permission: `elasticfilesystem:${operation}`,
        facets: [facet],
      });
    }
    expect(found.observations).toHaveLength(whole.observations.length - 3);
  });

  test("a listing that is denied leaves nothing", async () => {
    aws.setFaults({ operation: "DescribeFileSystems", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ permission: "elasticfilesystem:DescribeFileSystems" }]);
  });

  test("an error that names no missing policy is no missing policy", async () => {
    aws.setFaults({
      operation: "DescribeFileSystemPolicy",
      fault: { kind: "error", status: 404, code: "FileSystemNotFound" },
    });
    const found = await aws.scan().gather(probe, ["transport"]);
    expect(found.problems).toHaveLength(3);
  });
});

describe("file system policies", () => {
  const id = arn("fs-main");
  test.each([
    ["the file system by name", { Resource: id }, true],
    ["what clients do", { Action: ["elasticfilesystem:Client*"] }, true],
    ["another file system", { Resource: arn("fs-other") }, false],
    ["only writing", { Action: "elasticfilesystem:ClientWrite" }, false],
    ["only one role", { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/r` } }, false],
    ["all but one", { NotPrincipal: { AWS: "x" }, Principal: undefined }, false],
    [
      "with a second condition",
      {
        Condition: {
          Bool: { "aws:SecureTransport": "false" },
          StringEquals: { "aws:SourceVpc": "vpc-1" },
        },
      },
      false,
    ],
    ["the other way round", { Condition: { Bool: { "aws:SecureTransport": "true" } } }, false],
    ["an allowance", { Effect: "Allow" }, false],
  ])("that deny clear text to %s", (_, fields, secureOnly) => {
    expect(toTransport({ Policy: deny(fields) }, id).secureOnly).toBe(secureOnly);
  });

  test("that are none leave it unread", () => {
    expect(() => toTransport({}, id)).toThrow(TypeError);
    expect(() => toTransport({ Policy: "{}" }, id)).toThrow(TypeError);
  });
});

describe("replications", () => {
  const account = { id: ACCOUNT, partition: "aws" };
  const replication = (Status: "ERROR" | "PAUSED" | "ENABLED") => ({
    SourceFileSystemId: "fs-a",
    SourceFileSystemRegion: "eu-west-3",
    SourceFileSystemArn: arn("fs-a"),
    OriginalSourceFileSystemArn: arn("fs-a"),
    CreationTime: new Date(0),
    Destinations: [{ Status, FileSystemId: "fs-b", Region: "eu-west-1" }],
  });
  const system = (FileSystemId: string) =>
    ({ FileSystemId }) as Parameters<typeof toReplication>[1];

  test("one that does not run is degraded, and tells no time", () => {
    for (const status of ["ERROR", "PAUSED"] as const) {
      expect(toReplication([replication(status)], system("fs-a"), account).destinations).toEqual([
        {
          region: "eu-west-1",
          subject: arn("fs-b", "eu-west-1"),
          status: "degraded",
          whole: true,
          lastSync: null,
        },
      ]);
    }
  });

  test("the source of a copy holds the same, and is what it is a copy of", () => {
    expect(toReplication([replication("ENABLED")], system("fs-b"), account)).toMatchObject({
      destinations: [{ region: "eu-west-3", subject: arn("fs-a"), status: "active" }],
      copyOf: arn("fs-a"),
    });
    const source = toReplication([replication("ENABLED")], system("fs-a"), account);
    expect(source).not.toHaveProperty("copyOf");
    expect(toReplication([replication("ENABLED")], system("fs-c"), account)).toEqual({
      destinations: [],
    });
  });

  test("a state that nobody has documented is not known", () => {
    const odd = replication("constructor" as "ENABLED");
    expect(toReplication([odd], system("fs-a"), account).destinations[0]?.status).toBe("unknown");
  });

  test("what is not said is not guessed", () => {
    expect(() => toReplication([{} as never], system("fs-a"), account)).toThrow(TypeError);
    expect(() => toEncryption({} as never, { by: "provider", why: null })).toThrow(TypeError);
  });
});
