import { checkPrimeSync, createHash, type KeyObject } from "node:crypto";

/** The odd primes to 167, of which keys of 512 to 960 bits are made; larger keys have more. */
export const SMALL_PRIMES: readonly bigint[] = Array.from({ length: 165 }, (_, index) =>
  BigInt(index + 3),
).filter((number) => checkPrimeSync(number));
const PRODUCT = SMALL_PRIMES.reduce((all, prime) => all * prime, 2n);

/**
 * The modulus of a key as Infineon's library made them: two primes of the form k * M + (65537^a mod M), with M the
 * product of the small primes (https://crocs.fi.muni.cz/_media/public/papers/nemec_roca_ccs17_preprint.pdf). The same
 * for the same seed.
 */
export function rocaModulus(seed: number): bigint {
  return rocaPrime(`${seed} p`) * rocaPrime(`${seed} q`);
}

/** The modulus of an RSA key. */
export function modulusOf(key: KeyObject): bigint {
  const { n = "" } = key.export({ format: "jwk" });
  return BigInt(`0x${Buffer.from(n, "base64url").toString("hex")}`);
}

function rocaPrime(seed: string): bigint {
  const number = (what: string, bits: number) =>
    BigInt(`0x${createHash("sha512").update(`${seed} ${what}`).digest("hex")}`) %
    2n ** BigInt(bits);
  const residue = power(65_537n, number("exponent", 60), PRODUCT);
  // 512 bits in all: the first three set, so that the product of two has 1024.
  const start = 7n * 2n ** 289n + number("factor", 288);
  for (let factor = start; ; factor += 1n) {
    const candidate = factor * PRODUCT + residue;
    if (checkPrimeSync(candidate)) return candidate;
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}
