import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { buildClientHello } from "#probes/tls/client-hello.ts";
import { keyShare } from "#probes/tls/key-shares.ts";
import { OPENABLE_SUITES } from "#probes/tls/tls13-keys.ts";
import { createTls13Reader, type Tls13Offer, type Tls13Reply } from "#probes/tls/tls13-reader.ts";
import { altNames, keyPair, makeCertificate } from "../../support/certificates.ts";
import { readHello } from "../../support/tls-hello.ts";
import { alert, message, record, serverHello, u16 } from "../../support/tls-messages.ts";
import { serveTls, type TlsServer } from "../../support/tls-node.ts";
import { recordFlight } from "../../support/tls-recording.ts";
import {
  certificateMessage,
  certificateVerify,
  type Content,
  encryptedExtensions,
  extension,
  handshakeContents,
  retryRequest,
  sealedAnswer,
  SUITE,
  X25519,
} from "../../support/tls13-answers.ts";

const P256 = 0x17;
const ALGORITHM = 0x0403;

function offerOf(groups: readonly number[], shares: readonly number[]): Tls13Offer {
  const hello = buildClientHello({
    version: "TLSv1.3",
    serverName: "server.example",
    suites: OPENABLE_SUITES,
    groups,
    keyShares: shares.map((group) => [group, keyShare(group)?.share ?? Buffer.alloc(0)] as const),
  });
  return { hello, suites: OPENABLE_SUITES, groups, shares };
}
const OFFER = offerOf([X25519, P256], [X25519]);

/** What the reader makes of all that a server sends on one connection, in chunks of so many bytes. */
function read(answer: Buffer, { offer = OFFER, size = answer.length } = {}): Tls13Reply | null {
  const reader = createTls13Reader(offer);
  for (let at = 0; at < answer.length; at += size) {
    const reply = reader.push(answer.subarray(at, at + size));
    if (reply !== null && "kind" in reply) return reply;
  }
  return reader.end();
}

const DER = [Buffer.alloc(300, 1), Buffer.alloc(400, 2)];
const USUAL = [
  encryptedExtensions(),
  certificateMessage(DER),
  certificateVerify(ALGORITHM),
  message(20, Buffer.alloc(32)),
];
const sealed = (contents: readonly Content[]) => sealedAnswer(OFFER.hello, contents);

describe("what a scripted server shows", () => {
  test("certificates, staples, protocol and the wish for a client's certificate", () => {
    const ocsp = Buffer.alloc(50, 3);
    const list = Buffer.alloc(20, 4);
    const reply = read(
      sealed(
        handshakeContents([
          encryptedExtensions(extension(16, Buffer.from("\0\x03\x02h2", "latin1"))),
          message(13, Buffer.from([0, 0, 0])),
          certificateMessage(
            DER,
            extension(5, Buffer.concat([Buffer.from([1, 0, 0, 50]), ocsp])),
            extension(18, list),
          ),
          certificateVerify(ALGORITHM),
        ]),
      ),
    );
    expect(reply).toMatchObject({
      kind: "flight",
      suite: SUITE,
      group: X25519,
      certificates: DER,
      ocsp,
      timestamps: list,
      signatureAlgorithm: ALGORITHM,
      cut: null,
      requestsCertificate: true,
    });
  });

  test("the same, whatever the records and chunks are", () => {
    const whole = read(sealed(handshakeContents(USUAL)));
    expect(whole).toMatchObject({ kind: "flight", certificates: DER, ocsp: null });
    for (const size of [1, 3, 700]) {
      expect(read(sealed(handshakeContents(USUAL, size === 1 ? 40 : size)), { size })).toEqual(
        whole,
      );
    }
    const padded = handshakeContents(USUAL).map((content) => ({ ...content, padding: 99 }));
    expect(read(sealed(padded))).toEqual(whole);
  });

  test("at most twenty certificates are kept, and the others counted", () => {
    const many = Array.from({ length: 50 }, () => Buffer.alloc(100, 5));
    const messages = [
      encryptedExtensions(),
      certificateMessage(many),
      certificateVerify(ALGORITHM),
    ];
    const reply = read(sealed(handshakeContents(messages)));
    const kept = [...many.slice(0, 20), ...Array.from({ length: 30 }, () => Buffer.alloc(0))];
    expect(reply).toMatchObject({ kind: "flight", certificates: kept });
  });

  test("an alert under encryption is that alert, and one behind the certificates leaves them", () => {
    const fatal = { type: 21, body: Buffer.from([2, 40]) };
    const [hello = Buffer.alloc(0)] = USUAL;
    expect(read(sealed([...handshakeContents([hello]), fatal]))).toEqual({
      kind: "alert",
      description: 40,
    });
    const late = [...handshakeContents(USUAL.slice(0, 2)), fatal];
    expect(read(sealed(late))).toMatchObject({
      kind: "flight",
      certificates: DER,
      signatureAlgorithm: null,
      cut: "refused",
    });
    expect(read(sealed(handshakeContents(USUAL.slice(0, 2))))).toMatchObject({ cut: "silent" });
  });

  test("a warning before the hello is not the end, unless nothing follows", () => {
    const warning = alert(112, 1);
    const flight = sealed(handshakeContents(USUAL));
    expect(read(Buffer.concat([warning, flight]))).toMatchObject({ kind: "flight" });
    expect(read(warning)).toEqual({ kind: "alert", description: 112 });
    expect(read(Buffer.concat(Array.from({ length: 20 }, () => warning)))).toEqual({
      kind: "malformed",
      why: "too many warnings",
    });
  });

  test("an older version is told as such", () => {
    expect(read(record(22, serverHello(0x0303, 0xc02f)))).toEqual({
      kind: "older",
      version: 0x0303,
    });
  });
});

describe("what is broken", () => {
  const [extensions = Buffer.alloc(0), certificate = Buffer.alloc(0)] = USUAL;
  const cases: readonly (readonly [string, RegExp, Buffer])[] = [
    [
      "a suite that was not offered",
      /suite that was not offered/,
      record(22, serverHello(0x0304, 0x00c6, X25519)),
    ],
    ["a version that does not exist", /version 0x305/, record(22, serverHello(0x0305, SUITE))],
    [
      "a group without a share",
      /group whose share was not sent/,
      sealedAnswer(OFFER.hello, [], { group: P256 }),
    ],
    [
      "a share of the wrong length",
      /share is not valid/,
      sealedAnswer(OFFER.hello, [], { share: Buffer.alloc(31, 1) }),
    ],
    [
      "a share of small order",
      /share is not valid/,
      sealedAnswer(OFFER.hello, [], { share: Buffer.alloc(32) }),
    ],
    ["a hello without a share", /share was not sent/, record(22, serverHello(0x0304, SUITE))],
    ["our own hello", /came back/, OFFER.hello],
    ["something else first", /message 11 came first/, record(22, certificate)],
    [
      "more behind the hello",
      /more behind/,
      record(22, Buffer.concat([serverHello(0x0304, SUITE, X25519), u16(0)])),
    ],
    ["encryption before the hello", /record of type 23 before/, record(23, Buffer.alloc(40))],
    [
      "a record that was changed",
      /does not decrypt/,
      changedAtEnd(sealed(handshakeContents(USUAL))),
    ],
    [
      "clear text behind the hello",
      /in the clear/,
      Buffer.concat([sealed([]), record(22, extensions)]),
    ],
    ["application data", /content of type 23/, sealed([{ type: 23, body: Buffer.from("x") }])],
    ["nothing but padding", /content of type 0/, sealed([{ type: 0, body: Buffer.alloc(3) }])],
    [
      "certificates before extensions",
      /message 11 out of turn/,
      sealed(handshakeContents([certificate])),
    ],
    [
      "extensions twice",
      /message 8 out of turn/,
      sealed(handshakeContents([extensions, extensions])),
    ],
    [
      "certificates twice",
      /message 11 out of turn/,
      sealed(handshakeContents([extensions, certificate, certificate])),
    ],
    [
      "a signature without certificates",
      /message 15 out of turn/,
      sealed(handshakeContents([extensions, certificateVerify(1)])),
    ],
    [
      "compressed certificates, which nobody asked for",
      /message 25 out of turn/,
      sealed(handshakeContents([extensions, message(25, Buffer.alloc(20))])),
    ],
    [
      "extensions that do not fit",
      /EncryptedExtensions/,
      sealed(handshakeContents([message(8, Buffer.from([0, 9, 0]))])),
    ],
    [
      "a certificate that does not fit",
      /Certificate cannot be read/,
      sealed(handshakeContents([extensions, message(11, Buffer.from([0, 0, 0, 4, 0, 0, 9, 1]))])),
    ],
    [
      "a certificate of no bytes",
      /Certificate cannot be read/,
      sealed(handshakeContents([extensions, certificateMessage([Buffer.alloc(0)])])),
    ],
    [
      "a signature cut short",
      /CertificateVerify/,
      sealed(handshakeContents([extensions, certificate, message(15, Buffer.from([4, 3, 0, 9]))])),
    ],
    [
      "a message too long to come",
      /handshake message of/,
      sealed([{ type: 22, body: Buffer.from([11, 255, 255, 255]) }]),
    ],
    [
      "too many certificate bytes",
      /Certificate cannot be read/,
      sealed(handshakeContents([extensions, certificateMessage([Buffer.alloc(130 * 1024)])])),
    ],
    [
      "an answer without end",
      /too long/,
      sealed(
        handshakeContents([
          extensions,
          message(13, Buffer.alloc(100_000)),
          message(13, Buffer.alloc(100_000)),
        ]),
      ),
    ],
    [
      "too many records",
      /too many records/,
      Buffer.concat(Array.from({ length: 600 }, () => record(20, Buffer.from([1])))),
    ],
    ["an empty record", /record of 0 bytes/, record(22, Buffer.alloc(0))],
    ["an alert cut short", /alert cut short/, record(21, Buffer.from([2]))],
    ["an old record", /no TLS version/, record(22, Buffer.alloc(4), 0x0200)],
  ];
  test.each(cases)("%s", (_, why, answer) => {
    for (const size of [answer.length, 61]) {
      const reply = read(answer, { size });
      expect(reply).toMatchObject({ kind: "malformed" });
      expect(reply?.kind === "malformed" && reply.why).toMatch(why);
    }
  });

  test("HTTP is no TLS", () => {
    expect(read(Buffer.from("HTTP/1.1 400 Bad Request\r\n"))).toMatchObject({ kind: "not-tls" });
  });

  test("nothing at all is nothing", () => {
    expect(read(Buffer.alloc(0))).toBeNull();
    expect(read(sealed([]))).toBeNull();
  });
});

describe("a HelloRetryRequest", () => {
  const cookie = Buffer.from("a cookie of the server");
  const OTHER = offerOf([X25519, P256], [P256]);

  /** The bytes that the reader wants to send, without the change of cipher before them. */
  function secondHello(request: Buffer, offer = OTHER) {
    const reader = createTls13Reader(offer);
    const reply = reader.push(Buffer.concat([record(22, request), record(20, Buffer.from([1]))]));
    if (reply === null || !("send" in reply)) throw new Error(JSON.stringify(reply));
    expect(reply.send.subarray(0, 6).toString("hex")).toBe("140303000101");
    return { reader, hello: reply.send.subarray(6) };
  }

  test("is answered with the same hello, but for the share and the cookie", () => {
    const { hello } = secondHello(retryRequest(X25519, cookie));
    expect(hello.readUInt16BE(1)).toBe(0x0303);
    const [first, second] = [OTHER.hello, hello].map(readHello);
    // Version, random, session id, suites and compression.
    const fixed = 5 + 4;
    const length = 2 + 32 + 33 + 2 + 2 * (OPENABLE_SUITES.length + 1) + 2;
    expect(hello.subarray(fixed, fixed + length)).toEqual(
      OTHER.hello.subarray(fixed, fixed + length),
    );
    expect(second?.shares).toEqual([X25519]);
    expect(second?.extensions.get(44)).toEqual(Buffer.concat([u16(cookie.length), cookie]));
    const rest = (types: readonly number[] = []) => types.filter((type) => type !== 44);
    expect(rest(second?.order)).toEqual(first?.order);
    for (const type of rest(first?.order).filter((one) => one !== 51)) {
      expect(second?.extensions.get(type)).toEqual(first?.extensions.get(type));
    }
  });

  test("and then the flight is read with keys of both hellos", () => {
    const request = retryRequest(X25519, null);
    const { reader, hello } = secondHello(request);
    const digest = createHash("sha256").update(OTHER.hello.subarray(5)).digest();
    const before = [Buffer.concat([Buffer.from([254, 0, 0, 32]), digest]), request];
    const answer = sealedAnswer(hello, handshakeContents(USUAL), {}, before);
    expect(reader.push(answer)).toMatchObject({ kind: "flight", certificates: DER });
  });

  test("with a cookie alone keeps the share", () => {
    const { hello } = secondHello(retryRequest(null, cookie));
    expect(readHello(hello)?.shares).toEqual([P256]);
  });

  test("with a cookie that does not fit into a hello is refused", () => {
    const asking = (bytes: number) => {
      const request = retryRequest(X25519, Buffer.alloc(bytes, 7));
      const parts = Array.from({ length: Math.ceil(request.length / 16_000) }, (_, index) =>
        record(22, request.subarray(index * 16_000, (index + 1) * 16_000)),
      );
      return createTls13Reader(OTHER).push(Buffer.concat(parts));
    };
    expect(asking(15_000)).toHaveProperty("send.length", OTHER.hello.length + 15_000 + 6 + 6 - 33);
    for (const bytes of [16_100, 60_000, 65_400]) {
      expect(asking(bytes)).toEqual({
        kind: "malformed",
        why: "a cookie too long to send back",
      });
    }
  });

  test("is believed once, and for what was offered", () => {
    const { reader } = secondHello(retryRequest(X25519, null));
    expect(reader.push(record(22, retryRequest(X25519, null)))).toMatchObject({
      kind: "malformed",
      why: "a second HelloRetryRequest",
    });
    expect(read(record(22, retryRequest(0x18, null)))).toMatchObject({
      kind: "malformed",
      why: "asks for a group that was not offered",
    });
  });
});

describe("Node's own server", () => {
  let server: TlsServer | null = null;
  afterEach(async () => {
    await server?.close();
    server = null;
  });

  test.each(["p256", "rsa2048", "ed25519", "mldsa65"] as const)(
    "a certificate of %s",
    async (kind) => {
      const keys = keyPair(kind);
      const root = makeCertificate({
        subject: "root",
        keys: keyPair("p256", "root"),
        authority: true,
      });
      const leaf = makeCertificate({
        subject: "server.example",
        keys,
        issuer: root,
        extensions: [altNames("server.example")],
      });
      server = await serveTls({
        key: keys.privateKey.export({ type: "pkcs8", format: "pem" }),
        cert: leaf.pem + root.pem,
        minVersion: "TLSv1.3",
      });
      const answer = await recordFlight(server.port, OFFER.hello, (bytes) => read(bytes) !== null);
      expect(read(answer)).toMatchObject({ kind: "flight", certificates: [leaf.der, root.der] });
      expect(read(answer, { size: 1 })).toEqual(read(answer));
    },
  );
});

function changedAtEnd(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}
