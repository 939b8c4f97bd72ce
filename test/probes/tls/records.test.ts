import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFlightReader, type ReadOptions, type Reply } from "#probes/tls/records.ts";
import {
  alert,
  curveExchange,
  message,
  primeExchange,
  record,
  serverHello,
  u16,
} from "../../support/tls-peer.ts";

const PLAIN: ReadOptions = { read: "hello", ssl2: false };

/** The reply to chunks as they come; `end` when the reader still waits after the last. */
function read(chunks: readonly Buffer[], options = PLAIN): Reply | "end" {
  const reader = createFlightReader(options);
  for (const chunk of chunks) {
    const reply = reader.push(chunk);
    if (reply !== null && "kind" in reply) return reply;
  }
  return reader.end() ?? "end";
}

function byteByByte(bytes: Buffer): Buffer[] {
  return Array.from({ length: bytes.length }, (_, index) => bytes.subarray(index, index + 1));
}

const EXCHANGE = { read: "exchange", ssl2: false } as const;
const FLIGHT = { read: "flight", ssl2: false } as const;

const ssl2Answer = (ciphers: number[], certificate = 3) => {
  const specs = Buffer.from(ciphers.flatMap((code) => [code >> 16, (code >> 8) & 255, code & 255]));
  const body = Buffer.concat([
    Buffer.from([4, 0, 1]),
    u16(2),
    u16(certificate),
    u16(specs.length),
    u16(16),
    Buffer.alloc(certificate),
    specs,
    Buffer.alloc(16),
  ]);
  return Buffer.concat([u16(0x8000 | body.length), body]);
};

// How much of a foreign answer is quoted depends on what has come.
const withoutExcerpt = (reply: Reply | "end") =>
  reply !== "end" && reply.kind === "not-tls" ? reply.kind : reply;

const hello12 = record(22, serverHello(0x0303, 0xc02f));
const answered = { kind: "hello", version: 0x0303, suite: 0xc02f, group: null, retry: false };

describe("ServerHello", () => {
  test("of TLS 1.2, whole and byte by byte", () => {
    expect(read([hello12])).toMatchObject(answered);
    expect(read(byteByByte(hello12))).toMatchObject(answered);
  });
  test("without extensions, of SSLv3", () => {
    expect(read([record(22, serverHello(0x0300, 0x0005), 0x0300)])).toMatchObject({
      version: 0x0300,
      suite: 5,
    });
  });
  test("of TLS 1.3: the extension decides on the version and names the group", () => {
    const reply = read([record(22, serverHello(0x0304, 0x1301, 0x11ec))]);
    expect(reply).toMatchObject({ version: 0x0304, suite: 0x1301, group: 0x11ec });
  });
  test("as HelloRetryRequest", () => {
    const bytes = serverHello(0x0304, 0x1302, 0x17);
    const random = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c";
    Buffer.from(random, "hex").copy(bytes, 6);
    expect(read([record(22, bytes)])).toMatchObject({ retry: true, group: 0x17 });
  });
  test("over several records, and several messages in one", () => {
    const body = serverHello(0x0303, 0xc02f);
    const split = [body.subarray(0, 1), body.subarray(1, 30), body.subarray(30)];
    expect(read(split.map((part) => record(22, part)))).toMatchObject(answered);
    const both = record(22, Buffer.concat([body, curveExchange(0x1d)]));
    expect(read([both], EXCHANGE)).toMatchObject({ group: 0x1d });
  });
  test("after a warning", () => {
    expect(read([alert(112, 1), hello12])).toMatchObject(answered);
  });
  test.each([
    ["an extension beyond the end", Buffer.concat([serverHello(0x0303, 5), Buffer.from([0, 9])])],
    [
      "a session id of 33 bytes",
      Buffer.concat([Buffer.alloc(34), Buffer.from([33]), Buffer.alloc(60)]),
    ],
    ["nothing in it", Buffer.alloc(0)],
  ])("with %s is malformed", (_, body) => {
    const inner = body.subarray(0, 1)[0] === 2 ? body.subarray(4) : body;
    expect(read([record(22, message(2, inner))])).toMatchObject({ kind: "malformed" });
  });
});

describe("key exchange", () => {
  test.each([512, 1023, 1024, 2048, 4096])("a prime of %i bits", (bits) => {
    const flight = Buffer.concat([serverHello(0x0303, 0x9e), primeExchange(bits)]);
    const reply = read([record(22, flight)], EXCHANGE);
    if (reply === "end" || reply.kind !== "hello") throw new Error("no ServerHello");
    // Without the zero that stands before it.
    expect(reply.exchange?.prime?.length).toBe(Math.ceil(bits / 8));
    expect(reply.exchange?.prime?.[0]).toBe(0xff >> ((8 - (bits % 8)) % 8));
  });
  test("is looked for behind the certificate", () => {
    const parts = [
      serverHello(0x0301, 0xc014),
      message(11, Buffer.alloc(900)),
      curveExchange(0x17),
    ];
    const flight = Buffer.concat(parts.map((part) => record(22, part, 0x0301)));
    expect(read([flight], EXCHANGE)).toMatchObject({ group: 0x17, suite: 0xc014 });
  });
  test.each([
    ["the connection ends", Buffer.alloc(0)],
    ["an alert follows", alert(80)],
    ["rubbish follows", Buffer.from("HTTP/1.1 400")],
    ["ServerHelloDone comes first", record(22, message(14, Buffer.alloc(0)))],
    ["the curve is not a named one", record(22, message(12, Buffer.from([1, 2, 3, 4])))],
  ])("the ServerHello still counts when %s", (_, rest) => {
    expect(read([hello12, rest], EXCHANGE)).toMatchObject(answered);
  });
});

describe("the flight of a server up to TLS 1.2", () => {
  const vector24 = (...parts: Buffer[]) => {
    const body = Buffer.concat(parts);
    return Buffer.concat([Buffer.from([0, body.length >> 8, body.length & 255]), body]);
  };
  const chain = [Buffer.alloc(700, 1), Buffer.alloc(900, 2)];
  const certificate = message(11, vector24(...chain.map((der) => vector24(der))));
  const status = message(22, Buffer.concat([Buffer.from([1]), vector24(Buffer.from("staple"))]));
  const exchange = message(
    12,
    Buffer.concat([Buffer.from([3, 0, 0x17, 2, 4, 4]), Buffer.from([8, 4, 0, 1, 0])]),
  );
  const request = message(13, Buffer.from([1, 1, 0, 0, 0, 0]));
  const done = message(14, Buffer.alloc(0));
  const messages = [serverHello(0x0303, 0xc02f), certificate, status, exchange, request, done];

  test("certificates as sent, staple, what signed the exchange, and the wish for a client's certificate", () => {
    const bytes = record(22, Buffer.concat(messages));
    for (const chunks of [[bytes], byteByByte(bytes)]) {
      expect(read(chunks, FLIGHT)).toMatchObject({
        ...answered,
        group: 0x17,
        exchange: { group: 0x17, prime: null, signatureAlgorithm: 0x0804 },
        flight: { certificates: chain, ocsp: Buffer.from("staple"), requestsCertificate: true },
      });
    }
  });
  test("is read no further than was asked", () => {
    const bytes = record(22, Buffer.concat(messages));
    expect(read([bytes])).toMatchObject({ exchange: null, flight: { certificates: [] } });
    expect(read([bytes], EXCHANGE)).toMatchObject({
      exchange: { group: 0x17 },
      flight: { certificates: chain, requestsCertificate: false },
    });
  });
  test("cut off anywhere, what came before still counts", () => {
    const bytes = record(22, Buffer.concat(messages));
    const whole = Buffer.concat(messages.slice(0, 2)).length;
    const cut = record(22, bytes.subarray(5, 5 + whole));
    expect(read([cut], FLIGHT)).toMatchObject({ flight: { certificates: chain, ocsp: null } });
  });
  test("a list of certificates with wrong lengths gives those that are whole, and a place for the rest", () => {
    const broken = Buffer.concat([
      vector24(chain[0] ?? Buffer.alloc(0)),
      Buffer.from([0, 255, 255, 1]),
    ]);
    const bytes = record(
      22,
      Buffer.concat([serverHello(0x0303, 0xc02f), message(11, vector24(broken)), done]),
    );
    expect(read([bytes], FLIGHT)).toMatchObject({
      flight: { certificates: [chain[0], Buffer.alloc(0)] },
    });
  });
});

describe("alerts", () => {
  test("fatal", () => {
    expect(read([alert(70)])).toEqual({ kind: "alert", description: 70 });
  });
  test("that can only be fatal, sent as a warning", () => {
    expect(read([alert(40, 1)])).toEqual({ kind: "alert", description: 40 });
  });
  test("a closing one without any other answer", () => {
    expect(read([alert(0, 1)])).toEqual({ kind: "alert", description: 0 });
  });
  test("warnings alone end nothing, and a flood of them is cut off", () => {
    expect(read([alert(112, 1)])).toBe("end");
    const flood = Buffer.concat(Array.from({ length: 40 }, () => alert(112, 1)));
    expect(read([flood])).toEqual({ kind: "malformed", why: "too many warnings" });
  });
});

describe("what is no TLS", () => {
  test("text is shown escaped and cut", () => {
    const reply = read([Buffer.from(`HTTP/1.1 400 Bad\r\n\u001b[31m${"x".repeat(500)}`)]);
    expect(reply).toMatchObject({ kind: "not-tls" });
    expect(JSON.stringify(reply)).toContain("HTTP/1.1 400 Bad");
    expect(JSON.stringify(reply).length).toBeLessThan(300);
    expect(JSON.stringify(reply)).not.toContain("\\u001b[");
  });
  test.each([
    ["the hello sent back", record(22, message(1, Buffer.alloc(60))), "came back"],
    ["a record of 60 000 bytes", Buffer.from([22, 3, 3, 0xea, 0x60]), "60000"],
    ["an empty record", Buffer.from([22, 3, 3, 0, 0]), "0 bytes"],
    ["another record version", Buffer.from([22, 9, 9, 0, 1, 1]), "no TLS version"],
    ["application data first", record(23, Buffer.from("hi")), "type 23"],
    ["a change of cipher first", record(20, Buffer.from([1])), "type 20"],
    ["another message first", record(22, message(11, Buffer.alloc(9))), "message 11"],
    ["a message of 16 MB", record(22, Buffer.from([2, 0xff, 0xff, 0xff])), "16777215"],
    ["an alert of one byte", record(21, Buffer.from([2])), "cut short"],
  ])("%s is malformed", (_, bytes, why) => {
    const reply = read([bytes]);
    expect(reply).toMatchObject({ kind: "malformed" });
    expect(JSON.stringify(reply)).toContain(why);
  });
  test("a handshake that never ends is cut off", () => {
    const hello = serverHello(0x0303, 0xc02f);
    const endless = [
      record(22, hello),
      ...Array.from({ length: 40 }, () => record(22, message(11, Buffer.alloc(16_000)))),
    ];
    expect(read(endless, EXCHANGE)).toMatchObject(answered);
    const unopened = Array.from({ length: 40 }, () => record(22, Buffer.alloc(16_000, 2)));
    expect(read(unopened)).toMatchObject({ kind: "malformed" });
  });
});

describe("SSLv2", () => {
  const ssl2 = { read: "hello", ssl2: true } as const;
  test("an answer lists its ciphers, whole and byte by byte", () => {
    const bytes = ssl2Answer([0x010080, 0x0700c0]);
    const reply = { kind: "ssl2-hello", ciphers: [0x010080, 0x0700c0] };
    expect(read([bytes], ssl2)).toEqual(reply);
    expect(read(byteByByte(bytes), ssl2)).toEqual(reply);
  });
  test("is only looked for behind an SSLv2 hello", () => {
    expect(read([ssl2Answer([0x010080])])).toMatchObject({ kind: "not-tls" });
  });
  test("a TLS alert in answer to it is an alert", () => {
    expect(read([alert(70)], ssl2)).toEqual({ kind: "alert", description: 70 });
  });
  test("ciphers beyond the end are malformed", () => {
    const bytes = ssl2Answer([0x010080]);
    bytes.writeUInt16BE(300, 9);
    expect(read([bytes], ssl2)).toMatchObject({ kind: "malformed" });
  });
});

describe("any bytes whatever", () => {
  const options = fc.record<ReadOptions>({
    read: fc.constantFrom("hello", "exchange", "flight"),
    ssl2: fc.boolean(),
  });
  const KINDS = new Set(["hello", "alert", "ssl2-hello", "not-tls", "malformed"]);
  const known = (reply: Reply | "end") => reply === "end" || KINDS.has(reply.kind);

  test("give a typed reply or none, and never throw", () => {
    const chunk = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 8 }), options, (chunks, how) => {
        expect(known(read(chunks, how))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
  test("behind the start of real records, too", () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 120 }).map((bytes) => Buffer.from(bytes));
    const piece = fc.oneof(
      body.map((bytes) => record(22, bytes)),
      body.map((bytes) => record(22, message(2, bytes))),
      body.map((bytes) => record(22, message(12, bytes))),
      body.map((bytes) => record(21, bytes)),
      body.map((bytes) => Buffer.concat([u16(0x8000 | bytes.length), bytes])),
      fc.constant(hello12),
    );
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), options, (pieces, how) => {
        const bytes = Buffer.concat(pieces);
        const reply = read([bytes], how);
        expect(known(reply)).toBe(true);
        // How it is cut into chunks changes nothing.
        expect(withoutExcerpt(read(byteByByte(bytes), how))).toEqual(withoutExcerpt(reply));
      }),
      { numRuns: 500 },
    );
  });
  test("a good flight with any one byte changed", () => {
    const flight = Buffer.concat([
      record(22, Buffer.concat([serverHello(0x0304, 0x1301, 0x1d)])),
      record(22, curveExchange(0x17)),
    ]);
    fc.assert(
      fc.property(fc.nat(flight.length - 1), fc.nat(255), options, (at, value, how) => {
        const changed = Buffer.from(flight);
        changed[at] = value;
        expect(known(read([changed], how))).toBe(true);
      }),
    );
  });
});
