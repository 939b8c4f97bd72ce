import type { Reading } from "#model/control.ts";

/** The zones that several subjects use together. */
export interface ZoneCount {
  /** Their names, sorted. */
  readonly names: readonly string[];
  /** How many zones there surely are, and how many there may be at most. */
  readonly least: number;
  readonly most: number;
  /** False when a subject does not tell its zones. */
  readonly known: boolean;
}

/**
 * Counts the zones of all readings. A zone belongs to its region. Two accounts may give one zone different names
 * (https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html), so the names of different targets do not
 * surely add up within a region.
 */
export function countZones(readings: readonly Reading[]): ZoneCount {
  const names = new Set<string>();
  /** By region, then by target. */
  const places = new Map<string, Map<string, Set<string>>>();
  let known = true;
  for (const { subject, facets } of readings) {
    const zones = facets.redundancy?.zoneNames ?? null;
    if (zones === null) known = false;
    const place = `${subject.provider} ${subject.region ?? ""}`;
    const targets = places.get(place) ?? new Map<string, Set<string>>();
    places.set(place, targets);
    const own = targets.get(subject.target) ?? new Set<string>();
    targets.set(subject.target, own);
    for (const zone of zones ?? []) {
      names.add(zone.toLowerCase());
      own.add(zone.toLowerCase());
    }
  }
  let least = 0;
  let most = 0;
  for (const targets of places.values()) {
    const together = new Set<string>();
    let largest = 0;
    for (const own of targets.values()) {
      largest = Math.max(largest, own.size);
      for (const zone of own) together.add(zone);
    }
    least += largest;
    most += together.size;
  }
  return { names: [...names].sort(), least, most, known };
}
