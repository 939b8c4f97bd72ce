/** Stands wherever a secret stood. */
export const REDACTED = "[redacted]";

/** Takes secrets out of text and of JSON-like values, before they are hashed, kept, logged or shown. */
export interface Redactor {
  readonly text: (text: string) => string;
  readonly value: <T>(value: T) => T;
  /** One more secret that this scan uses: from now on it is taken out wherever it turns up. */
  readonly learn: (secret: string) => void;
}

const SECRET_KEY =
  /(?:passw(?:or)?d|passphrase|secret|token|connectionstring|(?:account|access|private|shared|api)_?-?key|credential|authorization|set-cookie|sharedaccesssignature)/i;

const SECRET_TEXT: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g, REDACTED],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, REDACTED],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${REDACTED}`],
  [/(\/\/)[^\s/:@]{1,200}:[^\s/@]{1,500}@/g, `$1${REDACTED}@`],
  [
    /([?&](?:sig|signature|x-amz-signature|x-amz-credential|x-amz-security-token|awsaccesskeyid|x-goog-signature|token|access_token|password|api_?key|code)=)[^&\s"'<>]+/gi,
    `$1${REDACTED}`,
  ],
  [
    /\b((?:account|shared-?access)key|password|pwd|client_?secret|secretaccesskey)(\s*[=:]\s*)("?)[^\s;,"'&]{3,}/gi,
    `$1$2$3${REDACTED}`,
  ],
];

/**
 * @param known secrets that this scan itself uses; they are taken out wherever they turn up.
 */
export function createRedactor(known: Iterable<string> = []): Redactor {
  const secrets = new Set<string>();
  const learn = (secret: string) => {
    // Short values would take ordinary words out with them.
    if (secret.length >= 6) secrets.add(secret);
  };
  for (const secret of known) learn(secret);

  const text = (input: string): string => {
    let output = input;
    for (const secret of secrets) output = output.replaceAll(secret, REDACTED);
    for (const [pattern, replacement] of SECRET_TEXT) output = output.replace(pattern, replacement);
    return output;
  };

  const walk = (value: unknown, depth: number): unknown => {
    if (typeof value === "string") return text(value);
    if (typeof value !== "object" || value === null || value instanceof Date) return value;
    if (depth > 100) return null;
    if (ArrayBuffer.isView(value)) return value;
    if (Array.isArray(value)) return value.map((item) => walk(item, depth + 1));
    if (value instanceof Map || value instanceof Set) return walk([...value], depth);
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        SECRET_KEY.test(key) && (typeof item === "string" || typeof item === "object")
          ? item === null
            ? null
            : REDACTED
          : walk(item, depth + 1),
      ]),
    );
  };

  // Redaction keeps the shape: strings stay strings, so the type holds but for secret-named objects, which no facet has.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return { text, learn, value: <T>(value: T) => walk(value, 0) as T };
}
