import { describe, expect, test } from "vitest";
import probe from "#probes/aws/iam-privileges.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (what: string) => `arn:aws:iam::${ACCOUNT}:${what}`;
const document = (...statements: readonly object[]) =>
  encodeURIComponent(JSON.stringify({ Version: "2012-10-17", Statement: statements }));
const allow = (Action: string, Resource: unknown = "*") =>
  document({ Effect: "Allow", Action, Resource });
const inline = (name: string, PolicyDocument: string) => ({ PolicyName: name, PolicyDocument });
const user = (name: string, fields: object = {}) => ({
  UserName: name,
  Arn: arn(`user/${name}`),
  Path: "/",
  ...fields,
});
const trusting = (Principal: unknown) =>
  document({ Effect: "Allow", Action: "sts:AssumeRole", Principal });
const OWN = trusting({ AWS: arn("root") });
const role = (name: string, trust: string, fields: object = {}, path = "/") => ({
  RoleName: name,
  Arn: arn(`role${path}${name}`),
  Path: path,
  AssumeRolePolicyDocument: trust,
  ...fields,
});
const managed = (name: string, Document: string) => ({
  PolicyName: name,
  Arn: `arn:aws:iam::aws:policy/${name}`,
  PolicyVersionList: [
    { VersionId: "v1", IsDefaultVersion: false, Document: allow("*") },
    { VersionId: "v2", IsDefaultVersion: true, Document },
  ],
});
const attached = (name: string) => ({
  PolicyName: name,
  PolicyArn: `arn:aws:iam::aws:policy/${name}`,
});

const FIRST = {
  UserDetailList: [
    user("reader", { AttachedManagedPolicies: [attached("SecurityAudit")] }),
    user("lead", {
      GroupList: ["leads"],
      Tags: [{ Key: "team", Value: "leads" }],
    }),
    user("fenced", {
      UserPolicyList: [inline("all", allow("*"))],
      PermissionsBoundary: { PermissionsBoundaryArn: "arn:aws:iam::aws:policy/SecurityAudit" },
    }),
    user("climber", {
      UserPolicyList: [inline("climb", allow("sts:AssumeRole", arn("role/deploy")))],
    }),
    user("named", {}),
    user("stranger", { GroupList: ["gone"] }),
    user("broken", { UserPolicyList: [inline("odd", "{")] }),
  ],
  IsTruncated: true,
  Marker: "2",
};
const SECOND = {
  GroupDetailList: [{ GroupName: "leads", AttachedManagedPolicies: [attached("Power")] }],
  RoleDetailList: [
    role("deploy", OWN, { RolePolicyList: [inline("deploy", allow("s3:PutObject"))] }),
    role("machine", trusting({ Service: "ec2.amazonaws.com" }), {
      RolePolicyList: [inline("write", allow("s3:PutObject"))],
    }),
    role(
      "AWSServiceRoleForBackup",
      trusting({ Service: "backup.amazonaws.com" }),
      {},
      "/aws-service-role/backup.amazonaws.com/",
    ),
    role("hosting", trusting({ AWS: "arn:aws:iam::444455556666:root" }), {
      AttachedManagedPolicies: [attached("Power")],
    }),
    role("personal", trusting({ AWS: arn("user/named") }), {
      RolePolicyList: [inline("all", allow("*"))],
    }),
    // Each may take on the other: what one of them may, both may.
    role("ring-1", OWN, {
      RolePolicyList: [inline("on", allow("sts:AssumeRole", arn("role/ring-2")))],
    }),
    role("ring-2", OWN, {
      RolePolicyList: [
        inline(
          "on",
          document({
            Effect: "Allow",
            Action: "sts:AssumeRole",
            Resource: [arn("role/ring-1"), arn("role/deploy")],
          }),
        ),
      ],
    }),
  ],
  Policies: [
    managed("SecurityAudit", allow("s3:Get*")),
    managed("Power", document({ Effect: "Allow", NotAction: ["iam:*"], Resource: "*" })),
  ],
};

describe("what users and roles may change", async () => {
  const aws = await fakeAws({
    answers: {
      "iam:GetAccountAuthorizationDetails": ({ input }) =>
        input["Marker"] === "2" ? SECOND : FIRST,
    },
  });
  const found = await aws.scan().gather(probe);
  const may = (name: string) => facetOf(found, name, "privileges");

  test("all pages, with tags, and the root user that no page holds", () => {
    const inventory = facetOf(found, "aws", "inventory");
    expect(inventory).toMatchObject({
      kinds: ["AWS::IAM::User", "AWS::IAM::Role"],
      complete: true,
    });
    expect(inventory?.items).toHaveLength(15);
    expect(inventory?.items.find(({ name }) => name === "lead")?.tags).toEqual({ team: "leads" });
    expect(inventory?.items[0]).toMatchObject({ id: arn("root"), name: "<root_account>" });
    expect(may("<root_account>")).toMatchObject({ root: true, writes: true, administers: true });
  });

  test("the default version of a managed policy counts, and no other", () => {
    expect(may("reader")).toMatchObject({ writes: false, administers: false, through: [] });
  });

  test("groups and policies of a later page count", () => {
    expect(may("lead")).toMatchObject({ writes: true, administers: false, through: ["Power"] });
  });

  test("a boundary takes away", () => {
    expect(may("fenced")).toMatchObject({ writes: false, administers: false });
  });

  test("who may take on a role may do what it may", () => {
    expect(may("climber")).toMatchObject({ writes: true, through: ["role deploy"] });
    expect(may("named")).toMatchObject({
      writes: true,
      administers: true,
      through: ["role personal"],
    });
    expect(may("ring-2")).toMatchObject({ writes: true });
    expect(may("ring-1")).toMatchObject({ writes: true, administers: false });
  });

  test("a group that no page tells of leaves it open", () => {
    expect(may("stranger")).toMatchObject({
      writes: null,
      administers: null,
      through: ["group gone (not read)"],
    });
  });

  test("a policy that is none costs its principal", () => {
    expect(may("broken")).toBeUndefined();
    expect(found.problems).toMatchObject([
      { reason: "malformed", subject: { name: "broken" }, facets: ["privileges"] },
    ]);
  });

  test("roles of services are told apart, and those of other accounts are named", () => {
    expect(may("machine")).toMatchObject({ service: true, writes: true });
    expect(may("AWSServiceRoleForBackup")).toMatchObject({ service: true, writes: false });
    expect(may("hosting")).toMatchObject({ service: false, trusts: ["account 444455556666"] });
    expect(may("deploy")).toMatchObject({ service: false, trusts: [] });
  });

  test("denied: nothing is known of any", async () => {
    aws.setFaults({ operation: "GetAccountAuthorizationDetails", fault: { kind: "denied" } });
    const denied = await aws.scan().gather(probe);
    expect(denied.observations).toEqual([]);
    expect(denied.problems).toMatchObject([
      {
        reason: "denied",
        permission: "iam:GetAccountAuthorizationDetails",
        kinds: ["AWS::IAM::User", "AWS::IAM::Role"],
      },
    ]);
  });

  test("a second page that fails leaves open what it may have held", async () => {
    const half = await fakeAws({
      answers: {
        "iam:GetAccountAuthorizationDetails": ({ input }) =>
          input["Marker"] === "2" ? { UserDetailList: [{ UserName: "x" }] } : FIRST,
      },
    });
    const partial = await half.scan().gather(probe);
    expect(facetOf(partial, "aws", "inventory")?.complete).toBe(false);
    expect(facetOf(partial, "lead", "privileges")?.writes).toBeNull();
    expect(facetOf(partial, "reader", "privileges")?.writes).toBeNull();
  });
});
