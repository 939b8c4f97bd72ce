/** The record protection of AES_128_CBC_SHA as a server has it, written apart from the scanner's own. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { u16 } from "./tls-messages.ts";

const BLOCK = 16;
const MAC = 20;

export interface CbcKeys {
  readonly mac: Buffer;
  readonly key: Buffer;
  readonly iv: Buffer;
}
/** What is wrong with a record; null: nothing. */
export type CbcFault = "padding" | "mac" | "length" | null;

function macOf(keys: CbcKeys, number: number, type: number, version: number, content: Buffer) {
  const count = Buffer.alloc(8);
  count.writeUInt32BE(number, 4);
  const head = Buffer.concat([count, Buffer.of(type), u16(version), u16(content.length)]);
  return createHmac("sha1", keys.mac)
    .update(Buffer.concat([head, content]))
    .digest();
}

/** Protects records one after the other. */
export function cbcSealer(version: number, keys: CbcKeys) {
  let number = 0;
  let chained = keys.iv;
  return (type: number, content: Buffer): Buffer => {
    const plain = Buffer.concat([content, macOf(keys, number, type, version, content)]);
    number += 1;
    const count = BLOCK - (plain.length % BLOCK);
    const iv = version > 0x0301 ? randomBytes(BLOCK) : chained;
    const cipher = createCipheriv("aes-128-cbc", keys.key, iv).setAutoPadding(false);
    const sealed = cipher.update(Buffer.concat([plain, Buffer.alloc(count, count - 1)]));
    chained = sealed.subarray(-BLOCK);
    return version > 0x0301 ? Buffer.concat([iv, sealed]) : sealed;
  };
}

/** Opens records one after the other, and tells padding from MAC. */
export function cbcOpener(version: number, keys: CbcKeys) {
  let number = 0;
  let chained = keys.iv;
  return (type: number, body: Buffer): { readonly content: Buffer; readonly fault: CbcFault } => {
    const explicit = version > 0x0301 ? BLOCK : 0;
    const sealed = body.subarray(explicit);
    const nothing = Buffer.alloc(0);
    if (sealed.length < BLOCK || sealed.length % BLOCK !== 0) {
      return { content: nothing, fault: "length" };
    }
    const iv = explicit > 0 ? body.subarray(0, BLOCK) : chained;
    const plain = createDecipheriv("aes-128-cbc", keys.key, iv)
      .setAutoPadding(false)
      .update(sealed);
    chained = sealed.subarray(-BLOCK);
    const count = (plain.at(-1) ?? 0) + 1;
    const end = plain.length - count - MAC;
    if (end < 0) return { content: nothing, fault: "length" };
    const content = plain.subarray(0, end);
    const mac = macOf(keys, number, type, version, content);
    number += 1;
    if (!plain.subarray(end, end + MAC).equals(mac)) return { content: nothing, fault: "mac" };
    const rightly = plain.subarray(-count).every((byte) => byte === count - 1);
    return { content, fault: rightly ? null : "padding" };
  };
}
