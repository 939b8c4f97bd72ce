import { defineProbe } from "#model/probe.ts";
import { answerOf } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import { observeInventory, observeListed, tellListed } from "#probes/rest/listing.ts";
import {
  toBackups,
  toEncryption,
  toExposure,
  toLocation,
  toRecoveryPoints,
  toRedundancy,
} from "./database-facets.ts";
import { grant } from "./permissions.ts";
import { listByOffset, listedAs, openSession } from "./session.ts";

const KIND = "upcloud/database";
const READ = { permissions: [grant("managed_database")] };

/** Managed databases. Their answers hold the password, which is dropped as it comes. */
export default defineProbe({
  id: "upcloud-databases",
  title: "UpCloud Managed Databases",
  provider: "upcloud",
  kinds: [KIND],
  provides: {
    inventory: READ,
    location: READ,
    encryption: READ,
    exposure: READ,
    redundancy: READ,
    backups: READ,
    recoveryPoints: READ,
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const parts = await listByOffset(session, "/database", "managed_database");
    const databases = listedAs(target, KIND, parts);
    yield* observeInventory(databases, target, context);
    const maps = {
      location: toLocation,
      encryption: toEncryption,
      exposure: toExposure,
      redundancy: toRedundancy,
      backups: toBackups,
    };
    yield* observeListed(databases, maps, wanted, context);
    const tellPoints = async (id: string) => {
      const own = await askOne(session.asking, {
        operation: "GET /1.3/database/{uuid}",
        permission: grant("managed_database"),
        path: path`/database/${id}`,
      });
      return { from: own, map: () => toRecoveryPoints(answerOf(own)) };
    };
    yield* tellListed(
      databases,
      ({ subject }) => ({ recoveryPoints: () => tellPoints(subject.id) }),
      wanted,
      context,
    );
  },
});
