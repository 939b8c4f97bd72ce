import type { TargetOf, Target } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { Failure, ProbeContext } from "#model/probe.ts";
import { BACKUP_SET_KIND, type Subject } from "#model/subject.ts";
import { observeDeclared } from "#probes/common/declared-sets.ts";
import { unanswered } from "#probes/common/known.ts";
import type { Listed } from "#probes/rest/listing.ts";
import { readBackupSet } from "./backup-set.ts";
import type { Bucket } from "./buckets.ts";

/** The backup sets that a target declares. */
export type Sets = TargetOf<"ovh">["backups"];

/**
 * Reads the backup sets that the estate declares: every object under the prefix is a recovery point.
 * @param failed what kept the listing of buckets from being whole
 */
export async function* gatherBackupSets(
  target: Target & { readonly backups: Sets },
  buckets: readonly Bucket[],
  failed: Listed["failed"],
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
): AsyncGenerator<Observation | Problem> {
  if (target.backups.length === 0) return;
  const sets = target.backups.map((set) => {
    const [bucket, ...more] = buckets.filter(({ subject }) => subject.name === set.bucket);
    const only = more.length === 0 ? bucket : undefined;
    const subject: Subject = {
      target: target.id,
      provider: target.provider,
      kind: BACKUP_SET_KIND,
      id: `${only?.subject.id ?? set.bucket}/${set.prefix}`,
      name: set.id,
      region: only?.subject.region ?? null,
      tags: {},
    };
    return { set, subject, bucket: only, count: more.length + (bucket === undefined ? 0 : 1) };
  });
  const items = sets.map(({ subject }) => subject);
  yield observeDeclared(target, items, context);
  const told = sets.map(async ({ set, subject, bucket, count }) => {
    const facets = (["inventory", "recoveryPoints"] as const).filter(
      (facet) => facet === "inventory" || wanted.has(facet),
    );
    if (bucket === undefined) {
      const missing = unfound(set.bucket, count, failed);
      return facets.map((facet) => unanswered(context, subject, facet, missing));
    }
    const { located, session, region } = bucket;
    const unplaced = located.ok ? [] : [unanswered(context, subject, "inventory", located)];
    if (!wanted.has("recoveryPoints")) return unplaced;
    const { clients, dialect } = session;
    const { permissions } = dialect;
    return [...unplaced, await readBackupSet(set, subject, region, clients, context, permissions)];
  });
  yield* (await Promise.all(told)).flat();
}

/** Why the bucket of a set is not known. */
function unfound(bucket: string, count: number, failed: Listed["failed"]) {
  const named = { operation: "s3:ListBuckets", permission: failed[0]?.permission ?? null };
  const failure = (message: string): Failure => ({ reason: "partial", message, retryable: false });
  if (count > 1) {
    return { ...named, failure: failure(`${count} buckets are named ${bucket}`) };
  }
  const denied = failed.find((one) => one.failure.reason !== "partial");
  if (denied !== undefined) {
    const { reason, message } = denied.failure;
    return { ...named, failure: { reason, message: `${bucket} was not found: ${message}` } };
  }
  return { ...named, failure: failure(`no bucket that is listed is named ${bucket}`) };
}
