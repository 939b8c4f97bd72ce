import { describe } from "vitest";
import type { Socket } from "node:net";
import { alert, message, record, serverHello, u16 } from "../../support/tls-peer.ts";
import {
  endless,
  type Hostile,
  inRecords,
  notTls,
  saying,
  testHostile,
  times,
} from "./hostile-kit.ts";

const hello = record(22, serverHello(0x0303, 0xc02f));
const greeting = (text: string) => (socket: Socket) => void socket.write(text);

/** A number for each place, the same in each run. */
const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919 + 13) % 251));

const others: readonly Hostile[] = [
  {
    name: "HTTP",
    serve: saying(Buffer.from("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"), (socket) =>
      socket.end(),
    ),
    concluded: { fails: "malformed", says: /something else than TLS: HTTP\/1\.1 400 Bad Request/ },
  },
  {
    name: "SSH, which speaks first",
    serve: greeting("SSH-2.0-OpenSSH_9.2p1\r\n"),
    concluded: { fails: "malformed", says: /SSH-2\.0-OpenSSH_9\.2p1/ },
  },
  {
    name: "SMTP",
    serve: greeting("220 mail.example ESMTP\r\n"),
    concluded: { fails: "malformed", says: /220 mail\.example ESMTP/ },
  },
  {
    name: "FTP, with escapes for the terminal",
    serve: greeting("220 \u001b]0;owned\u0007\u001b[31mftp\u202e\r\n"),
    concluded: { fails: "malformed", says: /220/ },
  },
  { name: "an echo", serve: (socket) => void socket.pipe(socket), concluded: notTls },
  { name: "an endless echo of rubbish", serve: endless(noise), concluded: notTls },
  { name: "endless zeros", serve: endless(Buffer.alloc(65_536)), concluded: notTls },
  {
    name: "DTLS",
    serve: saying(Buffer.from("16fefd00000000000000000030", "hex")),
    concluded: notTls,
  },
  {
    name: "QUIC's version negotiation",
    serve: saying(Buffer.from("d50000000008c1c2c3c4c5c6c7c80000000100000001", "hex")),
    concluded: notTls,
  },
  {
    name: "a record of TLS 5.5",
    serve: saying(Buffer.from([22, 5, 5, 0, 4, 2, 0, 0, 0])),
    concluded: notTls,
  },
];

const broken: readonly Hostile[] = [
  { name: "endless warnings", serve: endless(times(100, alert(112, 1))), concluded: notTls },
  {
    name: "endless empty records",
    serve: endless(times(100, record(22, Buffer.alloc(0)))),
    concluded: notTls,
  },
  {
    name: "endless empty alerts",
    serve: endless(times(100, record(21, Buffer.alloc(0)))),
    concluded: notTls,
  },
  {
    name: "endless changes of cipher",
    serve: endless(times(100, record(20, Buffer.of(1)))),
    concluded: notTls,
  },
  {
    name: "endless heartbeats",
    serve: endless(times(100, record(24, Buffer.alloc(40)))),
    concluded: notTls,
  },
  {
    name: "endless application data",
    serve: endless(record(23, Buffer.alloc(16_384))),
    concluded: notTls,
  },
  {
    name: "a handshake message that never ends",
    serve: endless(record(22, Buffer.alloc(16_384)), record(22, Buffer.from([2, 0, 255, 255]))),
    concluded: notTls,
  },
  {
    name: "one that never ends, a byte a record",
    serve: endless(inRecords(Buffer.alloc(400), 1), record(22, Buffer.from([2, 0, 255, 255]))),
    concluded: notTls,
  },
  {
    name: "endless HelloRequests before the answer",
    serve: endless(times(50, record(22, message(0, Buffer.alloc(0))))),
    concluded: notTls,
  },
  {
    name: "a record of 65,535 bytes",
    serve: saying(Buffer.concat([Buffer.from([22, 3, 3, 255, 255]), Buffer.alloc(70_000)])),
    concluded: notTls,
  },
  {
    name: "a handshake message of 16 MB",
    serve: saying(record(22, Buffer.from([2, 255, 255, 255, 3, 3]))),
    concluded: notTls,
  },
  {
    name: "a record that ends inside the ServerHello, with a byte too few",
    serve: saying(
      Buffer.concat([Buffer.from([22, 3, 3]), u16(hello.length - 6), hello.subarray(5)]),
    ),
    concluded: notTls,
  },
  {
    name: "a certificate before the ServerHello",
    serve: saying(record(22, message(11, Buffer.alloc(100)))),
    concluded: notTls,
  },
  {
    name: "the client's own kind of hello",
    serve: saying(record(22, message(1, Buffer.alloc(100)))),
    concluded: notTls,
  },
  { name: "an alert of one byte", serve: saying(record(21, Buffer.of(2))), concluded: notTls },
  {
    name: "SSLv2 answers of odd lengths to everything",
    serve: saying(Buffer.concat([Buffer.from([0x80, 0x0b, 4, 0, 1, 0, 2]), Buffer.alloc(6, 255)])),
    concluded: notTls,
  },
  {
    name: "SSLv2 errors to everything",
    serve: saying(Buffer.from([0x80, 3, 0, 0, 1])),
    concluded: notTls,
  },
  {
    name: "a refusal of everything",
    serve: saying(alert(40)),
    concluded: { fails: "denied", says: /alert 40/ },
  },
  {
    name: "a good-bye to everything",
    serve: saying(alert(0, 1)),
    concluded: { fails: "denied", says: /close_notify/ },
  },
  {
    name: "alert 255",
    serve: saying(alert(255)),
    concluded: { fails: "denied", says: /alert 255/ },
  },
];

const gone = { fails: "malformed", says: /does not speak TLS: connection (reset|closed)/ } as const;

const ended: readonly Hostile[] = [
  {
    name: "reset when it is taken",
    serve: (socket) => void socket.resetAndDestroy(),
    concluded: gone,
  },
  { name: "closed when it is taken", serve: (socket) => void socket.end(), concluded: gone },
  { name: "reset after the hello", serve: { hello: () => "reset" }, concluded: gone },
  { name: "closed after the hello", serve: { hello: () => "close" }, concluded: gone },
  {
    name: "reset at the hello's first byte",
    serve: (socket) => void socket.once("data", () => socket.resetAndDestroy()),
    concluded: gone,
  },
  {
    name: "closed inside a record's header",
    serve: { hello: () => ({ answer: hello.subarray(0, 3), end: "close" }) },
    concluded: gone,
  },
  {
    name: "closed inside a record",
    serve: { hello: () => ({ answer: hello.subarray(0, 40), end: "close" }) },
    concluded: gone,
  },
  {
    name: "reset inside a record",
    serve: { hello: () => ({ answer: hello.subarray(0, 40), end: "reset" }) },
    concluded: gone,
  },
];

describe("another protocol on the port", () => testHostile(others));
describe("broken TLS is a failure, not a version", () => testHostile(broken));
describe("a connection that ends before an answer", () => testHostile(ended));
