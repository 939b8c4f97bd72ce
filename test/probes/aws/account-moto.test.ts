import {
  AddUserToGroupCommand,
  AttachGroupPolicyCommand,
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateGroupCommand,
  CreateLoginProfileCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  CreateVirtualMFADeviceCommand,
  EnableMFADeviceCommand,
  IAMClient,
  PutUserPolicyCommand,
  UpdateAccountPasswordPolicyCommand,
} from "@aws-sdk/client-iam";
import {
  CloudTrailClient,
  CreateTrailCommand,
  PutEventSelectorsCommand,
  StartLoggingCommand,
} from "@aws-sdk/client-cloudtrail";
import { CreateDetectorCommand, GuardDutyClient } from "@aws-sdk/client-guardduty";
import { EnableCommand, Inspector2Client } from "@aws-sdk/client-inspector2";
import { CreateBucketCommand, PutBucketPolicyCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Probe } from "#model/probe.ts";
import cloudtrail from "#probes/aws/cloudtrail.ts";
import guardduty from "#probes/aws/guardduty.ts";
import privileges from "#probes/aws/iam-privileges.ts";
import users from "#probes/aws/iam-users.ts";
import inspector from "#probes/aws/inspector.ts";
import { startMoto, type Moto } from "../../support/moto.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { awsTarget, ENVIRONMENT } from "./support.ts";

const ACCOUNT = "123456789012";
const REGION = "eu-west-3";
const managed = (name: string) => `arn:aws:iam::aws:policy/${name}`;
const trust = (Principal: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal }],
  });
const document = (Action: string, Resource: string) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource }] });

/** Everything that is asked is of another's making: its emulator of AWS, and AWS's own managed policies in it. */
describe.skipIf(!has("moto"))("an account in moto", () => {
  let moto: Moto;
  const scan = (probe: Probe) =>
    testScan(awsTarget(moto.url, { account: ACCOUNT, regions: [REGION] }), {
      environment: ENVIRONMENT,
      maxAnswerBytes: 64_000_000,
    }).gather(probe);
  const options = () => ({
    region: REGION,
    endpoint: moto.url,
    credentials: { accessKeyId: "seed", secretAccessKey: "seed" },
  });

  beforeAll(async () => {
    vi.stubEnv("MOTO_IAM_LOAD_MANAGED_POLICIES", "true");
    moto = await startMoto();
    const iam = new IAMClient(options());
    await iam.send(
      new UpdateAccountPasswordPolicyCommand({ MinimumPasswordLength: 12, RequireNumbers: true }),
    );
    for (const UserName of ["auditor", "admin", "member", "self", "robot"]) {
      await iam.send(new CreateUserCommand({ UserName, Tags: [{ Key: "name", Value: UserName }] }));
    }
    await iam.send(
      new CreateLoginProfileCommand({ UserName: "admin", Password: "Not-a-secret-1" }),
    );
    await iam.send(
      new CreateLoginProfileCommand({ UserName: "member", Password: "Not-a-secret-1" }),
    );
    const { VirtualMFADevice } = await iam.send(
      new CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: "admin" }),
    );
    await iam.send(
      new EnableMFADeviceCommand({
        UserName: "admin",
        SerialNumber: VirtualMFADevice?.SerialNumber ?? "",
        AuthenticationCode1: "123456",
        AuthenticationCode2: "234567",
      }),
    );
    await iam.send(new CreateAccessKeyCommand({ UserName: "robot" }));
    for (const name of ["SecurityAudit", "ReadOnlyAccess", "job-function/ViewOnlyAccess"]) {
      await iam.send(
        new AttachUserPolicyCommand({ UserName: "auditor", PolicyArn: managed(name) }),
      );
    }
    await iam.send(
      new AttachUserPolicyCommand({
        UserName: "admin",
        PolicyArn: managed("AdministratorAccess"),
      }),
    );
    await iam.send(new CreateGroupCommand({ GroupName: "leads" }));
    await iam.send(
      new AttachGroupPolicyCommand({ GroupName: "leads", PolicyArn: managed("PowerUserAccess") }),
    );
    await iam.send(new AddUserToGroupCommand({ GroupName: "leads", UserName: "member" }));
    await iam.send(
      new PutUserPolicyCommand({
        UserName: "self",
        PolicyName: "own",
        PolicyDocument: document("iam:ChangePassword", "arn:aws:iam::*:user/${aws:username}"),
      }),
    );
    const { Policy } = await iam.send(
      new CreatePolicyCommand({ PolicyName: "put", PolicyDocument: document("s3:PutObject", "*") }),
    );
    for (const [RoleName, principal] of [
      ["machine", { Service: "ec2.amazonaws.com" }],
      ["hosting", { AWS: "arn:aws:iam::444455556666:root" }],
    ] as const) {
      await iam.send(
        new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(principal) }),
      );
      await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn ?? "" }));
    }

    const s3 = new S3Client({ ...options(), forcePathStyle: true });
    const Bucket = "audit-trail";
    await s3.send(
      new CreateBucketCommand({
        Bucket,
        CreateBucketConfiguration: { LocationConstraint: REGION },
      }),
    );
    await s3.send(
      new PutBucketPolicyCommand({
        Bucket,
        Policy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Allow",
              Principal: { Service: "cloudtrail.amazonaws.com" },
              Action: ["s3:GetBucketAcl", "s3:PutObject"],
              Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
            },
          ],
        }),
      }),
    );
    const trails = new CloudTrailClient(options());
    await trails.send(
      new CreateTrailCommand({
        Name: "all",
        S3BucketName: Bucket,
        IsMultiRegionTrail: true,
        EnableLogFileValidation: true,
      }),
    );
    await trails.send(new StartLoggingCommand({ Name: "all" }));
    await trails.send(new CreateTrailCommand({ Name: "stopped", S3BucketName: Bucket }));
    for (const [TrailName, ReadWriteType] of [
      ["all", "All"],
      ["stopped", "WriteOnly"],
    ] as const) {
      await trails.send(
        new PutEventSelectorsCommand({
          TrailName,
          EventSelectors: [{ ReadWriteType, IncludeManagementEvents: true }],
        }),
      );
    }
    await new GuardDutyClient(options()).send(new CreateDetectorCommand({ Enable: true }));
    await new Inspector2Client(options()).send(
      new EnableCommand({ resourceTypes: ["EC2", "ECR"], accountIds: [ACCOUNT] }),
    );
  }, 180_000);
  afterAll(async () => {
    vi.unstubAllEnvs();
    await moto.close();
  });

  test("its password policy, and who signs in how", async () => {
    const found = await scan(users);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, ACCOUNT, "passwordPolicy")).toMatchObject({
      set: true,
      minimumLength: 12,
      digits: true,
      symbols: false,
      maximumAgeDays: null,
    });
    const signIn = Object.fromEntries(
      ["admin", "member", "robot"].map((name) => {
        const facet = facetOf(found, name, "signIn");
        return [name, [facet?.password, facet?.mfa, facet?.activeKeys]];
      }),
    );
    expect(signIn).toEqual({
      admin: [true, true, 0],
      member: [true, false, 0],
      robot: [false, false, 1],
    });
  });

  test("who may change what, by AWS's own policies", async () => {
    const found = await scan(privileges);
    expect(found.problems).toEqual([]);
    const may = (name: string) => {
      const facet = facetOf(found, name, "privileges");
      return [facet?.writes, facet?.administers, facet?.through];
    };
    expect(may("auditor")).toEqual([false, false, []]);
    expect(may("admin")).toEqual([true, true, ["AdministratorAccess"]]);
    expect(may("member")).toEqual([true, false, ["PowerUserAccess"]]);
    expect(may("self")).toEqual([false, false, []]);
    expect(may("machine")).toEqual([true, false, ["put"]]);
    expect(facetOf(found, "machine", "privileges")?.service).toBe(true);
    expect(facetOf(found, "hosting", "privileges")).toMatchObject({
      service: false,
      trusts: ["account 444455556666"],
    });
    const member = facetOf(found, "aws", "inventory")?.items.find(({ name }) => name === "member");
    expect(member?.tags).toEqual({ name: "member" });
  });

  test("its trails", async () => {
    const found = await scan(cloudtrail);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, ACCOUNT, "auditLogs")?.logs).toMatchObject([
      { name: "all", active: true, regions: "all", events: "all", integrity: true },
      { name: "stopped", active: false, regions: [REGION], events: "writes", integrity: false },
    ]);
  });

  test("what watches over it", async () => {
    const [threats, flaws] = await Promise.all([scan(guardduty), scan(inspector)]);
    expect([...threats.problems, ...flaws.problems]).toEqual([]);
    expect(facetOf(threats, ACCOUNT, "threatDetection")?.services).toMatchObject([
      { name: "GuardDuty", region: REGION, enabled: true },
    ]);
    expect(facetOf(flaws, ACCOUNT, "vulnerabilityScanning")?.services).toMatchObject([
      { name: "Inspector", enabled: true, covers: ["ec2", "ecr"], omits: ["lambda", "lambdaCode"] },
    ]);
  });
});
