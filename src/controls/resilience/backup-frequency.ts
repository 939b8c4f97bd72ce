import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import type { Backups, BackupRule } from "#model/backup-facets.ts";
import { longestSeconds, renderSeconds } from "#model/duration.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ duration, z }: SchemaKit) =>
  z.strictObject({
    maxInterval: duration.describe(
      "How long it may take from one backup to the next: an ISO 8601 duration such as P1D. A continuous backup always holds.",
    ),
    tolerance: duration
      .optional()
      .describe(
        "Added to it: an ISO 8601 duration such as PT2H. Left out: the window that the backup rule itself has for starting and completing.",
      ),
  });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "backup-frequency",
  title: "Frequency of backups",
  rationale:
    "What nobody set to be backed up is not, and what is backed up less often than was promised loses more than was promised.",
  severity: "high",
  judges: "subject",
  needs: ["backups"],
  expectation,
  // One rule that is frequent enough is enough. Several that are not may be so together: how they interleave is not
  // told, so that stays open wherever their rates allow it.
  evaluate: ({ expect, facets }) => {
    if (facets.backups === undefined) return notApplicable("no backup of its own exists for it");
    return settle({
      failures: [],
      open: [],
      held: "",
      declared: declared(expect),
      actual: actual(facets.backups),
      ...judge(expect, facets.backups),
    });
  },
  remediation:
    "Select it in a backup plan whose rule runs as often as was declared, or turn on the service's own continuous backup; where it may be lost, take it out of the claim's scope.",
  references: [
    "https://csrc.nist.gov/pubs/sp/800/34/r1/upd1/final",
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html",
    "https://learn.microsoft.com/azure/backup/guidance-best-practices",
  ],
});

interface Found {
  readonly failures?: readonly string[];
  readonly open?: readonly string[];
  readonly held?: string;
}

function judge(expect: Expectation, { rules, partOf }: Backups): Found {
  if (rules.length === 0) {
    const whole = partOf.length === 0 ? "" : `, nor what it is part of (${listed(partOf, 3)})`;
    return { failures: [`no rule backs it up${whole}`] };
  }
  const good = rules.find((rule) => surplus(expect, rule) <= 0);
  if (good !== undefined) return { held: inWords(expect, good) };
  const untold = rules.filter(({ longestInterval }) => longestInterval === null);
  const shown = rules.slice(0, 4).map((rule) => inWords(expect, rule));
  const more = rules.length - shown.length;
  const words = [...shown, ...(more > 0 ? [`and ${more} more rules`] : [])].join(", ");
  if (untold.length > 0) return { open: [words] };
  const rates = rules.reduce((sum, rule) => sum + 1 / reach(expect, rule), 0);
  const limit = longestSeconds(expect.maxInterval);
  return rules.length > 1 && 1 / rates <= limit
    ? { open: [`${words}: none is frequent enough alone, together they may be`] }
    : { failures: [words] };
}

/** The rule's longest interval, less what is tolerated; seconds. NaN where it cannot be told. */
function reach(expect: Expectation, { longestInterval, window }: BackupRule): number {
  if (longestInterval === null || !(longestInterval >= 0)) return Number.NaN;
  return Math.max(0, longestInterval - tolerated(expect, window));
}

/** How much longer than declared it takes; seconds. */
function surplus(expect: Expectation, rule: BackupRule): number {
  return reach(expect, rule) - longestSeconds(expect.maxInterval);
}

function tolerated({ tolerance }: Expectation, window: number): number {
  return tolerance === undefined ? Math.max(0, window) : longestSeconds(tolerance);
}

function inWords(
  { tolerance }: Expectation,
  { name, longestInterval, window }: BackupRule,
): string {
  const rule = plain(name, 80);
  if (longestInterval === null) return `how often ${rule} runs cannot be told`;
  if (longestInterval === 0) return `continuous (${rule})`;
  const often = `at most ${renderSeconds(longestInterval)} apart`;
  return tolerance === undefined && window > 0
    ? `${often} (${rule}, with a window of ${renderSeconds(window)})`
    : `${often} (${rule})`;
}

function declared({ maxInterval, tolerance }: Expectation): string {
  return tolerance === undefined
    ? `at most ${maxInterval} apart, beside the rule's own window`
    : `at most ${maxInterval} apart, tolerance ${tolerance}`;
}

function actual({ rules, partOf }: Backups) {
  return {
    rules: rules.map(({ name, longestInterval, window }) => ({ name, longestInterval, window })),
    partOf: [...partOf],
  };
}
