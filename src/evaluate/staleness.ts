import type { Evidence, Observation, Problem } from "#model/evidence.ts";
import { parseMoment, renderMoment } from "#model/moment.ts";

/** How far from the moment of judging a reading may be: nightly scans may fail for a week, then nobody knows any more. */
const FRESH_DAYS = 7;

/**
 * The evidence without the readings that are too far from the moment for which it is judged: each becomes a problem,
 * so that what rests on it is unknown. Judged for its own finish time, evidence loses nothing.
 */
export function withoutStale(evidence: Evidence, now: Date): Evidence {
  const fresh: Observation[] = [];
  const stale: Problem[] = [];
  for (const observation of evidence.observations) {
    const read = parseMoment(observation.observedAt);
    const apart = read === null ? Infinity : Math.abs(now.getTime() - read);
    if (apart <= FRESH_DAYS * 86_400_000) fresh.push(observation);
    else stale.push(staleProblem(observation, read, now));
  }
  if (stale.length === 0) return evidence;
  return { ...evidence, observations: fresh, problems: [...stale, ...evidence.problems] };
}

function staleProblem(
  { subject, facet, value, source }: Observation,
  read: number | null,
  now: Date,
): Problem {
  const when = read === null ? "at an unreadable time" : `on ${renderMoment(read)}`;
  return {
    target: subject.target,
    probe: source.probe,
    operation: source.operation,
    subject,
    kinds: facet === "inventory" ? value.kinds : [subject.kind],
    facets: [facet],
    reason: "partial",
    permission: null,
    message: `it was read ${when}, more than ${FRESH_DAYS} days from ${renderMoment(now.getTime())}: scan again`,
  };
}
