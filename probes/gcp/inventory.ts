import { defineProbe } from "#model/probe.ts";
import { fields, text, type Fields } from "#probes/common/json.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import {
  listed,
  observeInventory,
  observeListed,
  type ListedSubject,
} from "#probes/rest/listing.ts";
import { byDesign } from "./design.ts";
import { labelsOf, listInProjects } from "./listings.ts";
import { zoneRegion } from "./names.ts";
import { asking } from "./session.ts";

const SEARCH = "cloudasset.assets.searchAllResources";

/** Kinds of which nothing but the published design is read. */
const BY_DESIGN_ALONE = [
  "alloydb.googleapis.com/Cluster",
  "artifactregistry.googleapis.com/Repository",
  "backupdr.googleapis.com/BackupVault",
  "bigquery.googleapis.com/Dataset",
  "bigtableadmin.googleapis.com/Instance",
  "file.googleapis.com/Instance",
  "firestore.googleapis.com/Database",
  "logging.googleapis.com/LogBucket",
  "pubsub.googleapis.com/Topic",
  "secretmanager.googleapis.com/Secret",
  "spanner.googleapis.com/Instance",
  "sqladmin.googleapis.com/BackupRun",
] as const;

/** Everything that Cloud Asset Inventory knows, so that a kind that no other probe lists is known to be there. */
export default defineProbe({
  id: "gcp-inventory",
  title: "Google Cloud resources of all kinds",
  provider: "gcp",
  kinds: ["*"],
  provides: {
    inventory: { permissions: [SEARCH] },
    encryption: { permissions: [SEARCH], kinds: BY_DESIGN_ALONE },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "gcp") return;
    const parts = await listInProjects(
      target,
      asking(target, context, "cloudasset"),
      { operation: SEARCH, permission: SEARCH, field: "results" },
      (project) => path`/v1/projects/${project}` + ":searchAllResources?pageSize=500",
    );
    const all = listed(target, ["*"], parts, toSubject);
    yield* observeInventory(all, target, context);
    const own = { ...all, found: all.found.filter(({ subject }) => isByDesignAlone(subject.kind)) };
    yield* observeListed(own, { encryption: toEncryption }, wanted, context);
  },
});

const PROJECT = "cloudresourcemanager.googleapis.com/Project";

/**
 * @param project in which it was searched for: the only project of the answer, which may have it by its number
 * @throws where an entry has no name or type: what it is could be anything
 */
export function toSubject(raw: Fields, project: string): ListedSubject {
  const [name, kind] = [text(raw["name"]), text(raw["assetType"])];
  if (name === null || kind === null) throw new TypeError("an asset without name or type");
  const id = kind === PROJECT ? `//cloudresourcemanager.googleapis.com/projects/${project}` : name;
  const location = text(raw["location"])?.toLowerCase() ?? null;
  return {
    kind,
    id,
    name: text(raw["displayName"]) ?? id.split("/").at(-1) ?? id,
    region: location === null ? null : (zoneRegion(location) ?? location),
    tags: labelsOf(raw["labels"]),
  };
}

function isByDesignAlone(kind: string): boolean {
  return BY_DESIGN_ALONE.some((one) => one === kind);
}

/** The keys that an asset tells are its customer's; that it tells none says nothing. */
export function toEncryption(raw: Fields) {
  const { kmsKeys, kmsKey } = fields(raw);
  const named = text(kmsKey) !== null || (Array.isArray(kmsKeys) && kmsKeys.length > 0);
  return byDesign(named ? "customer" : null);
}
