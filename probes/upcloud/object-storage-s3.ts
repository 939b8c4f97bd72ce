import { defineProbe, type Failure } from "#model/probe.ts";
import { BACKUP_SET_KIND } from "#model/subject.ts";
import { plain } from "#model/text.ts";
import { classifyS3, type S3Session } from "#probes/s3-compatible/asks.ts";
import { mapped } from "#probes/s3-compatible/buckets.ts";
import { s3Clients } from "#probes/s3-compatible/clients.ts";
import type { S3Dialect } from "#probes/s3-compatible/dialect.ts";
import { gatherSessions, s3Provides, trySignIn } from "#probes/s3-compatible/gather.ts";
import { malformed, RestFailure } from "#probes/rest/failures.ts";
import type { Found, Listed } from "#probes/rest/listing.ts";
import { dialectOf, UPCLOUD_S3 } from "./object-storage-dialect.ts";
import { toLocation } from "./object-storage-facets.ts";
import { objectStorages } from "./object-storage-services.ts";

const { kind } = UPCLOUD_S3;

/** Reads the buckets of every service of Managed Object Storage by S3, and the backup sets that the estate declares. */
export default defineProbe({
  id: "upcloud-object-storage-s3",
  title: "UpCloud Managed Object Storage (S3)",
  provider: "upcloud",
  kinds: [kind, BACKUP_SET_KIND],
  provides: s3Provides(UPCLOUD_S3),
  classify: (error) => (error instanceof RestFailure ? error.failure : classifyS3(error)),
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "upcloud") return;
    const { listed, listedRegions } = objectStorages(target, context);
    const services = await listed();
    const failed = [...services.failed];
    if (services.found.length === 0) {
      // Without a service there is no bucket, and nobody to show keys to.
      yield* gatherSessions(target, kind, { sessions: [], failed }, wanted, context);
      return;
    }
    const signedIn = trySignIn(target, UPCLOUD_S3, context);
    if ("reason" in signedIn) {
      failed.push(unread("", signedIn));
      yield* gatherSessions(target, kind, { sessions: [], failed }, wanted, context);
      return;
    }
    const regions = await listedRegions();
    const several = services.found.length > 1;
    const read = services.found.flatMap((service) => {
      const place = placeOf(service, several);
      const dialect = speakTo(service, target.endpoints?.["s3"]);
      if ("reason" in dialect) {
        failed.push(unread(place, dialect));
        return [];
      }
      const located = mapped(regions, (known) => toLocation(service.raw, known).regions[0] ?? "");
      return signedIn.keys.map((keys) => {
        const clients = s3Clients(target, dialect, keys, context);
        return { target, context, dialect, clients, place, located };
      });
    });
    const sessions: readonly S3Session[] = read;
    try {
      yield* gatherSessions(target, kind, { sessions, failed }, wanted, context);
    } finally {
      for (const { clients } of read) clients.close();
    }
  },
});

function placeOf({ subject }: Found, several: boolean): string {
  const why = several ? " (S3 keys are those of one service alone)" : "";
  return `the service ${plain(subject.name, 64)}${why}`;
}

/** The dialect of a service, or why it is not asked. */
function speakTo({ raw }: Found, override: string | undefined): S3Dialect | Failure {
  try {
    const message =
      "it has no public endpoint: who is in its network can name its address as endpoints.s3";
    return dialectOf(raw, override) ?? { reason: "partial", message, retryable: false };
  } catch (error) {
    return malformed(error instanceof Error ? error.message : String(error)).failure;
  }
}

/** A service of which no bucket is listed. */
function unread(place: string, failure: Failure): Listed["failed"][number] {
  const permission = UPCLOUD_S3.permissions.ListBuckets;
  return { place, operation: "s3:ListBuckets", permission, failure };
}
