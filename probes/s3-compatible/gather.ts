import type { Target } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import type { FacetName } from "#model/facets.ts";
import type { Failure, Probe, ProbeContext } from "#model/probe.ts";
import { BACKUP_SET_KIND } from "#model/subject.ts";
import { chunks, cutOff } from "#probes/common/chunks.ts";
import { tellAll } from "#probes/common/telling.ts";
import { observeInventory, type Listed } from "#probes/rest/listing.ts";
import type { S3Session } from "./asks.ts";
import { gatherBackupSets, type Sets } from "./backup-sets.ts";
import { bucketTelling } from "./bucket-telling.ts";
import { listBuckets, unlisted, type Bucket } from "./buckets.ts";
import { s3Clients } from "./clients.ts";
import type { S3Dialect, S3Operation } from "./dialect.ts";

/** What reading a vendor's buckets and the backup sets in them needs, by facet. */
export function s3Provides({ kind, permissions }: S3Dialect): Probe["provides"] {
  const needs = (...operations: readonly S3Operation[]) => [
    ...new Set(operations.flatMap((name) => permissions[name] ?? [])),
  ];
  const kinds = [kind];
  const open = needs("GetBucketAcl", "GetBucketPolicy");
  return {
    inventory: { permissions: needs("ListBuckets", "GetBucketLocation", "GetBucketTagging") },
    location: { permissions: needs("ListBuckets", "GetBucketLocation"), kinds },
    encryption: { permissions: needs("GetBucketEncryption"), kinds },
    versioning: { permissions: needs("GetBucketVersioning"), kinds },
    exposure: { permissions: open, kinds },
    accessPolicy: { permissions: open, kinds },
    immutability: { permissions: needs("GetObjectLockConfiguration"), kinds },
    retention: {
      permissions: needs("GetBucketLifecycleConfiguration", "GetBucketVersioning"),
      kinds,
    },
    ...(permissions.GetBucketReplication === undefined
      ? {}
      : { replication: { permissions: needs("GetBucketReplication"), kinds } }),
    recoveryPoints: {
      permissions: needs("ListObjectsV2", "GetBucketLifecycleConfiguration"),
      kinds: [BACKUP_SET_KIND],
    },
  };
}

/** Reads the buckets of a target in all regions of the vendor, and the backup sets that the estate declares in them. */
export async function* gatherS3(
  target: Target & { readonly backups: Sets },
  dialect: S3Dialect,
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
): AsyncGenerator<Observation | Problem> {
  const signedIn = trySignIn(target, dialect, context);
  if ("reason" in signedIn) {
    const { reason, message } = signedIn;
    const operation = "s3:ListBuckets";
    yield context.problem({
      operation,
      subject: null,
      facets: [],
      reason,
      permission: null,
      message,
    });
    return;
  }
  const clients = signedIn.keys.map((keys) => s3Clients(target, dialect, keys, context));
  try {
    const sessions = clients.map((one): S3Session => ({ target, context, dialect, clients: one }));
    const partial = signedIn.unlisted;
    const failed =
      partial === null
        ? []
        : [unlisted(sessions, { reason: "partial", message: partial, retryable: false })];
    const elsewhere = new Set(dialect.toldElsewhere?.(target) ?? []);
    const here = wanted.difference(elsewhere);
    yield* gatherSessions(target, dialect.kind, { sessions, failed }, here, context);
  } finally {
    for (const { close } of clients) close();
  }
}

/**
 * The same, where it is known already who is asked for buckets.
 * @param kind of the buckets
 * @param among who is asked, and why some are not
 */
export async function* gatherSessions(
  target: Target & { readonly backups: Sets },
  kind: string,
  among: { readonly sessions: readonly S3Session[]; readonly failed: Listed["failed"] },
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
): AsyncGenerator<Observation | Problem> {
  const { listed, buckets } = await listBuckets(kind, among.sessions);
  const failed = [...listed.failed, ...among.failed];
  yield* observeInventory({ ...listed, failed }, target, context);
  yield* tellBuckets(buckets, wanted, context);
  yield* gatherBackupSets(target, buckets, failed, wanted, context);
}

async function* tellBuckets(
  buckets: readonly Bucket[],
  wanted: ReadonlySet<FacetName>,
  context: ProbeContext,
) {
  const ids = Map.groupBy(buckets, ({ subject }) => subject.name);
  const idOf = (name: string) => {
    const [only, ...more] = ids.get(name) ?? [];
    return more.length === 0 ? (only?.subject.id ?? null) : null;
  };
  for await (const some of chunks(buckets, context.signal)) {
    const told = some.map(async (bucket) => [
      ...bucket.problems,
      ...(await tellAll(bucket, wanted, { context }, await bucketTelling(bucket, idOf))),
    ]);
    yield* (await Promise.all(told)).flat();
  }
  if (context.signal.aborted) yield cutOff(context, "s3:ListBuckets", wanted);
}

/** A variable or file that is not there is a problem as any. */
export function trySignIn(target: Target, dialect: S3Dialect, context: ProbeContext) {
  const denied = (message: string): Failure => ({ reason: "denied", message, retryable: false });
  try {
    const found = dialect.signIn(target, context);
    return "missing" in found ? denied(found.missing) : found;
  } catch (error) {
    return denied(error instanceof Error ? error.message : String(error));
  }
}
