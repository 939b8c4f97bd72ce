import { plain } from "#model/text.ts";

const LONGEST = 4_000;

/**
 * What a server says, bounded for a message. Gather takes secrets out of messages and only then cuts them to what people
 * read; so here the bound is wide, and nothing is cut in the middle of a word: half a secret would be known by nobody.
 */
export function serverText(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, Math.max(0, text.lastIndexOf(" ", LONGEST)))} …`;
}

/** The same on one line, without control or direction characters. */
export function plainServerText(text: string): string {
  const bounded = serverText(text);
  return plain(bounded, bounded.length);
}
