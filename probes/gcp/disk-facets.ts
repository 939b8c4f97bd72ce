/** Disks, their snapshots and images in Compute Engine's JSON as facets; pure. Each throws where the answer cannot be understood. */
import type { BackupRule, Backups, RecoveryPoint } from "#model/backup-facets.ts";
import type { Encryption, Location, Redundancy } from "#model/facets.ts";
import { longestSeconds } from "#model/duration.ts";
import { count, fields, list, moment, text, type Fields } from "#probes/common/json.ts";
import { byDesign } from "./design.ts";
import { computeId, lastPart, zoneRegion } from "./names.ts";

/** A key of Cloud KMS, or one that the customer brings with each request, is the customer's. */
export function toEncryption(raw: Fields): Encryption {
  const key = raw["diskEncryptionKey"] ?? raw["snapshotEncryptionKey"] ?? raw["imageEncryptionKey"];
  if (key === undefined) return byDesign("provider");
  if (typeof key !== "object" || key === null) throw new TypeError("a key that is none");
  const { kmsKeyName, sha256, rsaEncryptedKey } = fields(key);
  const own = [kmsKeyName, sha256, rsaEncryptedKey].filter((one) => one !== undefined);
  if (own.some((one) => typeof one !== "string")) throw new TypeError("a key without name");
  return byDesign(own.some((one) => text(one) !== null) ? "customer" : "provider");
}

/** A disk rests in its zone, or in the zones of its replicas. */
export function toDiskLocation(raw: Fields): Location {
  const zones = zonesOf(raw);
  if (zones.length === 0) throw new TypeError("a disk without zone");
  const regions = zones.map((zone) => zoneRegion(zone) ?? "");
  if (regions.includes("")) throw new TypeError("a disk in a zone of an unknown name");
  return { regions: [...new Set(regions)], zones };
}

function zonesOf({ zone, replicaZones }: Fields): readonly string[] {
  const several = Array.isArray(replicaZones) ? replicaZones : [];
  return [...(zone === undefined ? [] : [zone]), ...several].flatMap(
    (link: unknown) => lastPart(link)?.toLowerCase() ?? [],
  );
}

/** https://cloud.google.com/compute/docs/disks/regional-persistent-disk: a copy in another region is a disk of its own. */
export function toRedundancy(raw: Fields): Redundancy {
  const zones = zonesOf(raw).length;
  if (zones === 0) throw new TypeError("a disk without zone");
  const setting = lastPart(raw["type"]) ?? "no type stated";
  return { zones, zoneRedundant: zones > 1, geoRedundant: false, setting: setting.slice(0, 60) };
}

/** Snapshots and images rest in a region or a multi-region, which their answer names. */
export function toStoredLocation({ storageLocations }: Fields): Location {
  const regions = Array.isArray(storageLocations)
    ? storageLocations.map((one: unknown) => text(one)?.toLowerCase() ?? "")
    : [];
  if (regions.length === 0 || regions.includes("")) throw new TypeError("no storageLocations");
  return { regions, zones: null };
}

/** Whether one can recover from a snapshot: https://cloud.google.com/compute/docs/reference/rest/v1/snapshots */
const USABLE: ReadonlyMap<string, boolean> = new Map([
  ["READY", true],
  ["CREATING", false],
  ["DELETING", false],
  ["FAILED", false],
  ["UPLOADING", false],
]);

/** @throws when a snapshot does not say when it was made, or is in a state that is not known */
export function toRecoveryPoint(raw: Fields): RecoveryPoint {
  const at = moment(raw["creationTimestamp"]);
  const state = text(raw["status"]);
  if (at === null || state === null) throw new TypeError("a snapshot without state or time");
  const of = computeId(raw["sourceDisk"]);
  if (of === null) throw new TypeError("a snapshot that does not tell of which disk it is");
  const usable = USABLE.get(state);
  if (usable === undefined) {
    throw new TypeError(`a snapshot in a state that is not known: ${state.slice(0, 40)}`);
  }
  return {
    of,
    at,
    usable,
    deletedAt: null,
    ...(raw["autoCreated"] === true || raw["sourceSnapshotSchedulePolicy"] !== undefined
      ? { deletionUnread: "the schedule that made it deletes it, and may have been changed since" }
      : {}),
    state: state.slice(0, 60),
  };
}

/**
 * The snapshot schedules that are attached to a disk.
 * @param policies resource policies of the disk's project, by full name
 * @param plans what Backup and DR protects, by full name: plans of which the rules are not read
 * @throws TypeError where a policy was not listed
 */
export function toBackups(
  raw: Fields,
  id: string,
  policies: ReadonlyMap<string, Fields>,
  plans: ReadonlyMap<string, readonly string[]>,
): Backups {
  const links: readonly unknown[] = Array.isArray(raw["resourcePolicies"])
    ? raw["resourcePolicies"]
    : [];
  const users: readonly unknown[] = Array.isArray(raw["users"]) ? raw["users"] : [];
  const scheduled = links.flatMap((link) => {
    const policy = policies.get(computeId(link) ?? "");
    if (policy === undefined) throw new TypeError("a resource policy that was not listed");
    return toRule(policy) ?? [];
  });
  const protectedBy = [id, ...users.map((link) => computeId(link) ?? "")].flatMap(
    (one) => plans.get(one) ?? [],
  );
  const planned = protectedBy.map((name): BackupRule => ({
    name: `backup plan ${name.slice(0, 80)}`,
    longestInterval: null,
    window: 0,
    places: [],
  }));
  return { rules: [...scheduled, ...planned], partOf: [] };
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const DAYS: readonly string[] = [
  "MONDAY",
  "TUESDAY",
  "WEDNESDAY",
  "THURSDAY",
  "FRIDAY",
  "SATURDAY",
  "SUNDAY",
];

/** A snapshot schedule as a rule; null: it is a policy of another kind. */
export function toRule(policy: Fields): BackupRule | null {
  const own = policy["snapshotSchedulePolicy"];
  if (own === undefined) return null;
  const { schedule, retentionPolicy, snapshotProperties } = fields(own);
  const { interval, window } = intervalOf(fields(schedule));
  const { maxRetentionDays } = fields(retentionPolicy);
  const kept = count(maxRetentionDays);
  // Without it they are kept for ever, which what is not understood does not say.
  if (maxRetentionDays !== undefined && kept === null) {
    throw new TypeError("a schedule that keeps for a time that is none");
  }
  const { storageLocations } = fields(snapshotProperties);
  const regions = Array.isArray(storageLocations)
    ? storageLocations.map((one: unknown) => text(one)?.toLowerCase() ?? null)
    : [];
  const retention = kept === null ? null : `P${kept}D`;
  return {
    name: `snapshot schedule ${(text(policy["name"]) ?? "").slice(0, 80)}`,
    longestInterval: interval,
    window,
    // Unset, they go to the multi-region that is closest, which is not told.
    places: (regions.length === 0 ? [null] : regions).map((region) => ({
      region,
      vault: null,
      retention,
    })),
  };
}

/** A snapshot starts within the schedule's `duration` of its start: https://cloud.google.com/compute/docs/disks/scheduled-snapshots */
function intervalOf({ hourlySchedule, dailySchedule, weeklySchedule }: Fields): {
  readonly interval: number | null;
  readonly window: number;
} {
  if (hourlySchedule !== undefined) {
    const { hoursInCycle, duration } = fields(hourlySchedule);
    const hours = count(hoursInCycle);
    return { interval: hours === null ? null : hours * HOUR, window: windowOf(duration) };
  }
  if (dailySchedule !== undefined) {
    const { daysInCycle, duration } = fields(dailySchedule);
    const days = count(daysInCycle);
    return { interval: days === null ? null : days * DAY, window: windowOf(duration) };
  }
  const weekly = list(fields(weeklySchedule)["dayOfWeeks"]);
  const days = weekly.map(({ day }) => DAYS.indexOf(text(day) ?? ""));
  if (days.length === 0 || days.includes(-1)) return { interval: null, window: 0 };
  const sorted = [...new Set(days)].sort((a, b) => a - b);
  const gaps = sorted.map((day, at) => ((sorted[at + 1] ?? (sorted[0] ?? 0) + 7) - day) * DAY);
  const windows = weekly.map(({ duration }) => windowOf(duration));
  return { interval: Math.max(...gaps), window: Math.max(...windows) };
}

/** @throws RangeError where it is not told: then nobody knows how late a snapshot starts */
function windowOf(duration: unknown): number {
  return longestSeconds(text(duration) ?? "");
}

/** What each plan of Backup and DR protects: names of plans by the full name of the resource. */
export function toPlans(associations: readonly Fields[]): ReadonlyMap<string, readonly string[]> {
  const plans = new Map<string, string[]>();
  for (const { resource, backupPlan } of associations) {
    const id = computeId(resource);
    if (id === null) continue;
    plans.set(id, [...(plans.get(id) ?? []), lastPart(backupPlan) ?? "without name"]);
  }
  return plans;
}

/** The region of what is stored for itself: the first of its locations. */
export function storedRegion(raw: Fields): string | null {
  const { storageLocations } = raw;
  return Array.isArray(storageLocations)
    ? (text(storageLocations[0])?.toLowerCase() ?? null)
    : null;
}

/** The kind of a disk by its own link: one of a zone, or of a region. */
export function isRegional(raw: Fields): boolean {
  return /\/regions\/[^/]+\/disks\//.test(computeId(raw["selfLink"]) ?? "");
}
