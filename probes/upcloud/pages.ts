import { fields, text } from "#probes/common/json.ts";
import { onePage, type Pages } from "#probes/rest/asks.ts";

/** The most entries that UpCloud gives at once. */
const LIMIT = 100;

/** A list in two wrappers, `{servers: {server: []}}`, which comes whole. */
export function wrapped(outer: string, inner: string): Pages {
  return onePage((body) => asList(fields(fields(body)[outer])[inner]));
}

/** A list that is the whole answer, and comes whole. */
export const bare: Pages = onePage(asList);

/** Path and pages of a list of which a part is given at a time. Each use has its own, as it remembers what it saw. */
export function byOffset(path: string): { readonly path: string; readonly pages: Pages } {
  const at = (offset: number) => `${path}?limit=${LIMIT}&offset=${offset}`;
  const firsts = new Set<string>();
  return {
    path: at(0),
    pages: {
      items: asList,
      next: ({ body }, { taken }) => {
        const items = asList(body);
        const first = text(fields(items[0])["uuid"]);
        if (first !== null && firsts.has(first)) throw new TypeError("a page came twice");
        if (first !== null) firsts.add(first);
        return items.length === LIMIT ? { path: at(taken) } : null;
      },
    },
  };
}

function asList(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new TypeError("a list was expected");
  return value;
}
