import { printable } from "./escape.ts";
import type { Tone } from "./style.ts";

/** A piece of a line and its looks. */
export interface Span {
  readonly text: string;
  readonly tone?: Tone;
}

// East Asian Wide and Fullwidth (UAX #11), joined over gaps where nothing is assigned; emoji are asked of the engine.
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x1f200, 0x1f2ff],
  [0x20000, 0x3fffd],
];
const ZERO = /^[\p{Mn}\p{Me}]$/u;
const EMOJI = /^\p{Emoji_Presentation}$/u;

/** Dashes, dots, arrows, lines and ticks that our own words are full of: the patterns above take long to be made. */
const NARROW: readonly (readonly [number, number])[] = [
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x2190, 0x2193],
  [0x2500, 0x257f],
  [0x2713, 0x2713],
  [0x2717, 0x2717],
];

function within(ranges: readonly (readonly [number, number])[], code: number): boolean {
  return ranges.some(([from, to]) => code >= from && code <= to);
}

/** Columns that one character takes on a terminal: 0, 1 or 2. */
function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300 || within(NARROW, code)) return 1;
  if (ZERO.test(character)) return 0;
  return within(WIDE, code) || EMOJI.test(character) ? 2 : 1;
}

/** Most of what is shown, where a character is a column. */
const ASCII = /^[ -~]*$/;

/** Columns that a text takes on a terminal; it must be printable (`escape.ts`) and without colour. */
export function displayWidth(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The text if it fits into so many columns, else its beginning and `…`. The result is printable. */
export function cut(text: string, columns: number): string {
  // A character takes at most two columns and a mark none: this much text is enough, however long the rest.
  const safe = printable(text.slice(0, columns * 12 + 12));
  if (ASCII.test(safe) && safe.length === text.length) {
    return safe.length <= columns ? safe : `${safe.slice(0, columns - 1).trimEnd()}…`;
  }
  let kept = "";
  let width = 0;
  for (const character of safe) {
    const more = characterWidth(character);
    if (width + more > columns) {
      while (displayWidth(kept) > columns - 1) kept = Array.from(kept).slice(0, -1).join("");
      return `${kept.trimEnd()}…`;
    }
    kept += character;
    width += more;
  }
  return text.length > columns * 12 + 12 ? `${kept}…` : kept;
}

/** The text if it fits, else its beginning, `…` and its end: where what to do stands last, or a path ends in the name. */
export function cutMiddle(text: string, columns: number): string {
  const enough = columns * 12;
  const shorter =
    text.length > 2 * enough ? `${text.slice(0, enough)}…${text.slice(-enough)}` : text;
  const safe = printable(shorter);
  if (displayWidth(safe) <= columns) return safe;
  const head = cut(safe, Math.floor(columns * 0.55));
  let room = columns - displayWidth(head);
  const tail: string[] = [];
  for (const character of Array.from(safe).toReversed()) {
    room -= characterWidth(character);
    if (room < 0) break;
    tail.push(character);
  }
  const end = tail.toReversed().join("");
  // The end begins with a whole word, where its first one is not all there is.
  const space = end.indexOf(" ");
  return space >= 0 && space < columns / 4 ? head + end.slice(space) : head + end;
}

/** The text if it fits, else as many whole words of its beginning as fit, and `…`. */
export function cutWords(text: string, columns: number): string {
  const short = cut(text, columns);
  if (!short.endsWith("…") || text.trimEnd().endsWith("…")) return short;
  const space = short.lastIndexOf(" ");
  return space > columns / 2 ? `${short.slice(0, space)} …` : short;
}

interface Word {
  readonly spans: Span[];
  width: number;
  /** Whether a space stands before it. */
  readonly spaced: boolean;
}

/**
 * Breaks spans into lines of at most so many columns, at spaces and beside wide (East Asian) characters. A word that is
 * wider than a line stays whole on a line of its own: an id must be copied in one piece.
 * @param first columns of the first line; @param rest columns of the following lines.
 */
export function wrap(spans: readonly Span[], first: number, rest: number): Span[][] {
  const lines: Span[][] = [];
  let line: Span[] = [];
  let width = 0;
  for (const word of words(spans)) {
    const room = lines.length === 0 ? first : rest;
    const space = word.spaced && line.length > 0 ? 1 : 0;
    if (line.length > 0 && width + space + word.width > room) {
      lines.push(line);
      line = [];
      width = 0;
    }
    if (line.length > 0 && space > 0) {
      line.push(spaceBetween(line.at(-1)?.tone, word.spans[0]?.tone));
      width += 1;
    }
    line.push(...word.spans);
    width += word.width;
  }
  if (line.length > 0) lines.push(line);
  return lines.map(merged);
}

/** The space inside one piece looks like the piece; between two it is plain. */
function spaceBetween(left: Tone | undefined, right: Tone | undefined): Span {
  return left === right && left !== undefined ? { text: " ", tone: left } : { text: " " };
}

function merged(line: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const span of line) {
    const last = out.at(-1);
    if (last === undefined || last.tone !== span.tone) out.push(span);
    else out[out.length - 1] = { ...last, text: last.text + span.text };
  }
  return out;
}

function words(spans: readonly Span[]): Word[] {
  const out: Word[] = [];
  let open: Word | null = null;
  let spaced = false;
  let beforeWide = false;
  for (const { text, tone } of spans) {
    for (const piece of pieces(printable(text))) {
      if (piece === " ") {
        open = null;
        spaced = true;
        continue;
      }
      // Of characters that are a column each, a piece is a whole word.
      const width = piece.length === 1 ? characterWidth(piece) : displayWidth(piece);
      const wide = width === 2 && !ASCII.test(piece);
      const breaks = width > 0 && (wide || beforeWide);
      if (open === null || breaks) {
        open = { spans: [], width: 0, spaced: open === null && spaced };
        out.push(open);
        spaced = false;
      }
      if (width > 0) beforeWide = wide;
      const last = open.spans.at(-1);
      if (last !== undefined && last.tone === tone) {
        open.spans[open.spans.length - 1] = { ...last, text: last.text + piece };
      } else {
        open.spans.push(tone === undefined ? { text: piece } : { text: piece, tone });
      }
      open.width += width;
    }
  }
  return out;
}

/** The spaces, the words of plain characters, and every other character by itself. */
function pieces(text: string): readonly string[] {
  return text.match(/ |[!-~]+|[^ -~]/gu) ?? [];
}
