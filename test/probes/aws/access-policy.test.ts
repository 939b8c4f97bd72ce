import { describe, expect, test } from "vitest";
import { toAccessPolicy } from "#probes/aws/access-policy.ts";
import { underBlock } from "#probes/aws/s3-access-reading.ts";

const ACCOUNT = { id: "111122223333", partition: "aws" };
const ALL = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"];
const LEAD = "arn:aws:iam::111122223333:role/lead";
const APP = "arn:aws:iam::111122223333:role/app";
const statement = (fields: object) => ({
  Effect: "Allow",
  Principal: { AWS: LEAD },
  Action: "s3:GetObject",
  Resource: ALL,
  ...fields,
});
const deny = (fields: object = {}) =>
  statement({ Sid: "No", Effect: "Deny", Principal: "*", Action: "s3:*", ...fields });
const read = (...statements: readonly object[]) =>
  toAccessPolicy(JSON.stringify({ Statement: statements }), ACCOUNT, ["identity policies"]);
const granted = (...statements: readonly object[]) =>
  read(...statements).grants.map(({ principal, conditions }) => [principal, ...conditions]);

describe("whom a resource policy lets in", () => {
  test("nobody, without a policy", () => {
    expect(toAccessPolicy(null, ACCOUNT, ["identity policies"])).toEqual({
      grants: [],
      unseen: ["identity policies"],
    });
  });

  test("each principal of each statement that allows, with what it may do", () => {
    expect(
      read(statement({ Principal: { AWS: [LEAD, APP] }, Action: ["s3:Get*"] })).grants,
    ).toEqual([
      { principal: LEAD, labels: [], actions: ["s3:Get*"], conditions: [] },
      { principal: APP, labels: [], actions: ["s3:Get*"], conditions: [] },
    ]);
  });

  test.each([
    ["anyone", { Principal: "*" }, "*"],
    ["anyone, as an account", { Principal: { AWS: "*" } }, "*"],
    ["anyone but some", { Principal: undefined, NotPrincipal: { AWS: LEAD } }, "*"],
    ["another account", { Principal: { AWS: "444455556666" } }, "444455556666"],
    [
      "another account's root",
      { Principal: { AWS: "arn:aws:iam::444455556666:root" } },
      "arn:aws:iam::444455556666:root",
    ],
    [
      "an identity provider",
      { Principal: { Federated: "accounts.google.com" } },
      "accounts.google.com",
    ],
    ["a canonical user", { Principal: { CanonicalUser: "79a5" } }, "79a5"],
  ])("%s", (_, fields, principal) => {
    expect(granted(statement(fields))).toEqual([[principal]]);
  });

  test.each([
    ["arn:aws:iam::111122223333:root", "the policy names the account"],
    ["111122223333", "the policy names the account"],
  ])("the account itself, %s, is nobody by name", (AWS, words) => {
    const { grants, unseen } = read(statement({ Principal: { AWS } }));
    expect(grants).toEqual([]);
    expect(unseen).toEqual(["identity policies", expect.stringContaining(words)]);
  });

  test("a service acts for whoever may command it", () => {
    const { grants, unseen } = read(
      statement({ Principal: { Service: "logging.s3.amazonaws.com" } }),
    );
    expect(grants).toEqual([]);
    expect(unseen[1]).toContain("logging.s3.amazonaws.com, a service");
  });

  test("conditions narrow, unless they only say how to call", () => {
    const condition = (Condition: object) => granted(statement({ Principal: "*", Condition }));
    expect(condition({ StringEquals: { "aws:PrincipalOrgID": "o-1" } })).toEqual([
      ["*", "aws:principalorgid stringequals o-1"],
    ]);
    expect(condition({ Bool: { "aws:SecureTransport": "true" } })).toEqual([["*"]]);
  });

  test.each([
    ["everything to everyone", deny(), []],
    ["everything to him", deny({ Principal: { AWS: LEAD } }), []],
    ["everything to somebody else", deny({ Principal: { AWS: APP } }), [[LEAD]]],
    ["clear text", deny({ Condition: { Bool: { "aws:SecureTransport": "false" } } }), [[LEAD]]],
    ["another action", deny({ Action: "s3:PutObject" }), [[LEAD]]],
    ["a part of the objects", deny({ Resource: "arn:aws:s3:::b/x/*" }), [[LEAD]]],
    [
      "everyone but another",
      deny({ Principal: undefined, NotPrincipal: { AWS: APP } }),
      [[LEAD, 'not denied by statement "No"']],
    ],
    ["everyone but him", deny({ Principal: undefined, NotPrincipal: { AWS: LEAD } }), [[LEAD]]],
    [
      "on a condition",
      deny({ Condition: { StringNotEquals: { "aws:SourceVpc": "vpc-1" } } }),
      [[LEAD, 'not denied by statement "No"']],
    ],
    [
      "all actions but some",
      deny({ Action: undefined, NotAction: "s3:ListBucket" }),
      [[LEAD, 'not denied by statement "No"']],
    ],
  ])("a denial of %s", (_, denial, grants) => {
    expect(granted(statement({}), denial)).toEqual(grants);
  });

  test("what is no policy document is no answer", () => {
    const parse = (text: string) => () => toAccessPolicy(text, ACCOUNT, []);
    expect(parse("<html>")).toThrow(SyntaxError);
    expect(parse("{}")).toThrow(TypeError);
    expect(parse('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}')).toThrow(
      TypeError,
    );
  });
});

describe("a policy of everyone under a public access block", () => {
  const access = read(statement({ Principal: { AWS: ["*", APP] } }));
  const left = (block: Parameters<typeof underBlock>[1]) => {
    const { grants, unseen } = underBlock(access, block);
    return [grants.map(({ principal, conditions }) => [principal, ...conditions]), unseen.length];
  };

  test("that is off", () => expect(left(null)).toEqual([[["*"], [APP]], 1]));
  test("that is on leaves the account", () => {
    expect(left("account public access block")).toEqual([[[APP]], 2]);
  });
  test("that was not read leaves it open", () => {
    const failure = { reason: "denied", message: "", retryable: false } as const;
    const missing = { failure, operation: "", permission: "s3:GetBucketPublicAccessBlock" };
    const words =
      "no public access block is on, which was not read (denied: grant s3:GetBucketPublicAccessBlock)";
    expect(left(missing)).toEqual([[["*", words], [APP]], 1]);
  });
});
