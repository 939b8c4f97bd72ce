import type {
  ListRestoreTestingPlansOutput,
  RestoreJobsListMember,
  RestoreTestingPlanForList,
} from "@aws-sdk/client-backup";
import type { RecoveryTest } from "#model/backup-facets.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, defineRead, type Failure } from "#model/probe.ts";
import { awsQuestion } from "./calls.ts";
import { classifyAws } from "./errors.ts";
import { unanswered } from "#probes/common/known.ts";
import { defineListing, listAll, observeListed, type Found } from "./listing.ts";
import { listOf, malformed, pages } from "./pages.ts";
import { inAccount, type AwsSession } from "./session.ts";

const PLAN_KIND = "AWS::Backup::RestoreTestingPlan";
/**
 * For so long AWS Backup surely still lists a job that has ended.
 * https://docs.aws.amazon.com/aws-backup/latest/devguide/monitoring.html
 */
const HISTORY_MS = 30 * 86_400_000;

/** Restore testing plans and what became of their last tests. */
export default defineProbe({
  id: "aws-backup-restore-tests",
  title: "AWS Backup restore testing",
  provider: "aws",
  kinds: [PLAN_KIND],
  provides: {
    inventory: {
      permissions: ["ec2:DescribeRegions", "backup:ListRestoreTestingPlans", "tag:GetResources"],
    },
    recoveryTest: { permissions: ["backup:ListRestoreJobs"] },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws") return;
    yield* inAccount(target, context, async function* act(session) {
      const listed = await listAll(plans, session);
      yield* observeListed(plans, listed, wanted, session);
      if (!wanted.has("recoveryTest")) return;
      yield* await Promise.all(listed.found.map((plan) => readJobs(plan, session)));
    });
  },
});

const plans = defineListing({
  kinds: [PLAN_KIND],
  service: "backup",
  operation: "ListRestoreTestingPlans",
  permission: "backup:ListRestoreTestingPlans",
  reach: "everywhere",
  page: (NextToken) => async (client, options) => {
    const { ListRestoreTestingPlansCommand } = await import("@aws-sdk/client-backup");
    return client.send(new ListRestoreTestingPlansCommand({ NextToken }), options);
  },
  next: (page: ListRestoreTestingPlansOutput) => page.NextToken,
  items: (page) => page.RestoreTestingPlans,
  subject: (plan: RestoreTestingPlanForList) => {
    const { RestoreTestingPlanArn: id, RestoreTestingPlanName: name } = plan;
    if (id === undefined || name === undefined) throw new TypeError("a testing plan without name");
    return { id, name, tags: "elsewhere" };
  },
});

async function readJobs(
  { subject, item, place }: Found<RestoreTestingPlanForList>,
  { context, clients }: AwsSession,
): Promise<Observation | Problem> {
  const { ListRestoreJobsCommand } = await import("@aws-sdk/client-backup");
  const jobs: RestoreJobsListMember[] = [];
  const hashes: string[] = [];
  const named = { operation: "backup:ListRestoreJobs", permission: "backup:ListRestoreJobs" };
  const failed = (failure: Failure) =>
    unanswered(context, subject, "recoveryTest", { ...named, failure });
  const listing = pages(
    context,
    (NextToken) =>
      awsQuestion(clients, "backup", place.region, "ListRestoreJobs", (client, options) =>
        client.send(
          new ListRestoreJobsCommand({ ByRestoreTestingPlanArn: subject.id, NextToken }),
          options,
        ),
      ),
    (raw) => raw.NextToken,
  );
  for await (const page of listing) {
    if (!page.ok) return failed(page.failure);
    hashes.push(page.sha256);
    try {
      jobs.push(...listOf(page.raw.RestoreJobs));
    } catch (error) {
      return failed(malformed(error));
    }
  }
  return context.read(
    defineRead({
      service: "backup",
      operation: "backup:ListRestoreJobs",
      call: () => Promise.resolve({ pages: hashes }),
      subject,
      facet: "recoveryTest",
      permission: "backup:ListRestoreJobs",
      map: (_raw, observedAt) => toRecoveryTest(item, jobs, new Date(observedAt)),
    }),
  );
}

/**
 * What became of a plan's tests. A restore whose validation failed is none that succeeded; where nobody validates, its
 * completion counts. Jobs are listed for a limited time, so a plan that is older may have been tested before.
 * @throws when a job has no state or date
 */
export function toRecoveryTest(
  plan: Partial<RestoreTestingPlanForList>,
  jobs: readonly RestoreJobsListMember[],
  now: Date,
): RecoveryTest {
  const attempts = jobs
    .map((job) => {
      const at = (job.CompletionDate ?? job.CreationDate)?.getTime();
      if (at === undefined || job.Status === undefined) {
        throw new TypeError("a restore job without state or date");
      }
      const validation = job.ValidationStatus;
      return {
        at,
        success: job.Status === "COMPLETED" && validation !== "FAILED",
        outcome: validation === undefined ? job.Status : `${job.Status}, validation ${validation}`,
      };
    })
    .sort((a, b) => a.at - b.at);
  const last = attempts.at(-1);
  const success = attempts.findLast((attempt) => attempt.success);
  const executed = plan.LastExecutionTime?.getTime();
  const listedFrom = now.getTime() - HISTORY_MS;
  const created = plan.CreationTime?.getTime() ?? Number.NEGATIVE_INFINITY;
  const attempted = last?.at ?? executed;
  return {
    lastSuccess: success === undefined ? null : new Date(success.at).toISOString(),
    lastAttempt: attempted === undefined ? null : new Date(attempted).toISOString(),
    lastOutcome:
      last?.outcome ??
      (executed === undefined ? null : "no job of its last run is listed any more"),
    since: created >= listedFrom ? null : new Date(listedFrom).toISOString(),
  };
}
