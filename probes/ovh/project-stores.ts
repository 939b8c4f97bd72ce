import { defineProbe, type Probe } from "#model/probe.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory } from "#probes/rest/listing.ts";
import { actionOf, listProjects, type ProjectList } from "./project-lists.ts";
import { openSession } from "./session.ts";

/** What holds data in a project, and of which OVHcloud tells no more than where it is. */
const LISTS: readonly ProjectList[] = [
  { kind: "ovh/container-registry", rest: "containerRegistry" },
  {
    kind: "ovh/cold-archive",
    rest: "coldArchive",
    service: /^storage-s3-coldarchive$/,
    named: true,
  },
  { kind: "ovh/file-share", rest: "share", service: /^share$/ },
  { kind: "ovh/secret", rest: "keymanager/secret", service: /^key-manager$/ },
];
const ALL = [
  "publicCloudProject:apiovh:get",
  "publicCloudProject:apiovh:region/get",
  ...LISTS.map(actionOf),
];

/** Registries, archives, shares and secrets: that they are there, and where. */
export default defineProbe({
  id: "ovh-project-stores",
  title: "OVHcloud registries, cold archives, file shares and secrets",
  provider: "ovh",
  kinds: LISTS.map(({ kind }) => kind),
  provides: { inventory: { permissions: ALL } },
  classify: classifyRest,
  gather: async function* gather(target, _wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    // A listing that failed costs its own kind alone.
    for (const list of LISTS) {
      yield* observeInventory(await listProjects(session, list), target, context);
    }
  },
} satisfies Probe);
