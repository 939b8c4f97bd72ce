// Control, format (bidirectional overrides, zero-width), surrogate and line-separator characters.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/**
 * A text from outside, made fit for a message: one line, no control or direction characters (they are written
 * as `\u{…}`), at most `limit` characters of it.
 */
export function plain(text: string, limit = 200): string {
  const cut = text.length > limit ? `${text.slice(0, limit - 1)}…` : text;
  return cut.replaceAll(
    UNPRINTABLE,
    (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ""}}`,
  );
}

/** Texts from outside as one list: the first `limit`, then how many more there are. */
export function listed(texts: readonly string[], limit = 8): string {
  const shown = texts.slice(0, limit).map((text) => plain(text, 80));
  const more = texts.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}
