import type {
  GetBucketLifecycleConfigurationOutput,
  LifecycleRule,
  ListObjectsV2Output,
} from "@aws-sdk/client-s3";
import type { RecoveryPoints } from "#model/facets.ts";
import { isAbsent, type Absent } from "#probes/aws/calls.ts";
import { listOf, tokenAfter } from "#probes/aws/pages.ts";

/** How far back recovery points are kept one by one, milliseconds. */
export const WINDOW_MS = 30 * 24 * 3_600_000;

/** What the pages of a listing have shown so far. */
export interface Tally {
  /** Minute since the epoch to the first moment seen in it, milliseconds since the epoch. */
  readonly moments: ReadonlyMap<number, number>;
  readonly olderExists: boolean;
  /** All objects that were listed, whether or not they count. */
  readonly objects: number;
}

/** Before the first page. */
export const NOTHING_SEEN: Tally = { moments: new Map(), olderExists: false, objects: 0 };

/**
 * Adds one page of ListObjectsV2. The moment of a recovery point is when its object was last written. Objects
 * written within one minute are one point, its first moment standing for it. An empty object is none: it is
 * the mark of a folder or of a dump that failed.
 * @param since start of the window, milliseconds since the epoch
 * @throws when an object has no date or size, or the page breaks off
 */
export function withPage(tally: Tally, raw: ListObjectsV2Output, since: number): Tally {
  const moments = new Map(tally.moments);
  let { olderExists } = tally;
  const objects = raw.Contents ?? [];
  // Without objects there is no list, so nothing else tells that this is one.
  if (raw.IsTruncated === undefined) throw new TypeError("no IsTruncated in the answer");
  tokenAfter(raw.IsTruncated, raw.NextContinuationToken);
  for (const { LastModified, Size } of objects) {
    const at = LastModified?.getTime() ?? Number.NaN;
    if (Number.isNaN(at) || Size === undefined)
      throw new TypeError("an object without date or size");
    if (Size === 0) continue;
    if (at < since) {
      olderExists = true;
      continue;
    }
    const minute = Math.floor(at / 60_000);
    moments.set(minute, Math.min(at, moments.get(minute) ?? at));
  }
  return { moments, olderExists, objects: tally.objects + objects.length };
}

/** The facet, once the listing has come to its end. */
export function toRecoveryPoints(
  { moments, olderExists }: Tally,
  since: number,
  retention: string | null,
): RecoveryPoints {
  return {
    points: [...moments.values()].sort((a, b) => a - b).map((at) => new Date(at).toISOString()),
    since: new Date(since).toISOString(),
    olderExists,
    retention,
  };
}

/**
 * How long lifecycle rules keep the objects under a prefix, as ISO 8601 duration: the shortest expiry of the enabled
 * rules that cover all of it. null where none does: rules by tag, size or a narrower prefix say nothing of the rest.
 */
export function retentionOf(
  raw: GetBucketLifecycleConfigurationOutput | Absent,
  prefix: string,
): string | null {
  if (isAbsent(raw)) return null;
  const days = listOf(raw.Rules)
    .filter((rule) => rule.Status === "Enabled" && covers(rule, prefix))
    .flatMap((rule) => rule.Expiration?.Days ?? []);
  return days.length === 0 ? null : `P${Math.min(...days)}D`;
}

function covers({ Filter, Prefix }: LifecycleRule, prefix: string): boolean {
  const { And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan } = Filter ?? {};
  const narrowed = [And, Tag, ObjectSizeGreaterThan, ObjectSizeLessThan];
  if (narrowed.some((part) => part !== undefined)) return false;
  return prefix.startsWith(Filter?.Prefix ?? Prefix ?? "");
}
