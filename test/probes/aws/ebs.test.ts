import type { Image, Snapshot, Volume } from "@aws-sdk/client-ec2";
import { describe, expect, test } from "vitest";
import {
  toBackups,
  toEncryption,
  toImageEncryption,
  toImageExposure,
  toRecoveryPoint,
  toSnapshotExposure,
} from "#probes/aws/ebs-facets.ts";
import probe from "#probes/aws/ebs.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const REGION = "eu-west-3";
const key = (id: string) => `arn:aws:kms:${REGION}:${ACCOUNT}:key/${id}`;
const volume = (id: string, fields: Partial<Volume> = {}): Volume => ({
  VolumeId: id,
  AvailabilityZone: "eu-west-3a",
  State: "in-use",
  Encrypted: true,
  KmsKeyId: key("own"),
  Attachments: [{ InstanceId: "i-1", State: "attached", VolumeId: id }],
  Tags: [{ Key: "env", Value: "prod" }],
  ...fields,
});
const snapshot = (id: string, fields: Partial<Snapshot> = {}): Snapshot => ({
  SnapshotId: id,
  VolumeId: "vol-1",
  State: "completed",
  StartTime: new Date("2026-05-31T03:00:00Z"),
  OwnerId: ACCOUNT,
  Encrypted: true,
  KmsKeyId: key("aws-ebs"),
  ...fields,
});
const image = (id: string, fields: Partial<Image> = {}): Image => ({
  ImageId: id,
  Public: false,
  RootDeviceType: "ebs",
  BlockDeviceMappings: [
    { DeviceName: "/dev/xvda", Ebs: { SnapshotId: "snap-1", Encrypted: true } },
    { DeviceName: "/dev/sdb", VirtualName: "ephemeral0" },
  ],
  ...fields,
});

describe("EBS", async () => {
  const asked: Readonly<Record<string, unknown>>[] = [];
  let block = "unblocked";
  const aws = await fakeAws({
    regions: [REGION, "us-east-1"],
    answers: {
      "ec2:DescribeVolumes": ({ input, region }) => {
        if (region !== REGION) return { Volumes: [volume("vol-stray")] };
        return input["NextToken"] === "2"
          ? { Volumes: [volume("vol-2", { Encrypted: false, KmsKeyId: undefined })] }
          : { Volumes: [volume("vol-1")], NextToken: "2" };
      },
      "ec2:DescribeSnapshots": ({ input, region }) => {
        asked.push({ ...input, region });
        if (region !== REGION) return { Snapshots: [] };
        if (input["RestorableBy.1"] === "all") {
          return { Snapshots: [snapshot("snap-open"), snapshot("snap-dlm")] };
        }
        return input["NextToken"] === "2"
          ? {
              Snapshots: [
                snapshot("snap-open", { Encrypted: false, VolumeId: "vol-ffffffff" }),
                snapshot("snap-dlm", {
                  VolumeId: "vol-2",
                  Tags: [{ Key: "aws:dlm:lifecycle-policy-id", Value: "policy-0" }],
                }),
              ],
            }
          : { Snapshots: [snapshot("snap-1")], NextToken: "2" };
      },
      "ec2:DescribeImages": ({ region }) => ({
        Images: region === REGION ? [image("ami-1"), image("ami-open", { Public: true })] : [],
      }),
      "ec2:DescribeSnapshotAttribute": ({ input }) => ({
        CreateVolumePermissions:
          input["SnapshotId"] === "snap-open" ? [{ Group: "all" }] : [{ UserId: "444455556666" }],
      }),
      "ec2:GetSnapshotBlockPublicAccessState": () => ({ State: block }),
      "kms:ListAliases": { Aliases: [{ AliasName: "alias/aws/ebs", TargetKeyId: "aws-ebs" }] },
    },
  });

  test("volumes, snapshots and images of all regions, with their tags", async () => {
    const found = await aws.scan().gather(probe);
    const inventories = found.observations.flatMap((seen) =>
      seen.facet === "inventory" ? [seen.value] : [],
    );
    expect(inventories.map(({ kinds, complete }) => [kinds, complete])).toEqual([
      [["AWS::EC2::Volume"], true],
      [["AWS::EC2::Snapshot"], true],
      [["AWS::EC2::Image"], true],
    ]);
    expect(inventories[0]?.items.map(({ id, tags }) => [id, tags])).toEqual([
      [`arn:aws:ec2:${REGION}:${ACCOUNT}:volume/vol-1`, { env: "prod" }],
      [`arn:aws:ec2:${REGION}:${ACCOUNT}:volume/vol-2`, { env: "prod" }],
      [`arn:aws:ec2:us-east-1:${ACCOUNT}:volume/vol-stray`, { env: "prod" }],
    ]);
    expect(inventories[1]?.items.map(({ id }) => id)).toEqual([
      `arn:aws:ec2:${REGION}::snapshot/snap-1`,
      `arn:aws:ec2:${REGION}::snapshot/snap-open`,
      `arn:aws:ec2:${REGION}::snapshot/snap-dlm`,
    ]);
    expect(inventories[2]?.items.map(({ id }) => id)).toEqual([
      `arn:aws:ec2:${REGION}::image/ami-1`,
      `arn:aws:ec2:${REGION}::image/ami-open`,
    ]);
  });

  test("whether each is encrypted, and by whose key", async () => {
    const found = await aws.scan().gather(probe, ["encryption"]);
    expect(facetOf(found, "vol-1", "encryption")).toMatchObject({
      enabled: true,
      algorithm: "AES-256",
      algorithmSource: "published-design",
      keyManagement: "customer",
    });
    expect(facetOf(found, "vol-2", "encryption")?.enabled).toBe(false);
    expect(facetOf(found, "snap-1", "encryption")?.keyManagement).toBe("provider");
    expect(facetOf(found, "snap-open", "encryption")?.enabled).toBe(false);
    // An image does not name the key of its snapshot; the snapshot does.
    expect(facetOf(found, "ami-1", "encryption")).toMatchObject({
      enabled: true,
      keyManagement: "provider",
    });
  });

  test("a volume is part of the backups of what it is attached to", async () => {
    const found = await aws.scan().gather(probe, ["backups"]);
    expect(facetOf(found, "vol-1", "backups")).toEqual({
      rules: [],
      partOf: [`arn:aws:ec2:${REGION}:${ACCOUNT}:instance/i-1`],
    });
  });

  test("what a policy that is not read does to a volume is not known", async () => {
    const found = await aws.scan().gather(probe, ["backups"]);
    expect(facetOf(found, "vol-2", "backups")).toBeUndefined();
    expect(found.problems).toMatchObject([
      { reason: "unsupported", facets: ["backups"], subject: { name: "vol-2" } },
    ]);
    expect(found.problems[0]?.message).toContain("policy-0");
  });

  test("public snapshots are found by one listing a region, however many there are", async () => {
    asked.length = 0;
    block = "unblocked";
    const found = await aws.scan().gather(probe, ["exposure"]);
    expect(facetOf(found, "snap-1", "exposure")?.anonymousAccess).toBe(false);
    expect(facetOf(found, "snap-open", "exposure")).toMatchObject({
      anonymousAccess: true,
      through: ["createVolumePermission: all"],
    });
    // The listing named it, its own permission says otherwise.
    expect(facetOf(found, "snap-dlm", "exposure")).toMatchObject({
      anonymousAccess: false,
      through: ["shared with account 444455556666"],
    });
    expect(facetOf(found, "ami-open", "exposure")?.anonymousAccess).toBe(true);
    expect(facetOf(found, "ami-1", "exposure")?.anonymousAccess).toBe(false);
    expect(asked.filter((input) => input["RestorableBy.1"] === "all")).toHaveLength(1);
    expect(asked.every((input) => input["Owner.1"] === "self")).toBe(true);
  });

  test("the account's block closes what was opened", async () => {
    block = "block-all-sharing";
    const found = await aws.scan().gather(probe, ["exposure"]);
    expect(facetOf(found, "snap-open", "exposure")).toMatchObject({
      anonymousAccess: false,
      closedBy: ["block public access for snapshots (block-all-sharing)"],
    });
    block = "block-new-sharing";
    const old = await aws.scan().gather(probe, ["exposure"]);
    expect(facetOf(old, "snap-open", "exposure")?.anonymousAccess).toBe(true);
  });

  test("a permission that cannot be read leaves open only whose it is", async () => {
    aws.setFaults({ operation: "DescribeSnapshotAttribute", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe, ["exposure"]);
    expect(found.problems.map(({ subject }) => subject?.name)).toEqual(["snap-open", "snap-dlm"]);
    expect(found.problems[0]?.permission).toBe("ec2:DescribeSnapshotAttribute");
    expect(facetOf(found, "snap-1", "exposure")?.anonymousAccess).toBe(false);
  });

  test("a block that cannot be read leaves open only what it may close", async () => {
    aws.setFaults({
      operation: "GetSnapshotBlockPublicAccessState",
      fault: { kind: "denied" },
    });
    const found = await aws.scan().gather(probe, ["exposure"]);
    expect(found.problems).toMatchObject([
      {
        subject: { name: "snap-open" },
        permission: "ec2:GetSnapshotBlockPublicAccessState",
        facets: ["exposure"],
      },
    ]);
    expect(facetOf(found, "snap-1", "exposure")?.anonymousAccess).toBe(false);
  });

  test.each([
    ["DescribeVolumes", ["AWS::EC2::Volume"]],
    ["DescribeImages", ["AWS::EC2::Image"]],
  ])("%s denied is named, and the others are read", async (operation, kinds) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe, ["encryption"]);
    expect(found.problems).toMatchObject([{ permission: `ec2:${operation}`, kinds }]);
    expect(facetOf(found, "snap-1", "encryption")).toBeDefined();
    expect(found.observations.map(({ subject }) => subject.kind)).not.toContain(kinds[0]);
  });

  test("without snapshots nobody knows whether a policy backs a volume up", async () => {
    aws.setFaults({ operation: "DescribeSnapshots", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe, ["backups"]);
    const lost = found.problems.filter(({ facets }) => facets.includes("backups"));
    expect(lost).toHaveLength(3);
    expect(lost[0]).toMatchObject({ permission: "ec2:DescribeSnapshots" });
    expect(facetOf(found, "vol-1", "backups")).toBeUndefined();
  });

  test("without snapshots nobody knows whose key an image has, and the permission is named", async () => {
    aws.setFaults({ operation: "DescribeSnapshots", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe, ["encryption"]);
    const images = found.observations.flatMap((seen) =>
      seen.facet === "encryption" && seen.subject.kind === "AWS::EC2::Image" ? [seen.value] : [],
    );
    expect(images.some(({ enabled }) => enabled === true)).toBe(true);
    for (const { enabled, keyManagement, caveat } of images) {
      if (enabled !== true) continue;
      expect(keyManagement).toBeNull();
      expect(caveat).toContain("(permission ec2:DescribeSnapshots)");
    }
  });
});

describe("what EBS says of itself", () => {
  const place = { account: { id: ACCOUNT, partition: "aws" }, region: REGION };
  const own = { by: "customer", why: null } as const;

  test("a snapshot is a recovery point once it is completed", () => {
    expect(toRecoveryPoint(snapshot("s"), place)).toEqual({
      of: `arn:aws:ec2:${REGION}:${ACCOUNT}:volume/vol-1`,
      at: "2026-05-31T03:00:00.000Z",
      usable: true,
      deletedAt: null,
      state: "completed",
    });
    const Tags = [{ Key: "aws:dlm:lifecycle-policy-id", Value: "policy-0" }];
    expect(toRecoveryPoint(snapshot("s", { Tags }), place)).toMatchObject({
      deletedAt: null,
      deletionUnread: "Data Lifecycle Manager made it (policy-0), whose policies are not read",
    });
    for (const State of ["pending", "error", "recoverable"] as const) {
      expect(toRecoveryPoint(snapshot("s", { State }), place).usable).toBe(false);
    }
    expect(toRecoveryPoint(snapshot("s", { VolumeId: "vol-ffffffff" }), place).of).toBeNull();
    expect(() => toRecoveryPoint({ SnapshotId: "s" }, place)).toThrow(TypeError);
  });

  test("a volume that is being detached is part of nothing", () => {
    const Attachments = [{ InstanceId: "i-1", State: "detaching" as const }];
    expect(toBackups({ Attachments }, place).partOf).toEqual([]);
    expect(toBackups({}, place).partOf).toEqual([]);
  });

  test("absent is not false", () => {
    expect(() => toEncryption({}, own)).toThrow(TypeError);
    expect(() => toImageExposure({})).toThrow(TypeError);
    expect(() => toSnapshotExposure([{ Group: "all" }], null)).toThrow(TypeError);
    expect(() => toSnapshotExposure(undefined, null)).toThrow(TypeError);
    expect(() => toImageEncryption({ BlockDeviceMappings: [{ Ebs: {} }] }, () => own)).toThrow(
      TypeError,
    );
  });

  test("EBS may encrypt without a key that is named", () => {
    const told = toEncryption({ Encrypted: false, SseType: "sse-ebs" }, own);
    expect(told.enabled).toBe(true);
  });

  test("an image is encrypted when all its disks are", () => {
    const disks = (...encrypted: boolean[]): Image => ({
      BlockDeviceMappings: encrypted.map((Encrypted, at) => ({
        Ebs: { Encrypted, SnapshotId: `snap-${at}` },
      })),
    });
    expect(toImageEncryption(disks(true, true), () => own)).toMatchObject({
      enabled: true,
      keyManagement: "customer",
    });
    expect(toImageEncryption(disks(true, false), () => own)).toMatchObject({
      enabled: false,
      caveat: "not encrypted: snap-1",
    });
    expect(toImageEncryption(disks(true), () => undefined).keyManagement).toBeNull();
    expect(toImageEncryption({}, () => own).enabled).toBeNull();
  });
});
