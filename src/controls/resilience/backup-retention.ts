import { judgeKept, keptInWords, keptLimits, type KeptLimits } from "#controls/kept.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import type { Backups, RecoveryPoint } from "#model/backup-facets.ts";
import { defineControl } from "#model/control.ts";
import { renderSeconds } from "#model/duration.ts";
import type { RecoveryPoints } from "#model/facets.ts";
import type { Json } from "#model/json.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";
import type { SchemaKit, z } from "#model/schema.ts";
import { listed, plain } from "#model/text.ts";

const expectation = ({ duration, z }: SchemaKit) =>
  z
    .strictObject({
      retention: duration
        .optional()
        .describe(
          "How long backups are kept, neither shorter nor longer: an ISO 8601 duration such as P30D. Left out: minimum or maximum is needed.",
        ),
      minimum: duration
        .optional()
        .describe(
          "How long they are kept at least: an ISO 8601 duration such as P30D. Left out: as retention says.",
        ),
      maximum: duration
        .optional()
        .describe(
          "How long they are kept at most: an ISO 8601 duration such as P3M, of its longest reading (92 days). Left out: as retention says.",
        ),
      tolerance: duration
        .optional()
        .describe(
          "How far it may be off either way: an ISO 8601 duration such as P1D. Left out: nothing is allowed for.",
        ),
    })
    .refine(({ retention, minimum, maximum }) => (retention ?? minimum ?? maximum) !== undefined, {
      error: "expected retention, minimum or maximum",
    });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "backup-retention",
  title: "Retention of backups",
  rationale:
    "A backup that went too early cannot bring back what was lost before anybody saw it; one that stays too long keeps what was promised to be deleted.",
  severity: "medium",
  judges: "subject",
  needs: ["backups", "recoveryPoint", "recoveryPoints"],
  expectation,
  // What exists comes before what is set: a recovery point by its own dates, and of everything else the points that
  // are older than anything may be. Then the rules, every one of them: each makes backups that are kept so long.
  evaluate: ({ expect, facets, now }) => {
    const limits = keptLimits(expect);
    const asOf = now.getTime();
    const { recoveryPoint, backups, recoveryPoints } = facets;
    if (recoveryPoint !== undefined) {
      return said(expect, judgePoint(recoveryPoint, limits, asOf), {
        at: recoveryPoint.at,
        deletedAt: recoveryPoint.deletedAt,
        usable: recoveryPoint.usable,
        state: recoveryPoint.state,
      });
    }
    const points = recoveryPoints === undefined ? {} : judgePoints(recoveryPoints, limits, asOf);
    if (backups !== undefined) {
      const rules = judgeRules(backups, limits);
      return said(expect, joined(points, rules), {
        rules: backups.rules.map(({ name, places }) => ({
          name,
          retention: places.map(({ retention }) => retention),
        })),
      });
    }
    if (recoveryPoints === undefined) return notApplicable("holds no backups and has none");
    const setting = judgeSetting(recoveryPoints, limits);
    return said(expect, joined(points, setting), { retention: recoveryPoints.retention });
  },
  remediation:
    "Set the retention of the backup rule and of its copies to the declared time; recovery points that exist keep the time they were made with, so change or delete those too.",
  references: [
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/creating-a-backup-plan.html",
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/recovery-points.html",
    "https://learn.microsoft.com/azure/backup/backup-azure-backup-faq",
  ],
});

interface Found {
  readonly failures?: readonly string[];
  readonly open?: readonly string[];
  readonly held?: string;
  /** Where the promise says nothing of it. */
  readonly aside?: string;
}

function said(expect: Expectation, found: Found, actual: Json) {
  if (found.aside !== undefined) return notApplicable(found.aside);
  return settle({ failures: [], open: [], held: "", declared: declared(expect), actual, ...found });
}

function joined(a: Found, b: Found): Found {
  return {
    failures: [...(a.failures ?? []), ...(b.failures ?? [])],
    open: [...(a.open ?? []), ...(b.open ?? [])],
    held: [a.held, b.held].filter((words) => words !== undefined).join("; "),
  };
}

/** One recovery point by its own dates. */
function judgePoint(point: RecoveryPoint, limits: KeptLimits, asOf: number): Found {
  const state = plain(point.state, 60);
  const at = point.at === null ? null : parseMoment(point.at);
  if (at === null) return { open: [`when it was taken is not known (${state})`] };
  const age = (asOf - at) / 1000;
  const taken = `taken ${renderMoment(at)}`;
  if (age > limits.most) return { failures: [`${taken}, still there after ${renderSeconds(age)}`] };
  if (!point.usable) return { aside: `is no backup that one can recover from (${state})` };
  const told =
    point.deletionToldBy === undefined ? "" : ` (told by ${plain(point.deletionToldBy, 120)})`;
  if (point.deletedAt === null) {
    if (point.deletionUnread !== undefined) {
      const why = plain(point.deletionUnread, 400);
      return { open: [`${taken}, and whether a rule deletes it is not known: ${why}`] };
    }
    return limits.most === Infinity
      ? { held: `${taken}, deleted by no rule${told}` }
      : { open: [`${taken}, and nothing says when it is deleted${told}`] };
  }
  const deleted = parseMoment(point.deletedAt);
  if (deleted === null) return { open: [`${taken}; when it is deleted cannot be read`] };
  const kept = (deleted - at) / 1000;
  const words = `${taken}, kept for ${renderSeconds(kept)}${told}`;
  return kept < limits.least || kept > limits.most ? { failures: [words] } : { held: words };
}

/** Points that are there though they should be gone. */
function judgePoints(
  { points, since, olderExists }: RecoveryPoints,
  { most }: KeptLimits,
  asOf: number,
): Found {
  if (most === Infinity) return {};
  const latest = asOf - most * 1000;
  const moments = points.map(parseMoment);
  const oldest = Math.min(...moments.filter((moment) => moment !== null));
  if (oldest < latest) {
    const words = `a recovery point of ${renderMoment(oldest)} is still there`;
    return { failures: [`${words}, ${renderSeconds((asOf - oldest) / 1000)} old`] };
  }
  const from = parseMoment(since);
  if (moments.includes(null) || from === null) {
    return { open: ["the date of a recovery point cannot be read"] };
  }
  // What is older than the list may just be old enough where the list begins later.
  if (olderExists === false || from >= latest) return {};
  const before = `from before ${renderMoment(from)}`;
  return olderExists === true
    ? { failures: [`a recovery point ${before} is still there`] }
    : { open: [`whether a recovery point ${before} is still there was not looked for`] };
}

/** What every rule is set to, in every place where it keeps its points. */
function judgeRules({ rules, partOf }: Backups, limits: KeptLimits): Found {
  if (rules.length === 0) {
    const whole = partOf.length === 0 ? "" : `, nor what it is part of (${listed(partOf, 3)})`;
    return {
      open: [`no rule backs it up${whole}, so nothing of it is kept: back it up, or leave it out`],
    };
  }
  const bad: string[] = [];
  const open: string[] = [];
  const held: string[] = [];
  for (const { name, places } of rules) {
    const rule = plain(name, 80);
    if (places.length === 0) open.push(`${rule} names no place where it keeps them`);
    for (const { retention, region } of places) {
      const where = region === null ? "" : ` in ${plain(region, 80)}`;
      const words = `${rule} keeps them ${keptInWords(retention)}${where}`;
      const verdict = judgeKept(retention, limits);
      if (verdict === null) open.push(words);
      else if (verdict === "kept") held.push(words);
      else bad.push(words);
    }
  }
  return { failures: few(bad), open: few(open), held: few([...new Set(held)]).join(", ") };
}

/** What a set of backups is declared or set to, where no rule tells. */
function judgeSetting({ retention }: RecoveryPoints, limits: KeptLimits): Found {
  if (retention === null) return { open: ["nothing says how long they are kept"] };
  const words = `kept ${keptInWords(retention)}`;
  const verdict = judgeKept(retention, limits);
  if (verdict === null) return { open: [words] };
  return verdict === "kept" ? { held: words } : { failures: [words] };
}

/** The first few, then how many more there are. */
function few(words: readonly string[], limit = 4): readonly string[] {
  const more = words.length - limit;
  return more > 0 ? [...words.slice(0, limit), `${more} more`] : words;
}

function declared({ retention, minimum, maximum, tolerance }: Expectation): string {
  return [
    ...(retention === undefined ? [] : [`kept for ${retention}`]),
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    ...(maximum === undefined ? [] : [`at most ${maximum}`]),
    ...(tolerance === undefined ? [] : [`tolerance ${tolerance} either way`]),
  ].join(", ");
}
