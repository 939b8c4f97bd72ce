/**
 * Reads what a server says after a hello, from any bytes whatever: records, then handshake messages over them,
 * as far as ServerHello or (for the group) ServerKeyExchange. Everything has a bound and every end is a typed reply.
 */
import { plain } from "#model/text.ts";
import { serverHello, serverKeyExchange } from "./messages.ts";

export interface HelloReply {
  readonly kind: "hello";
  /** The negotiated version's code: that of `supported_versions` where the server sends it. */
  readonly version: number;
  readonly suite: number;
  /** The group that it chose, where it says so; null where it does not. */
  readonly group: number | null;
  /** Size of its Diffie-Hellman prime in bits, up to TLS 1.2. */
  readonly dhBits: number | null;
  /** True for a HelloRetryRequest. */
  readonly retry: boolean;
}
export interface AlertReply {
  readonly kind: "alert";
  readonly description: number;
}
/** The peer's words after a hello. */
export type Reply =
  | HelloReply
  | AlertReply
  | { readonly kind: "ssl2-hello"; readonly ciphers: readonly number[] }
  /** The first bytes, escaped. */
  | { readonly kind: "not-tls"; readonly excerpt: string }
  | { readonly kind: "malformed"; readonly why: string };

export interface ReadOptions {
  /** Read on to ServerKeyExchange where the suite has one, for the group. */
  readonly keyExchange: "ECDHE" | "DHE" | null;
  /** An SSLv2 hello was sent, so that an SSLv2 answer may come. */
  readonly ssl2: boolean;
}

/** Reads one flight as it arrives. */
export interface FlightReader {
  /** Takes a chunk; gives the reply as soon as it is known. */
  readonly push: (chunk: Buffer) => Reply | null;
  /** What is known when nothing more comes: a ServerHello whose key exchange was still awaited. */
  readonly end: () => Reply | null;
}

const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, heartbeat: 24 } as const;
const MESSAGE = { clientHello: 1, serverHello: 2, serverKeyExchange: 12, serverHelloDone: 14 };

/** RFC 8446 5.2 and RFC 5246 6.2.3: no record is longer. */
const MAX_RECORD = 16_384 + 2048;
/** Room for the longest certificate chains; what is longer is not awaited. */
const MAX_FLIGHT = 128 * 1024;
const MAX_RECORDS = 512;
const MAX_WARNINGS = 16;

/** Alerts that the standard calls fatal whatever level they carry; all others may precede a ServerHello as warnings. */
const ALWAYS_FATAL: ReadonlySet<number> = new Set([
  10, 20, 22, 30, 40, 47, 48, 50, 51, 70, 71, 80, 86, 109, 115, 116, 120,
]);
const CLOSE_NOTIFY = 0;

/** A reader for the answer to one hello. */
export function createFlightReader(options: ReadOptions): FlightReader {
  let pending: Buffer = Buffer.alloc(0);
  let handshake: Buffer = Buffer.alloc(0);
  let chunks: Buffer[] = [];
  let waiting = 0;
  let needed = 1;
  let total = 0;
  let records = 0;
  let warnings = 0;
  let known: HelloReply | null = null;

  const push = (chunk: Buffer): Reply | null => {
    total += chunk.length;
    chunks.push(chunk);
    waiting += chunk.length;
    // Bytes that come one by one are joined once a record can be complete, not at each of them.
    if (waiting < needed && total <= MAX_FLIGHT) return null;
    pending = Buffer.concat([pending, ...chunks]);
    chunks = [];
    waiting = 0;
    const reply = take();
    if (reply !== null) return reply.kind === "hello" ? reply : (known ?? reply);
    return total > MAX_FLIGHT ? (known ?? malformed("the answer is too long")) : null;
  };

  /** Takes whole records off `pending` until a reply is known or more bytes are needed. */
  const take = (): Reply | null => {
    for (;;) {
      const first = pending[0];
      if (first === undefined) return wait(1);
      if (options.ssl2 && first >= 0x80 && records === 0) return ssl2Reply(pending) ?? wait(1);
      if (first < RECORD.changeCipherSpec || first > RECORD.heartbeat) {
        return { kind: "not-tls", excerpt: plain(pending.toString("latin1", 0, 60), 60) };
      }
      if (pending.length < 5) return wait(5 - pending.length);
      if (pending[1] !== 3) return malformed("the record has no TLS version");
      const length = pending.readUInt16BE(3);
      if (length === 0 || length > MAX_RECORD) return malformed(`a record of ${length} bytes`);
      if (pending.length < 5 + length) return wait(5 + length - pending.length);
      records += 1;
      if (records > MAX_RECORDS) return malformed("too many records");
      const body = pending.subarray(5, 5 + length);
      pending = pending.subarray(5 + length);
      const reply = takeRecord(first, body);
      if (reply !== null) return reply;
    }
  };

  const wait = (bytes: number): null => {
    needed = bytes;
    return null;
  };

  const takeRecord = (type: number, body: Buffer): Reply | null => {
    if (type === RECORD.alert) return takeAlert(body);
    if (type !== RECORD.handshake) return malformed(`a record of type ${type} before the answer`);
    handshake = Buffer.concat([handshake, body]);
    return takeMessages();
  };

  const takeAlert = (body: Buffer): Reply | null => {
    const [level, description] = body;
    if (level === undefined || description === undefined) return malformed("an alert cut short");
    if (level !== 1 || ALWAYS_FATAL.has(description) || description === CLOSE_NOTIFY) {
      return { kind: "alert", description };
    }
    warnings += 1;
    return warnings > MAX_WARNINGS ? malformed("too many warnings") : null;
  };

  const takeMessages = (): Reply | null => {
    while (handshake.length >= 4) {
      const length = handshake.readUIntBE(1, 3);
      if (length > MAX_FLIGHT) return malformed(`a handshake message of ${length} bytes`);
      if (handshake.length < 4 + length) return null;
      const type = handshake[0];
      const body = handshake.subarray(4, 4 + length);
      handshake = handshake.subarray(4 + length);
      const reply = takeMessage(type, body);
      if (reply !== null) return reply;
    }
    return null;
  };

  const takeMessage = (type: number | undefined, body: Buffer): Reply | null => {
    if (type === MESSAGE.clientHello) return malformed("the hello came back as it was sent");
    if (known === null) {
      if (type !== MESSAGE.serverHello) return malformed(`handshake message ${type} came first`);
      const hello = serverHello(body);
      if (hello === null) return malformed("the ServerHello cannot be read");
      // TLS 1.3 has said its group already, and encrypts what follows.
      if (options.keyExchange === null || hello.version > 0x0303) return hello;
      known = hello;
      return null;
    }
    if (type === MESSAGE.serverHelloDone) return known;
    if (type !== MESSAGE.serverKeyExchange) return null;
    return { ...known, ...serverKeyExchange(body, options.keyExchange) };
  };

  return { push, end: () => known };
}

/** The parts of an SSLv2 answer: its ciphers, or its error; null while it is not whole (RFC 6101 appendix E). */
function ssl2Reply(bytes: Buffer): Reply | null {
  if (bytes.length < 3) return null;
  const length = bytes.readUInt16BE(0) & 0x7fff;
  if (length < 3 || length > MAX_RECORD) return malformed("an SSLv2 record of an odd length");
  if (bytes.length < 2 + length) return null;
  const body = bytes.subarray(2, 2 + length);
  if (body[0] === 0) return malformed(`SSLv2 error ${body.readUInt16BE(1)}`);
  if (body[0] !== 4 || body.length < 11 || body.readUInt16BE(3) !== 0x0002) {
    return malformed("neither an SSLv2 answer nor TLS");
  }
  const start = 11 + body.readUInt16BE(5);
  const size = body.readUInt16BE(7);
  if (size % 3 !== 0 || start + size > body.length) return malformed("an SSLv2 answer cut short");
  const ciphers = Array.from({ length: size / 3 }, (_, index) =>
    body.readUIntBE(start + index * 3, 3),
  );
  return { kind: "ssl2-hello", ciphers };
}

function malformed(why: string): Reply {
  return { kind: "malformed", why };
}
