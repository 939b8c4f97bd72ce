import type { TargetOf } from "#model/estate.ts";
import type { Observation, Problem } from "#model/evidence.ts";
import { defineRead, type ProbeContext } from "#model/probe.ts";
import type { Subject } from "#model/subject.ts";
import { malformed, pages } from "#probes/aws/pages.ts";
import { orNotFound, s3Question } from "#probes/aws/s3-calls.ts";
import { unanswered } from "#probes/common/known.ts";
import type { S3Clients } from "./calls.ts";
import { pointsOf, POINTS_WINDOW_MS } from "#probes/common/object-tally.ts";
import { NOTHING_SEEN, retentionOf, withPage } from "./object-points.ts";

/** A set of backups that the estate declares in a bucket. */
export type BackupSet = TargetOf<"aws">["backups"][number];

/** What listing objects and reading lifecycle rules need, in the vendor's spelling. */
export interface BackupSetPermissions {
  readonly ListObjectsV2: string;
  readonly GetBucketLifecycleConfiguration: string;
}

/** Names are in no order of time, so a listing is read whole; beyond this many objects it is given up. */
const MOST_OBJECTS = 200_000;

/**
 * Lists every object of a backup set, and asks for the bucket's lifecycle where the estate declares no retention:
 * gaps are judged over the retention, so not knowing it leaves the facet a problem.
 * @param region where to ask
 * @param mostObjects beyond which the set is too large
 */
export async function readBackupSet(
  set: BackupSet,
  subject: Subject,
  region: string,
  clients: S3Clients,
  context: ProbeContext,
  permissions: BackupSetPermissions,
  mostObjects = MOST_OBJECTS,
): Promise<Observation | Problem> {
  const sdk = await import("@aws-sdk/client-s3");
  const since = context.now().getTime() - POINTS_WINDOW_MS;
  const failed = (
    operation: keyof BackupSetPermissions,
    failure: Pick<Problem, "reason" | "message">,
  ) =>
    unanswered(context, subject, "recoveryPoints", {
      operation: `s3:${operation}`,
      permission: permissions[operation],
      failure,
    });

  const hashes: string[] = [];
  let tally = NOTHING_SEEN;
  const listing = pages(
    context,
    (token) =>
      s3Question(clients, region, "ListObjectsV2", (client, options) =>
        client.send(
          new sdk.ListObjectsV2Command({
            Bucket: set.bucket,
            Prefix: set.prefix,
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
          options,
        ),
      ),
    (raw) => raw.NextContinuationToken,
  );
  for await (const page of listing) {
    if (!page.ok) return failed("ListObjectsV2", page.failure);
    hashes.push(page.sha256);
    try {
      tally = withPage(tally, page.raw, since);
    } catch (error) {
      return failed("ListObjectsV2", malformed(error));
    }
    if (tally.objects > mostObjects) {
      const message = `more than ${mostObjects} objects under ${set.bucket}/${set.prefix}: declare a narrower prefix`;
      return failed("ListObjectsV2", { reason: "too-large", message });
    }
  }

  let retention = set.retention ?? null;
  if (retention === null) {
    const answer = await context.ask(
      s3Question(
        clients,
        region,
        "GetBucketLifecycleConfiguration",
        orNotFound("NoSuchLifecycleConfiguration", (client, options) =>
          client.send(
            new sdk.GetBucketLifecycleConfigurationCommand({ Bucket: set.bucket }),
            options,
          ),
        ),
      ),
    );
    if (!answer.ok) {
      const { reason, message } = answer.failure;
      return failed("GetBucketLifecycleConfiguration", {
        reason,
        message: `${message}; or declare the retention of the backup set ${set.id}`,
      });
    }
    hashes.push(answer.sha256);
    try {
      retention = retentionOf(answer.raw, set.prefix);
    } catch (error) {
      return failed("GetBucketLifecycleConfiguration", malformed(error));
    }
  }
  return context.read(
    defineRead({
      service: "s3",
      operation: "s3:ListObjectsV2",
      call: () => Promise.resolve({ pages: hashes }),
      subject,
      facet: "recoveryPoints",
      permission: permissions.ListObjectsV2,
      map: () => pointsOf(tally, since, retention),
    }),
  );
}
