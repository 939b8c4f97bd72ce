import { describe } from "vitest";
import { alert, record, serverHello, ssl2Answer } from "../../support/tls-peer.ts";
import {
  dripping,
  type Hostile,
  overwritten,
  saying,
  SHORT_MS,
  testHostile,
  timeout,
  times,
  twisted,
} from "./hostile-kit.ts";

/** Time enough for what is said at once, on a machine with much else to do. */
const IN_TIME_MS = 1000;
const hello = serverHello(0x0303, 0xc02f);

const servers: readonly Hostile[] = [
  { name: "a tarpit", serve: () => {}, concluded: timeout },
  {
    name: "a byte now and then of an endless record",
    serve: dripping(record(22, Buffer.alloc(16_000)), 15),
    concluded: timeout,
  },
  {
    name: "a byte now and then of a good ServerHello",
    serve: dripping(record(22, hello), 15),
    concluded: timeout,
  },
  {
    name: "warnings now and then",
    serve: dripping(times(100, alert(112, 1)), 5),
    concluded: timeout,
  },
  {
    name: "a ServerHello that stops half-way",
    serve: saying(record(22, hello).subarray(0, 30)),
    concluded: timeout,
  },
  {
    name: "a record's header and nothing behind it",
    serve: saying(Buffer.from([22, 3, 3, 0, 80])),
    concluded: timeout,
  },
  {
    name: "a record's first byte",
    serve: saying(Buffer.from([22])),
    concluded: timeout,
  },
  {
    name: "a warning and then nothing",
    serve: saying(alert(112, 1)),
    concluded: timeout,
  },
  {
    name: "a ServerHello said to be one byte longer than it is",
    serve: saying(record(22, overwritten(hello, 3, hello.length - 3))),
    concluded: timeout,
  },
  {
    name: "a ServerHello that lacks its last byte",
    serve: saying(record(22, hello.subarray(0, -1))),
    concluded: timeout,
  },
  {
    name: "silence to TLS, and an SSLv2 answer that never comes to its end",
    serve: { hello: ({ ssl2 }) => (ssl2 ? ssl2Answer([0x010080]).subarray(0, 20) : "hang") },
    concluded: timeout,
  },
  {
    name: "silence to TLS, and an SSLv2 error of an odd length",
    serve: { hello: ({ ssl2 }) => (ssl2 ? Buffer.from([0x80, 200, 0, 0, 1]) : "hang") },
    concluded: timeout,
  },
  {
    name: "it waits for the client to end first",
    serve: (socket) => void socket.on("end", () => socket.end(record(22, hello))),
    concluded: timeout,
  },
  {
    name: "a ServerHello in time, and nothing behind it",
    serve: twisted((first) => record(22, first)),
    concluded: { versions: { "TLSv1.2": "accepted" }, exchangeUnfinished: "TLSv1.2" },
    timeoutMs: IN_TIME_MS,
  },
  {
    name: "a ServerHello in time, and a certificate that never comes to its end",
    serve: twisted((first) => Buffer.concat([record(22, first), Buffer.from([22, 3, 3, 64, 0])])),
    concluded: { versions: { "TLSv1.2": "accepted" }, exchangeUnfinished: "TLSv1.2" },
    timeoutMs: IN_TIME_MS,
  },
];

describe("servers that take their time are given up in time, and known for what they said", () => {
  testHostile(servers.map((server) => ({ timeoutMs: SHORT_MS, ...server })));
});
