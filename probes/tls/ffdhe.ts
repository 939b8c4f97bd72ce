/** The finite-field groups that TLS 1.3 knows (RFC 7919 appendix A). */

/** What makes each the first safe prime of its form. */
const OFFSETS = {
  2048: 560_316n,
  3072: 2_625_351n,
  4096: 5_736_041n,
  6144: 15_705_020n,
  8192: 10_965_728n,
} as const;

/** The prime of so many bits: 2^b − 2^(b−64) + (⌊2^(b−130)·e⌋ + offset)·2^64 − 1. The generator is 2 in all of them. */
export function ffdhePrime(bits: keyof typeof OFFSETS): bigint {
  const b = BigInt(bits);
  const middle = eulerTimes2(b - 130n) + OFFSETS[bits];
  return (1n << b) - (1n << (b - 64n)) + (middle << 64n) - 1n;
}

/** ⌊2^power·e⌋, from e = 1/0! + 1/1! + 1/2! + … */
function eulerTimes2(power: bigint): bigint {
  // Each of the thousand terms or so is cut off: these bits hold what is lost.
  const guard = 64n;
  let term = 1n << (power + guard);
  let sum = 0n;
  for (let divisor = 1n; term > 0n; divisor += 1n) {
    sum += term;
    term /= divisor;
  }
  return sum >> guard;
}
