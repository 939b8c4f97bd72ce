import { defineProbe } from "#model/probe.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed } from "#probes/rest/listing.ts";
import { toInstancePoint } from "./block-storage-facets.ts";
import { actionOf, listProjects, type ProjectList } from "./project-lists.ts";
import { openSession } from "./session.ts";

const INSTANCES: ProjectList = { kind: "ovh/instance", rest: "instance" };
const BACKUPS: ProjectList = { kind: "ovh/instance-backup", rest: "snapshot" };
const ALL = ["publicCloudProject:apiovh:get", actionOf(INSTANCES), actionOf(BACKUPS)];

/** Instances, whose disks hold data, and the images that are made of them. No interface tells whether either is encrypted. */
export default defineProbe({
  id: "ovh-instances",
  title: "OVHcloud instances and their backups",
  provider: "ovh",
  kinds: [INSTANCES.kind, BACKUPS.kind],
  provides: {
    inventory: { permissions: ALL },
    recoveryPoint: { permissions: ALL, kinds: [BACKUPS.kind] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    yield* observeInventory(await listProjects(session, INSTANCES), target, context);
    const backups = await listProjects(session, BACKUPS);
    yield* observeInventory(backups, target, context);
    yield* observeListed(backups, { recoveryPoint: toInstancePoint }, wanted, context);
  },
});
