/**
 * A server of TLS 1.0 to 1.2 that finishes handshakes, in RSA with AES_128_CBC_SHA alone, and has the flaws that a test
 * gives it, or does something else altogether at a step of the way.
 */
import {
  constants,
  createPrivateKey,
  privateDecrypt,
  randomBytes,
  X509Certificate,
} from "node:crypto";
import type { Socket } from "node:net";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { prf, type PrfHash, transcriptHash, verifyData } from "#probes/tls/attacks/prf.ts";
import { cbcOpener, cbcSealer } from "./tls-cbc.ts";
import { readHello, recordBytes, type SeenHello } from "./tls-hello.ts";
import { certificateMessage, message, serverHelloOf, u16, vector16 } from "./tls-messages.ts";
import { type Peer, socketPeer } from "./tls-peer.ts";

/** Where on its way a connection is. */
export type Step =
  | "hello"
  /** A ChangeCipherSpec without keys. */
  | "early-change"
  /** What follows it. */
  | "early-record"
  | "key-exchange"
  | "finished"
  | "heartbeat"
  | "data"
  /** One whose padding or MAC is wrong; told by its type. */
  | "broken-record"
  /** A hello after a handshake. */
  | "renegotiation"
  /** A hello with a ticket of the server's. */
  | "resumption";

/** What a test may do with a connection. */
export interface Connection {
  readonly socket: Socket;
  /** How many hellos came over it before this step. */
  readonly hellos: number;
  /** Sends a record under the protection that is in force. */
  readonly send: (type: number, content: Buffer) => void;
  /** Sends a fatal alert and ends the connection. */
  readonly fail: (description: number) => void;
}

export interface Flaws {
  readonly version?: 0x0301 | 0x0302 | 0x0303;
  /** Answers a heartbeat with as much as it claims. */
  readonly heartbleed?: true;
  /** Negotiates heartbeat. */
  readonly heartbeat?: true;
  /** Takes an early ChangeCipherSpec. */
  readonly ccsInjection?: true;
  /** Fills the session id of a client that resumes up to 32 bytes. */
  readonly ticketbleed?: true;
  /** Tells wrong padding of RSA: by its start alone, or only where all of it must be right. */
  readonly oracle?: "strong" | "weak";
  /** Does not look at CBC's padding: in application data, or anywhere. */
  readonly poodle?: "data" | "all";
  /** Renegotiations that it allows; none when left out. */
  readonly renegotiations?: number;
  readonly withoutTickets?: true;
  readonly withoutMasterSecretExtension?: true;
  /** The certificate that it shows; its own when left out. */
  readonly certificate?: Buffer;
  /** The ticket that it issues. */
  readonly ticket?: Buffer;
  /** Asks for a client certificate, and takes none for an answer. */
  readonly asksForCertificate?: true;
  /** Does a step otherwise; false for what it would do by itself. */
  readonly instead?: (step: Step, connection: Connection, bytes: Buffer) => boolean;
}

const leaf = makeAuthority().issue({ commonName: "server.example", altNames: ["server.example"] });
const certificate = new X509Certificate(leaf.certPem).raw;
const key = createPrivateKey(leaf.keyPem);
const ORDINARY_TICKET = Buffer.alloc(48, 0x74);
const SUITE = 0x002f;
const EXTENSION = { heartbeat: 15, masterSecret: 23, ticket: 35, renegotiation: 0xff01 } as const;

export function flawedServer(flaws: Flaws, host?: string): Promise<Peer> {
  return socketPeer((socket) => serve(socket, flaws), [], host);
}

/** What a handshake has agreed on so far. */
interface Handshake {
  readonly hello: SeenHello;
  readonly version: number;
  readonly randoms: { readonly client: Buffer; readonly server: Buffer };
  readonly transcript: Buffer[];
  master: Buffer | null;
}

function serve(socket: Socket, flaws: Flaws): void {
  const ticket = flaws.ticket ?? ORDINARY_TICKET;
  let bytes: Buffer = Buffer.alloc(0);
  let seal: ReturnType<typeof cbcSealer> | null = null;
  let open: ReturnType<typeof cbcOpener> | null = null;
  let handshake: Handshake | null = null;
  let early = false;
  let hellos = 0;
  let verified: Buffer = Buffer.alloc(0);
  const version = () => handshake?.version ?? 0x0301;
  const send: Connection["send"] = (type, content) => {
    const body = seal?.(type, content) ?? content;
    socket.write(Buffer.concat([Buffer.of(type), u16(version()), u16(body.length), body]));
  };
  const fail: Connection["fail"] = (description) => {
    send(21, Buffer.of(2, description));
    socket.end();
    ended = true;
  };
  let ended = false;
  const otherwise = (step: Step, body: Buffer) => {
    const done = flaws.instead?.(step, { socket, hellos, send, fail }, body) ?? false;
    // Whoever strays from the way does not come back to it.
    if (done) ended = true;
    return done;
  };

  const hash = (): PrfHash => (version() < 0x0303 ? "md5-sha1" : "sha256");
  const say = (whole: Buffer) => {
    handshake?.transcript.push(whole);
    send(22, whole);
  };

  const takeHello = (whole: Buffer) => {
    const record = Buffer.concat([Buffer.of(22, 3, 1), u16(whole.length), whole]);
    const hello = readHello(record);
    if (hello === null) return fail(50);
    if (hello.legacy < 0x0301) return fail(70);
    const chosen = Math.min(hello.legacy, flaws.version ?? 0x0303);
    const client = whole.subarray(6, 38);
    const offered = whole.subarray(39, 39 + (whole[38] ?? 0));
    const before = handshake;
    handshake = {
      hello,
      version: chosen,
      randoms: { client, server: randomBytes(32) },
      transcript: [whole],
      master: null,
    };
    hellos += 1;
    if (before === null ? otherwise("hello", whole) : otherwise("renegotiation", whole)) return;
    if (before !== null && hellos - 2 >= (flaws.renegotiations ?? 0)) {
      handshake = before;
      return send(21, Buffer.of(1, 100));
    }
    if (!hello.suites.includes(SUITE)) return fail(40);
    // RFC 5746 3.7
    const named = hello.extensions.get(EXTENSION.renegotiation)?.subarray(1);
    const securely = !hello.suites.includes(0x00ff) && named?.equals(verified) === true;
    if (before !== null && !securely) return fail(40);
    const resumes =
      ticket.length > 0 && hello.extensions.get(EXTENSION.ticket)?.equals(ticket) === true;
    if (resumes && otherwise("resumption", offered)) return;
    const session = flaws.ticketbleed && resumes ? filled(offered) : resumes ? offered : undefined;
    say(
      serverHelloOf({
        legacy: chosen,
        suite: SUITE,
        random: handshake.randoms.server,
        ...(session === undefined ? {} : { session }),
        extensions: answers(hello),
      }),
    );
    if (resumes) return;
    say(certificateMessage([flaws.certificate ?? certificate]));
    if (flaws.asksForCertificate === true) say(message(13, Buffer.from([1, 1, 0, 2, 4, 1, 0, 0])));
    say(message(14, Buffer.alloc(0)));
  };

  const answers = (hello: SeenHello): (readonly [number, Buffer])[] => {
    const both = (type: number) => hello.extensions.has(type);
    const beats = flaws.heartbeat === true || flaws.heartbleed === true;
    const secure = hello.suites.includes(0x00ff) || both(EXTENSION.renegotiation);
    return [
      ...(secure ? [[EXTENSION.renegotiation, Buffer.of(0)] as const] : []),
      ...(both(EXTENSION.masterSecret) && flaws.withoutMasterSecretExtension !== true
        ? [[EXTENSION.masterSecret, Buffer.alloc(0)] as const]
        : []),
      ...(both(EXTENSION.ticket) && flaws.withoutTickets !== true
        ? [[EXTENSION.ticket, Buffer.alloc(0)] as const]
        : []),
      ...(both(EXTENSION.heartbeat) && beats ? [[EXTENSION.heartbeat, Buffer.of(1)] as const] : []),
    ];
  };

  const takeKeyExchange = (body: Buffer) => {
    if (handshake === null) return fail(10);
    const padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, body.subarray(2));
    if (otherwise("key-exchange", padded)) return;
    if (wrongFor(flaws.oracle, padded)) return fail(51);
    // Who is sound goes on with something else, and fails at the Finished (RFC 5246 7.4.7.1).
    const sound = !wrongFor("weak", padded) && padded.readUInt16BE(208) === handshake.hello.legacy;
    const premaster = sound ? padded.subarray(-48) : randomBytes(48);
    const { client, server } = handshake.randoms;
    const extended =
      handshake.hello.extensions.has(EXTENSION.masterSecret) &&
      flaws.withoutMasterSecretExtension !== true;
    handshake.master = extended
      ? prf(
          hash(),
          premaster,
          "extended master secret",
          transcriptHash(hash(), handshake.transcript),
          48,
        )
      : prf(hash(), premaster, "master secret", Buffer.concat([client, server]), 48);
  };

  const keys = () => {
    if (handshake?.master === null || handshake === null) throw new Error("no keys yet");
    const { client, server } = handshake.randoms;
    const seed = Buffer.concat([server, client]);
    const block = prf(hash(), handshake.master, "key expansion", seed, 104);
    const cut = (mac: number, from: number, iv: number) => ({
      mac: block.subarray(mac, mac + 20),
      key: block.subarray(from, from + 16),
      iv: block.subarray(iv, iv + 16),
    });
    return { client: cut(0, 40, 72), server: cut(20, 56, 88) };
  };

  const takeFinished = (whole: Buffer) => {
    if (handshake?.master === null || handshake === null) return fail(10);
    const known = handshake.transcript.slice(0, -1);
    const right = verifyData(hash(), handshake.master, "client", known);
    if (!right.equals(whole.subarray(4))) return fail(51);
    verified = right;
    if (otherwise("finished", whole)) return;
    const asked = handshake.hello.extensions.has(EXTENSION.ticket);
    if (asked && flaws.withoutTickets !== true) {
      say(message(4, Buffer.concat([Buffer.alloc(4), vector16(ticket)])));
    }
    send(20, Buffer.of(1));
    seal = cbcSealer(version(), keys().server);
    const { master, transcript } = handshake;
    say(message(20, verifyData(hash(), master, "server", transcript)));
  };

  const takeMessage = (whole: Buffer) => {
    if (whole[0] !== 1) handshake?.transcript.push(whole);
    if (whole[0] === 1) takeHello(whole);
    else if (whole[0] === 16) takeKeyExchange(whole.subarray(4));
    else if (whole[0] === 20) takeFinished(whole);
    else if (whole[0] === 11 && flaws.asksForCertificate === true) return;
    else fail(10);
  };

  const takeRecord = (type: number, body: Buffer) => {
    if (early) {
      if (!otherwise("early-record", body)) fail(20);
      return;
    }
    if (type === 20) {
      if (handshake?.master) open = cbcOpener(version(), keys().client);
      else if (otherwise("early-change", body)) return;
      else if (flaws.ccsInjection === true) early = true;
      else fail(10);
      return;
    }
    const opened = open?.(type, body) ?? { content: body, fault: null };
    const lenient = flaws.poodle === "all" || (flaws.poodle === "data" && type === 23);
    if (opened.fault !== null && !(opened.fault === "padding" && lenient)) {
      if (!otherwise("broken-record", Buffer.of(type))) fail(20);
      return;
    }
    const { content } = opened;
    if (type === 24) return takeHeartbeat(content);
    if (type === 23) {
      if (!otherwise("data", content)) send(23, Buffer.from("HTTP/1.0 200 OK\r\n\r\n"));
      return;
    }
    if (type === 22) takeMessage(content);
  };

  const takeHeartbeat = (content: Buffer) => {
    if (otherwise("heartbeat", content)) return;
    const claimed = content.readUInt16BE(1);
    const within = 3 + claimed + 16 <= content.length;
    if (!within && flaws.heartbleed !== true) return;
    const payload = Buffer.concat([content.subarray(3), Buffer.alloc(claimed, 0x5e)]);
    send(24, heartbeatAnswer(payload.subarray(0, claimed)));
  };

  const takeBytes = (): void => {
    const end = recordBytes(bytes);
    // SSLv2, among others.
    if ((bytes[0] ?? 22) > 24) socket.end();
    if (ended || bytes.length < end) return;
    const [type = 0] = bytes;
    const body = bytes.subarray(5, end);
    bytes = bytes.subarray(end);
    takeRecord(type, body);
    takeBytes();
  };
  socket.on("data", (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    takeBytes();
  });
}

/** A heartbeat's answer with that payload (RFC 6520 4). */
export function heartbeatAnswer(payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(2), u16(payload.length), payload, Buffer.alloc(16)]);
}

function filled(session: Buffer): Buffer {
  return Buffer.concat([session, Buffer.alloc(32 - session.length, 0x6d)]);
}

/** Whether an oracle of that kind calls the padding wrong. */
function wrongFor(oracle: Flaws["oracle"], padded: Buffer): boolean {
  const start = padded[0] === 0 && padded[1] === 2;
  if (oracle === "strong") return !start;
  return oracle === "weak" && !(start && padded.indexOf(0, 2) === padded.length - 49);
}
