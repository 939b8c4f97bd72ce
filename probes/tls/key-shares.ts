/**
 * The client's half of a TLS 1.3 key exchange, for reading what a server says under encryption.
 * One key pair a group serves the whole process: nothing secret is ever sent over these connections, and what a server
 * shows on them it shows to anyone who asks. So the keys need no forward secrecy, and thousands of scans cost one of each.
 */
import crypto from "node:crypto";
import { ffdhePrime } from "./ffdhe.ts";

/** A key pair of one group. */
export interface KeyShare {
  readonly group: number;
  /** What goes into the hello. */
  readonly share: Buffer;
  /** The common secret (RFC 8446 7.4) for the server's share; null where that is no valid one. */
  readonly secret: (theirs: Buffer) => Buffer | null;
}

/** Half a hybrid or all of a plain group. */
interface Exchange {
  readonly share: Buffer;
  /** Length of what the server answers. */
  readonly answerBytes: number;
  /** @throws Error for an answer that is not valid */
  readonly secret: (theirs: Buffer) => Buffer;
}

const ELLIPTIC: ReadonlyMap<number, () => Exchange> = new Map([
  [0x1d, () => montgomery("x25519")],
  [0x17, () => weierstrass("prime256v1")],
  [0x18, () => weierstrass("secp384r1")],
  [0x19, () => weierstrass("secp521r1")],
  [0x1e, () => montgomery("x448")],
  [0x1f, () => weierstrass("brainpoolP256r1")],
  [0x20, () => weierstrass("brainpoolP384r1")],
  [0x21, () => weierstrass("brainpoolP512r1")],
]);
const FINITE: ReadonlyMap<number, () => Exchange> = new Map(
  ([2048, 3072, 4096, 6144, 8192] as const).map((bits, index) => [
    0x0100 + index,
    () => finiteField(bits),
  ]),
);
/** RFC 9794 names them; the order of the parts is the draft's for each (draft-ietf-tls-ecdhe-mlkem 3). */
const POST_QUANTUM: ReadonlyMap<number, () => Exchange> = new Map([
  [0x0200, () => mlKem("ml-kem-512")],
  [0x0201, () => mlKem("ml-kem-768")],
  [0x0202, () => mlKem("ml-kem-1024")],
  [0x11ec, () => both(mlKem("ml-kem-768"), montgomery("x25519"))],
  [0x11eb, () => both(weierstrass("prime256v1"), mlKem("ml-kem-768"))],
  [0x11ed, () => both(weierstrass("secp384r1"), mlKem("ml-kem-1024"))],
]);
// Node before 24.7 has no ML-KEM.
const encapsulates = typeof crypto.decapsulate === "function";

/** The groups without a post-quantum part whose shares can be made, elliptic ones first. */
export const CLASSIC_SHARE_GROUPS: readonly number[] = [...ELLIPTIC.keys(), ...FINITE.keys()];
/** All groups whose shares can be made. */
export const SHARE_GROUPS: readonly number[] = [
  ...CLASSIC_SHARE_GROUPS,
  ...(encapsulates ? POST_QUANTUM.keys() : []),
];

const made = new Map<number, KeyShare>();

/** The key pair of a group, made when first asked for; null for a group that is not in `SHARE_GROUPS`. */
export function keyShare(group: number): KeyShare | null {
  const known = made.get(group);
  if (known !== undefined) return known;
  const make =
    ELLIPTIC.get(group) ??
    FINITE.get(group) ??
    (encapsulates ? POST_QUANTUM.get(group) : undefined);
  if (make === undefined) return null;
  const { share, answerBytes, secret } = make();
  const pair: KeyShare = {
    group,
    share,
    secret: (theirs) => {
      if (theirs.length !== answerBytes) return null;
      try {
        return secret(theirs);
      } catch {
        // A point that is not on the curve, or one of small order.
        return null;
      }
    },
  };
  made.set(group, pair);
  return pair;
}

/** RFC 7748; a raw key is the end of its DER (RFC 8410 4). */
function montgomery(curve: "x25519" | "x448"): Exchange {
  // The overloads of the types take each name alone.
  const { publicKey, privateKey } =
    curve === "x25519" ? crypto.generateKeyPairSync("x25519") : crypto.generateKeyPairSync("x448");
  const der = publicKey.export({ format: "der", type: "spki" });
  const bytes = curve === "x25519" ? 32 : 56;
  return {
    share: der.subarray(der.length - bytes),
    answerBytes: bytes,
    secret: (theirs) => {
      const crv = curve === "x25519" ? "X25519" : "X448";
      // Read faster than DER is.
      const key = { kty: "OKP", crv, x: theirs.toString("base64url") };
      return crypto.diffieHellman({
        privateKey,
        publicKey: crypto.createPublicKey({ key, format: "jwk" }),
      });
    },
  };
}

/** An uncompressed point (RFC 8446 4.2.8.2). */
function weierstrass(curve: string): Exchange {
  const pair = crypto.createECDH(curve);
  const share = pair.generateKeys();
  return { share, answerBytes: share.length, secret: (theirs) => pair.computeSecret(theirs) };
}

/**
 * As long as its prime, with zeros in front (RFC 8446 4.2.8.1 and 7.4.1). Plain arithmetic: Node's own key exchange
 * proves first that the prime is one, which takes seconds.
 */
function finiteField(bits: 2048 | 3072 | 4096 | 6144 | 8192): Exchange {
  const prime = ffdhePrime(bits);
  const exponent = toNumber(crypto.randomBytes(32));
  const bytes = bits / 8;
  return {
    share: toBytes(power(2n, exponent, prime), bytes),
    answerBytes: bytes,
    secret: (theirs) => {
      const base = toNumber(theirs);
      if (base <= 1n || base >= prime - 1n) throw new RangeError("no element of the group");
      return toBytes(power(base, exponent, prime), bytes);
    },
  };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function toNumber(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString("hex")}`);
}

function toBytes(value: bigint, bytes: number): Buffer {
  return Buffer.from(value.toString(16).padStart(bytes * 2, "0"), "hex");
}

const ML_KEM = {
  "ml-kem-512": { key: 800, answer: 768 },
  "ml-kem-768": { key: 1184, answer: 1088 },
  "ml-kem-1024": { key: 1568, answer: 1568 },
} as const;

/** FIPS 203: the client sends a key, and the server a secret under it. */
function mlKem(name: keyof typeof ML_KEM): Exchange {
  const { publicKey, privateKey } = mlKemPair(name);
  const der = publicKey.export({ format: "der", type: "spki" });
  const { key, answer } = ML_KEM[name];
  return {
    share: der.subarray(der.length - key),
    answerBytes: answer,
    secret: (theirs) => crypto.decapsulate(privateKey, theirs),
  };
}

/** The overloads of the types take each name alone. */
function mlKemPair(name: keyof typeof ML_KEM): crypto.KeyPairKeyObjectResult {
  if (name === "ml-kem-512") return crypto.generateKeyPairSync(name);
  return name === "ml-kem-768"
    ? crypto.generateKeyPairSync(name)
    : crypto.generateKeyPairSync(name);
}

/** Shares, answers and secrets one behind the other. */
function both(first: Exchange, second: Exchange): Exchange {
  const cut = first.answerBytes;
  return {
    share: Buffer.concat([first.share, second.share]),
    answerBytes: cut + second.answerBytes,
    secret: (theirs) =>
      Buffer.concat([first.secret(theirs.subarray(0, cut)), second.secret(theirs.subarray(cut))]),
  };
}
