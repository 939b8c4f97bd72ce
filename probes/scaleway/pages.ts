import type { Pages } from "#probes/rest/asks.ts";
import { count, fields } from "#probes/common/json.ts";

/** Entries of a page: the most that Scaleway gives. */
export const PAGE_SIZE = 100;

/** A listing that tells how many entries there are: all APIs but that of instances. */
export function counted(name: string): Pages {
  const items = entriesOf(name);
  return {
    items,
    next: ({ body }, { path, taken, page }) => {
      const total = count(fields(body)["total_count"]);
      if (total === null) throw new TypeError("no total_count");
      if (taken >= total) return null;
      if (items(body).length === 0)
        throw new TypeError(`${taken} of ${total} entries, and no more`);
      return { path: numbered(path, page + 1) };
    },
  };
}

/** A listing whose headers tell of more: `Link` names the last page, `X-Total-Count` how many entries there are. */
export function linked(name: string): Pages {
  const items = entriesOf(name);
  return {
    items,
    next: ({ body, header }, { path, taken, page }) => {
      const here = items(body).length;
      const link = header("link") ?? "";
      const total = count(header("x-total-count"));
      const last = Number(/[?&]page=(\d{1,6})[^>]*>;\s*rel="?last"?/.exec(link)?.[1] ?? 0);
      const goesOn = /rel="?next"?/.test(link) || page < last || (total !== null && taken < total);
      if (goesOn && here === 0) throw new TypeError("an empty page, and the listing goes on");
      // A full page without a word of what follows may be the last or not.
      const silent = link === "" && total === null && here === PAGE_SIZE;
      return goesOn || silent ? { path: numbered(path, page + 1) } : null;
    },
  };
}

function entriesOf(name: string): Pages["items"] {
  return (body) => {
    const entries = fields(body)[name];
    if (!Array.isArray(entries)) throw new TypeError(`no list of ${name}`);
    return entries;
  };
}

/** The same question for another page. */
function numbered(path: string, page: number): string {
  return path.replace(/([?&]page=)\d+/, `$1${page}`);
}
