import { describe } from "vitest";
import {
  alert,
  helloRetry,
  honest,
  message,
  record,
  RETRY_RANDOM,
  serverHello,
  serverHelloOf,
  ssl2Answer,
  u16,
  vector16,
} from "../../support/tls-peer.ts";
import {
  accepts13,
  type Hostile,
  inRecords,
  notTls,
  only13,
  overwritten,
  testHostile,
  times,
} from "./hostile-kit.ts";

const TLS12 = 0x0303;
const TLS13 = 0x0304;
const done = message(14, Buffer.alloc(0));
/** Says the same to every hello. */
const always = (answer: Buffer) => ({ hello: () => answer });

/** ServerHellos that no client could go on with. */
const hellos: readonly (readonly [what: string, hello: Buffer])[] = [
  [
    "a session id of 33 bytes",
    serverHelloOf({ legacy: TLS12, suite: 0xc02f, session: Buffer.alloc(33) }),
  ],
  [
    "a session id of 255 bytes",
    serverHelloOf({ legacy: TLS12, suite: 0xc02f, session: Buffer.alloc(255) }),
  ],
  ["a session id beyond the end", overwritten(serverHello(TLS12, 0xc02f), 38, 32)],
  ["nothing in it", message(2, Buffer.alloc(0))],
  ["a random and no more", message(2, Buffer.alloc(34, 3))],
  [
    "one byte of extensions",
    message(2, Buffer.concat([serverHello(TLS12, 0xc02f).subarray(4), Buffer.of(0)])),
  ],
  [
    "extensions one byte longer than they are",
    message(
      2,
      Buffer.concat([serverHello(TLS12, 0xc02f).subarray(4), Buffer.from([0, 5, 0, 23, 0, 0])]),
    ),
  ],
  [
    "extensions one byte shorter than they are",
    message(
      2,
      Buffer.concat([serverHello(TLS12, 0xc02f).subarray(4), Buffer.from([0, 3, 0, 23, 0, 0])]),
    ),
  ],
  [
    "an extension beyond the end",
    message(
      2,
      Buffer.concat([serverHello(TLS12, 0xc02f).subarray(4), Buffer.from([0, 4, 0, 23, 255, 255])]),
    ),
  ],
  [
    "a version of one byte",
    serverHelloOf({ legacy: TLS12, suite: 0x1301, extensions: [[43, Buffer.of(3)]] }),
  ],
  [
    "a version of three bytes",
    serverHelloOf({ legacy: TLS12, suite: 0x1301, extensions: [[43, Buffer.of(2, 3, 4)]] }),
  ],
  ["a suite that was not offered", serverHello(TLS12, 0x5a5a)],
  ["the signalling value for a suite", serverHello(TLS12, 0x00ff)],
  ["a reserved value for a suite", serverHello(TLS12, 0x0a0a)],
  ["a version that does not exist", serverHello(0x0399, 0xc02f)],
  ["version 0", serverHello(0, 0xc02f)],
  ["SSLv2 for a version", serverHello(2, 0xc02f)],
  [
    "a draft of TLS 1.3",
    serverHelloOf({ legacy: TLS12, suite: 0x1301, extensions: [[43, u16(0x7f1c)]] }),
  ],
  [
    "compression that was not offered",
    serverHelloOf({ legacy: TLS12, suite: 0xc02f, compression: 1 }),
  ],
  ["a suite of TLS 1.3 in TLS 1.2", serverHello(TLS12, 0x1301)],
  ["a suite of TLS 1.2 in TLS 1.0", serverHello(0x0301, 0xc02f)],
  ["a suite of TLS 1.2 in TLS 1.3", serverHello(TLS13, 0xc02f, 0x1d)],
];
const unsound: readonly Hostile[] = hellos.map(([what, hello]) => ({
  name: `a ServerHello with ${what}`,
  serve: always(record(22, hello)),
  concluded: notTls,
}));

const downgrades: readonly Hostile[] = [
  {
    name: "SSLv3 in answer to everything",
    serve: always(record(22, Buffer.concat([serverHello(0x0300, 0x0005), done]), 0x0300)),
    concluded: {
      versions: {
        SSLv3: "accepted",
        "TLSv1.0": "rejected",
        "TLSv1.2": "rejected",
        "TLSv1.3": "rejected",
      },
    },
  },
  {
    name: "TLS 1.3 in answer to everything, asked for or not",
    serve: {
      hello: ({ suites }) =>
        record(22, helloRetry(suites.find((one) => one >> 8 === 0x13) ?? 0x1301, 0x1d)),
    },
    concluded: { versions: { "TLSv1.3": "accepted", "TLSv1.2": "unknown", "TLSv1.0": "unknown" } },
  },
  {
    name: "TLS 1.2 in answer to everything, asked for or not",
    serve: always(record(22, Buffer.concat([serverHello(TLS12, 0x002f), done]))),
    concluded: { versions: { "TLSv1.2": "accepted", "TLSv1.3": "rejected", "TLSv1.1": "unknown" } },
  },
  {
    name: "SSLv2 that shares five thousand ciphers nobody has heard of",
    serve: {
      hello: ({ ssl2 }) =>
        ssl2 ? ssl2Answer(Array.from({ length: 5000 }, (_, at) => 0x090000 + at)) : alert(70),
    },
    concluded: { versions: { SSLv2: "accepted", "TLSv1.2": "rejected" } },
  },
];

const share = [51, Buffer.concat([u16(0x1d), vector16(Buffer.alloc(32))])] as const;
const retries: readonly Hostile[] = [
  {
    name: "a HelloRetryRequest each time, with the same group",
    serve: only13(({ suites }) => record(22, helloRetry(suites[0] ?? 0, 0x1d))),
    concluded: accepts13,
  },
  {
    name: "a HelloRetryRequest each time, with a group that was not offered",
    serve: only13(({ suites }) => record(22, helloRetry(suites[0] ?? 0, 0x9999))),
    concluded: { ...accepts13, exchangeUnfinished: "TLSv1.3" },
  },
  {
    name: "a HelloRetryRequest without a group",
    serve: only13(({ suites }) =>
      record(
        22,
        serverHelloOf({
          legacy: TLS12,
          suite: suites[0] ?? 0,
          random: RETRY_RANDOM,
          extensions: [[43, u16(TLS13)]],
        }),
      ),
    ),
    concluded: { ...accepts13, exchangeUnfinished: "TLSv1.3" },
  },
  {
    name: "a HelloRetryRequest whose group is cut short",
    serve: only13(({ suites }) =>
      record(
        22,
        serverHelloOf({
          legacy: TLS12,
          suite: suites[0] ?? 0,
          random: RETRY_RANDOM,
          extensions: [
            [43, u16(TLS13)],
            [51, Buffer.of(0)],
          ],
        }),
      ),
    ),
    concluded: { ...accepts13, exchangeUnfinished: "TLSv1.3" },
  },
  {
    name: "a HelloRetryRequest with a cookie of 60,000 bytes",
    serve: only13(({ suites, groups }) =>
      inRecords(
        helloRetry(suites[0] ?? 0, groups[0] ?? 0, [[44, vector16(Buffer.alloc(60_000, 1))]]),
      ),
    ),
    concluded: accepts13,
  },
  {
    name: "two HelloRetryRequests at once, then an answer",
    serve: only13((hello) => {
      const retry = helloRetry(hello.suites[0] ?? 0, hello.groups[0] ?? 0);
      return record(22, Buffer.concat([retry, retry]));
    }),
    concluded: accepts13,
  },
  {
    name: "a ServerHello with a key share for nobody, and rubbish for what is encrypted",
    serve: only13(({ suites }) =>
      Buffer.concat([
        record(
          22,
          serverHelloOf({
            legacy: TLS12,
            suite: suites[0] ?? 0,
            extensions: [[43, u16(TLS13)], share],
          }),
        ),
        times(200, record(23, Buffer.alloc(1000, 9))),
      ]),
    ),
    concluded: accepts13,
  },
  {
    name: "an answer to the first hello and a reset of each second one",
    serve: (() => {
      const seen = { suites: new Map([[TLS13, [0x1301, 0x1302]]]), groups: [0x1d, 0x17] };
      return only13((hello) => (hello.shares.length > 0 ? "reset" : honest(seen, hello)));
    })(),
    concluded: accepts13,
  },
];

describe("a ServerHello that nothing can be concluded from", () => testHostile(unsound));
describe("versions that were not asked for", () => testHostile(downgrades));
describe("odd flights of TLS 1.3", () => testHostile(retries));
