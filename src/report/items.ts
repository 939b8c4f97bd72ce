import { printable } from "./escape.ts";
import { cut, cutWords, displayWidth } from "./width.ts";

/** What parts a sentence into items, the strongest first. */
const SEPARATORS = [" · ", "; ", ", "] as const;

/**
 * The text if it fits, else as many whole items of its beginning as fit and how many more there are: a list that is cut
 * inside an item says something else than was meant. Items stand between semicolons, or commas; brackets hold together.
 */
export function cutItems(text: string, columns: number): string {
  const whole = cut(text, columns);
  if (!whole.endsWith("…") || text.trimEnd().endsWith("…")) return whole;
  if (text.length > LONGEST_LIST) return cutWords(text, columns);
  const safe = printable(text);
  const items = fitItems(safe, columns, SEPARATORS);
  if (items !== null) return items;
  // Where not even the first item fits, what stands in brackets is left out before any word is.
  const bare = safe.replaceAll(BRACKETS, "");
  if (displayWidth(bare) <= columns) return bare;
  return fitItems(bare, columns, SEPARATORS) ?? cutWords(bare, columns);
}

const BRACKETS = / \([^()]{0,400}(?:\([^()]{0,400}\)[^()]{0,400})?\)/g;
/** Longer texts are not taken apart. */
const LONGEST_LIST = 20_000;

/** null where not even the first item fits. */
function fitItems(
  text: string,
  columns: number,
  [separator, ...finer]: readonly string[],
): string | null {
  if (separator === undefined) return null;
  const items = splitOutside(text, separator);
  const shown = (kept: number) => {
    const more = items.length - kept;
    const start = items.slice(0, kept).join(separator);
    return more === 0 ? start : withMore(start, items.slice(kept), separator);
  };
  let kept = mostThatFit(items, columns);
  while (kept > 0 && displayWidth(shown(kept)) > columns) kept -= 1;
  // Of the first item that does not fit, what fits.
  const before = items.slice(0, kept).map((item) => item + separator);
  const after = items.length - kept - 1;
  const tail = after === 0 ? "" : `${separator}and ${after} more`;
  const room = columns - displayWidth(before.join("") + tail);
  const part = fitItems(items[kept] ?? "", room, finer);
  if (part !== null) return before.join("") + part + tail;
  return kept === 0 ? null : shown(kept);
}

/** `A, B and 3 more` of a list; of sentences `…; and 3 more`, as `and` would go on with the last of them. */
function withMore(start: string, left: readonly string[], separator: string): string {
  if (separator !== ", ") return `${start}${separator}and ${left.length} more`;
  const already = counted(start);
  const more = left.reduce((sum, item) => sum + 1 + counted(item), already);
  return `${already === 0 ? start : start.slice(0, start.lastIndexOf(" and "))} and ${more} more`;
}

/** So many items of the beginning, and not all, have no more characters than there are columns, or a few more. */
function mostThatFit(items: readonly string[], columns: number): number {
  let length = 0;
  const most = items.findIndex((item) => (length += item.length) > columns);
  return most < 0 ? items.length - 1 : Math.min(most, items.length - 1);
}

/** What an item says itself of others: `A and 3 more`. */
function counted(item: string): number {
  return Number(/ and (\d{1,6}) more$/.exec(item)?.[1] ?? 0);
}

const OPENS = "([“";
const CLOSES = ")]”";

/** A comma before one of these goes on with the same item: a sentence, or a distinguished name (`C=US, O=Org`). */
const GOES_ON = /^, (?:(?:and|all|as|but|if|none|so|where|which|without)\b|[A-Za-z]{1,4}=)/;

function parts(text: string, separator: string, at: number): boolean {
  return text.startsWith(separator, at) && !GOES_ON.test(text.slice(at, at + 10));
}

function afterLabel(text: string): number {
  let depth = 0;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (OPENS.includes(character)) depth += 1;
    else if (CLOSES.includes(character)) depth = Math.max(0, depth - 1);
    else if (depth === 0 && text.startsWith(": ", at)) from = at;
  }
  return from;
}

/** Splits where the separator stands outside of all brackets and quotes. */
function splitOutside(text: string, separator: string): string[] {
  const items: string[] = [];
  // What stands before a colon says what the list is of, and has commas of its own.
  const from = separator === ", " ? afterLabel(text) : 0;
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (OPENS.includes(character)) depth += 1;
    else if (CLOSES.includes(character)) depth = Math.max(0, depth - 1);
    else if (at >= from && depth === 0 && parts(text, separator, at)) {
      items.push(text.slice(start, at));
      start = at + separator.length;
    }
  }
  items.push(text.slice(start));
  return items;
}
