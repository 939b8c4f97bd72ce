/** Host keys: whether the host has the key that it shows (RFC 4253 6.6, RFC 5656 3.1, RFC 8332, RFC 8709). */
import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { openSshKeyBlob, withoutCertificate } from "#probes/common/ssh-public-key.ts";
import { SshReader } from "#probes/common/ssh-reader.ts";

type Verify = (key: Uint8Array, data: Buffer, signature: Uint8Array) => boolean;

const CURVES: Readonly<Record<string, { readonly crv: string; readonly bytes: number }>> = {
  nistp256: { crv: "P-256", bytes: 32 },
  nistp384: { crv: "P-384", bytes: 48 },
  nistp521: { crv: "P-521", bytes: 66 },
};

/** What signs, by the name of the algorithm without that of a certificate. */
const ALGORITHMS = new Map<string, Verify>([
  ["ssh-ed25519", edwards("Ed25519")],
  ["ssh-ed448", edwards("Ed448")],
  ["ecdsa-sha2-nistp256", ecdsa("sha256")],
  ["ecdsa-sha2-nistp384", ecdsa("sha384")],
  ["ecdsa-sha2-nistp521", ecdsa("sha512")],
  ["rsa-sha2-512", rsa("sha512")],
  ["rsa-sha2-256", rsa("sha256")],
  ["ssh-rsa", rsa("sha1")],
  ["ssh-dss", dsa],
]);

const CERTIFICATE = /-cert-v\d\d@openssh\.com$/;

/** Whether the signatures of an algorithm can be verified here. */
export function isVerifiable(algorithm: string): boolean {
  return ALGORITHMS.has(algorithm.replace(CERTIFICATE, ""));
}

/**
 * Whether the key signed the data by the algorithm that was agreed on.
 * @throws TypeError, or what OpenSSL throws, where key or signature are broken
 */
export function isSignedBy(
  key: Uint8Array,
  algorithm: string,
  data: Buffer,
  signature: Uint8Array,
): boolean {
  const agreed = algorithm.replace(CERTIFICATE, "");
  const reader = new SshReader(signature);
  const named = reader.text();
  const bytes = reader.bytes();
  const check = ALGORITHMS.get(agreed);
  return check !== undefined && named === agreed && check(key, data, bytes);
}

/**
 * A key by the name that OpenSSH gives it: the SHA-256 of its bytes, without the certificate that it may stand in.
 * @throws TypeError when it is broken
 */
export function fingerprint(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(withoutCertificate(key)).digest("base64").replace(/=+$/, "")}`;
}

/** A reader before the numbers of the key. @throws TypeError where the key is of another type */
function open(key: Uint8Array, type: string): SshReader {
  const opened = openSshKeyBlob(key);
  if (opened.type !== type) throw new TypeError(`an SSH key that is no ${type}`);
  return opened.reader;
}

function jwk(key: Readonly<Record<string, string>>): KeyObject {
  return createPublicKey({ key, format: "jwk" });
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64url");
}

function edwards(crv: "Ed25519" | "Ed448"): Verify {
  return (key, data, signature) => {
    const x = open(key, `ssh-${crv.toLowerCase()}`).bytes();
    return verify(null, data, jwk({ kty: "OKP", crv, x: base64url(x) }), signature);
  };
}

function ecdsa(hash: string): Verify {
  return (key, data, signature) => {
    const { reader, type } = openSshKeyBlob(key);
    const name = reader.text();
    const curve = Object.hasOwn(CURVES, name) ? CURVES[name] : undefined;
    if (curve === undefined || type !== `ecdsa-sha2-${name}`) {
      throw new TypeError("an ECDSA key on another curve than its type names");
    }
    const { crv, bytes } = curve;
    const point = reader.bytes();
    const [x, y] = [point.subarray(1, 1 + bytes), point.subarray(1 + bytes)];
    const numbers = new SshReader(signature);
    const both = Buffer.concat([
      padded(numbers.integer(), bytes),
      padded(numbers.integer(), bytes),
    ]);
    const own = jwk({ kty: "EC", crv, x: base64url(x), y: base64url(y) });
    return verify(hash, data, { key: own, dsaEncoding: "ieee-p1363" }, both);
  };
}

function rsa(hash: string): Verify {
  return (key, data, signature) => {
    const reader = open(key, "ssh-rsa");
    const e = reader.integer();
    const n = reader.integer();
    const own = jwk({ kty: "RSA", n: base64url(n), e: base64url(e) });
    // Some leave out leading zeros.
    return verify(hash, data, own, padded(signature, n.byteLength));
  };
}

function dsa(key: Uint8Array, data: Buffer, signature: Uint8Array): boolean {
  const reader = open(key, "ssh-dss");
  const [p, q, g, y] = [reader, reader, reader, reader].map((numbers) =>
    integer(numbers.integer()),
  );
  const parameters = sequence(p, q, g);
  const algorithm = sequence(DSA, parameters);
  const bits = der(0x03, Buffer.concat([Buffer.of(0), y ?? Buffer.alloc(0)]));
  const own = createPublicKey({ key: sequence(algorithm, bits), format: "der", type: "spki" });
  return verify("sha1", data, { key: own, dsaEncoding: "ieee-p1363" }, signature);
}

/** Object identifier of DSA, 1.2.840.10040.4.1 (RFC 3279 2.3.2). */
const DSA = Buffer.from("06072a8648ce380401", "hex");

function sequence(...parts: readonly (Buffer | undefined)[]): Buffer {
  return der(0x30, Buffer.concat(parts.filter((part) => part !== undefined)));
}

function integer(value: Uint8Array): Buffer {
  return der(0x02, (value[0] ?? 0) > 0x7f ? Buffer.concat([Buffer.of(0), value]) : value);
}

function der(tag: number, content: Uint8Array): Buffer {
  const size = content.byteLength;
  const length =
    size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.of(tag, ...length), content]);
}

/** As long as it is wanted, with zeros before it; what is longer stays so, and fits nothing. */
function padded(value: Uint8Array, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(0, length - value.byteLength)), value]);
}
