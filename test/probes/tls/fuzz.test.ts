import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  certificateList,
  certificateStatus,
  type KeyExchangeMessage,
  serverHello,
  serverKeyExchange,
} from "#probes/tls/messages.ts";
import { createFlightReader, type ReadOptions, type Reply } from "#probes/tls/records.ts";
import { changed, changes, chunked } from "../../support/mutate.ts";
import { record, ssl2Answer } from "../../support/tls-peer.ts";
import { handMade, recordedFlights } from "./fuzz-seeds.ts";

/** How the reader may be asked to read. */
const HOW: readonly ReadOptions[] = [
  { read: "hello", ssl2: false },
  { read: "exchange", ssl2: false },
  { read: "flight", ssl2: false },
  { read: "hello", ssl2: true },
];

/** What servers said: recorded ones first, then those made by hand. */
const flights: Buffer[] = [];
let recorded = 0;
/** Their handshake messages, without records, and by type. */
let handshakes: Buffer[] = [];
const bodies = new Map<number, Buffer[]>();

beforeAll(async () => {
  flights.push(...(await recordedFlights()));
  recorded = flights.length;
  flights.push(...handMade());
  handshakes = flights.map(handshakeOf).filter((bytes) => bytes.length > 0);
  for (const bytes of handshakes) {
    for (const [type, body] of messagesIn(bytes)) {
      bodies.set(type, [...(bodies.get(type) ?? []), body]);
    }
  }
}, 60_000);

test("there is something to change: flights of real servers, with each kind of message", () => {
  expect(recorded).toBeGreaterThanOrEqual(14);
  for (const flight of flights.slice(0, recorded)) expect(flight.length).toBeGreaterThan(6);
  // ServerHello, Certificate, ServerKeyExchange, CertificateRequest, ServerHelloDone.
  for (const type of [2, 11, 12, 13, 14]) expect(bodies.has(type)).toBe(true);
});

describe("the reader of a flight", () => {
  test("takes 100,000 changed flights in any chunks: always a typed answer, the same however it is cut", () => {
    const answers = new Map<string, number>();
    fuzz(100_000, fc.array(fc.nat(0xffff), { maxLength: 4 }), (draw, list, cuts, how) => {
      const bytes = changed(pick(flights, draw), list);
      const whole = read([bytes], how);
      const parts = read(chunked(bytes, cuts), how);
      answers.set(kind(whole), (answers.get(kind(whole)) ?? 0) + 1);
      return isTyped(whole, bytes) && isTyped(parts, bytes) && alike(whole, parts);
    });
    // Changes that only ever broke the records would leave the parsers behind them untried.
    for (const answer of ["hello", "malformed", "alert", "not-tls", "ssl2-hello", "end"]) {
      expect(answers.get(answer) ?? 0, answer).toBeGreaterThan(100);
    }
  });

  test("takes 60,000 flights whose messages are changed inside good records", () => {
    let hellos = 0;
    fuzz(60_000, fc.integer({ min: 1, max: 16_000 }), (draw, list, size, how) => {
      const bytes = inRecords(changed(pick(handshakes, draw), list), size);
      const reply = read([bytes], how);
      if (kind(reply) === "hello") hellos += 1;
      return isTyped(reply, bytes);
    });
    expect(hellos).toBeGreaterThan(1000);
  });

  test("says of no beginning of a flight what the whole does not say", () => {
    for (const flight of flights) {
      for (const how of HOW) {
        const full = read([flight], how);
        for (let length = 0; length < flight.length; length += 1) {
          const part = read([flight.subarray(0, length)], how);
          if (part === "end" || alike(part, full)) continue;
          // What is known of a hello before its key exchange has come is true, if not all.
          expect(part).toMatchObject({ kind: "hello" });
          expect(full).toMatchObject(core(part));
        }
      }
    }
  });
});

describe("the parsers of single messages", () => {
  test("ServerHello, 20,000 times", () => {
    fuzz(20_000, fc.constant(0), (draw, list) => {
      const body = changed(pick(bodies.get(2) ?? [], draw), list);
      const hello = serverHello(body);
      return hello === null || isTyped(hello, body);
    });
  });

  test("ServerKeyExchange, 30,000 times", () => {
    const kinds = fc.tuple(
      fc.constantFrom(0xc02f, 0xc02b, 0x009e, 0x0033, 0xc018, 0x0018, 0x002f, 0xc035, 0x5a5a),
      fc.constantFrom(0x0300, 0x0301, 0x0303),
    );
    const seen = { group: 0, prime: 0, none: 0 };
    fuzz(30_000, kinds, (draw, list, [suite, version]) => {
      const body = changed(pick(bodies.get(12) ?? [], draw), list);
      const exchange = serverKeyExchange(body, suite, version);
      if (exchange === null) seen.none += 1;
      else if (exchange.group !== null) seen.group += 1;
      else if (exchange.prime !== null) seen.prime += 1;
      return isExchange(exchange, body);
    });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
  });

  test("Certificate and CertificateStatus, 20,000 times each", () => {
    fuzz(20_000, fc.constant(0), (draw, list) => {
      const body = changed(pick(bodies.get(11) ?? [], draw), list);
      const certificates = certificateList(body);
      return certificates.length <= 100 && isWithin(certificates, body);
    });
    fuzz(20_000, fc.constant(0), (draw, list) => {
      const body = changed(pick(bodies.get(22) ?? [], draw), list);
      const response = certificateStatus(body);
      return response === null || isWithin([response], body);
    });
  });

  test("an SSLv2 answer, 20,000 times", () => {
    const answers = [[0x010080], [0x010080, 0x020080, 0x0700c0], []].map((ciphers) =>
      ssl2Answer(ciphers, 300),
    );
    fuzz(20_000, fc.constant(0), (draw, list) => {
      const bytes = changed(pick(answers, draw), list);
      return isTyped(read([bytes], { read: "hello", ssl2: true }), bytes);
    });
  });
});

/** Runs a check on so many draws: a number to choose the seed by, changes to it, something of the test's own, how to read. */
function fuzz<T>(
  runs: number,
  own: fc.Arbitrary<T>,
  holds: (draw: number, list: Parameters<typeof changed>[1], own: T, how: ReadOptions) => boolean,
): void {
  let count = 0;
  fc.assert(
    fc.property(fc.nat(0xffff), changes, own, fc.constantFrom(...HOW), (draw, list, mine, how) => {
      count += 1;
      return holds(draw, list, mine, how);
    }),
    { numRuns: runs },
  );
  expect(count).toBeGreaterThanOrEqual(runs);
}

function pick(list: readonly Buffer[], draw: number): Buffer {
  const one = list[draw % list.length];
  if (one === undefined) throw new Error("nothing to choose from");
  return one;
}

function read(chunks: readonly Buffer[], how: ReadOptions): Reply | "end" {
  const reader = createFlightReader(how);
  for (const chunk of chunks) {
    const reply = reader.push(chunk);
    if (reply !== null && "send" in reply) throw new Error("this reader has nothing to send");
    if (reply !== null) return reply;
  }
  return reader.end() ?? "end";
}

const kind = (reply: Reply | "end") => (reply === "end" ? reply : reply.kind);
const isCode = (code: number | null) =>
  code === null || (Number.isInteger(code) && code >= 0 && code <= 0xffff);
// Sixty characters at most, of which each may have been escaped to six.
// oxlint-disable-next-line no-control-regex
const isPlain = (text: string) => text.length <= 360 && !/[\u0000-\u001f\u007f-\u009f]/.test(text);

/** Whether an answer is one of those that the type names, with numbers that the bytes can have held. */
function isTyped(reply: Reply | "end", bytes: Buffer): boolean {
  if (reply === "end") return true;
  switch (reply.kind) {
    case "hello":
      return (
        isCode(reply.version) &&
        isCode(reply.suite) &&
        isCode(reply.group) &&
        typeof reply.retry === "boolean" &&
        isWithin([...reply.extensions.values()], bytes) &&
        isExchange(reply.exchange, bytes) &&
        isWithin(reply.flight.certificates, bytes) &&
        isWithin(reply.flight.ocsp === null ? [] : [reply.flight.ocsp], bytes)
      );
    case "alert":
      return Number.isInteger(reply.description) && reply.description <= 255;
    case "ssl2-hello":
      return (
        reply.ciphers.length <= bytes.length / 3 &&
        reply.ciphers.every((code) => Number.isInteger(code) && code <= 0xffffff)
      );
    case "not-tls":
      return isPlain(reply.excerpt);
    case "malformed":
      break;
  }
  return reply.why !== "" && isPlain(reply.why);
}

/** Whether parts are no more than the bytes that they were read from. */
function isWithin(parts: readonly Buffer[], bytes: Buffer): boolean {
  return parts.reduce((sum, part) => sum + part.length, 0) <= bytes.length;
}

/** Whether what was read of a key exchange is a curve's code, or a prime without zeros in front. */
function isExchange(exchange: KeyExchangeMessage | null, bytes: Buffer): boolean {
  if (exchange === null) return true;
  const { group, prime, signatureAlgorithm } = exchange;
  if (!isCode(group) || !isCode(signatureAlgorithm)) return false;
  return prime === null || (group === null && prime[0] !== 0 && isWithin([prime], bytes));
}

/** The same answer; how much of a foreign one is quoted depends on what has come. */
function alike(one: Reply | "end", other: Reply | "end"): boolean {
  if (kind(one) === "not-tls") return kind(other) === "not-tls";
  return isDeepStrictEqual(one, other);
}

function core(reply: Reply): Partial<Reply> {
  if (reply.kind !== "hello") return reply;
  const { version, suite, retry } = reply;
  return { kind: "hello", version, suite, retry };
}

/** The handshake bytes of a flight, without their records, as far as they are not encrypted. */
function handshakeOf(flight: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at + 5 <= flight.length && (flight[at] ?? 0) < 0x80;) {
    const length = flight.readUInt16BE(at + 3);
    if (flight[at] === 20) break;
    if (flight[at] === 22) parts.push(flight.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return Buffer.concat(parts);
}

function messagesIn(bytes: Buffer): [type: number, body: Buffer][] {
  const found: [number, Buffer][] = [];
  for (let at = 0; at + 4 <= bytes.length;) {
    const end = at + 4 + bytes.readUIntBE(at + 1, 3);
    found.push([bytes[at] ?? 0, bytes.subarray(at + 4, end)]);
    at = end;
  }
  return found;
}

function inRecords(bytes: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  // Not so many that their number alone would end the reading.
  const step = Math.max(size, Math.ceil(bytes.length / 500));
  for (let at = 0; at < bytes.length; at += step) {
    parts.push(record(22, bytes.subarray(at, at + step)));
  }
  return Buffer.concat(parts);
}
