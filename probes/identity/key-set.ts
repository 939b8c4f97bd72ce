import { createPublicKey, type JsonWebKey } from "node:crypto";
import type { SigningKey } from "#model/identity-facets.ts";
import { plain } from "#model/text.ts";
import { type Fields, fields, text } from "#probes/common/json.ts";
import { TlsScanError } from "#probes/tls/errors.ts";
import { readSigningCertificate } from "./certificate.ts";
import { exposedIn, jsonObject } from "./members.ts";

const MAX_KEYS = 100;
/** The private members of RFC 7518 6.2.2, 6.3.2 and 6.4.1, of RFC 8037 and of ML-DSA keys. */
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"];

/**
 * Reads a JSON Web Key Set (RFC 7517) as the facet tells it, of private and symmetric members the names alone; pure. Nothing
 * is computed with a key of a stranger but whether a point lies on its curve.
 * @throws TlsScanError when it is none, or has more keys than are read
 */
export function readKeySet(body: string): readonly SigningKey[] {
  const { keys } = jsonObject(body);
  if (!Array.isArray(keys)) {
    throw new TlsScanError("malformed", "has no list of keys, so it is no key set");
  }
  if (keys.length > MAX_KEYS) {
    throw new TlsScanError("too-large", `has ${keys.length} keys; at most ${MAX_KEYS} are read`);
  }
  return keys.map((key: unknown, index) => keyOf(fields(key), index));
}

function keyOf(key: Fields, index: number): SigningKey {
  const { type, bits, unreadable } = materialOf(key);
  const x5c: unknown = Array.isArray(key["x5c"]) ? key["x5c"][0] : undefined;
  const certificate = typeof x5c === "string" ? certificateOf(x5c, key) : null;
  return {
    name: named(key["kid"]) ?? `number ${index + 1}`,
    type,
    bits,
    use: named(key["use"]),
    algorithm: named(key["alg"]),
    exposed: exposedIn(key, PRIVATE_MEMBERS),
    unreadable: unreadable ?? certificate?.unreadable ?? null,
    certificate: certificate?.facts ?? null,
  };
}

function named(value: unknown): string | null {
  const name = text(value);
  return name === null ? null : plain(name, 100);
}

function certificateOf(x5c: string, key: Fields) {
  const read = readSigningCertificate(x5c);
  if (!read.ok) return { facts: null, unreadable: read.why };
  const ofKey = sameKey(read.jwk, key);
  return { facts: { ...read.facts, ofKey }, unreadable: null };
}

/** RFC 7517 4.7: the first certificate must be of the key. Some write numbers with zeros before them. */
function sameKey(own: JsonWebKey | null, key: Fields): boolean | null {
  if (own === null) return null;
  const names = own.kty === key["kty"] && (own.crv ?? null) === text(key["crv"]);
  const number = (value: unknown) =>
    bytesOf(value)
      ?.toString("hex")
      .replace(/^(?:00)+/, "");
  const numbers = ["n", "e", "x", "y"] as const;
  return names && numbers.every((name) => number(own[name]) === number(key[name]));
}

type Material = Pick<SigningKey, "type" | "bits" | "unreadable">;

function materialOf(key: Fields): Material {
  const kty = text(key["kty"]);
  if (kty === "RSA") return rsa(key);
  if (kty === "EC") return ec(key);
  if (kty === "OKP") return edwards(key);
  if (kty === "oct") return broken("symmetric", "is symmetric");
  if (kty === "AKP" && /^ML-DSA-\d\d$/.test(text(key["alg"]) ?? "")) {
    return { type: "ml-dsa", bits: null, unreadable: null };
  }
  return broken("other", kty === null ? "names no type" : `is of the type ${plain(kty, 40)}`);
}

function broken(type: Material["type"], why: string): Material {
  return { type, bits: null, unreadable: why };
}

/** The size only: to make a key of a stranger's modulus could take as long as the stranger likes. */
function rsa(key: Fields): Material {
  const modulus = bytesOf(key["n"]);
  const exponent = bytesOf(key["e"]);
  if (modulus === null || exponent === null) return broken("rsa", "lacks modulus or exponent");
  const first = modulus.findIndex((byte) => byte !== 0);
  const bits =
    first === -1 ? 0 : (modulus.length - first - 1) * 8 + 32 - Math.clz32(modulus[first] ?? 0);
  const even = (bytes: Buffer) => ((bytes.at(-1) ?? 0) & 1) === 0;
  const one = exponent.every((byte, at) => byte === (at === exponent.length - 1 ? 1 : 0));
  const unreadable =
    even(modulus) || even(exponent) || one ? "has a modulus or an exponent of no RSA key" : null;
  return { type: "rsa", bits, unreadable };
}

const CURVES: Readonly<Record<string, number>> = {
  "P-256": 256,
  "P-384": 384,
  "P-521": 521,
  secp256k1: 256,
};

function ec(key: Fields): Material {
  const crv = text(key["crv"]) ?? "";
  const bits = Object.hasOwn(CURVES, crv) ? CURVES[crv] : undefined;
  if (bits === undefined)
    return broken("ec", `is on a curve that is not known (${plain(crv, 40)})`);
  const [x, y] = [bytesOf(key["x"]), bytesOf(key["y"])];
  const length = Math.ceil(bits / 8);
  const fits = x?.length === length && y?.length === length;
  const why = `has no point of ${crv}`;
  if (!fits || !onCurve({ kty: "EC", crv, x: encoded(x), y: encoded(y) })) return broken("ec", why);
  return { type: "ec", bits, unreadable: null };
}

function onCurve(key: JsonWebKey): boolean {
  try {
    createPublicKey({ key, format: "jwk" });
    return true;
  } catch {
    return false;
  }
}

/** Lengths of the keys, bytes (RFC 8037, RFC 7748, RFC 8032). X25519 and X448 sign nothing. */
const EDWARDS: Readonly<Record<string, readonly ["ed25519" | "ed448", number]>> = {
  Ed25519: ["ed25519", 32],
  Ed448: ["ed448", 57],
};

function edwards(key: Fields): Material {
  const crv = text(key["crv"]) ?? "";
  const known = Object.hasOwn(EDWARDS, crv) ? EDWARDS[crv] : undefined;
  if (known === undefined) {
    return broken("other", `is on a curve that is not known (${plain(crv, 40)})`);
  }
  const [type, length] = known;
  const fits = bytesOf(key["x"])?.length === length;
  return { type, bits: null, unreadable: fits ? null : `is no ${crv} key by its size` };
}

/** Base64url (RFC 7515 2); null for what is none. */
function bytesOf(value: unknown): Buffer | null {
  const written = text(value);
  if (written === null || !/^[\w-]+$/.test(written)) return null;
  const bytes = Buffer.from(written, "base64url");
  return bytes.length === 0 ? null : bytes;
}

function encoded(bytes: Buffer): string {
  return bytes.toString("base64url");
}
