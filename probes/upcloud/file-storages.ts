import type { Encryption } from "#model/facets.ts";
import { defineProbe } from "#model/probe.ts";
import type { Fields } from "#probes/common/json.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed } from "#probes/rest/listing.ts";
import { grant } from "./permissions.ts";
import { listByOffset, listedAs, openSession, yesNo } from "./session.ts";

const KIND = "upcloud/file-storage";
const READ = { permissions: [grant("file_storage")] };
const DESIGN = "https://developers.upcloud.com/1.3/25-file-storage/";

/** File storages, which are only reached from private networks. */
export default defineProbe({
  id: "upcloud-file-storages",
  title: "UpCloud File Storage",
  provider: "upcloud",
  kinds: [KIND],
  provides: { inventory: READ, encryption: READ },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const parts = await listByOffset(session, "/file-storage", "file_storage");
    const storages = listedAs(target, KIND, parts);
    yield* observeInventory(storages, target, context);
    yield* observeListed(storages, { encryption: toEncryption }, wanted, context);
  },
});

/** `encrypted` is AES-256-GCM by the page on it; older answers do not have the field, which is no "no". */
export function toEncryption({ encrypted }: Fields): Encryption {
  const enabled = yesNo(encrypted);
  return {
    enabled,
    algorithm: enabled === true ? "AES-256-GCM" : null,
    algorithmSource: enabled === true ? "published-design" : null,
    algorithmReference: enabled === true ? DESIGN : null,
    keyManagement: null,
    caveat: enabled === null ? "the answer has no field encrypted" : null,
  };
}
