/**
 * The odd primes that go into the modulus of every size of key that Infineon's library made. Larger sizes have more;
 * these are enough to tell.
 */
const PRIMES: readonly number[] = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101,
  103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];
const GENERATOR = 65_537;

/** `65537^log` is the modulus in the field of one prime, where the powers repeat after `order`. */
interface Logarithm {
  readonly log: number;
  readonly order: number;
}

/**
 * Whether an RSA modulus bears the mark of ROCA (CVE-2017-15361): the primes that Infineon's library made are powers of
 * 65537 in the product of all small primes, and so is the modulus that they make. That holds when the modulus is a power
 * of 65537 in the field of each small prime, and one exponent fits them all. A modulus made otherwise passes for one in
 * less than 1 of 2^150 cases (https://crocs.fi.muni.cz/_media/public/papers/nemec_roca_ccs17_preprint.pdf).
 */
export function hasRocaFingerprint(modulus: bigint): boolean {
  const logarithms: Logarithm[] = [];
  for (const prime of PRIMES) {
    const found = logarithm(Number(modulus % BigInt(prime)), prime);
    if (found === null) return false;
    // Exponents that agree two by two agree in all (Chinese remainder theorem).
    if (!logarithms.every((other) => agree(found, other))) return false;
    logarithms.push(found);
  }
  return true;
}

/** The exponent by trying all, of which there are 166 at most; null where no power of the generator is the value. */
function logarithm(value: number, prime: number): Logarithm | null {
  let log: number | null = null;
  let power = 1;
  let order = 0;
  do {
    if (power === value) log = order;
    power = (power * (GENERATOR % prime)) % prime;
    order += 1;
  } while (power !== 1);
  return log === null ? null : { log, order };
}

function agree(one: Logarithm, other: Logarithm): boolean {
  return (one.log - other.log) % greatestCommonDivisor(one.order, other.order) === 0;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
