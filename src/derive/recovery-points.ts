import { pointSourcesOf } from "#facts/backups.ts";
import { kindOf } from "#facts/kinds.ts";
import type { BackupPlace, Backups, RecoveryPoint } from "#model/backup-facets.ts";
import { parseDuration, shortestSeconds } from "#model/duration.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { RecoveryPoints } from "#model/facets.ts";
import { FROM_THE_BEGINNING, parseMoment } from "#model/moment.ts";
import { canonicalId, subjectKey, type Subject } from "#model/subject.ts";
import type { Joined } from "./backups.ts";
import { explain } from "./explain.ts";
import type { KnownSubjects } from "./known-subjects.ts";

type Reading = Extract<Observation, { facet: "recoveryPoints" }>;

/** The points of one target, by what they were made of. */
interface Points {
  readonly of: ReadonlyMap<string, readonly RecoveryPoint[]>;
  /** Lower-case kinds of which some point was not read. */
  readonly unread: ReadonlySet<string>;
}

/**
 * The recovery points of a subject: those whose source it is, or what it is part of, and what its own service tells.
 * Only where every kind that can be one was listed and read whole, and its rules are known, which say how long points
 * are kept: a point that was not seen would be taken for a gap.
 */
export function deriveRecoveryPoints(
  { observations, problems }: Joined,
  known: KnownSubjects,
): Joined {
  const own = new Map<string, Reading>();
  const backups = new Map<string, Backups>();
  const points = new Map<string, RecoveryPoint>();
  for (const observation of observations) {
    const { facet, subject } = observation;
    if (facet === "recoveryPoints") own.set(subjectKey(subject), observation);
    if (facet === "backups") backups.set(subjectKey(subject), observation.value);
    if (facet === "recoveryPoint") points.set(subjectKey(subject), observation.value);
  }
  const made: Observation[] = [];
  const failed: Problem[] = [];
  const replaced = new Set<Observation>();
  for (const [target, subjects] of known.byTarget) {
    const found = pointsOf(subjects, points);
    const why = explain(target, problems);
    for (const subject of subjects) {
      const sources = pointSourcesOf(subject.kind);
      if (sources === undefined) continue;
      const reading = own.get(subjectKey(subject));
      if (reading === undefined && sources.own) continue;
      if (reading !== undefined) replaced.add(reading);
      const missing = (words: string, kinds: readonly string[]) =>
        failed.push(
          why(subject, "recoveryPoints", words, kinds, ["inventory", "recoveryPoint", "backups"]),
        );
      const listings = sources.kinds.map((kind) => known.listing(target, kind));
      const unlisted = sources.kinds.find(
        (kind, at) => listings[at] === undefined || found.unread.has(kind.toLowerCase()),
      );
      const rules = backups.get(subjectKey(subject));
      const [listing] = listings;
      if (unlisted !== undefined || listing === undefined) {
        const title = kindOf(unlisted ?? "")?.title ?? "recovery point";
        missing(`not every ${title} of the target was listed and read`, [unlisted ?? ""]);
        continue;
      }
      if (rules === undefined) {
        missing(
          "how long its recovery points are kept is not known, as its backups were not read",
          [subject.kind],
        );
        continue;
      }
      const of = [subject.id, ...rules.partOf].flatMap((id) => found.of.get(canonicalId(id)) ?? []);
      const moments = of.map(({ at }) => (at === null ? null : parseMoment(at)));
      if (moments.includes(null)) {
        missing("a recovery point of it tells no date", []);
        continue;
      }
      const { observedAt, source } = reading ?? listing;
      const value = joined(
        moments.filter((moment) => moment !== null),
        rules,
        reading?.value,
      );
      made.push({ subject, facet: "recoveryPoints", value, observedAt, source });
    }
  }
  return {
    observations: [...observations.filter((observation) => !replaced.has(observation)), ...made],
    problems: [...problems, ...failed],
  };
}

function pointsOf(
  subjects: readonly Subject[],
  points: ReadonlyMap<string, RecoveryPoint>,
): Points {
  const of = new Map<string, RecoveryPoint[]>();
  const unread = new Set<string>();
  for (const subject of subjects) {
    if (kindOf(subject.kind)?.facets.includes("recoveryPoint") !== true) continue;
    const point = points.get(subjectKey(subject));
    if (point === undefined) unread.add(subject.kind.toLowerCase());
    else if (point.usable && point.of !== null) {
      const source = canonicalId(point.of);
      const same = of.get(source);
      if (same === undefined) of.set(source, [point]);
      else same.push(point);
    }
  }
  return { of, unread };
}

function joined(
  moments: readonly number[],
  { rules }: Backups,
  own: RecoveryPoints | undefined,
): RecoveryPoints {
  const texts = moments.map((moment) => new Date(moment).toISOString());
  return {
    points: [...new Set([...texts, ...(own?.points ?? [])])].sort(),
    since: own?.since ?? FROM_THE_BEGINNING,
    olderExists: own === undefined ? false : own.olderExists,
    retention: longestRetention([
      ...rules.flatMap(({ places }) => keptInFull(places)),
      ...(own === undefined || own.retention === null ? [] : [own.retention]),
    ]),
    ...(own?.continuous === undefined ? {} : { continuous: own.continuous }),
  };
}

/** Of several places of one vault or region the first tells how long all points are kept, the others are of a part. */
function keptInFull(places: readonly BackupPlace[]): readonly (string | null)[] {
  const first = new Map<string, string | null>();
  for (const { vault, region, retention } of places) {
    const place = vault ?? region ?? "";
    if (!first.has(place)) first.set(place, retention);
  }
  return [...first.values()];
}

/** null: one is kept until somebody deletes it, no rule keeps any, or a duration is none. */
function longestRetention(retentions: readonly (string | null)[]): string | null {
  let longest: string | null = null;
  for (const retention of retentions) {
    if (retention === null || parseDuration(retention) === null) return null;
    if (longest === null || shortestSeconds(retention) > shortestSeconds(longest))
      longest = retention;
  }
  return longest;
}
