import type { KeyObject } from "node:crypto";

/** Of RSA; authorities in use have 4096 at most. */
const MAX_RSA_BITS = 8192;
/** All in use have 65537 or less. OpenSSL takes any up to 3072 bits of modulus, and 64 bits above. */
const MAX_RSA_EXPONENT = 2n ** 32n;
/** FIPS 186-4 has no more. */
const MAX_DSA_BITS = 3072;

/**
 * Which key is made to be slow, in words; null for others. A server may send twenty of them, and to check one signature
 * by such a key may take many milliseconds, in which nothing else goes on: nobody may check with one.
 */
export function slowKey(key: KeyObject): string | null {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === "dsa") {
    return modulusLength > MAX_DSA_BITS ? `a DSA key of ${modulusLength} bits` : null;
  }
  if (modulusLength > MAX_RSA_BITS) return `an RSA key of ${modulusLength} bits`;
  return publicExponent > MAX_RSA_EXPONENT ? "an RSA key of a long exponent" : null;
}
