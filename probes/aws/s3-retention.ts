import type {
  GetBucketLifecycleConfigurationOutput,
  GetBucketVersioningOutput,
  LifecycleRule,
} from "@aws-sdk/client-s3";
import type { Retention } from "#model/security-facets.ts";
import { isAbsent, type Absent } from "./calls.ts";

/** What one enabled rule deletes, in days after an object was written or replaced. */
interface Expiry {
  readonly whole: boolean;
  readonly rule: LifecycleRule;
}

/** The enabled rules that delete something, each with whether it goes for every object. @throws without rules */
function expiries(raw: GetBucketLifecycleConfigurationOutput | Absent): readonly Expiry[] {
  if (isAbsent(raw)) return [];
  if (raw.Rules === undefined) throw new TypeError("no lifecycle rule in the answer");
  return raw.Rules.filter(({ Status }) => Status === "Enabled").map((rule) => ({
    rule,
    whole: isWhole(rule),
  }));
}

/** Whether some rule deletes current objects, so that the versioning decides what becomes of them. @throws without rules */
export function deletesObjects(raw: GetBucketLifecycleConfigurationOutput | Absent): boolean {
  return expiries(raw).some(({ rule: { Expiration: expiration } }) => {
    return expiration?.Days !== undefined || expiration?.Date !== undefined;
  });
}

/**
 * How long a bucket keeps its objects, by its lifecycle rules. Where versions are kept, an expired object becomes a
 * former version, which another action deletes, or nothing:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
 * Of several rules the one that deletes first counts.
 * @param versioning null: not asked for, as no rule deletes objects
 * @param asOf the moment of reading: what expires by date may do so already
 * @throws when a rule has no number of days
 */
export function toRetention(
  raw: GetBucketLifecycleConfigurationOutput | Absent,
  versioning: GetBucketVersioningOutput | null,
  asOf: Date,
): Retention {
  const rules = expiries(raw);
  const current = rules.flatMap(({ whole, rule }) => {
    const days = daysOf(rule, asOf);
    return days === null ? [] : [{ whole, days, rule }];
  });
  if (current.length === 0) {
    const none = rules.length === 0 ? "no lifecycle rule" : "no lifecycle rule that deletes";
    return {
      after: null,
      whole: true,
      detail: `${none}: objects are kept until somebody deletes them`,
    };
  }
  if (current.some(({ days }) => days === "later")) {
    const detail = "a lifecycle rule deletes objects at a date that is still to come";
    return { after: null, whole: null, detail };
  }
  const numbers = current.map(({ whole, days }) => ({ whole, days: Number(days) }));
  const shortest = Math.min(...numbers.map(({ days }) => days));
  const forAll = Math.min(...numbers.flatMap(({ whole, days }) => (whole ? [days] : [])));
  const former = formerDays(rules);
  const versions = versioning?.Status;
  const kept = versions === undefined ? "" : `, versioning ${versions.toLowerCase()}`;
  const set = (days: number) =>
    days === 0 ? "at once, by a date that has passed" : `after ${days} days`;
  if (forAll === Infinity) {
    const detail = `lifecycle rules delete some objects ${set(shortest)}, the others never${kept}`;
    return { after: `P${shortest}D`, whole: false, detail };
  }
  const words = `a lifecycle rule deletes all objects ${set(forAll)}${kept}`;
  if (versions !== undefined && former === null) {
    const never = `${words}; no rule deletes all former versions`;
    // Without versioning now, only what was written while it was on has former versions.
    return versions === "Suspended"
      ? { after: `P${shortest}D`, whole: null, detail: never }
      : { after: null, whole: true, detail: never };
  }
  const extra = versions === undefined ? 0 : (former ?? 0);
  const detail = extra === 0 ? words : `${words}; former versions go ${extra} days later`;
  return shortest < forAll
    ? {
        after: `P${shortest + extra}D`,
        whole: null,
        detail: `${detail}; other rules delete some ${set(shortest)}`,
      }
    : { after: `P${forAll + extra}D`, whole: true, detail };
}

/** After how many days a rule deletes; 0 once its date has come; null where it deletes no objects. */
function daysOf({ Expiration }: LifecycleRule, asOf: Date): number | "later" | null {
  const { Days, Date: date } = Expiration ?? {};
  if (Days !== undefined) return wholeDays(Days);
  if (date === undefined) return null;
  // From that day on it deletes whatever is there, and whatever is added.
  return date.getTime() <= asOf.getTime() ? 0 : "later";
}

/** After how many days every former version goes; null where some stay for ever. */
function formerDays(rules: readonly Expiry[]): number | null {
  const days = rules.flatMap(({ whole, rule: { NoncurrentVersionExpiration: former } }) => {
    const kept = former?.NewerNoncurrentVersions ?? 0;
    return whole && kept === 0 && former?.NoncurrentDays !== undefined
      ? [wholeDays(former.NoncurrentDays)]
      : [];
  });
  return days.length === 0 ? null : Math.min(...days);
}

function wholeDays(days: number): number {
  if (!Number.isInteger(days) || days < 1) throw new TypeError("a lifecycle rule without days");
  return days;
}

/** The older form has the prefix beside the filter's place; an empty prefix leaves nothing out. */
function isWhole({ Filter, Prefix }: LifecycleRule): boolean {
  const { And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan } = Filter ?? {};
  const narrowed = [And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan];
  return narrowed.every((part) => part === undefined) && (Filter?.Prefix ?? Prefix ?? "") === "";
}
