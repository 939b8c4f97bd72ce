import { count, list, moment, text } from "#probes/common/json.ts";
import type { Known } from "#probes/common/known.ts";
import { tallyObjects, type ObjectTally } from "#probes/common/object-tally.ts";
import { listAll, type Asking } from "#probes/rest/asks.ts";
import { path } from "#probes/rest/client.ts";
import { nextPage, pageFields } from "./listings.ts";

const LIST = { operation: "storage.objects.list", permission: "storage.objects.list" };
const FIELDS = "kind,items(name,timeCreated,size),nextPageToken";

/**
 * Lists every object under a prefix: names are in no order of time, so the listing is read whole. An object's moment is when it was made: `updated` changes with its metadata. Deleted and
 * older versions are not asked for: nobody recovers from what is not there.
 */
export async function readObjects(
  asking: Asking,
  { bucket, prefix }: { readonly bucket: string; readonly prefix: string },
  since: number,
): Promise<Known<ObjectTally>> {
  const first = path`/storage/v1/b/${bucket}/o?maxResults=1000&fields=${FIELDS}`;
  const start = prefix === "" ? first : `${first}&prefix=${encodeURIComponent(prefix)}`;
  const objects: { at: number; size: number }[] = [];
  const known = await listAll(
    asking,
    { ...LIST, path: start },
    {
      items: (body) => {
        const page = list(pageFields(body, "storage#objects")["items"]);
        for (const { name, timeCreated, size } of page) {
          const [at, bytes] = [moment(timeCreated), count(size)];
          if (at === null || bytes === null) throw new TypeError("an object without date or size");
          // A server that gives what was not asked for is not believed about the rest either.
          if (text(name)?.startsWith(prefix) !== true) throw new TypeError("an object elsewhere");
          objects.push({ at: Date.parse(at), size: bytes });
        }
        return page;
      },
      next: nextPage,
    },
  );
  return known.ok ? { ...known, value: tallyObjects(objects, since) } : known;
}
