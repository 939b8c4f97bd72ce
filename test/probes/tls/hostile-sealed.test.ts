import { X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { freshAddress, message, record, u16, vector16 } from "../../support/tls-peer.ts";
import { type Seal, sealedPeer } from "../../support/tls13-peer.ts";
import { accepted, scan, suiteNames, suitesUnfinished } from "./scan.ts";

const leaf = makeAuthority().issue({ commonName: "server.example", altNames: ["server.example"] });
const der = new X509Certificate(leaf.certPem).raw;

const vector24 = (...parts: readonly Buffer[]) => {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(body.length >> 16), u16(body.length & 0xffff), body]);
};
const extensions = (...all: readonly (readonly [type: number, body: Buffer])[]) =>
  vector16(...all.map(([type, body]) => Buffer.concat([u16(type), vector16(body)])));
/** RFC 8446 4.4.2 */
const certificate = (list: readonly Buffer[], each = extensions()) =>
  message(
    11,
    Buffer.concat([
      Buffer.of(0),
      vector24(...list.map((one) => Buffer.concat([vector24(one), each]))),
    ]),
  );
const encrypted = message(8, extensions());
const verify = message(15, Buffer.concat([u16(0x0804), vector16(Buffer.alloc(256, 1))]));
const finished = message(20, Buffer.alloc(32));
const good = [encrypted, certificate([der]), verify, finished];
const times = (count: number, bytes: Buffer) => Array.from({ length: count }, () => bytes);

/** What it says behind a good ServerHello, and whether a certificate comes of it. */
interface Sealed {
  readonly name: string;
  readonly say: (seal: Seal, socket: Socket) => void;
  readonly shows: "certificate" | "none" | "either";
  readonly timeoutMs?: number;
}

/** Each in a record of its own, or as many as it takes. */
const saying =
  (...messages: readonly Buffer[]) =>
  (seal: Seal, socket: Socket) => {
    for (const one of messages) {
      for (let at = 0; at < Math.max(1, one.length); at += 16_000) {
        socket.write(seal(one.subarray(at, at + 16_000)));
      }
    }
  };
const raw = (make: (seal: Seal) => readonly Buffer[]) => (seal: Seal, socket: Socket) =>
  void socket.write(Buffer.concat(make(seal)));

/** A megabyte of zeros in a kilobyte (RFC 8879 4). */
const bomb = (() => {
  const size = 15 * 1024 * 1024;
  const packed = deflateSync(Buffer.alloc(size));
  return message(
    25,
    Buffer.concat([u16(1), Buffer.of(size >> 16), u16(size & 0xffff), vector24(packed)]),
  );
})();

const flights: readonly Sealed[] = [
  { name: "a good flight", say: saying(...good), shows: "certificate" },
  {
    name: "a good flight in one record",
    say: raw((seal) => [seal(Buffer.concat(good))]),
    shows: "certificate",
  },
  {
    name: "a good flight, a byte a record, each with zeros behind it",
    say: raw((seal) =>
      Array.from(Buffer.concat(good).subarray(0, 460), (byte) => seal(Buffer.of(byte), 22, 40)),
    ),
    shows: "none",
    timeoutMs: 1000,
  },
  {
    name: "tickets before the end of the handshake",
    say: saying(...times(400, message(4, Buffer.alloc(100)))),
    shows: "none",
  },
  {
    name: "tickets behind it, without end",
    say: saying(...good, ...times(400, message(4, Buffer.alloc(100)))),
    shows: "certificate",
  },
  {
    name: "extensions longer than they are",
    say: saying(message(8, Buffer.from([255, 255, 0, 0]))),
    shows: "none",
  },
  {
    name: "extensions without a length",
    say: saying(message(8, Buffer.alloc(0)), ...good.slice(1)),
    shows: "none",
  },
  {
    name: "an extension beyond the end",
    say: saying(message(8, Buffer.from([0, 4, 0, 16, 255, 255])), ...good.slice(1)),
    shows: "none",
  },
  {
    name: "a thousand extensions",
    say: saying(
      message(
        8,
        extensions(...Array.from({ length: 1000 }, (_, at) => [at, Buffer.alloc(9)] as const)),
      ),
      ...good.slice(1),
    ),
    shows: "either",
  },
  {
    name: "ALPN of odd lengths",
    say: saying(message(8, extensions([16, Buffer.from([0, 9, 200, 1])])), ...good.slice(1)),
    shows: "either",
  },
  {
    name: "a list of certificates longer than it is",
    say: saying(encrypted, message(11, Buffer.from([0, 255, 255, 255, 0]))),
    shows: "none",
  },
  {
    name: "a certificate longer than the list",
    say: saying(encrypted, message(11, Buffer.from([0, 0, 0, 5, 255, 255, 255, 0, 0]))),
    shows: "none",
  },
  {
    name: "no certificate at all",
    say: saying(encrypted, certificate([]), verify, finished),
    shows: "none",
  },
  {
    name: "an empty certificate",
    say: saying(encrypted, certificate([Buffer.alloc(0)]), verify, finished),
    shows: "none",
  },
  {
    name: "a certificate of rubbish",
    say: saying(encrypted, certificate([Buffer.alloc(300, 0x30)]), verify, finished),
    shows: "none",
  },
  {
    name: "extensions of a certificate beyond the end",
    say: saying(encrypted, certificate([der], Buffer.from([255, 255])), verify),
    shows: "none",
  },
  {
    name: "a certificate request of odd lengths",
    say: saying(encrypted, message(13, Buffer.from([255, 1])), ...good.slice(1)),
    shows: "either",
  },
  {
    name: "a signature of odd lengths",
    say: saying(encrypted, certificate([der]), message(15, Buffer.of(8))),
    shows: "either",
  },
  {
    name: "a thousand certificates",
    say: saying(encrypted, certificate(times(1000, der)), verify, finished),
    shows: "either",
  },
  {
    name: "16 MB of certificates",
    say: saying(encrypted, certificate(times(1000, Buffer.alloc(16_000, 0x30)))),
    shows: "none",
  },
  {
    name: "a compressed certificate, which nobody asked for, of 15 MB",
    say: saying(encrypted, bomb, verify, finished),
    shows: "none",
  },
  {
    name: "a message of 16 MB",
    say: saying(Buffer.from([8, 255, 255, 255]), ...times(60, Buffer.alloc(16_000))),
    shows: "none",
  },
  {
    name: "records of nothing but zeros",
    say: raw((seal) => times(50, Buffer.alloc(0)).map(() => seal(Buffer.alloc(0), 0, 500))),
    shows: "none",
  },
  {
    name: "an encrypted alert",
    say: raw((seal) => [seal(Buffer.from([2, 80]), 21)]),
    shows: "none",
  },
  {
    name: "encrypted alerts without end",
    say: raw((seal) => times(200, Buffer.from([1, 112])).map((one) => seal(one, 21))),
    shows: "none",
  },
  {
    name: "encrypted application data first",
    say: raw((seal) => [seal(Buffer.from("HTTP/1.1 200 OK"), 23)]),
    shows: "none",
  },
  {
    name: "rubbish for encryption",
    say: raw(() => [record(23, Buffer.alloc(500, 7))]),
    shows: "none",
  },
  {
    name: "an encrypted record too short for its tag",
    say: raw(() => [record(23, Buffer.alloc(5))]),
    shows: "none",
  },
  {
    name: "its flight in the clear",
    say: raw(() => [record(22, Buffer.concat(good))]),
    shows: "none",
  },
  { name: "silence", say: () => {}, shows: "none", timeoutMs: 1000 },
  { name: "a reset", say: (_, socket) => socket.resetAndDestroy(), shows: "none" },
  {
    name: "half the flight and an end",
    say: (seal, socket) =>
      void socket.end(Buffer.concat([seal(encrypted), seal(certificate([der]).subarray(0, 200))])),
    shows: "none",
  },
  {
    name: "the ServerHello again, encrypted",
    say: saying(message(2, Buffer.alloc(70))),
    shows: "none",
  },
  {
    name: "the certificate before the extensions",
    say: saying(certificate([der]), encrypted, verify),
    shows: "none",
  },
];

describe("what a server of TLS 1.3 says under encryption", () => {
  test.concurrent.each(flights)("$name", { timeout: 20_000 }, async (server) => {
    const peer = await sealedPeer(server.say, freshAddress());
    const { timeoutMs = 3000 } = server;
    const started = performance.now();
    const result = await scan(peer.port, { host: peer.host, timeoutMs });
    expect(performance.now() - started).toBeLessThan(timeoutMs * 5 + 2000);
    // What came before is known, whatever followed.
    expect(accepted(result)).toEqual(["TLSv1.3"]);
    expect(suiteNames(result, "TLSv1.3")).toEqual(["TLS_AES_128_GCM_SHA256"]);
    expect(suitesUnfinished(result)).toEqual([]);
    const { certificate: facet, certificateProblem } = result;
    if (server.shows === "certificate") {
      expect(facet?.presented[0]?.chain[0]?.subject).toBe("CN=server.example");
    }
    if (server.shows === "none") {
      expect(facet).toBeNull();
      expect(certificateProblem?.message).toBeTruthy();
    }
    for (const { chain } of facet?.presented ?? []) expect(chain.length).toBeLessThan(101);
    await peer.close();
  });
});
