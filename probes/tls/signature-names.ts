import type { KeyObject } from "node:crypto";
import { constants, verify } from "node:crypto";
import { type Der, DerError, derAt, oidOf, partsOf } from "./der.ts";
import { slowKey } from "./slow-keys.ts";

/** Signature algorithms by OpenSSL's names, and the hash that Node is to be told; null: the key itself settles it. */
const SIGNATURES: ReadonlyMap<string, readonly [name: string, hash: string | null]> = new Map([
  ["1.2.840.113549.1.1.2", ["md2WithRSAEncryption", "md2"]],
  ["1.2.840.113549.1.1.3", ["md4WithRSAEncryption", "md4"]],
  ["1.2.840.113549.1.1.4", ["md5WithRSAEncryption", "md5"]],
  ["1.2.840.113549.1.1.5", ["sha1WithRSAEncryption", "sha1"]],
  ["1.3.14.3.2.29", ["sha1WithRSA", "sha1"]],
  ["1.2.840.113549.1.1.14", ["sha224WithRSAEncryption", "sha224"]],
  ["1.2.840.113549.1.1.11", ["sha256WithRSAEncryption", "sha256"]],
  ["1.2.840.113549.1.1.12", ["sha384WithRSAEncryption", "sha384"]],
  ["1.2.840.113549.1.1.13", ["sha512WithRSAEncryption", "sha512"]],
  ["1.2.840.10045.4.1", ["ecdsa-with-SHA1", "sha1"]],
  ["1.2.840.10045.4.3.1", ["ecdsa-with-SHA224", "sha224"]],
  ["1.2.840.10045.4.3.2", ["ecdsa-with-SHA256", "sha256"]],
  ["1.2.840.10045.4.3.3", ["ecdsa-with-SHA384", "sha384"]],
  ["1.2.840.10045.4.3.4", ["ecdsa-with-SHA512", "sha512"]],
  ["2.16.840.1.101.3.4.3.9", ["ecdsa_with_SHA3-224", "sha3-224"]],
  ["2.16.840.1.101.3.4.3.10", ["ecdsa_with_SHA3-256", "sha3-256"]],
  ["2.16.840.1.101.3.4.3.11", ["ecdsa_with_SHA3-384", "sha3-384"]],
  ["2.16.840.1.101.3.4.3.12", ["ecdsa_with_SHA3-512", "sha3-512"]],
  ["1.2.840.10040.4.3", ["dsaWithSHA1", "sha1"]],
  ["2.16.840.1.101.3.4.3.1", ["dsa_with_SHA224", "sha224"]],
  ["2.16.840.1.101.3.4.3.2", ["dsa_with_SHA256", "sha256"]],
  ["2.16.840.1.101.3.4.3.3", ["dsa_with_SHA384", "sha384"]],
  ["2.16.840.1.101.3.4.3.4", ["dsa_with_SHA512", "sha512"]],
  ["1.2.156.10197.1.501", ["SM2-with-SM3", "sm3"]],
  ["1.3.101.112", ["ED25519", null]],
  ["1.3.101.113", ["ED448", null]],
  ["2.16.840.1.101.3.4.3.17", ["ML-DSA-44", null]],
  ["2.16.840.1.101.3.4.3.18", ["ML-DSA-65", null]],
  ["2.16.840.1.101.3.4.3.19", ["ML-DSA-87", null]],
  ["2.16.840.1.101.3.4.3.20", ["SLH-DSA-SHA2-128s", null]],
  ["2.16.840.1.101.3.4.3.21", ["SLH-DSA-SHA2-128f", null]],
  ["2.16.840.1.101.3.4.3.22", ["SLH-DSA-SHA2-192s", null]],
  ["2.16.840.1.101.3.4.3.23", ["SLH-DSA-SHA2-192f", null]],
  ["2.16.840.1.101.3.4.3.24", ["SLH-DSA-SHA2-256s", null]],
  ["2.16.840.1.101.3.4.3.25", ["SLH-DSA-SHA2-256f", null]],
  ["2.16.840.1.101.3.4.3.26", ["SLH-DSA-SHAKE-128s", null]],
  ["2.16.840.1.101.3.4.3.27", ["SLH-DSA-SHAKE-128f", null]],
  ["2.16.840.1.101.3.4.3.28", ["SLH-DSA-SHAKE-192s", null]],
  ["2.16.840.1.101.3.4.3.29", ["SLH-DSA-SHAKE-192f", null]],
  ["2.16.840.1.101.3.4.3.30", ["SLH-DSA-SHAKE-256s", null]],
  ["2.16.840.1.101.3.4.3.31", ["SLH-DSA-SHAKE-256f", null]],
]);

const RSA_PSS = "1.2.840.113549.1.1.10";
const HASHES: ReadonlyMap<string, string> = new Map([
  ["1.2.840.113549.2.5", "md5"],
  ["1.3.14.3.2.26", "sha1"],
  ["2.16.840.1.101.3.4.2.4", "sha224"],
  ["2.16.840.1.101.3.4.2.1", "sha256"],
  ["2.16.840.1.101.3.4.2.2", "sha384"],
  ["2.16.840.1.101.3.4.2.3", "sha512"],
]);

/** Node's name of a hash function by its identifier; null for others than those that certificates use. */
export function hashOf(oid: string): string | null {
  return HASHES.get(oid) ?? null;
}

/**
 * OpenSSL's name of an AlgorithmIdentifier; that of RSASSA-PSS, which is silent about the hash, with the hash
 * behind it: `rsassaPss-sha256`. null where it is in no list.
 * @throws DerError
 */
export function signatureName(algorithm: Der): string | null {
  const oid = oidOf(partsOf(algorithm)[0]);
  if (oid !== RSA_PSS) return SIGNATURES.get(oid)?.[0] ?? null;
  const hash = pssHash(algorithm);
  return hash === null ? null : `rsassaPss-${hash}`;
}

/**
 * Whether the signature over the bytes is that of the key. False also where Node cannot do the algorithm, and for slow keys.
 * @throws DerError
 */
export function signatureHolds(
  algorithm: Der,
  signed: Buffer,
  key: KeyObject,
  signature: Buffer,
): boolean {
  const oid = oidOf(partsOf(algorithm)[0]);
  if (slowKey(key) !== null) return false;
  try {
    if (oid === RSA_PSS) {
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      const saltLength = constants.RSA_PSS_SALTLEN_AUTO;
      const hash = pssHash(algorithm);
      return hash !== null && verify(hash, signed, { key, padding, saltLength }, signature);
    }
    const known = SIGNATURES.get(oid);
    return known !== undefined && verify(known[1], signed, key, signature);
  } catch (error) {
    if (error instanceof DerError) throw error;
    // A key of another kind than the algorithm's, or an algorithm that OpenSSL was built without.
    return false;
  }
}

/** RFC 4055 3.1: SHA-1 where the parameters name none. */
function pssHash(algorithm: Der): string | null {
  const parameters = partsOf(algorithm)[1];
  const hash = parameters === undefined ? undefined : partsOf(parameters)[0];
  if (hash?.tag !== 0xa0) return "sha1";
  return hashOf(oidOf(partsOf(derAt(hash.content))[0]));
}
