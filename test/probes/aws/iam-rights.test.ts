import { describe, expect, test } from "vitest";
import type { NamedPolicy } from "#probes/aws/iam-changes.ts";
import { rightsOf } from "#probes/aws/iam-rights.ts";
import { matchesWildcards, parseIamPolicy } from "#probes/aws/iam-statements.ts";
import { toTrust } from "#probes/aws/iam-trust.ts";

const ALICE = "arn:aws:iam::111122223333:user/alice";
const OWN_USER = "arn:aws:iam::*:user/${aws:username}";
const BOUNDARY = "boundary";

interface Statement {
  readonly Effect?: "Allow" | "Deny";
  readonly [field: string]: unknown;
}
const policy = (name: string, ...statements: readonly Statement[]): NamedPolicy => ({
  name,
  statements: parseIamPolicy(
    JSON.stringify({
      Version: "2012-10-17",
      Statement: statements.map((one) => ({ Effect: "Allow", Resource: "*", ...one })),
    }),
  ),
});
const allow = (Action: string | readonly string[], fields: object = {}) =>
  policy("allow", { Action, ...fields });
const deny = (Action: string | readonly string[], fields: object = {}) =>
  policy("deny", { Effect: "Deny", Action, ...fields });
const rights = (...policies: readonly NamedPolicy[]) => {
  const boundary = policies.find(({ name }) => name === BOUNDARY) ?? null;
  const { writes, administers } = rightsOf(
    policies.filter((one) => one !== boundary),
    boundary,
    ALICE,
  );
  return [writes, administers];
};

describe("what policies let a principal change", () => {
  test("by whom the boundary is told from the policies", () => {
    expect(rights(allow("s3:*"), { ...allow("s3:Get*"), name: BOUNDARY })).toEqual([false, false]);
    expect(rights(allow("s3:*"), allow("s3:Get*"))).toEqual([true, false]);
  });

  test.each<[string, readonly NamedPolicy[], boolean | null, boolean | null]>([
    ["nothing", [], false, false],
    ["everything", [allow("*")], true, true],
    ["reading", [allow(["s3:Get*", "s3:List*", "ec2:Describe*"])], false, false],
    ["one change", [allow("s3:PutObject")], true, false],
    ["a service that nobody knows", [allow("braket:*")], true, false],
    ["all but rights", [policy("power", { NotAction: ["iam:*"] })], true, false],
    ["all but everything", [policy("none", { NotAction: ["*"] })], false, false],
    ["rights on everything", [allow("iam:PutUserPolicy")], true, true],
    [
      "rights on some role",
      [allow("iam:PutRolePolicy", { Resource: "arn:aws:iam::111122223333:role/app" })],
      true,
      null,
    ],
    ["passing roles to services", [allow("iam:PassRole")], true, null],
    ["its own password", [allow("iam:ChangePassword", { Resource: OWN_USER })], false, false],
    ["a password, which is always one's own", [allow("iam:ChangePassword")], false, false],
    ["its own keys", [allow("iam:CreateAccessKey", { Resource: OWN_USER })], false, false],
    ["its own keys, named", [allow("iam:CreateAccessKey", { Resource: ALICE })], false, false],
    ["anybody's keys", [allow("iam:CreateAccessKey")], true, null],
    [
      "another's keys",
      [allow("iam:CreateAccessKey", { Resource: "arn:aws:iam::111122223333:user/bob" })],
      true,
      null,
    ],
    [
      "its own rights are more than its own credentials",
      [allow("iam:PutUserPolicy", { Resource: OWN_USER })],
      true,
      null,
    ],
    ["a denial of it", [allow("s3:PutObject"), deny("s3:*")], false, false],
    ["a denial of everything", [allow("*"), deny("*")], false, false],
    [
      "a denial of a service that nobody knows",
      [allow("braket:*"), deny("braket:*")],
      false,
      false,
    ],
    ["a denial of a part that nobody knows", [allow("braket:*"), deny("braket:Any*")], null, false],
    ["a denial of a part", [allow("*"), deny("s3:*")], true, true],
    [
      "a denial elsewhere",
      [
        allow("s3:PutObject", { Resource: "arn:aws:s3:::a/*" }),
        deny("s3:*", { Resource: "arn:aws:s3:::b/*" }),
      ],
      true,
      false,
    ],
    [
      "a denial just there",
      [
        allow("s3:PutObject", { Resource: "arn:aws:s3:::a/*" }),
        deny("s3:*", { Resource: "arn:aws:s3:::a/*" }),
      ],
      false,
      false,
    ],
    [
      "a denial of all but reading",
      [allow("*"), policy("deny", { Effect: "Deny", NotAction: ["s3:Get*", "ec2:Describe*"] })],
      false,
      false,
    ],
    [
      "a denial without a second factor, which one may have",
      [
        allow("*"),
        deny("*", { Condition: { BoolIfExists: { "aws:MultiFactorAuthPresent": "false" } } }),
      ],
      true,
      true,
    ],
    [
      "a denial by who asks",
      [
        allow("s3:PutObject"),
        deny("*", { Condition: { ArnNotLike: { "aws:PrincipalArn": "*role/admin" } } }),
      ],
      null,
      false,
    ],
    [
      "a denial of all but some things",
      [
        allow("s3:PutObject"),
        policy("deny", {
          Effect: "Deny",
          Action: "*",
          Resource: undefined,
          NotResource: "arn:aws:s3:::a/*",
        }),
      ],
      null,
      false,
    ],
    ["a denial of one character more", [allow("s3:PutObject"), deny("s3:PutObject?")], true, false],
    [
      "with a second factor",
      [allow("*", { Condition: { Bool: { "aws:MultiFactorAuthPresent": "true" } } })],
      true,
      true,
    ],
    [
      "for those with a tag",
      [allow("*", { Condition: { StringEquals: { "aws:PrincipalTag/team": "ops" } } })],
      null,
      null,
    ],
    [
      "until some day",
      [
        allow("s3:*", {
          Condition: { DateLessThan: { "aws:CurrentTime": "2026-01-01T00:00:00Z" } },
        }),
      ],
      null,
      false,
    ],
    [
      "a session that only reads",
      [
        allow("s3express:CreateSession", {
          Condition: { StringEquals: { "s3express:SessionMode": "ReadOnly" } },
        }),
      ],
      false,
      false,
    ],
    ["a session that does more", [allow("s3express:CreateSession")], true, false],
    ["a boundary that reads", [allow("*"), { ...allow("s3:Get*"), name: BOUNDARY }], false, false],
    ["a boundary of one service", [allow("*"), { ...allow("s3:*"), name: BOUNDARY }], true, false],
    [
      "a boundary with a denial",
      [
        allow("s3:PutObject"),
        {
          ...policy("x", { Action: "*" }, { Effect: "Deny", Action: "s3:Put*" }),
          name: BOUNDARY,
        },
      ],
      false,
      false,
    ],
    [
      "a boundary that was not read",
      [allow("*"), { name: BOUNDARY, statements: null }],
      null,
      null,
    ],
    ["a policy that was not read", [allow("s3:Get*"), { name: "x", statements: null }], null, null],
    [
      "a policy that was not read may deny what another allows",
      [allow("s3:PutObject"), { name: "x", statements: null }],
      null,
      null,
    ],
    ["taking on roles is no change by itself", [allow("sts:AssumeRole")], false, false],
  ])("%s", (_, policies, writes, administers) => {
    expect(rights(...policies)).toEqual([writes, administers]);
  });

  test("names what gives it, and only that", () => {
    const { through } = rightsOf(
      [
        { ...allow("s3:Get*"), name: "reader" },
        { ...allow("s3:PutObject"), name: "writer" },
      ],
      null,
      ALICE,
    );
    expect(through).toEqual(["writer"]);
  });

  test("which roles it may take on", () => {
    const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
    const { mayAssume } = rightsOf(
      [
        allow("sts:*", { Resource: role("app-*") }),
        deny("sts:AssumeRole", { Resource: role("app-2") }),
      ],
      null,
      ALICE,
    );
    expect(["app-1", "app-2", "other"].map((name) => mayAssume(role(name), false))).toEqual([
      "yes",
      "no",
      "no",
    ]);
    expect(["app-2", "other"].map((name) => mayAssume(role(name), true))).toEqual(["no", "yes"]);
  });

  test("wildcards as IAM reads them, in bounded time", () => {
    expect(matchesWildcards("s3:Put?bject*", "S3:PutObjectAcl")).toBe(true);
    expect(matchesWildcards("s3:Put?", "s3:Put")).toBe(false);
    expect(matchesWildcards("*", "")).toBe(true);
    expect(matchesWildcards("a*b*c", "axxbxxbxxc")).toBe(true);
    expect(matchesWildcards("", "a")).toBe(false);
    expect(matchesWildcards(`${"*a".repeat(500)}b`, "a".repeat(5_000))).toBe(false);
  });
});

describe("documents", () => {
  test("come percent-encoded or plain, with one statement or several", () => {
    const text = JSON.stringify({ Statement: { Effect: "Allow", Action: "s3:*", Resource: "*" } });
    expect(parseIamPolicy(encodeURIComponent(text))).toEqual(parseIamPolicy(text));
  });

  test.each([
    undefined,
    "",
    "%7B",
    "{}",
    '{"Statement":[{"Action":"*"}]}',
    '{"Statement":[{"Effect":"Allow"}]}',
    '{"Statement":[{"Effect":"Allow","Action":{}}]}',
    '{"Statement":["Allow"]}',
    `{"Statement":"${"x".repeat(300_000)}"}`,
  ])("a document of another shape is none", (text) => {
    expect(() => parseIamPolicy(text)).toThrow();
  });
});

describe("who may take on a role", () => {
  const trust = (Principal: unknown) =>
    toTrust(
      parseIamPolicy(
        JSON.stringify({ Statement: [{ Effect: "Allow", Action: "sts:AssumeRole", Principal }] }),
      ),
      "111122223333",
    );

  test.each([
    [{ Service: ["ec2.amazonaws.com"] }, ["service ec2.amazonaws.com"], true, false],
    [
      { Service: "ec2.amazonaws.com", AWS: "arn:aws:iam::111122223333:root" },
      ["service ec2.amazonaws.com"],
      false,
      true,
    ],
    [{ AWS: "111122223333" }, [], false, true],
    [{ AWS: "arn:aws:iam::444455556666:root" }, ["account 444455556666"], false, false],
    [{ AWS: "arn:aws:iam::444455556666:user/eve" }, ["account 444455556666"], false, false],
    [{ AWS: "AIDAEXAMPLE" }, ["AIDAEXAMPLE"], false, false],
    [
      { Federated: "arn:aws:iam::111122223333:saml-provider/idp" },
      ["identity provider arn:aws:iam::111122223333:saml-provider/idp"],
      false,
      false,
    ],
    ["*", ["everyone"], false, true],
    [{ AWS: ALICE }, [ALICE], false, false],
  ])("%j", (principal, trusts, services, ownAccount) => {
    expect(trust(principal)).toMatchObject({ trusts, services, ownAccount });
  });

  test("a denial trusts nobody", () => {
    const statements = parseIamPolicy(
      '{"Statement":[{"Effect":"Deny","Action":"sts:AssumeRole","Principal":"*"}]}',
    );
    expect(toTrust(statements, "1")).toMatchObject({ trusts: [], services: false });
  });
});
