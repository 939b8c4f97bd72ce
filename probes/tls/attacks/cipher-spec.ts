/** What suites up to TLS 1.2 protect records with, and the keys for it. */
import type { CipherGCMTypes } from "node:crypto";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { prf, type PrfHash } from "./prf.ts";

/** What a suite protects records with. */
export type CipherSpec = { readonly prf: PrfHash; readonly keyBytes: number } & (
  | {
      readonly kind: "cbc";
      readonly cipher: string;
      readonly blockBytes: number;
      readonly mac: "sha1" | "sha256" | "sha384";
      readonly macBytes: number;
    }
  | { readonly kind: "gcm"; readonly cipher: CipherGCMTypes }
  | { readonly kind: "chacha" }
);

const BLOCK_CIPHERS: ReadonlyMap<string, readonly [cipher: string, key: number, block: number]> =
  new Map([
    ["AES_128", ["aes-128-cbc", 16, 16]],
    ["AES_256", ["aes-256-cbc", 32, 16]],
    ["CAMELLIA_128", ["camellia-128-cbc", 16, 16]],
    ["CAMELLIA_256", ["camellia-256-cbc", 32, 16]],
    ["3DES", ["des-ede3-cbc", 24, 8]],
  ]);
const MACS = {
  SHA1: { mac: "sha1", macBytes: 20 },
  SHA256: { mac: "sha256", macBytes: 32 },
  SHA384: { mac: "sha384", macBytes: 48 },
} as const;

/**
 * The protection of a suite in a version; null where it is none of those.
 * @param version code of TLS 1.0 to 1.2
 */
export function cipherSpec(suite: number, version: number): CipherSpec | null {
  const facts = cipherSuite(suite);
  if (facts === undefined || version < 0x0301 || version > 0x0303) return null;
  const { cipher, mode, mac, name } = facts;
  const modern = name.endsWith("SHA384") ? "sha384" : "sha256";
  const hash = version < 0x0303 ? "md5-sha1" : modern;
  if (cipher === "CHACHA20" && !name.endsWith("_DRAFT")) {
    return { kind: "chacha", prf: hash, keyBytes: 32 };
  }
  if (mode === "GCM" && cipher === "AES_128") {
    return { kind: "gcm", prf: hash, cipher: "aes-128-gcm", keyBytes: 16 };
  }
  if (mode === "GCM" && cipher === "AES_256") {
    return { kind: "gcm", prf: hash, cipher: "aes-256-gcm", keyBytes: 32 };
  }
  const block = BLOCK_CIPHERS.get(cipher);
  if (mode !== "CBC" || block === undefined) return null;
  if (mac !== "SHA1" && mac !== "SHA256" && mac !== "SHA384") return null;
  const [algorithm, keyBytes, blockBytes] = block;
  return { kind: "cbc", prf: hash, cipher: algorithm, keyBytes, blockBytes, ...MACS[mac] };
}

/** Of the nonce of GCM: what the keys give, and what each record says (RFC 5288 3). */
export const GCM = { salt: 4, explicit: 8 } as const;

export interface RecordKeys {
  readonly mac: Buffer;
  readonly key: Buffer;
  readonly iv: Buffer;
}

/** The keys of both sides (RFC 5246 6.3). */
export function recordKeys(
  spec: CipherSpec,
  master: Buffer,
  clientRandom: Buffer,
  serverRandom: Buffer,
): { readonly client: RecordKeys; readonly server: RecordKeys } {
  const macBytes = spec.kind === "cbc" ? spec.macBytes : 0;
  const ivBytes = spec.kind === "cbc" ? spec.blockBytes : spec.kind === "gcm" ? GCM.salt : 12;
  const total = 2 * (macBytes + spec.keyBytes + ivBytes);
  const seed = Buffer.concat([serverRandom, clientRandom]);
  const block = prf(spec.prf, master, "key expansion", seed, total);
  let at = 0;
  const take = (bytes: number) => block.subarray(at, (at += bytes));
  const [clientMac, serverMac] = [take(macBytes), take(macBytes)];
  const [clientKey, serverKey] = [take(spec.keyBytes), take(spec.keyBytes)];
  const [clientIv, serverIv] = [take(ivBytes), take(ivBytes)];
  return {
    client: { mac: clientMac, key: clientKey, iv: clientIv },
    server: { mac: serverMac, key: serverKey, iv: serverIv },
  };
}
