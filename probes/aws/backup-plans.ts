import type { BackupPlansListMember, ListBackupPlansOutput } from "@aws-sdk/client-backup";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import { defineProbe, type Failure } from "#model/probe.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import type { OptIns } from "./backup-opt-in.ts";
import { readPlan } from "./backup-plan-reading.ts";
import { awsQuestion } from "./calls.ts";
import { classifyAws } from "./errors.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { inAccount, targetProblem, type AwsSession } from "./session.ts";

const PLAN_KIND = "AWS::Backup::BackupPlan";

/** Backup plans: when they run, what they keep and where, and what they select. */
export default defineProbe({
  id: "aws-backup-plans",
  title: "AWS Backup plans",
  provider: "aws",
  kinds: [PLAN_KIND],
  provides: {
    inventory: {
      permissions: ["ec2:DescribeRegions", "backup:ListBackupPlans", "tag:GetResources"],
    },
    backupPlan: {
      permissions: [
        "backup:GetBackupPlan",
        "backup:ListBackupSelections",
        "backup:GetBackupSelection",
        "backup:DescribeRegionSettings",
      ],
    },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(plans, session);
      yield* observeListed(plans, listed, wanted, session);
      if (wanted.has("backupPlan")) yield* readPlans(listed.found, wanted, session);
    });
  },
});

const plans = defineListing({
  kinds: [PLAN_KIND],
  service: "backup",
  operation: "ListBackupPlans",
  permission: "backup:ListBackupPlans",
  reach: "everywhere",
  page: (NextToken) => async (client, options) => {
    const { ListBackupPlansCommand } = await import("@aws-sdk/client-backup");
    return client.send(new ListBackupPlansCommand({ NextToken }), options);
  },
  next: (page: ListBackupPlansOutput) => page.NextToken,
  items: (page) => page.BackupPlansList,
  subject: ({ BackupPlanArn: id, BackupPlanName: name, DeletionDate }: BackupPlansListMember) => {
    if (DeletionDate !== undefined) return null;
    if (id === undefined) throw new TypeError("a backup plan without ARN");
    return { id, name: name ?? id, tags: "elsewhere" };
  },
});

async function* readPlans(
  found: readonly Found<BackupPlansListMember>[],
  wanted: ReadonlySet<FacetName>,
  session: AwsSession,
): AsyncGenerator<Observation | Problem> {
  const regions = [...new Set(found.map(({ place }) => place.region))];
  const optIns = new Map<string, OptIns>();
  const failures: { readonly region: string; readonly failure: Failure }[] = [];
  for (const { region, answer } of await Promise.all(
    regions.map(async (name) => ({ region: name, answer: await askOptIns(name, session) })),
  )) {
    optIns.set(region, answer.ok ? (answer.raw.ResourceTypeOptInPreference ?? null) : null);
    if (!answer.ok) failures.push({ region, failure: answer.failure });
  }
  for (const { region, failure } of failures) {
    const message = `${region}: which resource types tags and wildcards select was not read: ${failure.message}`;
    yield targetProblem(
      session,
      "backup:DescribeRegionSettings",
      "backup:DescribeRegionSettings",
      { ...failure, message },
      { kinds: [PLAN_KIND], facets: ["backupPlan"] },
    );
  }
  for await (const chunk of chunks(found, session.context.signal)) {
    yield* await Promise.all(
      chunk.map((plan) => readPlan(plan, optIns.get(plan.place.region) ?? null, session)),
    );
  }
  if (session.context.signal.aborted) yield cutOff(session.context, "backup:GetBackupPlan", wanted);
}

function askOptIns(region: string, { clients, context }: AwsSession) {
  return context.ask(
    awsQuestion(clients, "backup", region, "DescribeRegionSettings", async (client, options) => {
      const { DescribeRegionSettingsCommand } = await import("@aws-sdk/client-backup");
      return client.send(new DescribeRegionSettingsCommand({}), options);
    }),
  );
}
