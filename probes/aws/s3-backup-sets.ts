import type { TargetOf } from "#model/estate.ts";
import type { FacetName } from "#model/facets.ts";
import type { Problem } from "#model/evidence.ts";
import { defineProbe, type Failure, type ProbeContext } from "#model/probe.ts";
import { BACKUP_SET_KIND, type Subject } from "#model/subject.ts";
import { observeDeclared } from "#probes/common/declared-sets.ts";
import { homeRegion, type Account } from "./account.ts";
import { classifyAws } from "./errors.ts";
import { unanswered } from "#probes/common/known.ts";
import { readBackupSet, type BackupSet } from "#probes/s3-compatible/backup-set.ts";
import { readRegion } from "./s3-inventory.ts";
import { inAccount, type AwsSession } from "./session.ts";

const PERMISSIONS = {
  ListObjectsV2: "s3:ListBucket",
  GetBucketLifecycleConfiguration: "s3:GetLifecycleConfiguration",
};

/** Reads the backup sets that the estate declares in S3: every object under the prefix is a recovery point. */
export default defineProbe({
  id: "aws-s3-backup-sets",
  title: "Backup sets in Amazon S3",
  provider: "aws",
  kinds: [BACKUP_SET_KIND],
  provides: {
    inventory: { permissions: ["s3:GetBucketLocation"] },
    recoveryPoints: { permissions: Object.values(PERMISSIONS) },
  },
  classify: classifyAws,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "aws" || target.backups.length === 0) return;
    yield* inAccount(target, context, (session) => gatherSets(session, wanted));
  },
});

async function* gatherSets(
  { target, account, clients, context }: AwsSession,
  wanted: ReadonlySet<FacetName>,
) {
  const sets = await Promise.all(
    target.backups.map(async (set) => {
      const found = await readRegion(set.bucket, homeRegion(target), clients, context);
      const region = "region" in found ? found.region : null;
      const subject = toSubject(target, account, set, region);
      return {
        set,
        subject,
        problem: "region" in found ? null : unplaced(subject, found, context),
      };
    }),
  );
  const items = sets.map(({ subject }) => subject);
  yield observeDeclared(target, items, context);
  for (const { problem } of sets) if (problem !== null) yield problem;
  if (!wanted.has("recoveryPoints")) return;
  const region = (subject: Subject) => subject.region ?? homeRegion(target);
  yield* await Promise.all(
    sets.map(({ set, subject }) =>
      readBackupSet(set, subject, region(subject), clients, context, PERMISSIONS),
    ),
  );
}

/** Without its region nothing says where the set is kept. */
function unplaced(subject: Subject, failure: Failure, context: ProbeContext): Problem {
  const named = { operation: "s3:GetBucketLocation", permission: "s3:GetBucketLocation" };
  return unanswered(context, subject, "inventory", { ...named, failure });
}

function toSubject(
  target: TargetOf<"aws">,
  { partition }: Account,
  { id, bucket, prefix }: BackupSet,
  region: string | null,
): Subject {
  return {
    target: target.id,
    provider: "aws",
    kind: BACKUP_SET_KIND,
    id: `arn:${partition}:s3:::${bucket}/${prefix}`,
    name: id,
    region,
    tags: {},
  };
}
