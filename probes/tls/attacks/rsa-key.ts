/** The RSA keys of certificates, and key exchange under them. */
import {
  constants,
  type KeyObject,
  publicEncrypt,
  randomBytes,
  X509Certificate,
} from "node:crypto";
import { type ClientShare, prefixed } from "./client-share.ts";
import { BrokenAnswer } from "./script.ts";

/** RFC 5246 7.4.7.1 */
export function rsaShare(offered: number, certificate: Buffer | undefined): ClientShare {
  const premaster = randomBytes(48);
  premaster.writeUInt16BE(offered, 0);
  const sealed = publicEncrypt(
    { key: rsaKey(certificate), padding: constants.RSA_PKCS1_PADDING },
    premaster,
  );
  return { premaster, body: prefixed(2, sealed) };
}

/**
 * The RSA key of a certificate.
 * @throws BrokenAnswer where it has none
 */
export function rsaKey(certificate: Buffer | undefined): KeyObject {
  const key = keyOf(certificate);
  if (key?.asymmetricKeyType !== "rsa") throw new BrokenAnswer("its certificate has no RSA key");
  return key;
}

/** The key of a certificate; null where it cannot be read. */
export function keyOf(certificate: Buffer | undefined): KeyObject | null {
  try {
    return certificate === undefined ? null : new X509Certificate(certificate).publicKey;
  } catch {
    return null;
  }
}

/**
 * The ClientKeyExchange that holds these bytes, as they are, under an RSA key.
 * @param padded as long as the key, and less than it
 * @throws BrokenAnswer where the key cannot take them
 */
export function rawRsaShare(key: KeyObject, padded: Buffer, version: number): Buffer {
  let sealed: Buffer;
  try {
    sealed = publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, padded);
  } catch {
    throw new BrokenAnswer("its RSA key cannot be used");
  }
  // SSLv3 has no length there (RFC 5246 7.4.7.1).
  return version === 0x0300 ? sealed : prefixed(2, sealed);
}
