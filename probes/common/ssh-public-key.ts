import { SshReader } from "./ssh-reader.ts";

/** What an SSH public key says of its strength. */
export interface SshPublicKey {
  /** `rsa`, `dsa`, `ecdsa`, `ed25519`, `ed448`, or the key's own word for another. */
  readonly algorithm: string;
  /** Size in bits: of the modulus (RSA), of the prime (DSA), of the curve; null where it cannot be told. */
  readonly bits: number | null;
}

/** The largest key that is read, bytes: one of RSA with 16,384 bits has some 2,100. */
const LARGEST = 16_384;
const CURVES: Readonly<Record<string, number>> = { nistp256: 256, nistp384: 384, nistp521: 521 };
/** Lengths of the points of Edwards curves, bytes (RFC 8709). */
const ED25519_BYTES = 32;
const ED448_BYTES = 57;

/**
 * Reads a line in the format of OpenSSH: type, key in Base64, comment.
 * https://www.rfc-editor.org/rfc/rfc4253#section-6.6
 * @throws TypeError when it is none, or a broken one
 */
export function parseSshPublicKey(line: string): SshPublicKey {
  const text = line.trim();
  const found = /^([\w.@+-]{1,100})[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]|$)/.exec(
    text.slice(0, LARGEST * 2),
  );
  const [, type = "", base64 = ""] = found ?? [];
  if (found === null || base64.length > LARGEST * 1.4) {
    throw new TypeError("no public key in the format of OpenSSH");
  }
  const blob = Buffer.from(base64, "base64");
  if (typeOf(blob) !== type) throw new TypeError("the type of an SSH key is not that of its line");
  return readSshKeyBlob(blob);
}

/**
 * Reads a key as it stands on the wire: that of a line without its Base64, or of a host.
 * @throws TypeError when it is broken
 */
export function readSshKeyBlob(blob: Uint8Array): SshPublicKey {
  if (blob.byteLength > LARGEST) throw new TypeError("an SSH key that is too large");
  const { reader, written, type } = openSshKeyBlob(blob);
  const certificate = type === written ? null : written;
  const key = readKey(type, reader);
  if (key !== null && certificate === null && !type.startsWith("sk-")) reader.end();
  return key ?? { algorithm: written, bits: null };
}

/**
 * Reads a key's type, so that the reader stands before the numbers of the key.
 * @throws TypeError when it is broken
 */
export function openSshKeyBlob(blob: Uint8Array): {
  readonly reader: SshReader;
  /** The type as it is written. */
  readonly written: string;
  /** That of the key itself, where what is written is a certificate's. */
  readonly type: string;
} {
  const reader = new SshReader(blob);
  const written = reader.text();
  const certificate = /^(.+)-cert-v\d\d@openssh\.com$/.exec(written);
  // A certificate has a nonce before its key, and much behind it.
  if (certificate !== null) reader.bytes();
  return { reader, written, type: certificate?.[1] ?? written };
}

/**
 * The key of a certificate as it would stand by itself; any other key as it is.
 * @throws TypeError when it is broken
 */
export function withoutCertificate(blob: Uint8Array): Uint8Array {
  const { reader, written, type } = openSshKeyBlob(blob);
  const from = reader.position;
  if (written === type || readKey(type, reader) === null) return blob;
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), blob.subarray(from, reader.position)]);
}

/** The key behind its type; null for a type that is not known. */
function readKey(type: string, reader: SshReader): SshPublicKey | null {
  const plain = type.replace(/^sk-/, "").replace(/@openssh\.com$/, "");
  if (plain === "ssh-rsa" || /^rsa-sha2-(?:256|512)$/.test(plain)) {
    reader.integerBits();
    return { algorithm: "rsa", bits: reader.integerBits() };
  }
  if (plain === "ssh-dss") {
    const bits = reader.integerBits();
    for (let rest = 0; rest < 3; rest += 1) reader.integerBits();
    return { algorithm: "dsa", bits };
  }
  if (plain === "ssh-ed25519") return edwards("ed25519", 256, ED25519_BYTES, reader);
  if (plain === "ssh-ed448") return edwards("ed448", 456, ED448_BYTES, reader);
  const curve = /^ecdsa-sha2-(.+)$/.exec(plain)?.[1];
  if (curve === undefined) return null;
  const named = reader.text();
  if (named !== curve) throw new TypeError("an ECDSA key on another curve than its type names");
  const point = reader.bytes();
  const bits = Object.hasOwn(CURVES, curve) ? (CURVES[curve] ?? null) : null;
  const length = bits === null ? null : 2 * Math.ceil(bits / 8) + 1;
  if (length !== null && (point[0] !== 4 || point.byteLength !== length)) {
    throw new TypeError("an ECDSA key whose point is none of its curve");
  }
  return { algorithm: "ecdsa", bits };
}

function edwards(algorithm: string, bits: number, length: number, reader: SshReader): SshPublicKey {
  if (reader.bytes().byteLength !== length) throw new TypeError(`no ${algorithm} key by its size`);
  return { algorithm, bits };
}

function typeOf(blob: Uint8Array): string {
  return new SshReader(blob).text();
}
