/** Scripted TLS servers: they read hellos and answer what a test says, byte for byte. No cryptography on either side. */
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** What a test needs to know of a hello. */
export interface SeenHello {
  /** The hello's own version, or that of `supported_versions`. */
  readonly version: number;
  readonly suites: readonly number[];
  readonly groups: readonly number[];
  readonly extensions: ReadonlyMap<number, Buffer>;
  /** Extension types in order. */
  readonly order: readonly number[];
  readonly serverName: string | null;
  /** Bytes of the handshake message with its header, which is what servers stumble over. */
  readonly bytes: number;
  readonly ssl2: boolean;
}

/** What a scripted server does with a hello. */
export type Move = Buffer | "reset" | "close" | "hang";

export interface Peer {
  readonly port: number;
  readonly hellos: readonly SeenHello[];
  /** Connections that are open now. */
  readonly open: () => number;
  /** The most that were ever open at once. */
  readonly peak: () => number;
  readonly close: () => Promise<void>;
}

/** A server that answers each hello as `answer` says; bytes are sent and the connection stays until the peer leaves. */
export async function helloPeer(answer: (hello: SeenHello, index: number) => Move): Promise<Peer> {
  const hellos: SeenHello[] = [];
  return socketPeer((socket) => {
    let bytes = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      const hello = readHello(bytes);
      if (hello === null) return;
      bytes = Buffer.alloc(0);
      hellos.push(hello);
      const move = answer(hello, hellos.length - 1);
      if (move === "reset") socket.resetAndDestroy();
      else if (move === "close") socket.end();
      else if (move !== "hang") socket.write(move);
    });
  }, hellos);
}

/** A server that does whatever `serve` does with each connection. */
export async function socketPeer(
  serve: (socket: Socket) => void,
  hellos: readonly SeenHello[] = [],
): Promise<Peer> {
  const sockets = new Set<Socket>();
  let peak = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    peak = Math.max(peak, sockets.size);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    serve(socket);
    // A socket that nobody reads does not notice that the other side left.
    socket.resume();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server on a TCP port has an AddressInfo; only pipes have a string.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const { port } = server.address() as AddressInfo;
  return {
    port,
    hellos,
    open: () => sockets.size,
    peak: () => peak,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

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
  const length = Buffer.from([0, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([type]), length, body]);
}

/** A ServerHello as handshake message. `group` makes it one of TLS 1.3, with a key share. */
export function serverHello(version: number, suite: number, group?: number): Buffer {
  const tls13 = version === 0x0304;
  const extensions = tls13
    ? Buffer.concat([
        u16(43),
        u16(2),
        u16(version),
        ...(group === undefined ? [] : [u16(51), u16(2), u16(group)]),
      ])
    : Buffer.alloc(0);
  return message(
    2,
    Buffer.concat([
      u16(tls13 ? 0x0303 : version),
      Buffer.alloc(32, 7),
      Buffer.from([0]),
      u16(suite),
      Buffer.from([0]),
      ...(tls13 ? [u16(extensions.length), extensions] : []),
    ]),
  );
}

/** A ServerKeyExchange that names a curve. */
export function curveExchange(group: number): Buffer {
  return message(12, Buffer.concat([Buffer.from([3]), u16(group), Buffer.from([1, 4, 0, 0])]));
}

/** A ServerKeyExchange with a prime of so many bits. */
export function primeExchange(bits: number): Buffer {
  const prime = Buffer.alloc(Math.ceil(bits / 8) + 1, 0xff);
  prime[0] = 0;
  prime[1] = 0xff >> ((8 - (bits % 8)) % 8);
  return message(12, Buffer.concat([u16(prime.length), prime, u16(1), Buffer.from([2])]));
}

export interface ModelServer {
  /** Suites by version code, in the server's order. */
  readonly suites: ReadonlyMap<number, readonly number[]>;
  readonly groups?: readonly number[];
  readonly dhBits?: number;
  /** Follow the client's order. */
  readonly clientOrder?: boolean;
}

/** What an honest server of those settings says to a hello: version, suite and group by the rules, or an alert. */
export function honest(model: ModelServer, hello: SeenHello): Buffer {
  if (hello.ssl2) return alert(70);
  // TLS 1.3 is only spoken with those who list it; older versions to everyone at or below their own.
  const versions = [...model.suites.keys()].filter((version) =>
    hello.version === 0x0304 ? version === 0x0304 : version <= hello.version && version < 0x0304,
  );
  const version = Math.max(...versions);
  if (versions.length === 0) return alert(70);
  const own = model.suites.get(version) ?? [];
  const suite =
    model.clientOrder === true
      ? hello.suites.find((code) => own.includes(code))
      : own.find((code) => hello.suites.includes(code));
  const group = (model.groups ?? [0x1d]).find((code) => hello.groups.includes(code));
  if (suite === undefined) return alert(40);
  if (version === 0x0304) {
    return group === undefined ? alert(40) : record(22, serverHello(version, suite, group));
  }
  const parts = [serverHello(version, suite), message(11, Buffer.from([0, 0, 0]))];
  if (suite >> 8 === 0xc0 || suite >> 8 === 0xcc) {
    if (group === undefined) return alert(40);
    parts.push(curveExchange(group));
  } else if ([0x33, 0x39, 0x9e, 0x9f].includes(suite)) {
    parts.push(primeExchange(model.dhBits ?? 2048));
  }
  return record(22, Buffer.concat([...parts, message(14, Buffer.alloc(0))]));
}

/** Reads a hello; null while it is not whole. Throws where it breaks the format, as these tests must see it. */
export function readHello(bytes: Buffer): SeenHello | null {
  if (bytes.length < 5) return null;
  const ssl2 = (bytes[0] ?? 0) >= 0x80;
  const length = ssl2 ? bytes.readUInt16BE(0) & 0x7fff : bytes.readUInt16BE(3);
  if (bytes.length < length + (ssl2 ? 2 : 5)) return null;
  const none = { groups: [], extensions: new Map(), order: [], serverName: null };
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
  at += 1 + (body[at] ?? 0);
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
  return {
    version: offered?.readUInt16BE(1) ?? body.readUInt16BE(4),
    suites,
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
