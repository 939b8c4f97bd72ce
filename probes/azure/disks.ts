import { defineProbe } from "#model/probe.ts";
import type { Fields } from "#probes/common/json.ts";
import {
  toBackups,
  toEncryption,
  toImageEncryption,
  toRedundancy,
  toSnapshotPoint,
} from "./disk-facets.ts";
import { classifyAzure } from "./errors.ts";
import { ownLocation } from "./facets.ts";
import { listResources, observeResources, type Found } from "./listing.ts";
import { inSubscriptions } from "./session.ts";

const DISK = "Microsoft.Compute/disks";
const SNAPSHOT = "Microsoft.Compute/snapshots";
const IMAGE = "Microsoft.Compute/images";
const ALL = [`${DISK}/read`, `${SNAPSHOT}/read`, `${IMAGE}/read`];

/** Managed disks, their snapshots, and machine images. */
export default defineProbe({
  id: "azure-disks",
  title: "Azure managed disks, snapshots and images",
  provider: "azure",
  kinds: [DISK, SNAPSHOT, IMAGE],
  provides: {
    location: { permissions: ALL },
    encryption: { permissions: ALL },
    redundancy: { permissions: ALL.slice(0, 2), kinds: [DISK, SNAPSHOT] },
    backups: { permissions: [`${DISK}/read`], kinds: [DISK] },
    recoveryPoint: { permissions: [`${SNAPSHOT}/read`], kinds: [SNAPSHOT] },
  },
  classify: classifyAzure,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "azure" || wanted.size === 0) return;
    yield* inSubscriptions(target, context, async function* act(session) {
      const versions = { [DISK]: "2024-03-02", [SNAPSHOT]: "2024-03-02", [IMAGE]: "2024-07-01" };
      const maps = {
        location: ownLocation,
        encryption: (raw: Fields, { subject }: Found) =>
          subject.kind.toLowerCase() === IMAGE.toLowerCase()
            ? toImageEncryption(raw)
            : toEncryption(raw),
        redundancy: toRedundancy,
        backups: toBackups,
        recoveryPoint: toSnapshotPoint,
      };
      yield* observeResources(await listResources(versions, session), maps, wanted, session);
    });
  },
});
