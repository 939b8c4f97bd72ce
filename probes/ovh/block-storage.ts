import { defineProbe } from "#model/probe.ts";
import { text, type Fields } from "#probes/common/json.ts";
import { answerOf } from "#probes/common/known.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed, type Found, type Listed } from "#probes/rest/listing.ts";
import {
  toCopyEncryption,
  toEncryption,
  toRecoveryPoints,
  toVolumePoint,
} from "./block-storage-facets.ts";
import { actionOf, listProjects, merged, type ProjectList } from "./project-lists.ts";
import { openSession } from "./session.ts";

const VOLUMES: ProjectList = { kind: "ovh/volume", rest: "volume" };
const SNAPSHOTS: ProjectList = { kind: "ovh/volume-snapshot", rest: "volume/snapshot" };
const BACKUPS: ProjectList = {
  kind: "ovh/volume-backup",
  rest: "volumeBackup",
  service: /^volume$/,
};
const COPIES = [SNAPSHOTS.kind, BACKUPS.kind];
const PROJECTS = ["publicCloudProject:apiovh:get", "publicCloudProject:apiovh:region/get"];
const ALL = [...PROJECTS, ...[VOLUMES, SNAPSHOTS, BACKUPS].map(actionOf)];

/** Block storage: volumes, their snapshots and their backups. */
export default defineProbe({
  id: "ovh-block-storage",
  title: "OVHcloud volumes, snapshots and backups",
  provider: "ovh",
  kinds: [VOLUMES.kind, ...COPIES],
  provides: {
    inventory: { permissions: ALL },
    encryption: { permissions: ALL },
    recoveryPoint: { permissions: ALL, kinds: COPIES },
    recoveryPoints: { permissions: ALL, kinds: [VOLUMES.kind] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "ovh") return;
    const session = openSession(target, context);
    const [volumes, snapshots, backups] = await Promise.all(
      [VOLUMES, SNAPSHOTS, BACKUPS].map((list) => listProjects(session, list)),
    );
    if (volumes === undefined || snapshots === undefined || backups === undefined) return;
    for (const list of [volumes, snapshots, backups]) {
      yield* observeInventory(list, target, context);
    }
    const copies = merged([snapshots, backups]);
    const ofVolumes = {
      encryption: toEncryption,
      recoveryPoints: (raw: Fields, { place }: Found) =>
        toRecoveryPoints(raw, whole(copies, place)),
    };
    yield* observeListed(volumes, ofVolumes, wanted, context);
    const known = new Map(volumes.found.map(({ raw, place }) => [keyOf(place, raw["id"]), raw]));
    const origin = ({ raw, place }: Found) => {
      const volume = known.get(keyOf(place, raw["volumeId"]));
      const unlisted = volumes.failed.find((one) => one.place === place.split(" ")[0]);
      // Only where all volumes were listed is one that is not among them gone.
      return volume ?? (unlisted === undefined ? null : answerOf<null>({ ok: false, ...unlisted }));
    };
    const maps = {
      encryption: (_raw: Fields, found: Found) => toCopyEncryption(origin(found)),
      recoveryPoint: (raw: Fields, { place }: Found) =>
        toVolumePoint(raw, place.split(" ")[0] ?? ""),
    };
    for (const list of [snapshots, backups]) yield* observeListed(list, maps, wanted, context);
  },
});

/** All that was listed in a project. @throws Unanswered where a part of it was not */
function whole({ found, failed }: Listed, project: string): readonly Fields[] {
  const unlisted = failed.find(({ place }) => place === "" || place.split(" ")[0] === project);
  if (unlisted !== undefined) return answerOf<never>({ ok: false, ...unlisted });
  return found.filter(({ place }) => place.split(" ")[0] === project).map(({ raw }) => raw);
}

function keyOf(place: string, id: unknown): string {
  return `${place.split(" ")[0]}/${text(id) ?? ""}`;
}
