/**
 * Reads what a server says after a hello, from any bytes whatever: records, then handshake messages over them,
 * as far as ServerHello or (for the group) ServerKeyExchange. Everything has a bound and every end is a typed reply.
 */
import { plain } from "#model/text.ts";
import type { Reader } from "./dialogue.ts";
import {
  certificateList,
  certificateStatus,
  serverHello,
  serverKeyExchange,
  type KeyExchangeMessage,
} from "./messages.ts";

export interface HelloReply {
  readonly kind: "hello";
  /** The negotiated version's code: that of `supported_versions` where the server sends it. */
  readonly version: number;
  readonly suite: number;
  /** The group that it chose, where it says so: in a key share, or in a key exchange that was read. */
  readonly group: number | null;
  /** True for a HelloRetryRequest. */
  readonly retry: boolean;
  readonly random: Buffer;
  /** Of the hello that it answers, for what the server signs; null where nobody noted it. */
  readonly clientRandom: Buffer | null;
  readonly sessionId: Buffer;
  /** 0 for none (RFC 3749 2); what was not offered is no answer. */
  readonly compression: number;
  /** Of the ServerHello, by type. */
  readonly extensions: ReadonlyMap<number, Buffer>;
  /** The ServerKeyExchange up to TLS 1.2, where it was read; null where none came. */
  readonly exchange: KeyExchangeMessage | null;
  /** What came in the clear up to TLS 1.2 beside it, as far as was read. */
  readonly flight: Flight;
  /** How the flight ended before it was whole: with an alert, or with an end or something else; null: it did not. */
  readonly cut: "refused" | "silent" | null;
}
export interface Flight {
  /** DER, as sent; no bytes where one is missing (messages.ts). */
  readonly certificates: readonly Buffer[];
  /** The stapled OCSP response; null where none came. */
  readonly ocsp: Buffer | null;
  readonly requestsCertificate: boolean;
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

/** How far an answer up to TLS 1.2 is read: ServerHello, ServerKeyExchange (or the end without one), or ServerHelloDone. */
export type ReadTo = "hello" | "exchange" | "flight";

export interface ReadOptions {
  readonly read: ReadTo;
  /** An SSLv2 hello was sent, so that an SSLv2 answer may come. */
  readonly ssl2: boolean;
}

const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, heartbeat: 24 } as const;
const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateStatus: 22,
} as const;

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

/** A reader for the answer to one hello. When nothing more comes, it gives the ServerHello with what came after it. */
export function createFlightReader(options: ReadOptions): Reader<Reply> {
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
    if (reply !== null && reply.kind !== "hello" && known !== null) {
      return { ...known, cut: reply.kind === "alert" ? "refused" : "silent" };
    }
    if (reply !== null) return reply;
    return total > MAX_FLIGHT ? (cutShort() ?? malformed("the answer is too long")) : null;
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
      if (options.read === "hello" || hello.version > 0x0303) return hello;
      known = hello;
      return null;
    }
    const { flight } = known;
    switch (type) {
      case MESSAGE.certificate:
        known = { ...known, flight: { ...flight, certificates: certificateList(body) } };
        return null;
      case MESSAGE.certificateStatus:
        known = { ...known, flight: { ...flight, ocsp: certificateStatus(body) } };
        return null;
      case MESSAGE.serverKeyExchange: {
        const exchange = serverKeyExchange(body, known.suite, known.version);
        known = { ...known, exchange, group: exchange?.group ?? null };
        return options.read === "exchange" ? known : null;
      }
      case MESSAGE.certificateRequest:
        known = { ...known, flight: { ...flight, requestsCertificate: true } };
        return null;
      case MESSAGE.serverHelloDone:
        return known;
      case undefined:
      default:
        return null;
    }
  };

  const cutShort = (): Reply | null => (known === null ? null : { ...known, cut: "silent" });

  return { push, end: cutShort };
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
