import { describe, expect, test } from "vitest";
import probe, { toRecoveryTest } from "#probes/aws/backup-restore-tests.ts";
import { facetOf } from "../../support/probe-context.ts";
import { ACCOUNT, fakeAws } from "./support.ts";

const arn = (name: string) => `arn:aws:backup:eu-west-3:${ACCOUNT}:restore-testing-plan:${name}`;
const plan = (name: string, fields: object = {}) => ({
  RestoreTestingPlanArn: arn(name),
  RestoreTestingPlanName: name,
  CreationTime: new Date("2025-01-01T00:00:00Z"),
  ScheduleExpression: "cron(0 5 ? * * *)",
  ...fields,
});
const job = (day: string, fields: object = {}) => ({
  RestoreJobId: day,
  Status: "COMPLETED" as const,
  CreationDate: new Date(`2026-05-${day}T00:00:00Z`),
  CompletionDate: new Date(`2026-05-${day}T01:00:00Z`),
  ...fields,
});

describe("restore testing plans", async () => {
  const aws = await fakeAws({
    regions: ["eu-west-3", "us-east-1"],
    answers: {
      "backup:ListRestoreTestingPlans": ({ input, region }) => {
        if (region !== "eu-west-3") return { RestoreTestingPlans: [] };
        return input["NextToken"] === "2"
          ? { RestoreTestingPlans: [plan("idle")] }
          : { RestoreTestingPlans: [plan("weekly")], NextToken: "2" };
      },
      "backup:ListRestoreJobs": ({ input }) => {
        if (input["restoreTestingPlanArn"] !== arn("weekly")) return { RestoreJobs: [] };
        return input["nextToken"] === "2"
          ? { RestoreJobs: [job("20")] }
          : { RestoreJobs: [job("27", { ValidationStatus: "FAILED" })], NextToken: "2" };
      },
    },
  });

  test("all plans, each with its own jobs of all pages", async () => {
    const found = await aws.scan().gather(probe);
    expect(found.problems).toEqual([]);
    expect(facetOf(found, "aws", "inventory")?.items.map(({ name }) => name)).toEqual([
      "weekly",
      "idle",
    ]);
    expect(facetOf(found, "weekly", "recoveryTest")).toEqual({
      lastSuccess: "2026-05-20T01:00:00.000Z",
      lastAttempt: "2026-05-27T01:00:00.000Z",
      lastOutcome: "COMPLETED, validation FAILED",
      since: "2026-05-02T12:00:00.000Z",
    });
    expect(facetOf(found, "idle", "recoveryTest")).toMatchObject({
      lastSuccess: null,
      lastAttempt: null,
      lastOutcome: null,
    });
  });

  test("denied jobs leave the tests unread, denied plans the listing", async () => {
    aws.setFaults({ operation: "ListRestoreJobs", fault: { kind: "denied" } });
    const jobs = await aws.scan().gather(probe);
    expect(facetOf(jobs, "weekly", "recoveryTest")).toBeUndefined();
    expect(jobs.problems.map(({ permission }) => permission)).toEqual([
      "backup:ListRestoreJobs",
      "backup:ListRestoreJobs",
    ]);
    aws.setFaults({ operation: "ListRestoreTestingPlans", fault: { kind: "denied" } });
    const plans = await aws.scan().gather(probe);
    expect(plans.problems).toMatchObject([{ permission: "backup:ListRestoreTestingPlans" }]);
    expect(facetOf(plans, "aws", "inventory")).toBeUndefined();
  });
});

describe("what became of the tests", () => {
  const now = new Date("2026-06-01T00:00:00Z");

  test.each([
    ["a failed validation is no success", { ValidationStatus: "FAILED" as const }, false],
    ["one that succeeded is", { ValidationStatus: "SUCCESSFUL" as const }, true],
    ["nobody validated in time", { ValidationStatus: "TIMED_OUT" as const }, true],
    ["a failed job", { Status: "FAILED" as const }, false],
    ["an aborted job", { Status: "ABORTED" as const }, false],
    ["one that still runs", { Status: "RUNNING" as const, CompletionDate: undefined }, false],
  ])("%s", (_what, fields, success) => {
    const found = toRecoveryTest(plan("p"), [job("20", fields)], now);
    expect(found.lastSuccess !== null).toBe(success);
    expect(found.lastAttempt).not.toBeNull();
  });

  test("a plan younger than the list of jobs has no older tests", () => {
    const CreationTime = new Date("2026-05-20T00:00:00Z");
    expect(toRecoveryTest(plan("p", { CreationTime }), [], now).since).toBeNull();
    expect(toRecoveryTest(plan("p"), [], now).since).toBe("2026-05-02T00:00:00.000Z");
  });

  test("a run whose jobs are no longer listed was one", () => {
    const LastExecutionTime = new Date("2026-03-01T05:00:00Z");
    expect(toRecoveryTest(plan("p", { LastExecutionTime }), [], now)).toEqual({
      lastSuccess: null,
      lastAttempt: "2026-03-01T05:00:00.000Z",
      lastOutcome: "no job of its last run is listed any more",
      since: "2026-05-02T00:00:00.000Z",
    });
  });

  test("a job without state or date is malformed", () => {
    expect(() => toRecoveryTest(plan("p"), [{ Status: "COMPLETED" }], now)).toThrow("date");
    expect(() => toRecoveryTest(plan("p"), [{ CreationDate: now }], now)).toThrow("state");
  });
});
