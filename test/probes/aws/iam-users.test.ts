import { describe, expect, test } from "vitest";
import { ApiError } from "#fixtures/estate/aws/answers.ts";
import { parseReport } from "#probes/aws/credential-report.ts";
import { toPasswordPolicy } from "#probes/aws/iam-password-policy.ts";
import { toRootSignIn, toSignIn } from "#probes/aws/iam-sign-in.ts";
import probe from "#probes/aws/iam-users.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const HEADER =
  "user,arn,user_creation_time,password_enabled,password_last_used,mfa_active,access_key_1_active,access_key_2_active";
const ROOT = `<root_account>,arn:aws:iam::${ACCOUNT}:root,2020-01-01T00:00:00+00:00,not_supported,no_information,false,false,false`;
const user = (name: string, password: string, mfa: string, key = "false") =>
  `${name},arn:aws:iam::${ACCOUNT}:user/${name},2020-01-01T00:00:00+00:00,${password},N/A,${mfa},${key},false`;
const report = (...rows: readonly string[]) => ({
  Content: new TextEncoder().encode([HEADER, ...rows].join("\n")),
  GeneratedTime: new Date("2026-06-01T10:00:00Z"),
});
const SUMMARY = { AccountMFAEnabled: 1, AccountPasswordPresent: 1 };
const ANSWERS = {
  "iam:GetAccountPasswordPolicy": {
    PasswordPolicy: {
      MinimumPasswordLength: 14,
      RequireUppercaseCharacters: true,
      RequireLowercaseCharacters: true,
      RequireNumbers: true,
      RequireSymbols: false,
      ExpirePasswords: true,
      MaxPasswordAge: 90,
      PasswordReusePrevention: 24,
    },
  },
  "iam:GenerateCredentialReport": { State: "COMPLETE" },
  "iam:GetCredentialReport": report(
    ROOT,
    user("alice", "true", "true"),
    user("bob", "true", "false", "true"),
    user("robot", "false", "false", "true"),
    user("carol", "no_information", "false"),
  ),
  "iam:GetAccountSummary": { SummaryMap: SUMMARY },
};

describe("users of IAM", async () => {
  const aws = await fakeAws({ answers: ANSWERS });

  test("the account, its root and its users", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    const inventories = found.observations.flatMap((seen) =>
      seen.facet === "inventory" ? [seen.value] : [],
    );
    expect(inventories.map(({ kinds, complete }) => [kinds, complete])).toEqual([
      [["AWS::Organizations::Account"], true],
      [["AWS::IAM::User"], true],
    ]);
    expect(inventories[1]?.items.map(({ id, name, tags }) => [id, name, tags])).toEqual([
      [`arn:aws:iam::${ACCOUNT}:root`, "<root_account>", {}],
      ...["alice", "bob", "robot", "carol"].map((name) => [
        `arn:aws:iam::${ACCOUNT}:user/${name}`,
        name,
        null,
      ]),
    ]);
  });

  test("no report is made that nobody wants", async () => {
    const before = aws.calls.length;
    const found = await aws.scan().gather(probe, ["inventory", "passwordPolicy"]);
    expect(found.problems).toEqual([]);
    expect(aws.calls.slice(before).map(({ operation }) => operation)).toEqual([
      "GetCallerIdentity",
      "GetAccountPasswordPolicy",
    ]);
  });

  test("how each signs in, as of the moment that the report was made", async () => {
    const found = await aws.scan().gather(probe);
    const signIn = (name: string) => {
      const facet = facetOf(found, name, "signIn");
      return [facet?.password, facet?.mfa, facet?.activeKeys];
    };
    expect(signIn("alice")).toEqual([true, true, 0]);
    expect(signIn("bob")).toEqual([true, false, 1]);
    expect(signIn("robot")).toEqual([false, false, 1]);
    expect(signIn("carol")).toEqual([null, false, 0]);
    expect(facetOf(found, "<root_account>", "signIn")).toMatchObject({
      root: true,
      password: true,
      mfa: true,
    });
    const read = found.observations.find(({ facet }) => facet === "signIn");
    expect(read?.observedAt).toBe("2026-06-01T10:00:00.000Z");
  });

  test("the password policy", async () => {
    const found = await aws.scan().gather(probe);
    expect(facetOf(found, ACCOUNT, "passwordPolicy")).toEqual({
      set: true,
      minimumLength: 14,
      uppercase: true,
      lowercase: true,
      digits: true,
      symbols: false,
      maximumAgeDays: 90,
      remembered: 24,
    });
  });

  test("no password policy means AWS's own, and no other error means that", async () => {
    const none = await fakeAws({
      answers: {
        ...ANSWERS,
        "iam:GetAccountPasswordPolicy": new ApiError("NoSuchEntity", "none", 404),
      },
    });
    const found = await none.scan().gather(probe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, ACCOUNT, "passwordPolicy")).toMatchObject({
      set: false,
      minimumLength: 8,
      digits: false,
      maximumAgeDays: null,
    });
    const odd = await fakeAws({
      answers: { ...ANSWERS, "iam:GetAccountPasswordPolicy": new ApiError("NoSuchBucket") },
    });
    const failed = await odd.scan().gather(probe);
    expect(facetOf(failed, ACCOUNT, "passwordPolicy")).toBeUndefined();
    expect(failed.problems).toHaveLength(1);
  });

  test("a report that is made while one waits", async () => {
    let asked = 0;
    const slow = await fakeAws({
      answers: {
        ...ANSWERS,
        "iam:GenerateCredentialReport": () => {
          asked += 1;
          return { State: asked === 1 ? "STARTED" : asked < 8 ? "INPROGRESS" : "COMPLETE" };
        },
      },
    });
    const scan = slow.scan();
    const found = await scan.gather(probe);
    expect(found.problems).toEqual([]);
    expect(asked).toBe(8);
    expect(scan.waits).toEqual(Array.from({ length: 6 }, () => 5_000));
    expect(facetOf(found, "alice", "signIn")).toBeDefined();
  });

  test("a report that is never made ends the waiting", async () => {
    let asked = 0;
    const stuck = await fakeAws({
      answers: {
        ...ANSWERS,
        "iam:GenerateCredentialReport": () => {
          asked += 1;
          return { State: "INPROGRESS" };
        },
      },
    });
    const found = await stuck.scan().gather(probe);
    expect(asked).toBe(15);
    expect(found.problems).toMatchObject([
      { reason: "timeout", kinds: ["AWS::IAM::User"], facets: ["inventory", "signIn"] },
    ]);
    expect(facetOf(found, ACCOUNT, "passwordPolicy")).toBeDefined();
  });

  test.each(["GenerateCredentialReport", "GetCredentialReport"])(
    "a denied %s costs the users, not the account",
    async (operation) => {
      aws.setFaults({ operation, fault: { kind: "denied" } });
      const found = await aws.scan().gather(probe);
      expect(found.problems).toMatchObject([
        { reason: "denied", permission: `iam:${operation}`, kinds: ["AWS::IAM::User"] },
      ]);
      expect(facetOf(found, "alice", "signIn")).toBeUndefined();
      expect(facetOf(found, ACCOUNT, "passwordPolicy")).toBeDefined();
    },
  );

  test("a denied password policy costs itself", async () => {
    aws.setFaults({ operation: "GetAccountPasswordPolicy", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.problems).toMatchObject([
      { permission: "iam:GetAccountPasswordPolicy", facets: ["passwordPolicy"] },
    ]);
    expect(facetOf(found, "alice", "signIn")).toBeDefined();
  });

  test("without the summary nobody says whether the root user has a password", async () => {
    aws.setFaults({ operation: "GetAccountSummary", fault: { kind: "denied" } });
    const found = await aws.scan().gather(probe);
    expect(found.problems).toMatchObject([
      { permission: "iam:GetAccountSummary", subject: { name: "<root_account>" } },
    ]);
    expect(facetOf(found, "<root_account>", "signIn")).toMatchObject({
      password: null,
      mfa: false,
    });
    expect(facetOf(found, "bob", "signIn")).toBeDefined();
  });

  test("a row that cannot be read costs its user", async () => {
    const odd = await fakeAws({
      answers: {
        ...ANSWERS,
        "iam:GetCredentialReport": report(
          ROOT,
          user("eve", "maybe", "true"),
          user("al", "true", "true"),
        ),
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject([{ reason: "malformed", subject: { name: "eve" } }]);
    expect(facetOf(found, "al", "signIn")).toBeDefined();
  });

  test("a report that is none is no empty account", async () => {
    const odd = await fakeAws({
      answers: {
        ...ANSWERS,
        "iam:GetCredentialReport": { Content: new TextEncoder().encode("<html>") },
      },
    });
    const found = await odd.scan().gather(probe);
    expect(found.problems).toMatchObject([{ reason: "malformed" }]);
    expect(found.observations.filter(({ facet }) => facet === "inventory")).toHaveLength(1);
  });
});

describe("the credential report", () => {
  const parse = (...rows: readonly string[]) => parseReport([HEADER, ...rows].join("\r\n"));

  test("is read by the names of its columns", () => {
    const [row] = parseReport(
      "mfa_active,new_column,user,arn,password_enabled,access_key_1_active,access_key_2_active\ntrue,x,a,b,false,true,false\n",
    );
    expect(row).toMatchObject({ user: "a", mfa_active: "true", password_enabled: "false" });
  });

  test("names with commas and quotes stay whole", () => {
    const [comma, quoted] = parse(
      user("a,b,c", "true", "true"),
      `"q,""r",arn,t,true,N/A,false,false,false`,
    );
    expect(comma).toMatchObject({ user: "a,b,c", mfa_active: "true" });
    expect(comma?.["arn"]).toMatch(/user\/a,b,c$/);
    expect(quoted).toMatchObject({ user: 'q,"r', mfa_active: "false" });
  });

  test.each(["a,b", `${user("a", "true", "true")},more`, `a,b,c,d,${user("x", "true", "true")}`])(
    "a row of another width is an error, not another's row",
    (row) => {
      expect(() => parse(row)).toThrow("number of fields");
    },
  );

  test("a column that is missing is an error", () => {
    expect(() => parseReport("user,arn\na,b")).toThrow("password_enabled, mfa_active");
    expect(() => parseReport("")).toThrow(TypeError);
  });
});

describe("the root user", () => {
  const [row] = parseReport([HEADER, ROOT].join("\n"));
  if (row === undefined) throw new Error("no row");

  test("whose credentials an organisation took away has no password", () => {
    const summary = { AccountMFAEnabled: 0, AccountPasswordPresent: 0 };
    expect(toRootSignIn(row, summary)).toMatchObject({ password: false, mfa: false });
  });

  test("of an older summary is not told apart", () => {
    const { password, mfa, caveat } = toRootSignIn(row, { AccountMFAEnabled: 0 });
    expect([password, mfa]).toEqual([null, false]);
    expect(caveat).toContain("organisation");
    expect(caveat).toContain("Identity Center");
  });

  test("values that nobody knows are malformed", () => {
    expect(() => toSignIn({ ...row, mfa_active: "" })).toThrow("mfa_active");
    expect(toSignIn({ ...row, access_key_1_active: "N/A" }).activeKeys).toBeNull();
  });
});

test("a password policy without a length is malformed; 0 days and nothing mean never", () => {
  expect(() => toPasswordPolicy({})).toThrow("MinimumPasswordLength");
  const policy = toPasswordPolicy({
    PasswordPolicy: { MinimumPasswordLength: 6, MaxPasswordAge: 0 },
  });
  expect(policy).toMatchObject({ maximumAgeDays: null, remembered: null, digits: null });
});
