/**
 * Compiles a glob into a test of whole texts: `*` stands for any run of characters, nothing else is special,
 * case is ignored (regions, kinds and ARM ids are case-insensitive). No regular expression is involved, and each
 * piece is searched for once from left to right, so a hostile text cannot make it backtrack.
 */
export function globMatcher(pattern: string): (text: string) => boolean {
  const matches = exactGlob(pattern.toLowerCase());
  return (text) => matches(text.toLowerCase());
}

/** The same where upper and lower case differ: `*` stands for any run of characters, nothing else is special. */
export function exactGlob(pattern: string): (text: string) => boolean {
  const pieces = pattern.split("*");
  const head = pieces[0] ?? "";
  if (pieces.length === 1) return (text) => text === head;
  const tail = pieces.at(-1) ?? "";
  const middle = pieces.slice(1, -1).filter((piece) => piece !== "");
  return (text) => {
    const end = text.length - tail.length;
    if (end < head.length || !text.startsWith(head) || !text.endsWith(tail)) return false;
    let from = head.length;
    for (const piece of middle) {
      const at = text.indexOf(piece, from);
      if (at < 0 || at + piece.length > end) return false;
      from = at + piece.length;
    }
    return true;
  };
}

/** Compiles several globs into one test: true where any of them matches; none matches nothing. */
export function anyGlob(patterns: readonly string[]): (text: string) => boolean {
  const matchers = patterns.map(globMatcher);
  return (text) => matchers.some((matches) => matches(text));
}
