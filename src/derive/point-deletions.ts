import { pointOfService } from "#facts/backups.ts";
import { kindOf } from "#facts/kinds.ts";
import type { RecoveryPoint } from "#model/backup-facets.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { subjectKey, type Subject } from "#model/subject.ts";
import type { Joined } from "./backups.ts";
import { explain, type Explain } from "./explain.ts";
import type { KnownSubjects } from "./known-subjects.ts";

type Reading = Extract<Observation, { facet: "recoveryPoint" }>;

/**
 * Tells of snapshots when a backup service deletes them: its recovery point has the same id, and the snapshot's own
 * service knows nothing of it. Where the points were not all listed and read, the snapshot may be one of them, and
 * whether a rule deletes it is not known.
 */
export function resolvePointDeletions(
  { observations, problems }: Joined,
  known: KnownSubjects,
): readonly Observation[] {
  const readings = new Map<string, Reading>();
  for (const observation of observations) {
    if (observation.facet === "recoveryPoint") {
      readings.set(subjectKey(observation.subject), observation);
    }
  }
  const unread = new Set<string>();
  for (const subject of [...known.byTarget.values()].flat()) {
    if (!readings.has(subjectKey(subject))) unread.add(place(subject, subject.kind));
  }
  const explainers = new Map<string, Explain>();
  const explainer = (target: string) => {
    const made = explainers.get(target) ?? explain(target, problems);
    explainers.set(target, made);
    return made;
  };
  return observations.map((observation) => {
    if (observation.facet !== "recoveryPoint" || observation.value.deletedAt !== null) {
      return observation;
    }
    const { subject, value } = observation;
    const kind = pointOfService(subject.kind);
    if (kind === undefined) return observation;
    const point = readings.get(subjectKey({ ...subject, kind }));
    if (point !== undefined) return joined(observation, point);
    const listed = known.listing(subject.target, kind) !== undefined;
    if (listed && !unread.has(place(subject, kind))) return observation;
    const deletionUnread = whyUnread(subject, kind, explainer(subject.target));
    return { ...observation, value: { ...value, deletionUnread } };
  });
}

function place({ target }: Subject, kind: string): string {
  return `${target}\n${kind.toLowerCase()}`;
}

/** The service counts from its own moment, which lies minutes or hours before the snapshot's. */
function joined(own: Reading, point: Reading): Reading {
  const { deletionUnread: _, ...value } = own.value;
  const { at, deletedAt } = point.value;
  const title = kindOf(point.subject.kind)?.title ?? point.subject.kind;
  const told: RecoveryPoint = {
    ...value,
    at: at !== null && (value.at === null || at < value.at) ? at : value.at,
    deletedAt,
    deletionToldBy: `${title}, ${point.source.operation}`,
  };
  const observedAt = point.observedAt < own.observedAt ? point.observedAt : own.observedAt;
  return { ...own, value: told, observedAt, source: point.source };
}

function whyUnread(subject: Subject, kind: string, why: Explain): string {
  const words = `it may be a ${kindOf(kind)?.title ?? kind}, and not all of those were listed and read`;
  const found: Problem = why(
    subject,
    "recoveryPoint",
    words,
    [kind],
    ["inventory", "recoveryPoint"],
  );
  return found.permission === null
    ? found.message
    : `${found.message} (permission ${found.permission})`;
}
