import { defineProbe } from "#model/probe.ts";
import { BACKUP_SET_KIND } from "#model/subject.ts";
import { classifyS3 } from "#probes/s3-compatible/asks.ts";
import { gatherS3, s3Provides } from "#probes/s3-compatible/gather.ts";
import { OVH_S3 } from "./object-storage-dialect.ts";

/** Reads the buckets of OVHcloud Object Storage by S3, and the backup sets that the estate declares in them. */
export default defineProbe({
  id: "ovh-object-storage-s3",
  title: "OVHcloud Object Storage (S3)",
  provider: "ovh",
  kinds: [OVH_S3.kind, BACKUP_SET_KIND],
  provides: s3Provides(OVH_S3),
  classify: classifyS3,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    yield* gatherS3(target, OVH_S3, wanted, context);
  },
});
