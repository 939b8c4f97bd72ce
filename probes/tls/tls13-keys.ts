/** The part of TLS 1.3's key schedule that opens what a server says before it is sure of the client (RFC 8446 7.1). */
import { createDecipheriv, createHash, createHmac, createSecretKey } from "node:crypto";

/** Takes the protection off the records of one direction, one after the other. */
export interface RecordOpener {
  /** The content behind a record's header, with its padding and type; null where it is not authentic. */
  readonly open: (header: Buffer, sealed: Buffer) => Buffer | null;
}

interface Protection {
  readonly hash: "sha256" | "sha384";
  readonly keyBytes: 16 | 32;
  readonly tagBytes: 8 | 16;
  readonly cipher: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305" | "aes-128-ccm";
}

/** RFC 8446 B.4 */
const PROTECTIONS: ReadonlyMap<number, Protection> = new Map([
  [0x1301, { hash: "sha256", keyBytes: 16, tagBytes: 16, cipher: "aes-128-gcm" }],
  [0x1302, { hash: "sha384", keyBytes: 32, tagBytes: 16, cipher: "aes-256-gcm" }],
  [0x1303, { hash: "sha256", keyBytes: 32, tagBytes: 16, cipher: "chacha20-poly1305" }],
  [0x1304, { hash: "sha256", keyBytes: 16, tagBytes: 16, cipher: "aes-128-ccm" }],
  [0x1305, { hash: "sha256", keyBytes: 16, tagBytes: 8, cipher: "aes-128-ccm" }],
]);

/** The suites of TLS 1.3 whose records can be opened here. */
export const OPENABLE_SUITES: readonly number[] = [...PROTECTIONS.keys()];

const IV_BYTES = 12;

/**
 * Opens what a server sends after its ServerHello: EncryptedExtensions to Finished.
 * @param shared what the key exchange gave
 * @param transcript the handshake messages so far, with their headers, from the first ClientHello to the ServerHello
 * @returns null for a suite that is not in `OPENABLE_SUITES`
 */
export function serverHandshakeOpener(
  suite: number,
  shared: Buffer,
  transcript: readonly Buffer[],
): RecordOpener | null {
  const protection = PROTECTIONS.get(suite);
  if (protection === undefined) return null;
  const { hash, keyBytes } = protection;
  const handshake = hmac(hash, derivedSecret(hash), shared);
  const context = digest(hash, transcript);
  const traffic = expandLabel(hash, handshake, "s hs traffic", context, hashBytes(hash));
  const none = Buffer.alloc(0);
  return opener(
    protection,
    expandLabel(hash, traffic, "key", none, keyBytes),
    expandLabel(hash, traffic, "iv", none, IV_BYTES),
  );
}

const derivedSecrets = new Map<string, Buffer>();

/** What comes before the key exchange is the same for all who share no key beforehand. */
function derivedSecret(hash: Protection["hash"]): Buffer {
  const known = derivedSecrets.get(hash);
  if (known !== undefined) return known;
  const zeros = Buffer.alloc(hashBytes(hash));
  const early = hmac(hash, zeros, zeros);
  const derived = expandLabel(hash, early, "derived", digest(hash, []), hashBytes(hash));
  derivedSecrets.set(hash, derived);
  return derived;
}

/**
 * The message that stands for the first hello in the transcript after a HelloRetryRequest (RFC 8446 4.4.1).
 * @returns null for a suite that is not in `OPENABLE_SUITES`
 */
export function messageHash(suite: number, hello: Buffer): Buffer | null {
  const hash = PROTECTIONS.get(suite)?.hash;
  if (hash === undefined) return null;
  return Buffer.concat([Buffer.from([254, 0, 0, hashBytes(hash)]), digest(hash, [hello])]);
}

/**
 * What a server signs in its CertificateVerify (RFC 8446 4.4.3).
 * @param transcript the handshake messages from the first ClientHello to the Certificate
 * @returns null for a suite that is not in `OPENABLE_SUITES`
 */
export function serverSignedContent(suite: number, transcript: readonly Buffer[]): Buffer | null {
  const hash = PROTECTIONS.get(suite)?.hash;
  return hash === undefined ? null : Buffer.concat([SIGNED_PREFIX, digest(hash, transcript)]);
}

const SIGNED_PREFIX = Buffer.from(`${" ".repeat(64)}TLS 1.3, server CertificateVerify\0`);

/** HKDF-Expand-Label of RFC 8446 7.1; at most one hash long, so that one block of HKDF-Expand is all of it. */
export function expandLabel(
  hash: "sha256" | "sha384",
  secret: Buffer,
  label: string,
  context: Buffer,
  bytes: number,
): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([
    Buffer.from([bytes >> 8, bytes & 0xff, name.length]),
    name,
    Buffer.from([context.length]),
    context,
    Buffer.from([1]),
  ]);
  return hmac(hash, secret, info).subarray(0, bytes);
}

/** RFC 8446 5.2 and 5.3: the header is authenticated too, and the record's number goes into its nonce. */
function opener(protection: Protection, key: Buffer, iv: Buffer): RecordOpener {
  let number = 0;
  return {
    open: (header, sealed) => {
      const end = sealed.length - protection.tagBytes;
      if (end < 1) return null;
      const nonce = Buffer.from(iv);
      // Never more than a few hundred records are read: the low four bytes are all that ever counts.
      nonce.writeUInt32BE((nonce.readUInt32BE(IV_BYTES - 4) ^ number) >>> 0, IV_BYTES - 4);
      number += 1;
      const tag = sealed.subarray(end);
      return decrypt(protection, key, nonce, header, sealed.subarray(0, end), tag);
    },
  };
}

function decrypt(
  { cipher, tagBytes: authTagLength }: Protection,
  key: Buffer,
  nonce: Buffer,
  header: Buffer,
  sealed: Buffer,
  tag: Buffer,
): Buffer | null {
  try {
    if (cipher === "aes-128-ccm") {
      const ccm = createDecipheriv(cipher, key, nonce, { authTagLength });
      ccm.setAuthTag(tag);
      ccm.setAAD(header, { plaintextLength: sealed.length });
      const opened = ccm.update(sealed);
      ccm.final();
      return opened;
    }
    const stream =
      cipher === "chacha20-poly1305"
        ? createDecipheriv(cipher, key, nonce, { authTagLength })
        : createDecipheriv(cipher, key, nonce, { authTagLength });
    stream.setAuthTag(tag);
    stream.setAAD(header, { plaintextLength: sealed.length });
    const opened = stream.update(sealed);
    stream.final();
    return opened;
  } catch {
    // The only thing that can fail here is the tag.
    return null;
  }
}

function hmac(hash: string, key: Buffer, data: Buffer): Buffer {
  // A key object costs Node a quarter of what the bare bytes do.
  return createHmac(hash, createSecretKey(key)).update(data).digest();
}

function digest(hash: string, parts: readonly Buffer[]): Buffer {
  const sum = createHash(hash);
  for (const part of parts) sum.update(part);
  return sum.digest();
}

function hashBytes(hash: "sha256" | "sha384"): number {
  return hash === "sha256" ? 32 : 48;
}
