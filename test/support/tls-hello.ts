/** Reads the hellos that scripted servers get. */

/** What a test needs to know of a hello. */
export interface SeenHello {
  /** The hello's own version, or that of `supported_versions`. */
  readonly version: number;
  /** The hello's own version, whatever its extensions say. */
  readonly legacy: number;
  /** Those of `supported_versions`; null where there is no such extension. */
  readonly versions: readonly number[] | null;
  readonly suites: readonly number[];
  /** Methods of compression. */
  readonly compression: readonly number[];
  readonly groups: readonly number[];
  /** Groups that it sends a key share of. */
  readonly shares: readonly number[];
  readonly signatureAlgorithms: readonly number[];
  readonly extensions: ReadonlyMap<number, Buffer>;
  /** Extension types in order. */
  readonly order: readonly number[];
  readonly serverName: string | null;
  /** Bytes of the handshake message with its header, which is what servers stumble over. */
  readonly bytes: number;
  readonly ssl2: boolean;
}

/** Length of the first record, header and all; endless while it is not known. */
export function recordBytes(bytes: Buffer): number {
  if (bytes.length < 5) return Number.POSITIVE_INFINITY;
  const ssl2 = (bytes[0] ?? 0) >= 0x80;
  return ssl2 ? 2 + (bytes.readUInt16BE(0) & 0x7fff) : 5 + bytes.readUInt16BE(3);
}

/** Reads a hello; null while it is not whole. Throws where it breaks the format, as these tests must see it. */
export function readHello(bytes: Buffer): SeenHello | null {
  if (bytes.length < 5) return null;
  const ssl2 = (bytes[0] ?? 0) >= 0x80;
  const length = ssl2 ? bytes.readUInt16BE(0) & 0x7fff : bytes.readUInt16BE(3);
  if (bytes.length < length + (ssl2 ? 2 : 5)) return null;
  const none = {
    legacy: 2,
    versions: null,
    compression: [],
    groups: [],
    shares: [],
    signatureAlgorithms: [],
    extensions: new Map(),
    order: [],
    serverName: null,
  };
  if (ssl2) {
    const size = bytes.readUInt16BE(5);
    const suites = Array.from({ length: size / 3 }, (_, i) => bytes.readUIntBE(11 + i * 3, 3));
    return { version: bytes.readUInt16BE(3), suites, bytes: length, ssl2, ...none };
  }
  const body = bytes.subarray(5, 5 + length);
  if (body.readUIntBE(1, 3) !== length - 4) throw new Error("the hello's length is wrong");
  let at = 4 + 2 + 32;
  at += 1 + (body[at] ?? 0);
  const suiteBytes = body.readUInt16BE(at);
  const suites = list(body.subarray(at + 2, at + 2 + suiteBytes));
  at += 2 + suiteBytes;
  const compression = [...body.subarray(at + 1, at + 1 + (body[at] ?? 0))];
  at += 1 + compression.length;
  const extensions = new Map<number, Buffer>();
  const order: number[] = [];
  if (at < body.length) {
    if (body.readUInt16BE(at) !== body.length - at - 2) throw new Error("extensions do not fit");
    at += 2;
    while (at < body.length) {
      const type = body.readUInt16BE(at);
      const size = body.readUInt16BE(at + 2);
      if (at + 4 + size > body.length) throw new Error("an extension does not fit");
      extensions.set(type, body.subarray(at + 4, at + 4 + size));
      order.push(type);
      at += 4 + size;
    }
  }
  const offered = extensions.get(43);
  const legacy = body.readUInt16BE(4);
  return {
    version: offered?.readUInt16BE(1) ?? legacy,
    legacy,
    versions: offered === undefined ? null : list(offered.subarray(1)),
    suites,
    compression,
    shares: shareGroups(extensions.get(51)?.subarray(2) ?? Buffer.alloc(0)),
    signatureAlgorithms: list(extensions.get(13)?.subarray(2) ?? Buffer.alloc(0)),
    groups: list(extensions.get(10)?.subarray(2) ?? Buffer.alloc(0)),
    extensions,
    order,
    serverName: extensions.get(0)?.subarray(5).toString() ?? null,
    bytes: length,
    ssl2,
  };
}

function list(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readUInt16BE(index * 2));
}

function shareGroups(bytes: Buffer): number[] {
  const groups: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUInt16BE(at + 2)) {
    groups.push(bytes.readUInt16BE(at));
  }
  return groups;
}
