import { describe, expect, test } from "vitest";
import { controls } from "#controls/index.ts";
import { evaluate } from "#evaluate/evaluate.ts";
import { expectationOf } from "#model/expectation.ts";
import type { Check } from "#model/policy.ts";
import privileges from "#probes/aws/iam-privileges.ts";
import users from "#probes/aws/iam-users.ts";
import shield from "#probes/aws/shield.ts";
import { estate, evidence, policy } from "../../support/evidence.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (what: string) => `arn:aws:iam::${ACCOUNT}:${what}`;
const document = (Action: string) =>
  encodeURIComponent(JSON.stringify({ Statement: { Effect: "Allow", Action, Resource: "*" } }));
const user = (name: string, Action: string, team: string) => ({
  UserName: name,
  Arn: arn(`user/${name}`),
  UserPolicyList: [{ PolicyName: "own", PolicyDocument: document(Action) }],
  Tags: [{ Key: "team", Value: team }],
});
const HEADER = "user,arn,password_enabled,mfa_active,access_key_1_active,access_key_2_active";

/** With the defaults that a policy's reader fills in. */
function parsed({
  control,
  expect: written,
}: {
  control: string;
  expect: object;
}): Check["expect"] {
  const known = controls.get(control);
  if (known === undefined) throw new Error(`no control ${control}`);
  // A control's own schema gives its own expectation.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return expectationOf(known).parse(written) as Check["expect"];
}

/** What a policy makes of an account, from the wire to the verdict. */
describe("the verdicts on an account", async () => {
  let extra: readonly object[] = [];
  const aws = await fakeAws({
    answers: {
      "iam:GetAccountAuthorizationDetails": () => ({
        UserDetailList: [
          user("lead", "*", "leads"),
          user("technician", "s3:Get*", "technicians"),
          ...extra,
        ],
      }),
      "iam:GenerateCredentialReport": { State: "COMPLETE" },
      "iam:GetCredentialReport": {
        Content: new TextEncoder().encode(
          [
            HEADER,
            `<root_account>,${arn("root")},not_supported,false,false,false`,
            `lead,${arn("user/lead")},true,true,false,false`,
            `technician,${arn("user/technician")},false,false,true,false`,
          ].join("\n"),
        ),
      },
      "iam:GetAccountSummary": { SummaryMap: { AccountPasswordPresent: 0, AccountMFAEnabled: 0 } },
      "iam:GetAccountPasswordPolicy": { PasswordPolicy: { MinimumPasswordLength: 14 } },
      "shield:GetSubscriptionState": { SubscriptionState: "INACTIVE" },
    },
  });

  const verdicts = async () => {
    const parts = await Promise.all(
      [privileges, users, shield].map((probe) => aws.scan().gather(probe)),
    );
    const checks = {
      rights: { control: "privileged-access", expect: { writers: ["technical-leads"] } },
      factors: { control: "mfa-enforced", expect: {} },
      passwords: { control: "password-policy", expect: { minimumLength: 12 } },
      flood: { control: "ddos-protection", expect: { level: "platform" } },
    };
    const report = evaluate({
      policies: [
        policy(
          Object.entries(checks).map(([id, check]) => ({
            id,
            checks: [{ ...check, expect: parsed(check), scope: { providers: ["aws"] } }],
          })),
        ),
      ],
      estate: estate({
        targets: [{ id: "aws", provider: "aws", account: ACCOUNT, regions: ["eu-west-3"] }],
        labels: [
          {
            label: "technical-leads",
            match: { kinds: ["AWS::IAM::User"], tags: { team: "leads" } },
          },
        ],
      }),
      attestations: [],
      waivers: [],
      evidence: evidence(
        parts.flatMap(({ observations }) => observations),
        parts.flatMap(({ problems }) => problems),
      ),
      controls,
      readable: () => true,
      now: new Date("2026-06-01T12:00:00Z"),
      tool: { name: "probity", version: "test" },
      full: true,
    });
    return {
      report,
      verdicts: Object.fromEntries(report.claims.map(({ id, verdict }) => [id, verdict])),
    };
  };
  const messages = (report: Awaited<ReturnType<typeof verdicts>>["report"], id: string) =>
    JSON.stringify(report.claims.find((claim) => claim.id === id));

  test("all upheld: the lead may write, the root user's credentials are gone", async () => {
    const { report, verdicts: all } = await verdicts();
    expect(all).toEqual({
      rights: "upheld",
      factors: "upheld",
      passwords: "upheld",
      flood: "upheld",
    });
    expect(messages(report, "flood")).toContain("by its published design");
  });

  test("one user without the label who may write breaks it", async () => {
    extra = [user("intern", "s3:PutObject", "interns")];
    const { report, verdicts: all } = await verdicts();
    extra = [];
    expect(all).toMatchObject({ rights: "violated", factors: "unverified" });
    expect(messages(report, "rights")).toContain("inline policy own");
  });

  test.each([
    ["GetAccountAuthorizationDetails", "rights", "iam:GetAccountAuthorizationDetails"],
    ["GenerateCredentialReport", "factors", "iam:GenerateCredentialReport"],
    ["GetCredentialReport", "factors", "iam:GetCredentialReport"],
    ["GetAccountSummary", "factors", "whether the root user still has a password is not told"],
    ["GetAccountPasswordPolicy", "passwords", "iam:GetAccountPasswordPolicy"],
  ])("without %s %s is not verified, and says what is missing", async (operation, id, says) => {
    aws.setFaults({ operation, fault: { kind: "denied" } });
    const { report, verdicts: all } = await verdicts();
    expect(all).toEqual({
      rights: "upheld",
      factors: "upheld",
      passwords: "upheld",
      flood: "upheld",
      [id]: "unverified",
    });
    expect(messages(report, id)).toContain(says);
  });

  test("what comes with the platform needs no permission", async () => {
    aws.setFaults({ operation: "GetSubscriptionState", fault: { kind: "denied" } });
    const { verdicts: all } = await verdicts();
    expect(all["flood"]).toBe("upheld");
  });
});
