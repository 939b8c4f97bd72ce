import { plain } from "#model/text.ts";

/** Stands in a quote for text that is left out. */
const LEFT_OUT = "[…]";
/** A shorter match is chance and helps nobody. */
const LEAST_MATCH = 8;

/** A text with every run of white space (line ends and no-break spaces too) as one space. */
export function foldSpace(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

/**
 * Holds a quote against a statement: each of its parts, which […] joins, must stand in the statement word for
 * word and in order. White space is folded on both sides.
 * @param statement the statement's text, folded
 * @param nearest whether to look for the nearest place, which goes through the statement a dozen times
 * @returns null when it holds, else what is wrong
 */
export function quoteProblem(statement: string, quote: string, nearest = true): string | null {
  const parts = quote
    .split(LEFT_OUT)
    .map(foldSpace)
    .filter((part) => part !== "");
  if (parts.length === 0) return "expected words of the statement, got none";
  let from = 0;
  for (const part of parts) {
    const found = statement.indexOf(part, from);
    if (found < 0) {
      if (nearest) return explain(statement, part, from);
      const order = from === 0 ? "" : ", or not after the part before it";
      return `the statement does not have ${excerpt(part)}${order}`;
    }
    from = found + part.length;
  }
  return null;
}

function explain(statement: string, part: string, from: number): string {
  if (from > 0 && statement.includes(part)) {
    return `${excerpt(part)} stands in the statement, but not after the part before it: keep the statement's order`;
  }
  const length = longestMatch(statement, part, from);
  const at = statement.indexOf(part.slice(0, length), from);
  if (length < LEAST_MATCH || at < 0) return `the statement does not have ${excerpt(part)}`;
  const matched = length > 40 ? `…${part.slice(length - 39, length)}` : part.slice(0, length);
  const hint =
    part.includes("...") || part.includes("…")
      ? `; text that is left out is written ${LEFT_OUT}`
      : "";
  return (
    `is not in the statement: after ${excerpt(matched)} it goes on ` +
    `${excerpt(statement.slice(at + length))}, the quote ${excerpt(part.slice(length))}${hint}`
  );
}

/** Length of the longest beginning of a part that the statement has from there on; halves the range each time. */
function longestMatch(statement: string, part: string, from: number): number {
  let has = 0;
  let lacks = part.length;
  while (lacks - has > 1) {
    const middle = Math.floor((has + lacks) / 2);
    if (statement.includes(part.slice(0, middle), from)) has = middle;
    else lacks = middle;
  }
  return has;
}

function excerpt(text: string): string {
  return `"${plain(text, 40)}"`;
}
