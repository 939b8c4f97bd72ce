/** Diffie-Hellman in whatever field a server names. */
import { randomBytes } from "node:crypto";
import { type ClientShare, prefixed } from "./client-share.ts";
import { BrokenAnswer } from "./script.ts";

/** A longer prime would take the time of many scans. */
const MAX_PRIME_BYTES = 1024;

/** RFC 5246 7.4.3, 7.4.7.2 and 8.1.2. */
export function finiteShare(exchange: Buffer): ClientShare {
  const numbers: Buffer[] = [];
  for (let at = 0; numbers.length < 3;) {
    const end = at + 2 + (at + 2 <= exchange.length ? exchange.readUInt16BE(at) : Infinity);
    if (end > exchange.length) throw new BrokenAnswer("a key exchange that cannot be read");
    numbers.push(exchange.subarray(at + 2, end));
    at = end;
  }
  const [prime = 0n, generator = 0n, theirs = 0n] = numbers.map(toNumber);
  const bytes = numbers[0]?.length ?? 0;
  if (prime < 3n || bytes > MAX_PRIME_BYTES) throw new BrokenAnswer("a prime that is none");
  const exponent = toNumber(randomBytes(32));
  const secret = toBytes(power(theirs, exponent, prime));
  return { premaster: secret, body: prefixed(2, toBytes(power(generator, exponent, prime))) };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x0${bytes.toString("hex")}`);
}

/** Without leading zeros, as the secret of DHE is (RFC 5246 8.1.2). */
function toBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
}
