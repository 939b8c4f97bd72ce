import { onePage, type Pages } from "#probes/rest/asks.ts";

/** A list is an array at the top. @throws where it is none, which is no empty one */
function items(body: unknown): readonly unknown[] {
  if (!Array.isArray(body)) throw new TypeError("a list was expected");
  return body;
}

/** Lists of `/v1` come whole, most of them as bare ids. */
export const WHOLE: Pages = onePage(items);

/** Lists of `/v2`: the answer's header names the next page's cursor. https://eu.api.ovh.com/console/?section=%2Fiam&branch=v2 */
export const CURSOR: Pages = {
  items,
  next: ({ header }, { path }) => {
    const cursor = header("x-pagination-cursor-next");
    return cursor === undefined || cursor === ""
      ? null
      : { path, headers: { "X-Pagination-Cursor": cursor } };
  },
};

/** An entry that is a bare id. @throws where it is none */
export function idOf(entry: unknown): string {
  if (typeof entry === "number" && Number.isSafeInteger(entry)) return String(entry);
  if (typeof entry === "string" && entry !== "" && entry.length <= 300) return entry;
  throw new TypeError("an id was expected");
}
