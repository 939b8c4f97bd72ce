/** The pseudorandom function of TLS 1.0 to 1.2, and what is made of it. */
import { createHash, createHmac } from "node:crypto";

/** Before TLS 1.2 two hashes together (RFC 2246 5), then the suite's (RFC 5246 5). */
export type PrfHash = "md5-sha1" | "sha256" | "sha384";

/** So many bytes for a secret, a label and a seed. */
export function prf(
  hash: PrfHash,
  secret: Buffer,
  label: string,
  seed: Buffer,
  bytes: number,
): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  if (hash !== "md5-sha1") return expand(hash, secret, labelled, bytes);
  const half = Math.ceil(secret.length / 2);
  const md5 = expand("md5", secret.subarray(0, half), labelled, bytes);
  const sha1 = expand("sha1", secret.subarray(secret.length - half), labelled, bytes);
  return Buffer.from(md5.map((byte, index) => byte ^ (sha1[index] ?? 0)));
}

/** P_hash of RFC 5246 5. */
function expand(hash: string, secret: Buffer, seed: Buffer, bytes: number): Buffer {
  const parts: Buffer[] = [];
  let chained = seed;
  for (let length = 0; length < bytes;) {
    chained = createHmac(hash, secret).update(chained).digest();
    const part = createHmac(hash, secret).update(chained).update(seed).digest();
    parts.push(part);
    length += part.length;
  }
  return Buffer.concat(parts).subarray(0, bytes);
}

/** The hash of all handshake messages so far, which Finished and the extended master secret are made of. */
export function transcriptHash(hash: PrfHash, messages: readonly Buffer[]): Buffer {
  const one = (name: string) => {
    const sum = createHash(name);
    for (const message of messages) sum.update(message);
    return sum.digest();
  };
  return hash === "md5-sha1" ? Buffer.concat([one("md5"), one("sha1")]) : one(hash);
}

const VERIFY_BYTES = 12;

/** What a Finished message holds (RFC 5246 7.4.9). */
export function verifyData(
  hash: PrfHash,
  master: Buffer,
  side: "client" | "server",
  messages: readonly Buffer[],
): Buffer {
  return prf(hash, master, `${side} finished`, transcriptHash(hash, messages), VERIFY_BYTES);
}
