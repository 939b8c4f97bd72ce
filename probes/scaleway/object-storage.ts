import { defineProbe } from "#model/probe.ts";
import { BACKUP_SET_KIND } from "#model/subject.ts";
import { classifyS3 } from "#probes/s3-compatible/asks.ts";
import { gatherS3, s3Provides } from "#probes/s3-compatible/gather.ts";
import { SCALEWAY_S3 } from "./object-storage-dialect.ts";

/** Reads the buckets of Scaleway Object Storage, and the backup sets that the estate declares in them. */
export default defineProbe({
  id: "scaleway-object-storage",
  title: "Scaleway Object Storage",
  provider: "scaleway",
  kinds: [SCALEWAY_S3.kind, BACKUP_SET_KIND],
  provides: s3Provides(SCALEWAY_S3),
  classify: classifyS3,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "scaleway") return;
    yield* gatherS3(target, SCALEWAY_S3, wanted, context);
  },
});
