/** Answers of a TLS 1.3 server as bytes, sealed with real keys: whatever a test wants it to say. AES-128-GCM and x25519 only. */
import {
  createCipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
} from "node:crypto";
import { expandLabel } from "#probes/tls/tls13-keys.ts";
import { readHello } from "./tls-hello.ts";
import { message, record, RETRY_RANDOM, serverHelloOf, u16, vector16 } from "./tls-messages.ts";

export const X25519 = 0x1d;
export const SUITE = 0x1301;

/** What goes into one encrypted record. */
export interface Content {
  readonly type: number;
  readonly body: Buffer;
  /** Zeros behind it. */
  readonly padding?: number;
}

const pair = generateKeyPairSync("x25519");
const spki = pair.publicKey.export({ type: "spki", format: "der" });
const prefix = spki.subarray(0, spki.length - 32);
const ownShare = spki.subarray(prefix.length);

/**
 * The answer to a hello: a ServerHello, a change of cipher, and each content in a record of its own.
 * @param hello the record that carries it, with a share of x25519
 * @param parts what to say instead of the truth
 * @param before handshake messages before this hello, where it is a second one
 */
export function sealedAnswer(
  hello: Buffer,
  contents: readonly Content[],
  parts: { readonly group?: number; readonly share?: Buffer } = {},
  before: readonly Buffer[] = [],
): Buffer {
  const { group = X25519, share = ownShare } = parts;
  const serverHello = serverHelloOf({
    legacy: 0x0303,
    suite: SUITE,
    extensions: [
      [43, u16(0x0304)],
      [51, Buffer.concat([u16(group), vector16(share)])],
    ],
  });
  const seal = createSealer(hello, [...before, hello.subarray(5), serverHello]);
  const sealed = contents.map(({ type, body, padding = 0 }) =>
    seal(Buffer.concat([body, Buffer.of(type), Buffer.alloc(padding)])),
  );
  return Buffer.concat([record(22, serverHello), record(20, Buffer.of(1)), ...sealed]);
}

/** A HelloRetryRequest (RFC 8446 4.1.4), with and without a group or a cookie. */
export function retryRequest(group: number | null, cookie: Buffer | null): Buffer {
  return serverHelloOf({
    legacy: 0x0303,
    suite: SUITE,
    random: RETRY_RANDOM,
    extensions: [
      [43, u16(0x0304)],
      ...(group === null ? [] : [[51, u16(group)] as const]),
      ...(cookie === null ? [] : [[44, vector16(cookie)] as const]),
    ],
  });
}

function createSealer(hello: Buffer, transcript: readonly Buffer[]): (content: Buffer) => Buffer {
  const shares = readHello(hello)?.extensions.get(51) ?? Buffer.alloc(0);
  const at = shares.indexOf(Buffer.of(0, X25519, 0, 32));
  // A hello without that share is for answers that nobody gets to open.
  const theirs = at === -1 ? ownShare : shares.subarray(at + 4, at + 36);
  const publicKey = createPublicKey({
    key: Buffer.concat([prefix, theirs]),
    format: "der",
    type: "spki",
  });
  const hmac = (key: Buffer, data: Buffer) => createHmac("sha256", key).update(data).digest();
  const digest = (data: Buffer) => createHash("sha256").update(data).digest();
  const none = Buffer.alloc(0);
  const early = hmac(Buffer.alloc(32), Buffer.alloc(32));
  const shared = diffieHellman({ privateKey: pair.privateKey, publicKey });
  const handshake = hmac(expandLabel("sha256", early, "derived", digest(none), 32), shared);
  const context = digest(Buffer.concat(transcript));
  const traffic = expandLabel("sha256", handshake, "s hs traffic", context, 32);
  const key = expandLabel("sha256", traffic, "key", none, 16);
  const iv = expandLabel("sha256", traffic, "iv", none, 12);
  let number = 0;
  return (content) => {
    const nonce = Buffer.from(iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
    number += 1;
    const header = Buffer.concat([Buffer.of(23, 3, 3), u16(content.length + 16)]);
    const cipher = createCipheriv("aes-128-gcm", key, nonce);
    cipher.setAAD(header);
    const sealed = [cipher.update(content), cipher.final()];
    return Buffer.concat([header, ...sealed, cipher.getAuthTag()]);
  };
}

/** Handshake messages in as few records as they fit into, or in records of so many bytes. */
export function handshakeContents(messages: readonly Buffer[], size = 16_384): Content[] {
  const all = Buffer.concat(messages);
  const count = Math.ceil(all.length / size);
  return Array.from({ length: count }, (_, index) => ({
    type: 22,
    body: all.subarray(index * size, (index + 1) * size),
  }));
}

/** EncryptedExtensions. */
export function encryptedExtensions(...extensions: readonly Buffer[]): Buffer {
  return message(8, vector16(...extensions));
}

/** A Certificate; the extensions are those of its first entry. */
export function certificateMessage(
  certificates: readonly Buffer[],
  ...extensions: readonly Buffer[]
): Buffer {
  const entries = certificates.map((der, index) =>
    Buffer.concat([u24(der.length), der, vector16(...(index === 0 ? extensions : []))]),
  );
  const list = Buffer.concat(entries);
  return message(11, Buffer.concat([Buffer.of(0), u24(list.length), list]));
}

/** A CertificateVerify with a signature of zeros. */
export function certificateVerify(algorithm: number): Buffer {
  return message(15, Buffer.concat([u16(algorithm), vector16(Buffer.alloc(64))]));
}

export function extension(type: number, body: Buffer): Buffer {
  return Buffer.concat([u16(type), vector16(body)]);
}

function u24(value: number): Buffer {
  return Buffer.of(value >> 16, (value >> 8) & 0xff, value & 0xff);
}
