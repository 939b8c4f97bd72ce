import { describe, expect, test } from "vitest";
import type { ApiAnswers, ApiCall } from "#fixtures/estate/aws/answers.ts";
import { toBackups, toEncryption, toRecoveryPoints, toRedundancy } from "#probes/aws/fsx-facets.ts";
import probe from "#probes/aws/fsx.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

type System = Parameters<typeof toBackups>[0];

const arn = (id: string, region = "eu-west-3") =>
  `arn:aws:fsx:${region}:${ACCOUNT}:file-system/${id}`;
const windows = (FileSystemId: string, fields: object = {}, region = "eu-west-3"): System => ({
  FileSystemId,
  FileSystemType: "WINDOWS",
  ResourceARN: arn(FileSystemId, region),
  KmsKeyId: `arn:aws:kms:${region}:${ACCOUNT}:key/own`,
  Tags: [{ Key: "Name", Value: "shares" }],
  WindowsConfiguration: { DeploymentType: "MULTI_AZ_1", AutomaticBackupRetentionDays: 30 },
  ...fields,
});
const SCRATCH = windows("fs-scratch", {
  FileSystemType: "LUSTRE",
  KmsKeyId: undefined,
  Tags: [],
  WindowsConfiguration: undefined,
  LustreConfiguration: { DeploymentType: "SCRATCH_2" },
});
const ONTAP = windows("fs-ontap", {
  FileSystemType: "ONTAP",
  Tags: [],
  WindowsConfiguration: undefined,
  OntapConfiguration: { DeploymentType: "SINGLE_AZ_1", AutomaticBackupRetentionDays: 0 },
});
const backup = (BackupId: string, day: string, fields: object = {}) => ({
  BackupId,
  Lifecycle: "AVAILABLE" as const,
  Type: "AUTOMATIC" as const,
  CreationTime: new Date(`2026-05-${day}T03:00:00Z`),
  FileSystem: { FileSystemId: "fs-main" },
  ...fields,
});
const answers: ApiAnswers = {
  "fsx:DescribeFileSystems": ({ input, region }: ApiCall) => {
    if (region !== "eu-west-3") return { FileSystems: [windows("fs-stray", { Tags: [] }, region)] };
    return input["NextToken"] === "2"
      ? { FileSystems: [SCRATCH, ONTAP] }
      : { FileSystems: [windows("fs-main")], NextToken: "2" };
  },
  "fsx:DescribeBackups": ({ input, region }: ApiCall) => {
    if (region !== "eu-west-3") return { Backups: [] };
    return input["NextToken"] === "2"
      ? { Backups: [backup("b-1", "30"), backup("b-2", "31", { Lifecycle: "FAILED" })] }
      : {
          Backups: [
            backup("b-3", "31", { Type: "USER_INITIATED" }),
            backup("b-4", "31", { Type: "AWS_BACKUP" }),
            backup("b-5", "31", { FileSystem: { FileSystemId: "fs-else" } }),
            backup("b-6", "31", { SourceBackupId: "b-1" }),
          ],
          NextToken: "2",
        };
  },
  "kms:ListAliases": { Aliases: [] },
};

describe("FSx file systems", async () => {
  const aws = await fakeAws({ regions: ["eu-west-3", "us-east-1"], answers });

  test("all pages of all regions, with their tags", async () => {
    const found = await aws.scan().gather(probe);
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory?.complete).toBe(true);
    expect(inventory?.items.map(({ id, name, tags }) => [id, name, tags])).toEqual([
      [arn("fs-main"), "shares", { Name: "shares" }],
      [arn("fs-scratch"), "fs-scratch", {}],
      [arn("fs-ontap"), "fs-ontap", {}],
      [arn("fs-stray", "us-east-1"), "fs-stray", {}],
    ]);
  });

  test("what each is", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "shares", "encryption")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      keyManagement: "customer",
    });
    expect(facetOf(found, "fs-scratch", "encryption")).toMatchObject({
      enabled: true,
      keyManagement: "provider",
    });
    expect(facetOf(found, "shares", "redundancy")).toMatchObject({ zones: 2, zoneRedundant: true });
    expect(facetOf(found, "fs-scratch", "redundancy")).toMatchObject({
      zones: 1,
      zoneRedundant: false,
    });
    expect(facetOf(found, "shares", "backups")?.rules).toMatchObject([
      { longestInterval: 86_400, places: [{ region: "eu-west-3", retention: "P30D" }] },
    ]);
    expect(facetOf(found, "fs-scratch", "backups")?.rules).toEqual([]);
    expect(facetOf(found, "fs-ontap", "backups")?.rules).toEqual([]);
  });

  test("recovery points are those of the service that can be recovered from", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, "shares", "recoveryPoints")).toEqual({
      points: ["2026-05-30T03:00:00.000Z", "2026-05-31T03:00:00.000Z"],
      since: "1970-01-01T00:00:00.000Z",
      olderExists: false,
      retention: "P30D",
    });
    expect(facetOf(found, "fs-stray", "recoveryPoints")?.points).toEqual([]);
    expect(found.problems).toMatchObject([
      { reason: "unsupported", subject: { name: "fs-ontap" }, facets: ["recoveryPoints"] },
    ]);
  });

  test("denied backups are named, and nothing else is lost", async () => {
    const whole = await aws.scan().gather(probe);
    aws.setFaults({ operation: "DescribeBackups", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    const denied = found.problems.filter(({ reason }) => reason === "denied");
    expect(denied).toHaveLength(3);
    for (const { permission } of denied) expect(permission).toBe("fsx:DescribeBackups");
    expect(found.observations).toHaveLength(whole.observations.length - 3);
  });

  test("without the aliases it is not told whose key it is", async () => {
    aws.setFaults({ operation: "ListAliases", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe, ["encryption"]);
    expect(facetOf(found, "shares", "encryption")).toMatchObject({ keyManagement: null });
    expect(facetOf(found, "fs-scratch", "encryption")?.keyManagement).toBe("provider");
  });

  test("a listing that is denied, or of another shape, leaves nothing", async () => {
    aws.setFaults({ operation: "DescribeFileSystems", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.observations).toEqual([]);
    expect(found.problems).toMatchObject([{ permission: "fsx:DescribeFileSystems" }]);
    const odd = await fakeAws({ answers: { "fsx:DescribeFileSystems": { FileSystems: [{}] } } });
    const shapeless = await odd.scan().gather(probe);
    expect(shapeless.observations).toEqual([]);
    expect(shapeless.problems).toMatchObject([{ reason: "malformed" }]);
  });
});

describe("a file system", () => {
  test.each([
    ["SINGLE_AZ_2", false],
    ["SINGLE_AZ_HA_1", false],
    ["MULTI_AZ_1", true],
  ] as const)("of OpenZFS with %s", (DeploymentType, zoneRedundant) => {
    const system: System = {
      FileSystemType: "OPENZFS",
      OpenZFSConfiguration: { DeploymentType },
      WindowsConfiguration: { DeploymentType: "SINGLE_AZ_1" },
    };
    expect(toRedundancy(system)).toMatchObject({ zoneRedundant, setting: DeploymentType });
  });

  test("that says nothing is not guessed about", () => {
    const manager = { by: "customer", why: null } as const;
    const persistent: System = {
      FileSystemType: "LUSTRE",
      LustreConfiguration: { DeploymentType: "PERSISTENT_2" },
    };
    expect(toEncryption(persistent, manager)).toMatchObject({ enabled: true, keyManagement: null });
    expect(() => toEncryption({}, manager)).toThrow(TypeError);
    expect(() => toRedundancy({ FileSystemType: "WINDOWS" })).toThrow(TypeError);
    expect(() => toBackups(persistent, "eu-west-3")).toThrow(TypeError);
  });

  test("a copy of what is not listed tells no moment", () => {
    const copy = backup("b-9", "31", { SourceBackupId: "b-8" });
    expect(() => toRecoveryPoints(windows("fs-main"), [copy])).toThrow(TypeError);
    const timeless = backup("b-9", "31", { CreationTime: undefined });
    expect(() => toRecoveryPoints(windows("fs-main"), [timeless])).toThrow(TypeError);
  });
});
