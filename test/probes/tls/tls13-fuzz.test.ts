import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildClientHello } from "#probes/tls/client-hello.ts";
import { keyShare } from "#probes/tls/key-shares.ts";
import { OPENABLE_SUITES } from "#probes/tls/tls13-keys.ts";
import {
  certificateMessage as readCertificates,
  certificateVerify as readVerify,
  chosenProtocol,
  encryptedExtensions as readExtensions,
} from "#probes/tls/tls13-messages.ts";
import { createTls13Reader, type Tls13Reply } from "#probes/tls/tls13-reader.ts";
import { altNames, keyPair, makeCertificate } from "../../support/certificates.ts";
import { type Change, changed, changes, chunked } from "../../support/mutate.ts";
import { serveTls, type TlsServer } from "../../support/tls-node.ts";
import { recordFlight } from "../../support/tls-recording.ts";
import {
  certificateMessage,
  certificateVerify,
  encryptedExtensions,
  extension,
  handshakeContents,
  retryRequest,
  sealedAnswer,
  X25519,
} from "../../support/tls13-answers.ts";

const OFFER = {
  hello: buildClientHello({
    version: "TLSv1.3",
    serverName: "server.example",
    suites: OPENABLE_SUITES,
    groups: [X25519, 0x17],
    keyShares: [[X25519, keyShare(X25519)?.share ?? Buffer.alloc(0)]],
  }),
  suites: OPENABLE_SUITES,
  groups: [X25519, 0x17],
  shares: [X25519],
};
const KINDS = ["flight", "older", "alert", "malformed", "not-tls"];

/** Whatever the bytes are, the end is a typed one, and nothing escapes. */
function read(chunks: readonly Buffer[]): Tls13Reply | null {
  const reader = createTls13Reader(OFFER);
  let sent = 0;
  for (const chunk of chunks) {
    const reply = reader.push(chunk);
    if (reply === null) continue;
    if ("kind" in reply) return checked(reply);
    sent += 1;
    expect(sent).toBe(1);
    expect(reply.send.length).toBeLessThan(70_000);
  }
  const end = reader.end();
  return end === null ? null : checked(end);
}

function checked(reply: Tls13Reply): Tls13Reply {
  expect(KINDS).toContain(reply.kind);
  if (reply.kind === "flight") {
    expect(reply.certificates.length).toBeLessThanOrEqual(20);
    const bytes = reply.certificates.reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeLessThanOrEqual(128 * 1024);
  }
  return reply;
}

const keys = keyPair("p256");
const leaf = makeCertificate({
  subject: "server.example",
  keys,
  extensions: [altNames("server.example")],
});
const MESSAGES = Buffer.concat([
  encryptedExtensions(extension(16, Buffer.from("\0\x03\x02h2", "latin1"))),
  certificateMessage(
    [leaf.der, leaf.der],
    extension(5, Buffer.concat([Buffer.of(1, 0, 0, 9), Buffer.alloc(9)])),
    extension(18, Buffer.alloc(20)),
  ),
  certificateVerify(0x0403),
]);
const cuts = fc.array(fc.nat(0xffff), { maxLength: 6 });

describe("mutated flights", () => {
  let server: TlsServer;
  let real: Buffer;
  beforeAll(async () => {
    const key = keys.privateKey.export({ type: "pkcs8", format: "pem" });
    server = await serveTls({ key, cert: leaf.pem, minVersion: "TLSv1.3" });
    real = await recordFlight(server.port, OFFER.hello, (bytes) => read([bytes]) !== null);
    expect(read([real])).toMatchObject({ kind: "flight", certificates: [leaf.der] });
  });
  afterAll(() => server.close());

  test("of a real server, on the wire", () => {
    const kinds = new Set<string | undefined>();
    fc.assert(
      fc.property(changes, cuts, (list, at) => {
        kinds.add(read(chunked(changed(real, list), at))?.kind);
      }),
      { numRuns: 5000 },
    );
    expect(kinds).toContain("flight");
    expect(kinds).toContain("malformed");
  });

  test("under encryption, where every message is authentic", () => {
    const kinds = new Set<string | undefined>();
    fc.assert(
      fc.property(changes, cuts, fc.integer({ min: 40, max: 16_384 }), (list, at, size) => {
        const contents = handshakeContents([changed(MESSAGES, list)], size);
        kinds.add(read(chunked(sealedAnswer(OFFER.hello, contents), at))?.kind);
      }),
      { numRuns: 3000 },
    );
    expect(kinds).toContain("flight");
    expect(kinds).toContain("malformed");
  });

  test("behind a HelloRetryRequest", () => {
    const request = retryRequest(0x17, Buffer.from("cookie"));
    const record = Buffer.concat([Buffer.of(22, 3, 3, 0, request.length), request]);
    fc.assert(
      fc.property(changes, cuts, (list, at) => {
        read(chunked(changed(Buffer.concat([record, real]), list), at));
      }),
      { numRuns: 5000 },
    );
  });
});

test("the parsers take any bytes", () => {
  const parsers: readonly (readonly [(body: Buffer) => unknown, Buffer])[] = [
    [readExtensions, encryptedExtensions(extension(16, Buffer.alloc(4))).subarray(4)],
    [readCertificates, certificateMessage([leaf.der], extension(5, Buffer.alloc(9))).subarray(4)],
    [readVerify, certificateVerify(0x0403).subarray(4)],
    [chosenProtocol, Buffer.from("\0\x09\x08http/1.1", "latin1")],
  ];
  for (const [parse, body] of parsers) {
    expect(parse(body)).not.toBeNull();
    const seen = new Set<boolean>();
    fc.assert(
      fc.property(changes, (list: Change[]) => {
        seen.add(parse(changed(body, list)) === null);
      }),
      { numRuns: 20_000 },
    );
    // Some still make sense, and some do not.
    expect(seen.size).toBe(2);
  }
});
