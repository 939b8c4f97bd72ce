/** Real certificates of any kind of key, made with node:crypto: what node-forge, which knows RSA only, cannot make. */
import {
  constants,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  type SignKeyObjectInput,
} from "node:crypto";
import { isIP, SocketAddress } from "node:net";

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}
export type KeyName =
  | "rsa1024"
  | "rsa2048"
  | "pss2048"
  | "p256"
  | "p384"
  | "p256-explicit"
  | "dsa1024"
  | "ed25519"
  | "ed448"
  | "mldsa65";

const pairs = new Map<string, KeyPair>();

const MAKERS: Readonly<Record<KeyName, () => KeyPair>> = {
  rsa1024: () => generateKeyPairSync("rsa", { modulusLength: 1024 }),
  rsa2048: () => generateKeyPairSync("rsa", { modulusLength: 2048 }),
  pss2048: () => generateKeyPairSync("rsa-pss", { modulusLength: 2048 }),
  p256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
  p384: () => generateKeyPairSync("ec", { namedCurve: "P-384" }),
  "p256-explicit": () =>
    generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" }),
  dsa1024: () => generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }),
  ed25519: () => generateKeyPairSync("ed25519"),
  ed448: () => generateKeyPairSync("ed448"),
  mldsa65: () => generateKeyPairSync("ml-dsa-65"),
};

/** The kinds of key that this Node can make: ML-DSA came with OpenSSL 3.5 and Node 24.6. */
export const KEY_KINDS: readonly KeyName[] = Object.keys(MAKERS).filter(
  (kind): kind is KeyName => kind !== "mldsa65" || canMake("ml-dsa-65"),
);

function canMake(kind: "ml-dsa-65"): boolean {
  try {
    generateKeyPairSync(kind);
    return true;
  } catch {
    return false;
  }
}

/** A key pair of that kind; the same for the same kind and use, for making one may take a second. */
export function keyPair(kind: KeyName, use = ""): KeyPair {
  const cached = pairs.get(`${kind} ${use}`);
  if (cached !== undefined) return cached;
  const made = MAKERS[kind]();
  pairs.set(`${kind} ${use}`, made);
  return made;
}

// DER (ITU-T X.690)
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  const header =
    length < 0x80
      ? [length]
      : length < 0x100
        ? [0x81, length]
        : length < 0x10000
          ? [0x82, length >> 8, length & 0xff]
          : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...header]), body]);
}
export const sequence = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts);
export const octets = (...parts: readonly Uint8Array[]) => tlv(0x04, ...parts);
export const bitString = (bytes: Uint8Array, unused = 0) => tlv(0x03, Buffer.from([unused]), bytes);
export const integer = (...bytes: readonly number[]) => tlv(0x02, Buffer.from(bytes));
export const NULL = Buffer.from([5, 0]);

export function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const arcs = [40 * first + second, ...rest].map((arc) => {
    const bytes = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      bytes.unshift((left % 128) + 128);
    }
    return Buffer.from(bytes);
  });
  return tlv(0x06, ...arcs);
}

/** GeneralizedTime, which OpenSSL takes for any year. */
export function time(date: Date): Buffer {
  return tlv(0x18, Buffer.from(date.toISOString().replace(/[-:T]|\.\d+/g, "")));
}

export function name(commonName: string): Buffer {
  return commonName === ""
    ? sequence()
    : sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0c, Buffer.from(commonName)))));
}

export function extension(id: string, value: Buffer, critical = false): Buffer {
  return sequence(oid(id), ...(critical ? [Buffer.from([1, 1, 0xff])] : []), octets(value));
}

/** Key usage by bit numbers (RFC 5280 4.2.1.3): 0 is digitalSignature. */
export function keyUsage(...bits: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2);
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  const long = bits.some((bit) => bit > 7);
  return extension("2.5.29.15", bitString(long ? bytes : bytes.subarray(0, 1)), true);
}
export function extendedKeyUsage(...ids: readonly string[]): Buffer {
  return extension("2.5.29.37", sequence(...ids.map(oid)));
}
export function altNames(...names: readonly string[]): Buffer {
  const entries = names.map((one) => {
    if (isIP(one) !== 0) return tlv(0x87, addressBytes(one));
    return one.includes("@") ? tlv(0x81, Buffer.from(one)) : tlv(0x82, Buffer.from(one));
  });
  return extension("2.5.29.17", sequence(...entries));
}
/** RFC 7633: requires a stapled OCSP answer. */
export const mustStaple = extension("1.3.6.1.5.5.7.1.24", sequence(integer(5)));
/** Names a place to fetch the issuer from. */
export const issuerAt = extension(
  "1.3.6.1.5.5.7.1.1",
  sequence(sequence(oid("1.3.6.1.5.5.7.48.2"), tlv(0x86, Buffer.from("http://ca.example/i.cer")))),
);
/** A list of so many timestamps, in the form that goes into TLS (RFC 6962 3.3). */
export function timestampList(count: number): Buffer {
  const one = Buffer.alloc(119, 1);
  const entries = Array.from({ length: count }, () => Buffer.concat([Buffer.from([0, 119]), one]));
  const body = Buffer.concat(entries);
  return Buffer.concat([Buffer.from([body.length >> 8, body.length & 0xff]), body]);
}
export function timestamps(count: number): Buffer {
  return extension("1.3.6.1.4.1.11129.2.4.2", octets(timestampList(count)));
}

function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  const { address: canonical } = new SocketAddress({ address, family: "ipv6" });
  const dotted = /\d+\.\d+\.\d+\.\d+$/.exec(canonical)?.[0];
  const plain =
    dotted === undefined
      ? canonical
      : canonical.replace(dotted, addressBytes(dotted).toString("hex").replace(/^..../, "$&:"));
  const [head = "", tail = ""] = plain.split("::");
  const groups = (text: string) => text.split(":").filter((group) => group !== "");
  const gap = 8 - groups(head).length - groups(tail).length;
  return Buffer.from(
    [...groups(head), ...Array.from({ length: gap }, () => "0"), ...groups(tail)]
      .map((group) => group.padStart(4, "0"))
      .join(""),
    "hex",
  );
}

/** How a key signs: by an AlgorithmIdentifier, and what Node is told. */
export interface Signing {
  readonly algorithm: Buffer;
  readonly hash: string | null;
  readonly pss?: boolean;
}
export type Hash = "md5" | "sha1" | "sha256" | "sha384";

const RSA: Readonly<Record<Hash, number>> = { md5: 4, sha1: 5, sha256: 11, sha384: 12 };
const ECDSA: Readonly<Record<Hash, string>> = {
  md5: "0",
  sha1: "1",
  sha256: "3.2",
  sha384: "3.3",
};

const SHA256 = sequence(oid("2.16.840.1.101.3.4.2.1"), NULL);
/** How keys sign that leave no choice of a hash, by Node's name of their kind. */
const FIXED: Readonly<Record<string, Signing>> = {
  "rsa-pss": {
    algorithm: sequence(
      oid("1.2.840.113549.1.1.10"),
      sequence(
        tlv(0xa0, SHA256),
        tlv(0xa1, sequence(oid("1.2.840.113549.1.1.8"), SHA256)),
        tlv(0xa2, integer(32)),
      ),
    ),
    hash: "sha256",
    pss: true,
  },
  dsa: { algorithm: sequence(oid("2.16.840.1.101.3.4.3.2")), hash: "sha256" },
  ed25519: { algorithm: sequence(oid("1.3.101.112")), hash: null },
  ed448: { algorithm: sequence(oid("1.3.101.113")), hash: null },
  "ml-dsa-65": { algorithm: sequence(oid("2.16.840.1.101.3.4.3.18")), hash: null },
};

/** How that key signs. */
export function signing(key: KeyObject, hash: Hash): Signing {
  const kind = key.asymmetricKeyType ?? "";
  if (kind === "rsa") {
    return { algorithm: sequence(oid(`1.2.840.113549.1.1.${RSA[hash]}`), NULL), hash };
  }
  if (kind === "ec") return { algorithm: sequence(oid(`1.2.840.10045.4.${ECDSA[hash]}`)), hash };
  const fixed = FIXED[kind];
  if (fixed === undefined) throw new Error(`no way to sign with ${kind}`);
  return fixed;
}

/** A body with the algorithm and the signature behind it. */
export function signed(body: Buffer, { algorithm, hash, pss }: Signing, key: KeyObject): Buffer[] {
  const how: SignKeyObjectInput =
    pss === true ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 } : { key };
  return [body, algorithm, bitString(sign(hash, body, how))];
}

export interface Wanted {
  readonly subject: string;
  readonly keys: KeyPair;
  /** Itself when left out. */
  readonly issuer?: Issued;
  readonly hash?: Hash;
  /** A day before now when left out. */
  readonly from?: Date;
  /** 60 days after `from` when left out. */
  readonly to?: Date;
  readonly extensions?: readonly Buffer[];
  readonly authority?: boolean;
  /** Instead of the key's own SubjectPublicKeyInfo. */
  readonly publicKeyInfo?: Buffer;
  /** A certificate of version 1, which has no extensions. */
  readonly first?: boolean;
}
export interface Issued {
  readonly der: Buffer;
  readonly pem: string;
  readonly subject: string;
  readonly keys: KeyPair;
  readonly serial: Buffer;
}

const DAY = 86_400_000;

/** Makes and signs a certificate (RFC 5280 4.1). */
export function makeCertificate(wanted: Wanted): Issued {
  const { subject, keys, issuer, extensions = [] } = wanted;
  const signer = issuer?.keys.privateKey ?? keys.privateKey;
  const how = signing(signer, wanted.hash ?? "sha256");
  const from = wanted.from ?? new Date(Date.now() - DAY);
  const to = wanted.to ?? new Date(from.getTime() + 60 * DAY);
  const serial = randomBytes(9);
  serial[0] = 0x42;
  const constraints =
    wanted.authority === true
      ? [extension("2.5.29.19", sequence(Buffer.from([1, 1, 0xff])), true), keyUsage(5, 6)]
      : [];
  const all = [...constraints, ...extensions];
  const body = sequence(
    ...(wanted.first === true ? [] : [tlv(0xa0, integer(2))]),
    tlv(0x02, serial),
    how.algorithm,
    name(issuer?.subject ?? subject),
    sequence(time(from), time(to)),
    name(subject),
    wanted.publicKeyInfo ?? keys.publicKey.export({ type: "spki", format: "der" }),
    ...(wanted.first === true || all.length === 0 ? [] : [tlv(0xa3, sequence(...all))]),
  );
  const der = sequence(...signed(body, how, signer));
  return { der, pem: pemOf(der), subject, keys, serial };
}

function pemOf(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
