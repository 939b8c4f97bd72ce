import * as cloudtrail from "@aws-sdk/client-cloudtrail";
import * as guardduty from "@aws-sdk/client-guardduty";
import * as iam from "@aws-sdk/client-iam";
import * as s3 from "@aws-sdk/client-s3";
import type { Seed } from "#fixtures/estate/seeded/truth.ts";
import type { Emulator } from "./seed.ts";

/** The report as IAM writes it; the emulator's own is dated 2015. */
export function credentialReport(account: string): Uint8Array {
  const columns =
    "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,cert_1_last_rotated,cert_2_active,cert_2_last_rotated";
  const row = (user: string, password: string, mfa: boolean) => {
    const arn = `arn:aws:iam::${account}:${user === "<root_account>" ? "root" : `user/${user}`}`;
    const unused = "false,N/A,N/A,N/A,N/A";
    return `${user},${arn},2024-01-01T00:00:00+00:00,${password},N/A,N/A,N/A,${mfa},${unused},${unused},false,N/A,false,N/A`;
  };
  const rows = [
    columns,
    row("<root_account>", "not_supported", true),
    row("alice", "true", true),
    row("bob", "true", false),
    row("mallory", "true", true),
    row("deploy", "false", false),
    row("auditor", "false", false),
  ];
  return Buffer.from(rows.join("\n"));
}

const statement = (Action: string | readonly string[]) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action, Resource: "*" }],
  });
const trust = (Principal: object) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal, Action: "sts:AssumeRole" }],
  });

/** Seeds users, roles, a trail and a detector; what the account as a whole must come to is in `expected` of its number. */
export async function seedAccount(
  emulator: Emulator,
  account: string,
  isWatched: boolean,
): Promise<readonly Seed[]> {
  const seeds = [...(await seedUsers(emulator)), ...(await seedRoles(emulator, account))];
  const trail = await seedTrail(emulator, isWatched);
  if (isWatched) {
    const detectors = new guardduty.GuardDutyClient(emulator);
    await detectors.send(new guardduty.CreateDetectorCommand({ Enable: true }));
    detectors.destroy();
  }
  return [
    ...seeds,
    {
      name: trail,
      violates: "a trail's bucket that answers in clear text",
      expected: { "https-only": "fail" },
    },
    {
      name: account,
      ...(isWatched
        ? {}
        : { violates: "no trail that records, no detector, a weak password policy" }),
      expected: {
        "audit-logging": isWatched ? "pass" : "fail",
        "threat-detection": isWatched ? "pass" : "fail",
        "password-policy": isWatched ? "pass" : "fail",
        "ddos-protection": "pass",
      },
    },
  ];
}

async function seedUsers(emulator: Emulator): Promise<readonly Seed[]> {
  const client = new iam.IAMClient(emulator);
  const user = async (UserName: string, hasPassword: boolean, actions: readonly string[]) => {
    await client.send(new iam.CreateUserCommand({ UserName }));
    if (hasPassword) {
      await client.send(
        new iam.CreateLoginProfileCommand({ UserName, Password: "Seeded-and-never-used-1" }),
      );
    }
    if (actions.length > 0) {
      await client.send(
        new iam.PutUserPolicyCommand({
          UserName,
          PolicyName: "own",
          PolicyDocument: statement(actions),
        }),
      );
    }
  };
  const device = async (UserName: string) => {
    const { VirtualMFADevice } = await client.send(
      new iam.CreateVirtualMFADeviceCommand({ VirtualMFADeviceName: UserName }),
    );
    await client.send(
      new iam.EnableMFADeviceCommand({
        UserName,
        SerialNumber: VirtualMFADevice?.SerialNumber,
        AuthenticationCode1: "123456",
        AuthenticationCode2: "654321",
      }),
    );
  };
  await user("alice", true, ["ec2:*"]);
  await device("alice");
  await user("bob", true, ["s3:Get*", "s3:List*"]);
  await user("mallory", true, ["iam:*"]);
  await device("mallory");
  await user("deploy", false, ["s3:PutObject"]);
  await user("auditor", false, ["ec2:Describe*"]);
  client.destroy();
  return [
    { name: "alice", expected: { "mfa-enforced": "pass", "privileged-access": "pass" } },
    {
      name: "bob",
      violates: "a password without second factor",
      trap: "reads only",
      expected: { "mfa-enforced": "fail", "privileged-access": "pass" },
    },
    {
      name: "mallory",
      violates: "rights to change without being declared",
      expected: { "mfa-enforced": "pass", "privileged-access": "fail" },
    },
    {
      name: "deploy",
      violates: "a program that writes without being declared",
      trap: "without password there is nothing to protect by a second factor",
      expected: { "mfa-enforced": "not-applicable", "privileged-access": "fail" },
    },
    {
      name: "auditor",
      expected: { "mfa-enforced": "not-applicable", "privileged-access": "pass" },
    },
  ];
}

async function seedRoles(emulator: Emulator, account: string): Promise<readonly Seed[]> {
  const client = new iam.IAMClient(emulator);
  const role = async (RoleName: string, principal: object, actions: string | readonly string[]) => {
    await client.send(
      new iam.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust(principal) }),
    );
    await client.send(
      new iam.PutRolePolicyCommand({
        RoleName,
        PolicyName: "own",
        PolicyDocument: statement(actions),
      }),
    );
  };
  await role("technical-lead", { AWS: `arn:aws:iam::${account}:root` }, "*");
  await role("claranet", { AWS: "arn:aws:iam::999988887777:root" }, ["ec2:*", "rds:*"]);
  await role("contractor", { AWS: "arn:aws:iam::666655554444:root" }, ["rds:DeleteDBInstance"]);
  await role("reader", { AWS: `arn:aws:iam::${account}:root` }, ["rds:Describe*", "rds:List*"]);
  await role("worker", { Service: "ec2.amazonaws.com" }, ["s3:PutObject"]);
  client.destroy();
  return [
    { name: "technical-lead", expected: { "privileged-access": "pass" } },
    { name: "claranet", expected: { "privileged-access": "pass" } },
    {
      name: "contractor",
      violates: "another account that may change",
      expected: { "privileged-access": "fail" },
    },
    {
      name: "reader",
      trap: "a role that only reads",
      expected: { "privileged-access": "pass" },
    },
  ];
}

async function seedTrail(emulator: Emulator, isOn: boolean): Promise<string> {
  const buckets = new s3.S3Client({ ...emulator, forcePathStyle: true });
  const bucket = `seed-trail-${isOn ? "on" : "off"}-${emulator.credentials.accessKeyId.slice(-6).toLowerCase()}`;
  await buckets.send(
    new s3.CreateBucketCommand({
      Bucket: bucket,
      CreateBucketConfiguration: { LocationConstraint: "eu-west-3" },
    }),
  );
  buckets.destroy();
  const client = new cloudtrail.CloudTrailClient(emulator);
  await client.send(
    new cloudtrail.CreateTrailCommand({
      Name: "everything",
      S3BucketName: bucket,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
    }),
  );
  await client.send(
    new cloudtrail.PutEventSelectorsCommand({
      TrailName: "everything",
      EventSelectors: [{ ReadWriteType: "All", IncludeManagementEvents: true }],
    }),
  );
  if (isOn) await client.send(new cloudtrail.StartLoggingCommand({ Name: "everything" }));
  client.destroy();
  const users = new iam.IAMClient(emulator);
  await users.send(
    new iam.UpdateAccountPasswordPolicyCommand({
      MinimumPasswordLength: isOn ? 14 : 6,
      RequireNumbers: true,
      RequireSymbols: true,
      RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true,
    }),
  );
  users.destroy();
  return bucket;
}
