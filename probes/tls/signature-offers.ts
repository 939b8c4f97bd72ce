/** Which signature algorithms a hello offers, so that each answer tells of one kind of key. */
import { SIGNATURE_ALGORITHMS } from "#facts/signature-algorithms.ts";
import type { HelloVersion } from "./client-hello.ts";

/** What browsers offer, in their order: a server with several certificates shows the one that most clients get. */
export const ORDINARY_ALGORITHMS: readonly number[] = [
  0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201,
];

/** Every known algorithm, the ordinary ones first. */
export const ALL_ALGORITHMS: readonly number[] = [
  ...ORDINARY_ALGORITHMS,
  ...[...SIGNATURE_ALGORITHMS.keys()].filter((code) => !ORDINARY_ALGORITHMS.includes(code)),
];

const RSA_PSS = [0x0804, 0x0805, 0x0806];
const RSA_PSS_KEYS = [0x0809, 0x080a, 0x080b];
const RSA_PKCS1 = [0x0401, 0x0501, 0x0601];
const ECDSA = [0x0403, 0x0503, 0x0603];

/**
 * For TLS 1.3, where the algorithm alone decides the certificate: what an ordinary RSA certificate signs with, what
 * elliptic ones do, and the rest, which few servers have any of.
 */
export const TLS13_FAMILIES: readonly (readonly number[])[] = [
  RSA_PSS,
  withKeys("ecdsa", "eddsa").filter((code) => SIGNATURE_ALGORITHMS.get(code)?.tls13 === true),
  ALL_ALGORITHMS.filter((code) => {
    const facts = SIGNATURE_ALGORITHMS.get(code);
    const elliptic = facts?.tls13 === true && (facts.key === "ecdsa" || facts.key === "eddsa");
    return !elliptic && !RSA_PSS.includes(code);
  }),
];

/** For TLS 1.2: the algorithms of the certificates that suites with this authentication need. */
export function algorithmsFor(authentication: string): readonly number[] {
  switch (authentication) {
    case "RSA":
      return [...RSA_PSS, ...RSA_PKCS1, ...withKeys("rsa").filter((code) => !STRONG_RSA.has(code))];
    case "ECDSA":
      return withKeys("ecdsa", "eddsa");
    case "DSS":
      return withKeys("dsa");
    default:
      return ALL_ALGORITHMS;
  }
}

/**
 * The others that a key which signs with this one most likely signs with as well: worth a question each at once,
 * for every one of these questions is answered.
 */
export function alike(code: number, version: HelloVersion): readonly number[] {
  const sets =
    version === "TLSv1.3"
      ? // In 1.3 an elliptic algorithm is bound to its curve.
        [RSA_PSS, RSA_PSS_KEYS]
      : [[...RSA_PSS, ...RSA_PKCS1], RSA_PSS_KEYS, ECDSA];
  return sets.find((set) => set.includes(code))?.filter((other) => other !== code) ?? [];
}

const STRONG_RSA: ReadonlySet<number> = new Set([...RSA_PSS, ...RSA_PKCS1]);

function withKeys(...keys: readonly string[]): number[] {
  return [...SIGNATURE_ALGORITHMS.values()]
    .filter(({ key }) => keys.includes(key))
    .map(({ code }) => code);
}
