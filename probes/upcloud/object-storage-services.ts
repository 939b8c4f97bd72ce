import type { TargetOf } from "#model/estate.ts";
import type { ProbeContext } from "#model/probe.ts";
import type { Known } from "#probes/common/known.ts";
import { perScan } from "#probes/common/per-scan.ts";
import { listAll } from "#probes/rest/asks.ts";
import type { Listed } from "#probes/rest/listing.ts";
import { bare } from "./pages.ts";
import { grant } from "./permissions.ts";
import { listByOffset, listedAs, openSession } from "./session.ts";

export const SERVICE_KIND = "upcloud/object-storage";
const TYPE = "managed_object_storage";

/** The services of an account and the regions of UpCloud, each asked once in a scan by whoever is first. */
export const objectStorages = perScan((target: TargetOf<"upcloud">, context: ProbeContext) => {
  const session = openSession(target, context);
  let services: Promise<Listed> | null = null;
  let regions: Promise<Known<readonly unknown[]>> | null = null;
  const list = async () =>
    listedAs(target, SERVICE_KIND, await listByOffset(session, "/object-storage-2", TYPE));
  const path = "/object-storage-2/regions";
  const ask = { operation: `GET /1.3${path}`, permission: grant(TYPE), path };
  return {
    listed: () => (services ??= list()),
    listedRegions: () => (regions ??= listAll(session.asking, ask, bare)),
  };
});
