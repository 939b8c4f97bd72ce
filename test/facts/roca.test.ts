import { createHash, generateKeyPairSync } from "node:crypto";
import { describe, expect, test } from "vitest";
import { hasRocaFingerprint } from "#facts/roca.ts";
import { modulusOf, rocaModulus, SMALL_PRIMES } from "../support/roca.ts";

/**
 * The residues that the published detector allows a marked modulus, a bit each, of the primes from 3 on: what this
 * library finds by logarithms must never contradict them. https://github.com/crocs-muni/roca
 */
const MASKS: Readonly<Record<number, bigint>> = {
  11: 1026n,
  13: 5658n,
  17: 107286n,
  19: 199410n,
  37: 67109890n,
  53: 5310023542746834n,
  61: 1455791217086302986n,
  71: 20052041432995567486n,
  73: 6041388139249378920330n,
  79: 207530445072488465666n,
  97: 79228162521181866724264247298n,
};

describe("keys of the form that Infineon's library made", () => {
  test.each([1, 2, 3])("are found: key %i", (seed) => {
    const modulus = rocaModulus(seed);
    expect(modulus.toString(2).length).toBeGreaterThan(1000);
    expect(hasRocaFingerprint(modulus)).toBe(true);
    for (const [prime, mask] of Object.entries(MASKS)) {
      expect((mask >> (modulus % BigInt(prime))) & 1n, prime).toBe(1n);
    }
  });

  test("one of the detector's own samples is found", () => {
    // roca/tests/data/mod03.txt
    const modulus = BigInt(
      "0x9dcd7420e420c270a68060eb8b5aa7457a9f6648f86fafed2775cc1f79ae962f1e63f1b9e51c55f9ea6fdc7332e9b0058c9ff2eb1fc89855029cf6aafe21e689feb38ac9ffb12f1ce371bb5d0e9aae64161abce74b4244bf68f1edb4411f756a097c8929c14740245ea355f8332d1aa36bb50c7dcb4505da8de02e4e53d38f8df06097da7524df0df93db48eac8cc4af2d3a16257eb2b2adca6ba464e5974fa92550d31b1babf161e7692d00b86e3dd886ecab4abfbe1a8f8cc263ff4af55cdb45f4249a5193925f5e983d762f0b6800943eb0267b08f42ed311ce1f5c86eacbc8ce4d3cb7a2fee1ef5641423a1cf4114e5ecf50034a60a412523af9e6f4aa11",
    );
    expect(hasRocaFingerprint(modulus)).toBe(true);
  });
});

describe("other keys", () => {
  test("are not taken for such", () => {
    for (let round = 0; round < 3; round += 1) {
      const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
      expect(hasRocaFingerprint(modulusOf(publicKey))).toBe(false);
    }
    for (let round = 0; round < 2000; round += 1) {
      const digest = createHash("sha512").update(`modulus ${round}`).digest("hex");
      expect(hasRocaFingerprint(BigInt(`0x${digest}`) | 1n)).toBe(false);
    }
  });

  test("that would fit but for one prime are not either", () => {
    expect(hasRocaFingerprint(fitting(65_537n ** 2n % 11n))).toBe(true);
    // Another power there, as the published masks allow, but of an exponent that fits no other prime.
    const odd = fitting(65_537n ** 3n % 11n);
    for (const [prime, mask] of Object.entries(MASKS)) {
      expect((mask >> (odd % BigInt(prime))) & 1n, prime).toBe(1n);
    }
    expect(hasRocaFingerprint(odd)).toBe(false);
    // No power there at all.
    expect(hasRocaFingerprint(fitting(2n))).toBe(false);
  });
});

/** 65537 squared in the field of every small prime but 11, and this there (Chinese remainder theorem). */
function fitting(modulo11: bigint): bigint {
  const others = SMALL_PRIMES.reduce((all, prime) => all * prime, 1n) / 11n;
  const found = Array.from({ length: 11 }, (_, factor) => 65_537n ** 2n + BigInt(factor) * others);
  return found.find((candidate) => candidate % 11n === modulo11) ?? 0n;
}
