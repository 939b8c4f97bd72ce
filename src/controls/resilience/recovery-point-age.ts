import { CLOCK_SKEW } from "#controls/clock-skew.ts";
import { lengthOf, readGaps, type Continuous, type Gap } from "#controls/recovery-gaps.ts";
import { notApplicable, settle } from "#controls/settle.ts";
import { defineControl } from "#model/control.ts";
import { longestSeconds, parseDuration, renderSeconds, shortestSeconds } from "#model/duration.ts";
import type { RecoveryPoints } from "#model/facets.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";
import type { SchemaKit, z } from "#model/schema.ts";

const expectation = ({ duration, z }: SchemaKit) =>
  z
    .strictObject({
      maxAge: duration
        .optional()
        .describe(
          "How old the newest recovery point may be: an ISO 8601 duration such as PT1H. Needed where maxGap is left out.",
        ),
      maxGap: duration
        .optional()
        .describe(
          "How long it may take from one recovery point to the next, and from the newest to the moment of judging: an ISO 8601 duration such as P1D. Needed where maxAge is left out.",
        ),
      tolerance: duration
        .optional()
        .describe(
          "Added to both: the backup rule's own start and completion windows, or the time that a dump takes; an ISO 8601 duration such as PT30M. Left out: nothing is added.",
        ),
      window: duration
        .default("P30D")
        .describe(
          "How far back gaps are looked for, no further than recovery points are kept: an ISO 8601 duration such as P30D.",
        ),
    })
    .refine(({ maxAge, maxGap }) => (maxAge ?? maxGap) !== undefined, {
      error: "expected maxAge or maxGap",
    });
type Expectation = z.output<ReturnType<typeof expectation>>;

export default defineControl({
  id: "recovery-point-age",
  title: "Age of and gaps between recovery points",
  rationale:
    "What a disaster takes is what was written since the last recovery point. A schedule promises such points, only their dates show them: the largest gap is the loss that could have been.",
  severity: "high",
  judges: "subject",
  needs: ["recoveryPoints"],
  expectation,
  evaluate: ({ expect, facets, now }) => {
    const facet = facets.recoveryPoints;
    if (facet === undefined) return notApplicable("has no recovery points of its own");
    const found = judge(expect, facet, now.getTime());
    return settle({ failures: [], open: [], held: "", declared: declared(expect), ...found });
  },
  remediation:
    "Look in the backup service's job list for what failed or was late at the time that is named, and let it raise an alarm when a job does not complete.",
  references: [
    "https://csrc.nist.gov/pubs/sp/800/34/r1/upd1/final",
    "https://docs.aws.amazon.com/aws-backup/latest/devguide/monitoring.html",
    "https://learn.microsoft.com/azure/backup/backup-azure-monitoring-built-in-monitor",
  ],
});

type Found = Partial<Parameters<typeof settle>[0]> & Pick<Parameters<typeof settle>[0], "actual">;

function judge(expect: Expectation, facet: RecoveryPoints, asOf: number): Found {
  const { olderExists, retention } = facet;
  const base = {
    points: facet.points.length,
    since: facet.since,
    olderExists,
    retention,
    ...(facet.continuous === undefined ? {} : { continuous: { ...facet.continuous } }),
  };
  const moments = facet.points.map(parseMoment);
  const since = parseMoment(facet.since);
  if (since === null || moments.includes(null)) {
    return { open: ["the date of a recovery point cannot be read"], actual: base };
  }
  if (retention !== null && parseDuration(retention) === null) {
    return { open: ["how long recovery points are kept cannot be read"], actual: base };
  }
  const recorded = toContinuous(facet);
  if (recorded === "unreadable") {
    return { open: ["of what time every moment can be recovered cannot be read"], actual: base };
  }
  const ends = recorded === null ? [] : [recorded.from, recorded.to];
  const dated = moments.filter((moment) => moment !== null);
  const sorted = [...dated, ...ends].toSorted((a, b) => a - b);
  const last = sorted.at(-1);
  if (last !== undefined && last > asOf + CLOCK_SKEW) {
    const words = `a recovery point is dated ${renderMoment(last)}, after the moment of judging: a clock is wrong`;
    return { open: [words], actual: base };
  }
  const continuous =
    recorded === null
      ? null
      : { from: Math.min(recorded.from, asOf), to: Math.min(recorded.to, asOf) };
  const [first, ...rest] = sorted.map((moment) => Math.min(moment, asOf));
  const maxAge = limit(expect, expect.maxAge);
  const maxGap = limit(expect, expect.maxGap);
  if (first === undefined) {
    const ago = `no recovery point since ${renderMoment(since)}`;
    if (olderExists === false) return { failures: ["no recovery point exists"], actual: base };
    return olderExists === true && asOf - since > Math.min(maxAge, maxGap)
      ? { failures: [ago], actual: base }
      : { open: [`${ago} was seen`], actual: base };
  }

  const newest = rest.at(-1) ?? first;
  const old = renderSeconds((asOf - newest) / 1000);
  const age =
    continuous?.to === newest
      ? `every moment until ${old} ago can be recovered (${renderMoment(newest)})`
      : `newest recovery point ${old} old (${renderMoment(newest)})`;
  const kept = retention === null ? Infinity : shortestSeconds(retention);
  const wanted = longestSeconds(expect.window);
  const seconds = Math.min(wanted, kept);
  const window = {
    start: Math.max(0, asOf - seconds * 1000),
    asOf,
    endsWithRetention: kept <= wanted,
  };
  const reach = { since, olderExists };
  const { largest, untold, unbounded } = readGaps([first, ...rest], window, reach, continuous);
  const gap = `largest gap ${named(largest)} within ${renderSeconds(seconds)}`;
  const missing = untold !== null && (unbounded || lengthOf(untold) > maxGap) ? untold : null;
  return {
    failures: [
      ...(asOf - newest > maxAge ? [age] : []),
      ...(lengthOf(largest) > maxGap ? [gap] : []),
    ],
    open:
      missing === null || expect.maxGap === undefined
        ? []
        : [
            `no recovery point is known in or before the ${named(missing)}: none was made, or they were deleted (declare how long they are kept)`,
          ],
    held: expect.maxGap === undefined ? age : `${age}, ${gap}`,
    actual: {
      ...base,
      newest: new Date(newest).toISOString(),
      largestGapSeconds: Math.round(lengthOf(largest) / 1000),
      windowSeconds: seconds,
    },
  };
}

/** The time of which every moment can be recovered; null where there is none. */
function toContinuous({ continuous }: RecoveryPoints): Continuous | null | "unreadable" {
  if (continuous === undefined) return null;
  const from = parseMoment(continuous.from);
  const to = parseMoment(continuous.to);
  return from === null || to === null || from > to ? "unreadable" : { from, to };
}

/** A limit with its tolerance, in milliseconds and read in favour of the promise; without limit, infinity. */
function limit({ tolerance }: Expectation, text: string | undefined): number {
  if (text === undefined) return Infinity;
  return (longestSeconds(text) + (tolerance === undefined ? 0 : longestSeconds(tolerance))) * 1000;
}

function named(gap: Gap): string {
  const length = renderSeconds(lengthOf(gap) / 1000);
  return `${length} from ${renderMoment(gap.from)} to ${renderMoment(gap.to)}`;
}

function declared({ maxAge, maxGap, tolerance, window }: Expectation): string {
  return [
    ...(maxAge === undefined ? [] : [`newest at most ${maxAge} old`]),
    ...(maxGap === undefined ? [] : [`gaps of at most ${maxGap} over ${window}`]),
    ...(tolerance === undefined ? [] : [`tolerance ${tolerance}`]),
  ].join(", ");
}
