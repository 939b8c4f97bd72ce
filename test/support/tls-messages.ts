/** TLS records and messages of the server side, whole or broken, made by hand. */

export function u16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

export function record(type: number, body: Buffer, version = 0x0303): Buffer {
  return Buffer.concat([Buffer.from([type]), u16(version), u16(body.length), body]);
}

export function alert(description: number, level = 2): Buffer {
  return record(21, Buffer.from([level, description]));
}

export function message(type: number, body: Buffer): Buffer {
  const length = Buffer.from([body.length >> 16, (body.length >> 8) & 0xff, body.length & 0xff]);
  return Buffer.concat([Buffer.from([type]), length, body]);
}

/** The random that makes a ServerHello a HelloRetryRequest (RFC 8446 4.1.3). */
export const RETRY_RANDOM = Buffer.from(
  "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c",
  "hex",
);

/** The parts of a ServerHello that a test may want otherwise than usual. */
export interface ServerHelloParts {
  /** The version in its old place. */
  readonly legacy: number;
  readonly suite: number;
  readonly random?: Buffer;
  readonly session?: Buffer;
  readonly compression?: number;
  /** Type and body; left out, there is no block of extensions at all. */
  readonly extensions?: readonly (readonly [type: number, body: Buffer])[];
}

/** A ServerHello of any parts whatever, as handshake message. */
export function serverHelloOf(parts: ServerHelloParts): Buffer {
  const session = parts.session ?? Buffer.alloc(0);
  return message(
    2,
    Buffer.concat([
      u16(parts.legacy),
      parts.random ?? Buffer.alloc(32, 7),
      Buffer.from([session.length]),
      session,
      u16(parts.suite),
      Buffer.from([parts.compression ?? 0]),
      ...(parts.extensions === undefined
        ? []
        : [
            vector16(
              ...parts.extensions.map(([type, body]) => Buffer.concat([u16(type), vector16(body)])),
            ),
          ]),
    ]),
  );
}

/** The parts behind their length in two bytes. */
export function vector16(...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([u16(body.length), body]);
}

/** A ServerHello as handshake message. `group` makes it one of TLS 1.3, with a key share. */
export function serverHello(version: number, suite: number, group?: number): Buffer {
  if (version !== 0x0304) return serverHelloOf({ legacy: version, suite });
  const share = group === undefined ? [] : [[51, u16(group)] as const];
  return serverHelloOf({ legacy: 0x0303, suite, extensions: [[43, u16(version)], ...share] });
}

/** A HelloRetryRequest as handshake message: it names a suite and a group, and takes any further extensions. */
export function helloRetry(
  suite: number,
  group: number,
  more: ServerHelloParts["extensions"] = [],
): Buffer {
  const extensions = [[43, u16(0x0304)] as const, [51, u16(group)] as const, ...more];
  return serverHelloOf({ legacy: 0x0303, suite, random: RETRY_RANDOM, extensions });
}

/** A ServerKeyExchange that names a curve; `signature` is what follows the key. */
export function curveExchange(group: number, signature: Buffer = Buffer.from([0, 0])): Buffer {
  const curve = Buffer.concat([Buffer.from([3]), u16(group), Buffer.from([1, 4])]);
  return message(12, Buffer.concat([curve, signature]));
}

/** A ServerKeyExchange with a prime of so many bits; `rest` is what follows the generator: key and signature. */
export function primeExchange(bits: number, rest: Buffer = Buffer.alloc(0)): Buffer {
  const prime = Buffer.alloc(Math.ceil(bits / 8) + 1, 0xff);
  prime[0] = 0;
  prime[1] = 0xff >> ((8 - (bits % 8)) % 8);
  return message(12, Buffer.concat([u16(prime.length), prime, u16(1), Buffer.from([2]), rest]));
}

/** A Certificate message up to TLS 1.2 with these certificates. */
export function certificateMessage(certificates: readonly Buffer[]): Buffer {
  return message(11, list24(certificates.map((one) => list24([one]))));
}

function list24(parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  return Buffer.concat([Buffer.from([length >> 16, (length >> 8) & 255, length & 255]), body]);
}

/** An SSLv2 SERVER-HELLO that shares these ciphers, with a certificate of so many bytes (RFC 6101 appendix E). */
export function ssl2Answer(ciphers: readonly number[], certificate = 3): Buffer {
  const specs = Buffer.from(ciphers.flatMap((code) => [code >> 16, (code >> 8) & 255, code & 255]));
  const body = Buffer.concat([
    Buffer.from([4, 0, 1]),
    u16(2),
    u16(certificate),
    u16(specs.length),
    u16(16),
    Buffer.alloc(certificate, 0x30),
    specs,
    Buffer.alloc(16),
  ]);
  return Buffer.concat([u16(0x8000 | body.length), body]);
}
