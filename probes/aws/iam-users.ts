import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, defineRead, type Failure } from "#model/probe.ts";
import { targetSubject, type Subject } from "#model/subject.ts";
import { ACCOUNT_KIND, accountInventory, accountSubject } from "./account-subject.ts";
import { homeRegion } from "./account.ts";
import { awsQuestion, orAbsent } from "./calls.ts";
import { parseReport, type ReportRow } from "./credential-report.ts";
import { ROOT_NAME, rootArn } from "./iam-directory.ts";
import { toPasswordPolicy } from "./iam-password-policy.ts";
import { askReport, askSummary, classifyReport, makeReport } from "./iam-report.ts";
import { toRootSignIn, toSignIn } from "./iam-sign-in.ts";
import { unanswered } from "#probes/common/known.ts";
import { malformed } from "./pages.ts";
import { inAccount, targetProblem, type AwsSession } from "./session.ts";

const USER_KIND = "AWS::IAM::User";

/** The password policy of an account, and how its users sign in. */
export default defineProbe({
  id: "aws-iam-users",
  title: "AWS IAM: passwords and second factors",
  provider: "aws",
  kinds: [ACCOUNT_KIND, USER_KIND],
  provides: {
    inventory: { permissions: ["iam:GenerateCredentialReport", "iam:GetCredentialReport"] },
    passwordPolicy: { permissions: ["iam:GetAccountPasswordPolicy"] },
    signIn: {
      permissions: [
        "iam:GenerateCredentialReport",
        "iam:GetCredentialReport",
        "iam:GetAccountSummary",
      ],
    },
  },
  classify: classifyReport,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      yield accountInventory(session);
      if (wanted.has("passwordPolicy")) yield await readPasswordPolicy(session);
      // What users there are is listed by their rights as well, without a report that has to be made.
      if (wanted.has("signIn")) yield* readUsers(session);
    });
  },
});

function readPasswordPolicy(session: AwsSession): Promise<Observation | Problem> {
  const { context, clients, target } = session;
  return context.read(
    defineRead({
      ...awsQuestion(
        clients,
        "iam",
        homeRegion(target),
        "GetAccountPasswordPolicy",
        orAbsent(["NoSuchEntity", "NoSuchEntityException"], async (client, options) => {
          const { GetAccountPasswordPolicyCommand } = await import("@aws-sdk/client-iam");
          return client.send(new GetAccountPasswordPolicyCommand({}), options);
        }),
      ),
      subject: accountSubject(session),
      facet: "passwordPolicy",
      permission: "iam:GetAccountPasswordPolicy",
      map: toPasswordPolicy,
    }),
  );
}

async function* readUsers(session: AwsSession): AsyncGenerator<Observation | Problem> {
  const { context, target, account } = session;
  const failed = (operation: string, failure: Failure) =>
    targetProblem(session, `iam:${operation}`, `iam:${operation}`, failure, {
      kinds: [USER_KIND],
      facets: ["inventory", "signIn"],
    });
  const made = await makeReport(session);
  if (!made.ok) {
    yield failed("GenerateCredentialReport", made.failure);
    return;
  }
  const report = await askReport(session);
  if (!report.ok) {
    yield failed("GetCredentialReport", report.failure);
    return;
  }
  let rows: readonly ReportRow[];
  try {
    rows = parseReport(report.raw.text);
  } catch (error) {
    yield failed("GetCredentialReport", malformed(error));
    return;
  }
  const root = rootArn(account);
  const subjectOf = ({ user = "", arn = "" }: ReportRow): Subject => ({
    target: target.id,
    provider: "aws",
    kind: USER_KIND,
    id: user === ROOT_NAME ? root : arn,
    name: user,
    region: null,
    // The report tells none; an account's root has none.
    tags: user === ROOT_NAME ? {} : null,
  });
  const operation = "iam:GetCredentialReport";
  const { sha256, observedAt } = report;
  yield context.observe(
    targetSubject(target),
    "inventory",
    { kinds: [USER_KIND], complete: true, items: rows.map(subjectOf) },
    { operation, sha256, observedAt },
  );
  const summary = await askSummary(session);
  // A report may be up to four hours old.
  const { generated } = report.raw;
  const at = generated !== null && generated < observedAt ? generated : observedAt;
  for (const row of rows) {
    const subject = subjectOf(row);
    const isRoot = subject.id === root;
    const from = { operation, sha256, observedAt: at };
    if (isRoot && !summary.ok) {
      yield unanswered(context, subject, "signIn", {
        operation: "iam:GetAccountSummary",
        permission: "iam:GetAccountSummary",
        failure: summary.failure,
      });
    }
    try {
      const value = isRoot ? toRootSignIn(row, summary.ok ? summary.raw.map : null) : toSignIn(row);
      yield context.observe(subject, "signIn", value, from);
    } catch (error) {
      const failure = malformed(error);
      yield unanswered(context, subject, "signIn", { operation, permission: null, failure });
    }
  }
}
