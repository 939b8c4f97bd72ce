import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineProbe, type ProbeContext } from "#model/probe.ts";
import { BACKUP_SET_KIND, type Subject } from "#model/subject.ts";
import { observeDeclared } from "#probes/common/declared-sets.ts";
import type { Fields } from "#probes/common/json.ts";
import { answerOf, tell, unanswered, type Known } from "#probes/common/known.ts";
import { POINTS_WINDOW_MS, pointsOf } from "#probes/common/object-tally.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { readObjects } from "./backup-objects.ts";
import { locationName } from "./bucket-facets.ts";
import { prefixRetention } from "./bucket-lifecycle.ts";
import { asking } from "./session.ts";

type BackupSet = TargetOf<"gcp">["backups"][number];
const GET = { operation: "storage.buckets.get", permission: "storage.buckets.get" };

/** Reads the backup sets that the estate declares in Cloud Storage: every object under the prefix is a recovery point. */
export default defineProbe({
  id: "gcp-backup-sets",
  title: "Backup sets in Google Cloud Storage",
  provider: "gcp",
  kinds: [BACKUP_SET_KIND],
  provides: {
    inventory: { permissions: ["storage.buckets.get"] },
    recoveryPoints: { permissions: ["storage.objects.list", "storage.buckets.get"] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp" || target.backups.length === 0) return;
    const api = asking(target, context, "storage");
    const sets = await Promise.all(
      target.backups.map(async (set) => {
        const bucket = await askOne(api, { ...GET, path: path`/storage/v1/b/${set.bucket}` });
        return { set, bucket, subject: toSubject(target, set, bucket) };
      }),
    );
    const items = sets.map(({ subject }) => subject);
    yield observeDeclared(target, items, context);
    for (const { bucket, subject } of sets) {
      // Without its location nothing says where the set is kept.
      if (!bucket.ok) yield unanswered(context, subject, "inventory", bucket);
    }
    if (!wanted.has("recoveryPoints")) return;
    yield* await Promise.all(
      sets.map(({ set, bucket, subject }) => readSet(target, set, bucket, subject, context)),
    );
  },
});

async function readSet(
  target: TargetOf<"gcp">,
  set: BackupSet,
  bucket: Known<Fields>,
  subject: Subject,
  context: ProbeContext,
): Promise<Observation | Problem> {
  const since = context.now().getTime() - POINTS_WINDOW_MS;
  const known = await readObjects(asking(target, context, "storage"), set, since);
  if (!known.ok) return unanswered(context, subject, "recoveryPoints", known);
  if (!bucket.ok && set.retention === undefined) {
    const message = `${bucket.failure.message}; or declare the retention of the backup set ${set.id}`;
    const failure = { ...bucket.failure, message };
    return unanswered(context, subject, "recoveryPoints", { ...bucket, failure });
  }
  return tell(context, subject, "recoveryPoints", known, () =>
    pointsOf(
      known.value,
      since,
      // Gaps are judged over the retention, so not knowing it would leave the facet open.
      set.retention ?? prefixRetention(answerOf(bucket), set.prefix),
    ),
  );
}

function toSubject(
  target: TargetOf<"gcp">,
  { id, bucket: name, prefix }: BackupSet,
  bucket: Known<Fields>,
): Subject {
  return {
    target: target.id,
    provider: "gcp",
    kind: BACKUP_SET_KIND,
    id: `gs://${name}/${prefix}`,
    name: id,
    region: bucket.ok ? regionOf(bucket.value) : null,
    tags: {},
  };
}

function regionOf(raw: Fields): string | null {
  try {
    return locationName(raw);
  } catch {
    return null;
  }
}
