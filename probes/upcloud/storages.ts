import { defineProbe } from "#model/probe.ts";
import { fields, text } from "#probes/common/json.ts";
import { answerOf, once } from "#probes/common/known.ts";
import { askOne } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { classifyRest } from "#probes/rest/failures.ts";
import {
  listed,
  observeInventory,
  tellListed,
  type Found,
  type Part,
} from "#probes/rest/listing.ts";
import { wrapped } from "./pages.ts";
import { grant } from "./permissions.ts";
import { listWhole, openSession, subjectOf, type Session } from "./session.ts";
import { storageOf, toBackups, toEncryption } from "./storage-facets.ts";

const STORAGE = "upcloud/storage";
const TEMPLATE = "upcloud/storage-template";
const READ = { permissions: [grant("storage")] };

/** Block storage of the account: disks, and the templates and images of its own. */
export default defineProbe({
  id: "upcloud-storages",
  title: "UpCloud block storage",
  provider: "upcloud",
  kinds: [STORAGE, TEMPLATE],
  provides: {
    inventory: READ,
    encryption: READ,
    backups: { permissions: [grant("storage"), grant("server")], kinds: [STORAGE] },
  },
  classify: classifyRest,
  gather: async function* gather(target, wanted, context) {
    if (target.provider !== "upcloud") return;
    const session = openSession(target, context);
    const pages = wrapped("storages", "storage");
    const parts = await listWhole(session, "/storage/private", "storage", pages);
    const storages = listed(target, [STORAGE, TEMPLATE], parts, (raw) => {
      const type = text(raw["type"]);
      if (type === null) throw new TypeError("a storage without type");
      // Backups have a listing of their own; a type that nobody knows holds data until it is known not to.
      if (type === "backup") return null;
      return subjectOf(type === "template" || type === "cdrom" ? TEMPLATE : STORAGE, raw);
    });
    yield* observeInventory(storages, target, context);
    yield* tellListed(storages, (one) => telling(session, one), wanted, context);
  },
});

function telling(session: Session, { subject }: Found) {
  const own = once(() =>
    askOne(session.asking, {
      operation: "GET /1.3/storage/{uuid}",
      permission: grant("storage"),
      path: path`/storage/${subject.id}`,
    }),
  );
  return {
    encryption: async () => {
      const storage = await own();
      return { from: storage, map: () => toEncryption(storageOf(answerOf(storage))) };
    },
    backups: async () => {
      const [storage, servers] = [await own(), await session.servers()];
      return {
        from: storage,
        map: () => toBackups(storageOf(answerOf(storage)), byId(servers)),
      };
    },
  };
}

/** @throws what makes a problem of the facet where not all servers are known: any of them may back the storage up */
function byId(parts: readonly Part[]) {
  const entries = parts.flatMap(({ known }) => answerOf(known)).map(fields);
  return new Map(entries.map((server) => [text(server["uuid"]) ?? "", server]));
}
