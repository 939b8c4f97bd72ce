import { CLOCK_SKEW } from "#controls/clock-skew.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import type { RecoveryTest } from "#model/backup-facets.ts";
import { defineControl, type ScopeJudgement } from "#model/control.ts";
import { longestSeconds, renderSeconds } from "#model/duration.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { plain } from "#model/text.ts";

const expectation = ({ duration, z }: SchemaKit) =>
  z.strictObject({
    maxAge: duration.describe(
      "How long ago the newest recovery test that succeeded may be: an ISO 8601 duration such as P1Y.",
    ),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "recovery-test-age",
  title: "Age of recovery tests",
  rationale:
    "A backup is worth what can be recovered from it, and only a recovery shows that. A test that failed, or that never ran, shows nothing.",
  severity: "medium",
  judges: "scope",
  needs: ["recoveryTest"],
  judgesEmpty: true,
  expectation,
  evaluate: ({ expect, readings, complete, now }) => {
    if (readings.length === 0) {
      return complete
        ? [
            {
              subject: null,
              outcome: "fail",
              actual: { tests: 0 },
              message: `no recovery test is set up; declared: ${declared(expect)}`,
            },
          ]
        : [];
    }
    return readings.map(({ subject, facets }): ScopeJudgement => {
      const test = facets.recoveryTest;
      if (test === undefined) return { subject, ...notApplicable("is no recovery test") };
      return { subject, ...judge(expect, test, now.getTime()) };
    });
  },
  remediation:
    "Set up a recovery test that runs on a schedule (a restore testing plan, a test failover) and let it raise an alarm when it fails; where one failed, look in its last job for why.",
  references: [
    "https://csrc.nist.gov/pubs/sp/800/34/r1/upd1/final",
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/restore-testing.html",
    "https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure",
  ],
});

function judge(expect: Expectation, test: RecoveryTest, asOf: number) {
  const { lastSuccess, lastAttempt, lastOutcome, since } = test;
  const limit = longestSeconds(expect.maxAge);
  const failures: string[] = [];
  const open: string[] = [];
  const success = lastSuccess === null ? null : parseMoment(lastSuccess);
  const last = attempt(lastAttempt, lastOutcome, lastSuccess);
  let held = "";
  if (lastSuccess !== null) {
    const age = success === null ? Number.NaN : (asOf - success) / 1000;
    if (success === null) open.push("when it last succeeded cannot be read");
    else if (success > asOf + CLOCK_SKEW) {
      open.push(
        `its last success is dated ${renderMoment(success)}, after the moment of judging: a clock is wrong`,
      );
    } else {
      held = `last succeeded ${renderSeconds(Math.max(0, age))} ago (${renderMoment(success)})${last}`;
      if (age > limit) failures.push(held);
    }
  } else {
    const from = since === null ? null : parseMoment(since);
    if (since === null) failures.push(`never succeeded${last}`);
    else if (from === null) open.push("from when on its attempts are known cannot be read");
    else {
      const words = `no success since ${renderMoment(from)}${last}`;
      if ((asOf - from) / 1000 > limit) failures.push(words);
      else open.push(`${words}: what was before is not told any more`);
    }
  }
  return settle({
    failures,
    open,
    held,
    declared: declared(expect),
    actual: { lastSuccess, lastAttempt, lastOutcome, since },
  });
}

/** What became of the last attempt, where that was not the success that is told already. */
function attempt(at: string | null, outcome: string | null, success: string | null): string {
  if (at === null) return success === null ? ", never attempted" : "";
  if (at === success) return "";
  const moment = parseMoment(at);
  const when = moment === null ? "" : ` of ${renderMoment(moment)}`;
  const came = outcome === null ? "" : `: ${plain(outcome, 120)}`;
  return `, last attempt${when}${came}`;
}

function declared({ maxAge }: Expectation): string {
  return `a recovery that succeeded at most ${maxAge} ago`;
}
