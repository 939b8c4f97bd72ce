/** OpenSSL's names of curves that it does not call as IANA does. */
const GROUPS: Readonly<Record<string, string>> = {
  secp256r1: "prime256v1",
  x25519: "X25519",
  x448: "X448",
};

/** A group as OpenSSL spells it in a list of groups: `prime256v1`, `X25519MLKEM768`. */
export function opensslGroup(name: string): string {
  return GROUPS[name] ?? name;
}

/**
 * A suite as OpenSSL spells it: `ECDHE-RSA-AES128-GCM-SHA256`. Good for suites with a certificate and AES, ChaCha20,
 * Camellia or 3DES, which is all that profiles recommend; those of TLS 1.3 have one name only.
 */
export function opensslSuite(name: string): string {
  const match = /^TLS_(.+)_WITH_(.+)$/.exec(name);
  if (match === null) return name;
  const [, exchange = "", cipher = ""] = match;
  const short = cipher
    .replace("CHACHA20_POLY1305_SHA256", "CHACHA20_POLY1305")
    .replace("3DES_EDE_CBC", "DES_CBC3")
    .replace(/^(AES|CAMELLIA)_(\d+)(?:_CBC)?/, "$1$2");
  const parts = exchange === "RSA" ? [short] : [exchange, short];
  return parts.join("-").replaceAll("_", "-");
}
