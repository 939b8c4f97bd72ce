/**
 * Everything that is invisible or acts on a terminal: controls (C0, C1), format characters (bidirectional overrides,
 * zero-width), lone surrogates, private use, line separators, and what Unicode tells fonts not to draw.
 */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** Marks piled on one letter reach into the lines above and below. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** All but the space itself and those that hold words together. */
const ODD_SPACES = /[^\S \u00a0\u202f]/gu;

/** Nearly all that is shown; the patterns above take longer to be made than a report to be written. */
const PLAIN = /^[ -~·–—…“”→✓✗]*$/;

/**
 * A text fit for a terminal or a table: hostile characters are written as `\u{…}` (as `#model/text.ts` does for
 * messages), so that it stays one line and shows all it holds. Printable text comes back as it is.
 */
export function printable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text
    .replaceAll(HOSTILE, escaped)
    .replaceAll(PILED_MARKS, "$1…")
    .replaceAll(ODD_SPACES, " ");
}

/** The same in JSON text, where `\uXXXX` reads back as the very same value. */
export function printableJson(json: string): string {
  return json.replaceAll(HOSTILE, (character) =>
    character === "\n"
      ? character
      : Array.from({ length: character.length }, (_, index) => unit(character, index)).join(""),
  );
}

function escaped(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`;
}

function unit(character: string, index: number): string {
  return `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`;
}
