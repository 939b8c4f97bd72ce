import { describe } from "vitest";
import {
  alert,
  certificateMessage,
  record,
  serverHello,
  serverHelloOf,
  u16,
} from "../../support/tls-peer.ts";
import {
  accepts12,
  type Hostile,
  inRecords,
  NAMES_12,
  overwritten,
  replacing,
  testHostile,
  times,
  twisted,
} from "./hostile-kit.ts";

const TLS12 = 0x0303;
const exchangeUnknown = { ...accepts12, exchangeUnfinished: "TLSv1.2" } as const;

const odd: readonly Hostile[] = [
  {
    name: "an extension that was not offered: what it chose is known all the same",
    serve: twisted((first, rest) => {
      const suite = first.readUInt16BE(39);
      const hello = serverHelloOf({
        legacy: TLS12,
        suite,
        extensions: [[0x7777, Buffer.alloc(9)]],
      });
      return record(22, Buffer.concat([hello, ...rest]));
    }),
    concluded: accepts12,
  },
  {
    name: "the same extension a hundred times",
    serve: twisted((first, rest) => {
      const suite = first.readUInt16BE(39);
      const extensions = Array.from({ length: 100 }, () => [23, Buffer.alloc(0)] as const);
      return record(
        22,
        Buffer.concat([serverHelloOf({ legacy: TLS12, suite, extensions }), ...rest]),
      );
    }),
    concluded: accepts12,
  },
  {
    name: "the ServerHello twice",
    serve: twisted((first, rest) => record(22, Buffer.concat([first, first, ...rest]))),
    concluded: accepts12,
  },
  {
    name: "two ServerHellos that contradict each other: the first counts",
    serve: twisted((first, rest) =>
      record(22, Buffer.concat([first, serverHello(0x0301, 0x0005), ...rest])),
    ),
    concluded: accepts12,
  },
  {
    name: "everything in records of one byte",
    serve: twisted((first, rest) => inRecords(Buffer.concat([first, ...rest]), 1)),
    concluded: accepts12,
  },
  {
    name: "everything in records of seven bytes, with warnings in between",
    serve: twisted((first, rest) => {
      const bytes = Buffer.concat([first, ...rest]);
      const warning = alert(112, 1);
      const parts = [bytes.subarray(0, 7), bytes.subarray(7, 70), bytes.subarray(70)];
      return Buffer.concat(parts.flatMap((part) => [warning, inRecords(part, 7)]));
    }),
    concluded: { ...accepts12, groups: ["secp256r1"] },
  },
  {
    name: "a fatal alert right behind the ServerHello",
    serve: twisted((first) => Buffer.concat([record(22, first), alert(80)])),
    concluded: exchangeUnknown,
  },
  {
    name: "a reset behind the whole flight",
    serve: twisted((first, rest) => ({
      answer: record(22, Buffer.concat([first, ...rest])),
      end: "reset",
    })),
    concluded: { versions: { "TLSv1.2": "accepted", "TLSv1.1": "rejected" } },
  },
  {
    name: "an end right behind the ServerHello",
    serve: twisted((first) => ({ answer: record(22, first), end: "close" })),
    concluded: exchangeUnknown,
  },
  {
    name: "an end behind the certificate",
    serve: twisted((first, rest) => ({
      answer: record(22, Buffer.concat([first, ...rest.slice(0, 1)])),
      end: "close",
    })),
    concluded: exchangeUnknown,
  },
  {
    name: "changes of cipher behind the ServerHello",
    serve: twisted((first) =>
      Buffer.concat([record(22, first), times(700, record(20, Buffer.of(1)))]),
    ),
    concluded: exchangeUnknown,
  },
  {
    name: "HTTP right behind the ServerHello",
    serve: twisted((first) => Buffer.concat([record(22, first), Buffer.from("HTTP/1.1 200 OK")])),
    concluded: exchangeUnknown,
  },
];

/** Messages behind a good ServerHello, with wrong lengths in them. */
const lengths: readonly Hostile[] = [
  {
    name: "a list of certificates longer than it is",
    serve: replacing(11, () => Buffer.from([255, 255, 255, 0, 0, 1, 48])),
    concluded: accepts12,
  },
  {
    name: "a certificate longer than the list",
    serve: replacing(11, () => Buffer.from([0, 0, 4, 255, 255, 255, 48])),
    concluded: accepts12,
  },
  {
    name: "an empty certificate",
    serve: replacing(11, () => Buffer.from([0, 0, 3, 0, 0, 0])),
    concluded: accepts12,
  },
  {
    name: "a certificate message without anything",
    serve: replacing(11, () => Buffer.alloc(0)),
    concluded: accepts12,
  },
  {
    name: "a certificate of rubbish",
    serve: replacing(11, () => certificateMessage([Buffer.alloc(500, 7)]).subarray(4)),
    concluded: accepts12,
  },
  {
    name: "ten thousand empty certificates",
    serve: replacing(11, () =>
      certificateMessage(Array.from({ length: 10_000 }, () => Buffer.alloc(0))).subarray(4),
    ),
    concluded: { versions: accepts12.versions },
  },
  {
    name: "a key exchange without anything",
    serve: replacing(12, () => Buffer.alloc(0)),
    concluded: exchangeUnknown,
  },
  {
    name: "a key exchange of one byte",
    serve: replacing(12, () => Buffer.of(3)),
    concluded: exchangeUnknown,
  },
  {
    name: "a key exchange whose curve is spelled out",
    serve: replacing(12, () => Buffer.concat([Buffer.of(1), Buffer.alloc(90, 1)])),
    concluded: exchangeUnknown,
  },
  {
    name: "a key exchange with a curve that was not offered",
    serve: replacing(12, () => Buffer.from([3, 0x99, 0x99, 1, 4, 0, 0])),
    concluded: exchangeUnknown,
  },
  {
    name: "a key exchange whose key is longer than the message",
    serve: replacing(12, (body) => overwritten(body, body[0] === 3 ? 3 : 0, 255)),
    concluded: { versions: accepts12.versions, suites: NAMES_12 },
  },
  {
    name: "a prime of nothing",
    serve: replacing(12, (body) => (body[0] === 3 ? body : Buffer.from([0, 0, 0, 1, 2, 0, 1, 5]))),
    concluded: exchangeUnknown,
  },
  {
    name: "a prime of zeros",
    serve: replacing(12, (body) =>
      body[0] === 3 ? body : Buffer.from([0, 4, 0, 0, 0, 0, 0, 1, 2, 0, 1, 5]),
    ),
    concluded: exchangeUnknown,
  },
  {
    name: "a prime longer than the message",
    serve: replacing(12, (body) =>
      body[0] === 3 ? body : Buffer.concat([u16(65_535), Buffer.alloc(100, 255)]),
    ),
    concluded: exchangeUnknown,
  },
];

describe("odd flights of TLS 1.2, of which what is sound is known", () => testHostile(odd));
describe("wrong lengths behind a good ServerHello", () => testHostile(lengths));
