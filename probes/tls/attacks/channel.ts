/** One connection as a client up to TLS 1.2 sees it: records in and out, in the clear and protected, and the messages in them. */
import type { RawRecord } from "../tls13-records.ts";
import type { Opener, Sealer } from "./protection.ts";
import { BrokenAnswer } from "./script.ts";

export const RECORD = { change: 20, alert: 21, handshake: 22, data: 23, heartbeat: 24 } as const;

export const MESSAGE = {
  helloRequest: 0,
  clientHello: 1,
  serverHello: 2,
  sessionTicket: 4,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  clientKeyExchange: 16,
  finished: 20,
} as const;

/** What a server does next. */
export type Event =
  | { readonly kind: "message"; readonly type: number; readonly body: Buffer }
  | { readonly kind: "alert"; readonly fatal: boolean; readonly description: number }
  | { readonly kind: "change" }
  | { readonly kind: "data"; readonly body: Buffer }
  | { readonly kind: "heartbeat"; readonly body: Buffer };

export interface Channel {
  /** The version of the next record's header. */
  version: number;
  write: Sealer | null;
  /** In force once the server has changed its cipher. */
  nextRead: Opener | null;
  /** The handshake messages of both sides since the last ClientHello, with their headers. */
  readonly transcript: Buffer[];
  /** Puts a record into the next flight. */
  readonly send: (type: number, content: Buffer, wrongPadding?: boolean) => void;
  /** A handshake message, which also goes into the transcript. */
  readonly sendMessage: (type: number, body: Buffer, wrongPadding?: boolean) => void;
  /** Sends the flight and waits for what the server does next. @throws BrokenAnswer */
  readonly next: () => Generator<Buffer | null, Event, RawRecord>;
}

/** No message of a handshake is longer; a certificate's is the longest. */
const MAX_MESSAGE = 128 * 1024;
const CLOSE_NOTIFY = 0;

/** @param version code for the header of the first record */
export function createChannel(version: number): Channel {
  const flight: Buffer[] = [];
  let pending: Buffer = Buffer.alloc(0);
  let read: Opener | null = null;

  const send: Channel["send"] = (type, content, wrongPadding) => {
    const body = channel.write?.seal(type, content, wrongPadding) ?? content;
    const header = Buffer.from([type, 3, channel.version & 0xff, body.length >> 8, body.length]);
    flight.push(header, body);
  };

  const takeMessage = (): Event | null => {
    while (pending.length >= 4) {
      const length = pending.readUIntBE(1, 3);
      if (length > MAX_MESSAGE) throw new BrokenAnswer(`a handshake message of ${length} bytes`);
      if (pending.length < 4 + length) return null;
      const [type = 0] = pending;
      const whole = pending.subarray(0, 4 + length);
      pending = pending.subarray(4 + length);
      // It asks for a new handshake, and is no part of any (RFC 5246 7.4.1.1).
      if (type === MESSAGE.helloRequest) continue;
      channel.transcript.push(whole);
      return { kind: "message", type, body: whole.subarray(4) };
    }
    return null;
  };

  const takeRecord = ({ type, body }: RawRecord): Event | null => {
    const content = read === null ? body : read.open(type, body);
    if (content === null) throw new BrokenAnswer("a record that is not authentic");
    switch (type) {
      case RECORD.handshake:
        pending = Buffer.concat([pending, content]);
        return null;
      case RECORD.alert: {
        const [level, description] = content;
        if (content.length !== 2 || level === undefined || description === undefined) {
          throw new BrokenAnswer("an alert that cannot be read");
        }
        return { kind: "alert", fatal: level !== 1 || description === CLOSE_NOTIFY, description };
      }
      case RECORD.change:
        if (channel.nextRead !== null) read = channel.nextRead;
        channel.nextRead = null;
        return { kind: "change" };
      case RECORD.heartbeat:
        return { kind: "heartbeat", body: content };
      default:
        return { kind: "data", body: content };
    }
  };

  const channel: Channel = {
    version,
    write: null,
    nextRead: null,
    transcript: [],
    send,
    sendMessage: (type, body, wrongPadding) => {
      const { length } = body;
      const header = Buffer.from([type, length >> 16, length >> 8, length]);
      const message = Buffer.concat([header, body]);
      if (type === MESSAGE.clientHello) channel.transcript.length = 0;
      channel.transcript.push(message);
      send(RECORD.handshake, message, wrongPadding);
    },
    *next() {
      for (;;) {
        const message = takeMessage();
        if (message !== null) return message;
        const out = flight.length === 0 ? null : Buffer.concat(flight.splice(0));
        const event = takeRecord(yield out);
        if (event !== null) return event;
      }
    },
  };
  return channel;
}
