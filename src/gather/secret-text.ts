import { REDACTED } from "#model/redacted.ts";

/** Names under which secrets stand: fields of answers, and tags. */
export const SECRET_NAME =
  /(?:passw(?:or)?d|passphrase|pwd|secret|token|connection[_-]?string|(?:account|access|private|shared|api)_?-?key|credential|authorization|set-cookie|sharedaccesssignature)/i;

/**
 * Texts that are a secret by their form. The input is hostile and large: no pattern may scan a character more than
 * a few times, so wherever one can begin anew, what it scanned before has ended.
 */
const SECRET_FORMS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\bAIza[\w-]{35}/g, REDACTED],
  [/\b(?:gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-)[\w-]{16,}/g, REDACTED],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/(\/\/)[^\s/:@]*:[^\s/@]+@/g, `$1${REDACTED}@`],
  [
    /([?&](?:sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token|awsaccesskeyid|x-goog-signature|token|access_token|password|api_?key|code)=)[^&\s"'<>]+/gi,
    `$1${REDACTED}`,
  ],
  [
    /((?:account|shared-?access)key|password|pwd|client_?secret|secretaccesskey)(\s*[=:]\s*)("?)[^\s;,"'&]{3,}/gi,
    `$1$2$3${REDACTED}`,
  ],
];

/** Shorter than every form of one word, and without the signs that the others have: most texts are ids and names. */
const HARMLESS = /^[\w.-]{0,19}$/;

/** Every form has one of these; most ids have none. */
const SUSPECT =
  /[=:@]|-----|AKIA|ASIA|AIza|gh[oprsu]_|github_pat_|glpat-|xox[abeoprs]-|bearer\s|basic\s|eyJ/i;

/** The text without what is a secret by its form. Takes time in proportion to its length. */
export function withoutSecretForms(text: string): string {
  if (HARMLESS.test(text) || !SUSPECT.test(text)) return text;
  let output = withoutSignedTokens(text);
  for (const [pattern, replacement] of SECRET_FORMS) output = output.replace(pattern, replacement);
  return output;
}

/** JSON Web Tokens (RFC 7519), found by splitting: a pattern for them would scan `eyJaaaeyJaaa…` once per `eyJ`. */
function withoutSignedTokens(text: string): string {
  if (!text.includes("eyJ")) return text;
  return text.replace(/[\w.-]+/g, (run) => {
    const start = signedTokenStart(run.split("."));
    return start === null ? run : run.slice(0, start) + REDACTED;
  });
}

/** Where in the dotted parts a token's header begins: `{"` in base64url, then a second and a third part. */
function signedTokenStart(parts: readonly string[]): number | null {
  let offset = 0;
  for (const [index, part] of parts.entries()) {
    const header = part.indexOf("eyJ");
    const payload = parts[index + 1] ?? "";
    if (
      header !== -1 &&
      part.length - header >= 11 &&
      payload.length >= 8 &&
      index + 2 < parts.length
    ) {
      return offset + header;
    }
    offset += part.length + 1;
  }
  return null;
}
