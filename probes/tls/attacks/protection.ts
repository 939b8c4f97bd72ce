/** The protection of records from TLS 1.0 to 1.2: CBC with a MAC, GCM, ChaCha20 (RFC 5246 6.2.3, RFC 5288, RFC 7905). */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { type CipherSpec, GCM, type RecordKeys } from "./cipher-spec.ts";

/** Protects what one side sends. */
export interface Sealer {
  /** The body of a record. `wrongPadding`: every byte of CBC's padding is wrong but the last, which is its length. */
  readonly seal: (type: number, content: Buffer, wrongPadding?: boolean) => Buffer;
}
export interface Opener {
  /** The content of a record's body; null where it is not authentic. */
  readonly open: (type: number, body: Buffer) => Buffer | null;
}
const TAG_BYTES = 16;

/** What is authenticated beside the content: number, type, version, length. */
function preface(number: number, type: number, version: number, length: number): Buffer {
  const bytes = Buffer.alloc(13);
  bytes.writeUIntBE(number, 2, 6);
  bytes.writeUInt8(type, 8);
  bytes.writeUInt16BE(version, 9);
  bytes.writeUInt16BE(length, 11);
  return bytes;
}

export function createSealer(spec: CipherSpec, version: number, keys: RecordKeys): Sealer {
  let number = -1;
  let chained = keys.iv;
  return {
    seal: (type, content, wrongPadding = false) => {
      number += 1;
      const known = preface(number, type, version, content.length);
      if (spec.kind !== "cbc") return sealWhole(spec, keys, number, known, content);
      const mac = createHmac(spec.mac, keys.mac).update(known).update(content).digest();
      const plain = padded(Buffer.concat([content, mac]), spec.blockBytes, wrongPadding);
      // TLS 1.0 goes on from the last block of the record before (RFC 2246 6.2.3.2).
      const explicit = version > 0x0301;
      const iv = explicit ? randomBytes(spec.blockBytes) : chained;
      const cipher = createCipheriv(spec.cipher, keys.key, iv).setAutoPadding(false);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      chained = sealed.subarray(sealed.length - spec.blockBytes);
      return explicit ? Buffer.concat([iv, sealed]) : sealed;
    },
  };
}

function padded(content: Buffer, blockBytes: number, wrong: boolean): Buffer {
  const count = blockBytes - (content.length % blockBytes);
  const padding = Buffer.alloc(count, wrong ? (count - 1) ^ 0xff : count - 1);
  padding.writeUInt8(count - 1, count - 1);
  return Buffer.concat([content, padding]);
}

type WholeSpec = Exclude<CipherSpec, { kind: "cbc" }>;

function nonceOf(spec: WholeSpec, keys: RecordKeys, number: number, explicit: Buffer): Buffer {
  if (spec.kind === "gcm") return Buffer.concat([keys.iv, explicit]);
  const nonce = Buffer.from(keys.iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  return nonce;
}

function sealWhole(
  spec: WholeSpec,
  keys: RecordKeys,
  number: number,
  known: Buffer,
  content: Buffer,
): Buffer {
  const explicit = Buffer.alloc(spec.kind === "gcm" ? GCM.explicit : 0);
  if (spec.kind === "gcm") explicit.writeUInt32BE(number, 4);
  const nonce = nonceOf(spec, keys, number, explicit);
  const cipher =
    spec.kind === "gcm"
      ? createCipheriv(spec.cipher, keys.key, nonce)
      : createCipheriv("chacha20-poly1305", keys.key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(known, { plaintextLength: content.length });
  const sealed = Buffer.concat([cipher.update(content), cipher.final()]);
  return Buffer.concat([explicit, sealed, cipher.getAuthTag()]);
}

export function createOpener(spec: CipherSpec, version: number, keys: RecordKeys): Opener {
  let number = -1;
  let chained = keys.iv;
  return {
    open: (type, body) => {
      number += 1;
      if (spec.kind !== "cbc") return openWhole(spec, keys, number, version, type, body);
      const explicit = version > 0x0301 ? spec.blockBytes : 0;
      const iv = explicit > 0 ? body.subarray(0, explicit) : chained;
      const sealed = body.subarray(explicit);
      if (sealed.length === 0 || sealed.length % spec.blockBytes !== 0) return null;
      const cipher = createDecipheriv(spec.cipher, keys.key, iv).setAutoPadding(false);
      const plain = Buffer.concat([cipher.update(sealed), cipher.final()]);
      chained = sealed.subarray(sealed.length - spec.blockBytes);
      const end = plain.length - 1 - (plain.at(-1) ?? 0) - spec.macBytes;
      if (end < 0) return null;
      const content = plain.subarray(0, end);
      const known = preface(number, type, version, end);
      const mac = createHmac(spec.mac, keys.mac).update(known).update(content).digest();
      return timingSafeEqual(mac, plain.subarray(end, end + spec.macBytes)) ? content : null;
    },
  };
}

function openWhole(
  spec: WholeSpec,
  keys: RecordKeys,
  number: number,
  version: number,
  type: number,
  body: Buffer,
): Buffer | null {
  const start = spec.kind === "gcm" ? GCM.explicit : 0;
  const end = body.length - TAG_BYTES;
  if (end < start) return null;
  const nonce = nonceOf(spec, keys, number, body.subarray(0, start));
  const cipher =
    spec.kind === "gcm"
      ? createDecipheriv(spec.cipher, keys.key, nonce)
      : createDecipheriv("chacha20-poly1305", keys.key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAuthTag(body.subarray(end));
  cipher.setAAD(preface(number, type, version, end - start), { plaintextLength: end - start });
  const content = cipher.update(body.subarray(start, end));
  try {
    cipher.final();
  } catch {
    // The only thing that can fail here is the tag.
    return null;
  }
  return content;
}
