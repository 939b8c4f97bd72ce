import { defineProbe } from "#model/probe.ts";
import type { Fields } from "#probes/common/json.ts";
import { answerOf, oncePer } from "#probes/common/known.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import {
  listed,
  observeInventory,
  observeListed,
  tellListed,
  type Found,
} from "#probes/rest/listing.ts";
import {
  isRegional,
  storedRegion,
  toBackups,
  toDiskLocation,
  toEncryption,
  toPlans,
  toRecoveryPoint,
  toRedundancy,
  toStoredLocation,
} from "./disk-facets.ts";
import { listInProjects, listPartly, wholly } from "./listings.ts";
import { computeSubject } from "./names.ts";
import { asking } from "./session.ts";
import { byId } from "./tls-facets.ts";

const DISK = "compute.googleapis.com/Disk";
const REGION_DISK = "compute.googleapis.com/RegionDisk";
const SNAPSHOT = "compute.googleapis.com/Snapshot";
const IMAGE = "compute.googleapis.com/Image";
const LISTS = ["compute.disks.list", "compute.snapshots.list", "compute.images.list"] as const;
const POLICIES = "compute.resourcePolicies.list";
const PLANS = "backupdr.backupPlanAssociations.list";

/** Persistent disks, their snapshots, and machine images. */
export default defineProbe({
  id: "gcp-disks",
  title: "Google Compute Engine disks, snapshots and images",
  provider: "gcp",
  kinds: [DISK, REGION_DISK, SNAPSHOT, IMAGE],
  provides: {
    inventory: { permissions: LISTS },
    location: { permissions: LISTS },
    encryption: { permissions: LISTS },
    redundancy: { permissions: [LISTS[0]], kinds: [DISK, REGION_DISK] },
    backups: { permissions: [LISTS[0], POLICIES, PLANS], kinds: [DISK, REGION_DISK] },
    recoveryPoint: { permissions: [LISTS[1]], kinds: [SNAPSHOT] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp") return;
    const api = asking(target, context, "compute");
    const backups = asking(target, context, "backupdr");
    const named = (permission: string, field: string, aggregated: boolean) => ({
      operation: permission,
      permission,
      field,
      aggregated,
    });
    const at = (project: string, what: string) => path`/compute/v1/projects/${project}` + what;
    const [disks, snapshots, images] = await Promise.all([
      listInProjects(target, api, named(LISTS[0], "disks", true), (project) =>
        at(project, "/aggregated/disks?returnPartialSuccess=true&maxResults=500"),
      ),
      listInProjects(target, api, named(LISTS[1], "items", false), (project) =>
        at(project, "/global/snapshots?maxResults=500"),
      ),
      listInProjects(target, api, named(LISTS[2], "items", false), (project) =>
        at(project, "/global/images?maxResults=500"),
      ),
    ]);
    const stored = (kind: string) => (raw: Fields) => ({
      ...computeSubject(kind, raw),
      region: storedRegion(raw),
    });
    const own = listed(target, [DISK, REGION_DISK], disks, (raw) =>
      computeSubject(isRegional(raw) ? REGION_DISK : DISK, raw),
    );
    const copies = [
      listed(target, [SNAPSHOT], snapshots, stored(SNAPSHOT)),
      listed(target, [IMAGE], images, stored(IMAGE)),
    ];
    for (const listing of [own, ...copies]) yield* observeInventory(listing, target, context);
    const maps = { encryption: toEncryption, redundancy: toRedundancy };
    yield* observeListed(own, { ...maps, location: toDiskLocation }, wanted, context);
    for (const listing of copies) {
      const more = { location: toStoredLocation, recoveryPoint: toRecoveryPoint };
      yield* observeListed(listing, { ...maps, ...more }, wanted, context);
    }
    const policiesOf = oncePer((project) =>
      listPartly(
        api,
        named(POLICIES, "resourcePolicies", true),
        at(project, "/aggregated/resourcePolicies?returnPartialSuccess=true"),
      ).then(wholly),
    );
    const plansOf = oncePer((project) =>
      listPartly(
        backups,
        named(PLANS, "backupPlanAssociations", false),
        path`/v1/projects/${project}/locations/-/backupPlanAssociations`,
      ).then(wholly),
    );
    yield* tellListed(
      own,
      ({ raw, subject, place }: Found) => ({
        backups: async () => {
          const [policies, plans] = await Promise.all([policiesOf(place), plansOf(place)]);
          // What a schedule that was read tells stands; only where none is there, another service may back it up.
          const others = () =>
            scheduled(raw) && !plans.ok ? new Map<string, string[]>() : toPlans(answerOf(plans));
          return {
            from: policies,
            map: () => toBackups(raw, subject.id, byId(answerOf(policies)), others()),
          };
        },
      }),
      wanted,
      context,
    );
  },
});

function scheduled({ resourcePolicies }: Fields): boolean {
  return Array.isArray(resourcePolicies) && resourcePolicies.length > 0;
}
