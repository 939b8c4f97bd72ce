import type {
  GetBucketLifecycleConfigurationOutput,
  LifecycleRule,
  ListObjectsV2Output,
} from "@aws-sdk/client-s3";
import { isAbsent, type Absent } from "#probes/aws/calls.ts";
import { listOf, tokenAfter } from "#probes/aws/pages.ts";
import { tallyObjects, type ObjectTally } from "#probes/common/object-tally.ts";

/** What the pages of a listing have shown so far. */
export interface Tally extends ObjectTally {
  /** All objects that were listed, whether or not they count. */
  readonly objects: number;
}

/** Before the first page. */
export const NOTHING_SEEN: Tally = { moments: new Map(), olderExists: false, objects: 0 };

/**
 * Adds one page of ListObjectsV2. The moment of a recovery point is when its object was last written.
 * @param since start of the window, milliseconds since the epoch
 * @throws when an object has no date or size, or the page breaks off
 */
export function withPage(tally: Tally, raw: ListObjectsV2Output, since: number): Tally {
  // Without objects there is no list, so nothing else tells that this is one.
  if (raw.IsTruncated === undefined) throw new TypeError("no IsTruncated in the answer");
  tokenAfter(raw.IsTruncated, raw.NextContinuationToken);
  const objects = (raw.Contents ?? []).map(({ LastModified, Size: size }) => {
    const at = LastModified?.getTime() ?? Number.NaN;
    if (Number.isNaN(at) || size === undefined) {
      throw new TypeError("an object without date or size");
    }
    return { at, size };
  });
  return { ...tallyObjects(objects, since, tally), objects: tally.objects + objects.length };
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
