/** Shorter than this, a piece of base64 turns up by chance. */
const SHORTEST_BASE64 = 8;

/**
 * A secret in every form in which servers echo it: as it is, in JSON, percent-encoded (RFC 3986), as a form's field
 * (`+` for a space), and in base64 and base64url, at whatever position of the encoded text it stands.
 */
export function encodingsOf(secret: string): readonly string[] {
  // encodeURIComponent refuses lone surrogates.
  const text = secret.toWellFormed();
  const percent = encodeURIComponent(text);
  const form = new URLSearchParams([["", text]]).toString().slice(1);
  return [
    ...new Set([
      secret,
      JSON.stringify(text).slice(1, -1),
      percent,
      form,
      lowerCaseHex(percent),
      lowerCaseHex(form),
      percent.replaceAll("%20", "+"),
      ...base64Of(text),
    ]),
  ];
}

function lowerCaseHex(encoded: string): string {
  return encoded.replaceAll(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase());
}

/** Three bytes become four characters, so there are three alignments; the characters that neighbours share are left out. */
function base64Of(text: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    const whole = bytes.toString("base64").replaceAll("=", "");
    const own = whole.slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6));
    if (own.length < SHORTEST_BASE64) return [];
    return [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}
