import { printable } from "./escape.ts";
import { paint, type Tone } from "./style.ts";
import { cut, displayWidth, wrap, type Span } from "./width.ts";

/** What a line is made of: text, or pieces of text each with its looks. */
export type Content = string | readonly (string | Span)[];

export interface Layout {
  /** Columns before every line. */
  readonly indent?: number;
  /** Stands before the first line: a bullet, a mark, a label, the padded cells of a row. */
  readonly prefix?: readonly Span[];
  /** Columns from the indent to the following lines, and to the text of the first where the prefix leaves room. */
  readonly hang?: number;
}

/**
 * Collects the lines of a text report. The only way to the terminal: whatever is added is made printable, wrapped to
 * the width and only then coloured, so that no text from outside can move the cursor, forge a line or hide itself.
 */
export interface Page {
  readonly width: number;
  add: (content: Content, layout?: Layout) => void;
  /** An empty line; never two in a row, never the first. */
  blank: () => void;
  /** How many lines there are so far. */
  rows: () => number;
  /** All lines, with a newline at the end. */
  text: () => string;
}

const NARROWEST = 40;
const WIDEST = 200;
/** Columns of one piece of text: a last bound, where nobody set a closer one. */
const LONGEST_PIECE = 4000;

/** An empty page of so many columns (held between 40 and 200). */
export function createPage(options: { readonly width: number; readonly colour: boolean }): Page {
  const width = Math.min(WIDEST, Math.max(NARROWEST, Math.floor(options.width) || NARROWEST));
  const lines: string[] = [];
  const render = (line: readonly Span[]): string => {
    const end = line.findLastIndex(({ text }) => text.trimEnd() !== "");
    return line
      .slice(0, end + 1)
      .map(({ text, tone }, index) => {
        const shown = index === end ? text.trimEnd() : text;
        return options.colour ? paint(shown, tone) : shown;
      })
      .join("");
  };
  return {
    width,
    add: (content, { indent = 0, prefix = [], hang } = {}) => {
      const before = prefix.map((span) => ({ ...span, text: printable(span.text) }));
      const taken = before.reduce((sum, { text }) => sum + displayWidth(text), 0);
      const rest = hang ?? (taken === 0 ? 0 : taken + 1);
      const lead = taken === 0 ? 0 : Math.max(rest, taken + 1);
      const wrapped = wrap(toSpans(content), width - indent - lead, width - indent - rest);
      if (wrapped.length === 0) wrapped.push([]);
      for (const [index, line] of wrapped.entries()) {
        const margin = " ".repeat(index === 0 ? indent : indent + rest);
        const gap = line.length === 0 || taken === 0 ? [] : [{ text: " ".repeat(lead - taken) }];
        const text = render(index === 0 ? [...before, ...gap, ...line] : line);
        lines.push(text === "" ? "" : margin + text);
      }
    },
    blank: () => {
      if (lines.length > 0 && lines.at(-1) !== "") lines.push("");
    },
    rows: () => lines.length,
    text: () => `${(lines.at(-1) === "" ? lines.slice(0, -1) : lines).join("\n")}\n`,
  };
}

function toSpans(content: Content): Span[] {
  const pieces = typeof content === "string" ? [content] : content;
  return pieces.map((piece) =>
    typeof piece === "string" ? span(piece) : span(piece.text, piece.tone),
  );
}

function span(text: string, tone?: Tone): Span {
  const bounded = cut(text, LONGEST_PIECE);
  return tone === undefined ? { text: bounded } : { text: bounded, tone };
}
