/**
 * Whether a server has the key of the certificate that it shows: by what it signed in a handshake. One that passes each hello
 * on to whom the certificate belongs shows the owner's signature up to TLS 1.2, but could not finish the handshake.
 */
import { constants, type KeyObject, verify } from "node:crypto";
import { x509Of } from "./certificate-facts.ts";
import { slowKey } from "./slow-keys.ts";

/** What a server signed to show that it has a key. */
export interface Proof {
  /** Code of the signature algorithm; null up to TLS 1.1, where the key settles it. */
  readonly algorithm: number | null;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

interface Scheme {
  /** Node's name; null where the key settles it. */
  readonly hash: string | null;
  /** Beginnings of Node's names of the kinds of key that can sign so. */
  readonly keys: readonly string[];
  readonly pss?: true;
}

const RSA = ["rsa"];
/** By the codes of RFC 5246 7.4.1.4.1: hash, then kind of key. */
const HASHES = ["", "md5", "sha1", "sha224", "sha256", "sha384", "sha512"];
const KINDS = ["", "rsa", "dsa", "ec"];
const ML_DSA: Scheme = { hash: null, keys: ["ml-dsa"] };
/** RFC 8446 4.2.3, RFC 8734, draft-ietf-tls-mldsa. Russian and Chinese ones have rules of their own, which Node lacks. */
const SCHEMES: ReadonlyMap<number, Scheme> = new Map<number, Scheme>([
  [0x0804, { hash: "sha256", keys: RSA, pss: true }],
  [0x0805, { hash: "sha384", keys: RSA, pss: true }],
  [0x0806, { hash: "sha512", keys: RSA, pss: true }],
  [0x0807, { hash: null, keys: ["ed25519"] }],
  [0x0808, { hash: null, keys: ["ed448"] }],
  [0x0809, { hash: "sha256", keys: RSA, pss: true }],
  [0x080a, { hash: "sha384", keys: RSA, pss: true }],
  [0x080b, { hash: "sha512", keys: RSA, pss: true }],
  [0x081a, { hash: "sha256", keys: ["ec"] }],
  [0x081b, { hash: "sha384", keys: ["ec"] }],
  [0x081c, { hash: "sha512", keys: ["ec"] }],
  [0x0904, ML_DSA],
  [0x0905, ML_DSA],
  [0x0906, ML_DSA],
  ...HASHES.flatMap((hash, high) =>
    KINDS.flatMap((kind, low): [number, Scheme][] =>
      hash === "" || kind === "" ? [] : [[high * 256 + low, { hash, keys: [kind] }]],
    ),
  ),
]);

/**
 * Whether the key of the certificate made the signature; pure, never throws.
 * @param leaf DER
 * @returns null where that cannot be checked: a key or an algorithm that this Node does not know, or a slow key
 */
export function proves(leaf: Buffer, { algorithm, signed, signature }: Proof): boolean | null {
  try {
    const key = x509Of(leaf).publicKey;
    const kind = key.asymmetricKeyType;
    const scheme = algorithm === null ? oldScheme(key) : SCHEMES.get(algorithm);
    if (scheme === undefined || kind === undefined) return null;
    if (slowKey(key) !== null) return null;
    // Signed with a key of another kind, so that it is not the certificate's.
    if (!scheme.keys.some((name) => kind.startsWith(name))) return false;
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const saltLength = constants.RSA_PSS_SALTLEN_DIGEST;
    const by = scheme.pss === true ? { key, padding, saltLength } : key;
    return verify(scheme.hash, signed, by, signature);
  } catch {
    // A certificate, a key or an algorithm that OpenSSL cannot do.
    return null;
  }
}

/** What each kind of key signs with up to TLS 1.1 (RFC 4346 7.4.3, RFC 8422 5.4; the same in SSLv3). */
function oldScheme({ asymmetricKeyType }: KeyObject): Scheme | undefined {
  if (asymmetricKeyType === "rsa") return { hash: "md5-sha1", keys: RSA };
  if (asymmetricKeyType !== "ec" && asymmetricKeyType !== "dsa") return undefined;
  return { hash: "sha1", keys: [asymmetricKeyType] };
}
