import type {
  BackupPlansListMember,
  BackupSelection as AwsSelection,
} from "@aws-sdk/client-backup";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineRead, type Failure } from "#model/probe.ts";
import type { OptIns } from "./backup-opt-in.ts";
import { toRule, toSelections } from "./backup-plan-facet.ts";
import { awsQuestion } from "./calls.ts";
import { unanswered } from "#probes/common/known.ts";
import type { Found } from "./listing.ts";
import { malformed, pages } from "./pages.ts";
import type { AwsSession } from "./session.ts";

/** One plan with all its selections: half of them would leave subjects without backup that have one. */
export async function readPlan(
  { subject, item, place }: Found<BackupPlansListMember>,
  optIns: OptIns,
  { context, clients }: AwsSession,
): Promise<Observation | Problem> {
  const sdk = await import("@aws-sdk/client-backup");
  const { region } = place;
  const BackupPlanId = item.BackupPlanId;
  const failed = (operation: string, failure: Failure) => {
    const named = { operation: `backup:${operation}`, permission: `backup:${operation}` };
    return unanswered(context, subject, "backupPlan", { ...named, failure });
  };
  const plan = await context.ask(
    awsQuestion(clients, "backup", region, "GetBackupPlan", (client, options) =>
      client.send(new sdk.GetBackupPlanCommand({ BackupPlanId }), options),
    ),
  );
  if (!plan.ok) return failed("GetBackupPlan", plan.failure);
  const hashes = [plan.sha256];
  const ids: (string | undefined)[] = [];
  const listing = pages(
    context,
    (NextToken) =>
      awsQuestion(clients, "backup", region, "ListBackupSelections", (client, options) =>
        client.send(new sdk.ListBackupSelectionsCommand({ BackupPlanId, NextToken }), options),
      ),
    (raw) => raw.NextToken,
  );
  for await (const page of listing) {
    if (!page.ok) return failed("ListBackupSelections", page.failure);
    hashes.push(page.sha256);
    const { BackupSelectionsList: list } = page.raw;
    if (list === undefined) {
      return failed("ListBackupSelections", malformed(new TypeError("an answer without list")));
    }
    ids.push(...list.map(({ SelectionId }) => SelectionId));
  }
  const answers = await Promise.all(
    ids.map((SelectionId) =>
      context.ask(
        awsQuestion(clients, "backup", region, "GetBackupSelection", (client, options) =>
          client.send(new sdk.GetBackupSelectionCommand({ BackupPlanId, SelectionId }), options),
        ),
      ),
    ),
  );
  const selections: AwsSelection[] = [];
  for (const answer of answers) {
    if (!answer.ok) return failed("GetBackupSelection", answer.failure);
    hashes.push(answer.sha256);
    const { BackupSelection } = answer.raw;
    if (BackupSelection === undefined) {
      const message = "the answer holds no selection";
      return failed("GetBackupSelection", { reason: "malformed", message, retryable: false });
    }
    selections.push(BackupSelection);
  }
  return context.read(
    defineRead({
      service: "backup",
      operation: "backup:GetBackupPlan",
      call: () => Promise.resolve({ answers: hashes }),
      subject,
      facet: "backupPlan",
      permission: "backup:GetBackupPlan",
      map: (_raw, observedAt) => {
        const rules = plan.raw.BackupPlan?.Rules;
        if (rules === undefined) throw new TypeError("a backup plan without rules");
        const from = new Date(observedAt);
        return {
          rules: rules.map((rule) => toRule(subject.name, rule, place, from)),
          selections: selections.flatMap((selection) => toSelections(selection, optIns)),
        };
      },
    }),
  );
}
