/**
 * Key exchanges, as far as a client must know them to have the host prove its key: RFC 4253 8, RFC 4419, RFC 5656,
 * RFC 8268, RFC 8731. Nothing is encrypted with what comes out.
 */
import {
  createECDH,
  createHash,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  getDiffieHellman,
  randomBytes,
} from "node:crypto";
import { SshReader } from "#probes/common/ssh-reader.ts";
import { type Connection } from "./connection.ts";
import { SshError } from "./errors.ts";
import { mpint, string, uint32 } from "./fields.ts";
import { nextMessage } from "./hello.ts";

/** What the server answered, and what it and we agreed on. */
export interface Exchanged {
  readonly hostKey: Buffer;
  readonly signature: Buffer;
  /** Of the transcript's end: what the method adds to the exchange's hash. */
  readonly tail: Buffer;
  /** The hash of the method. */
  readonly hash: string;
}

type Method = (connection: Connection, hash: string) => Promise<Exchanged>;

/** The first message of a method, and the answer to it (RFC 4253 8, RFC 5656 4). */
const INIT = 30;
const REPLY = 31;
/** RFC 4419 5. */
const GROUP = 31;
const GROUP_INIT = 32;
const GROUP_REPLY = 33;
const GROUP_REQUEST = 34;
/** Sizes of groups that are asked for, bits (RFC 8270 3, RFC 4419 3), and the largest that is worked with. */
const GROUP_BITS = { least: 1024, wanted: 2048, most: 8192 } as const;

const METHODS = new Map<string, readonly [hash: string, method: Method]>([
  ["curve25519-sha256", ["sha256", curve25519]],
  ["curve25519-sha256@libssh.org", ["sha256", curve25519]],
  ["ecdh-sha2-nistp256", ["sha256", ecdh("prime256v1")]],
  ["ecdh-sha2-nistp384", ["sha384", ecdh("secp384r1")]],
  ["ecdh-sha2-nistp521", ["sha512", ecdh("secp521r1")]],
  ["diffie-hellman-group14-sha256", ["sha256", group("modp14")]],
  ["diffie-hellman-group15-sha512", ["sha512", group("modp15")]],
  ["diffie-hellman-group16-sha512", ["sha512", group("modp16")]],
  ["diffie-hellman-group17-sha512", ["sha512", group("modp17")]],
  ["diffie-hellman-group18-sha512", ["sha512", group("modp18")]],
  ["diffie-hellman-group-exchange-sha256", ["sha256", groupExchange]],
  ["diffie-hellman-group14-sha1", ["sha1", group("modp14")]],
  ["diffie-hellman-group-exchange-sha1", ["sha1", groupExchange]],
  ["diffie-hellman-group1-sha1", ["sha1", group("modp2")]],
]);

/** The method by which a server is asked: the first here that it offers; null where it offers none of these. */
export function methodFor(offered: readonly string[]): string | null {
  return [...METHODS.keys()].find((name) => offered.includes(name)) ?? null;
}

/**
 * Runs a method up to the server's reply.
 * @throws SshError, TypeError or what OpenSSL throws on numbers that are none of the group
 */
export function exchange(connection: Connection, name: string): Promise<Exchanged> {
  const found = METHODS.get(name);
  if (found === undefined) throw new Error(`${name} is no method that is spoken here`);
  const [hash, method] = found;
  return method(connection, hash);
}

/** The hash of the exchange, which the host signs (RFC 4253 8). */
export function exchangeHash(
  { hash, hostKey, tail }: Exchanged,
  transcript: readonly Uint8Array[],
): Buffer {
  const digest = createHash(hash);
  for (const part of [...transcript, hostKey]) digest.update(string(part));
  return digest.update(tail).digest();
}

async function curve25519(connection: Connection, hash: string): Promise<Exchanged> {
  const { publicKey, privateKey } = generateKeyPairSync("x25519");
  const own = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
  connection.writePacket(Buffer.concat([Buffer.of(INIT), string(own)]));
  return reply(connection, REPLY, hash, "bytes", (theirs) => {
    const x = Buffer.from(theirs).toString("base64url");
    const peer = createPublicKey({ key: { kty: "OKP", crv: "X25519", x }, format: "jwk" });
    const secret = diffieHellman({ privateKey, publicKey: peer });
    return Buffer.concat([string(own), string(theirs), mpint(secret)]);
  });
}

function ecdh(curve: string): Method {
  return (connection, hash) => {
    const keys = createECDH(curve);
    const own = keys.generateKeys();
    connection.writePacket(Buffer.concat([Buffer.of(INIT), string(own)]));
    return reply(connection, REPLY, hash, "bytes", (theirs) =>
      Buffer.concat([string(own), string(theirs), mpint(keys.computeSecret(theirs))]),
    );
  };
}

function group(name: string): Method {
  return (connection, hash) => {
    const { own, secretWith } = finiteField(getDiffieHellman(name).getPrime(), Buffer.of(2));
    connection.writePacket(Buffer.concat([Buffer.of(INIT), mpint(own)]));
    return reply(connection, REPLY, hash, "integer", (theirs) =>
      Buffer.concat([mpint(own), mpint(theirs), mpint(secretWith(theirs))]),
    );
  };
}

/** The server chooses the group. */
async function groupExchange(connection: Connection, hash: string): Promise<Exchanged> {
  const { least, wanted, most } = GROUP_BITS;
  const request = Buffer.concat([uint32(least), uint32(wanted), uint32(most)]);
  connection.writePacket(Buffer.concat([Buffer.of(GROUP_REQUEST), request]));
  const message = new SshReader(await expectMessage(connection, GROUP));
  const prime = message.integer();
  const generator = message.integer();
  if (prime.byteLength * 8 > most || generator.byteLength > prime.byteLength) {
    throw new SshError("malformed", `its group has a prime of ${prime.byteLength * 8} bits`);
  }
  const { own, secretWith } = finiteField(prime, generator);
  connection.writePacket(Buffer.concat([Buffer.of(GROUP_INIT), mpint(own)]));
  return reply(connection, GROUP_REPLY, hash, "integer", (theirs) =>
    Buffer.concat([
      request,
      mpint(prime),
      mpint(generator),
      mpint(own),
      mpint(theirs),
      mpint(secretWith(theirs)),
    ]),
  );
}

/** Enough for a group whose numbers must only fit together: nothing is kept secret with them. */
const EXPONENT_BYTES = 32;

/** Diffie-Hellman with a server's numbers. OpenSSL would look first whether the prime is one, for seconds. */
function finiteField(prime: Uint8Array, generator: Uint8Array) {
  const p = toBigInt(prime);
  const exponent = toBigInt(randomBytes(EXPONENT_BYTES));
  return {
    own: toBytes(power(toBigInt(generator), exponent, p)),
    secretWith: (theirs: Uint8Array) => {
      const value = toBigInt(theirs);
      if (value <= 1n || value >= p - 1n) throw new SshError("malformed", OUTSIDE);
      return toBytes(power(value, exponent, p));
    },
  };
}

const OUTSIDE = "its number in the key exchange is none of the group";

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
}

function toBytes(value: bigint): Buffer {
  const hex = value.toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), "0"), "hex");
}

async function reply(
  connection: Connection,
  type: number,
  hash: string,
  form: "bytes" | "integer",
  tailOf: (theirs: Uint8Array) => Buffer,
): Promise<Exchanged> {
  const reader = new SshReader(await expectMessage(connection, type));
  const hostKey = Buffer.from(reader.bytes());
  const theirs = form === "bytes" ? reader.bytes() : reader.integer();
  const signature = Buffer.from(reader.bytes());
  return { hostKey, signature, tail: tailOf(theirs), hash };
}

/** What stands behind the type of the next message. @throws SshError where that is another */
async function expectMessage(connection: Connection, type: number): Promise<Buffer> {
  const message = await nextMessage(connection);
  if (message[0] !== type) {
    throw new SshError("malformed", `sends message ${message[0]} in the midst of a key exchange`);
  }
  return message.subarray(1);
}
