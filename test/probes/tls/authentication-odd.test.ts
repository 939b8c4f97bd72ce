/** Servers that answer oddly: what they show is told, and what they do not is not made up. */
import type { Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { alert, message, record } from "../../support/tls-messages.ts";
import type { SeenHello } from "../../support/tls-hello.ts";
import { helloPeer, honest, type Peer } from "../../support/tls-peer.ts";
import {
  certificateMessage,
  certificateVerify,
  encryptedExtensions,
  extension,
} from "../../support/tls13-answers.ts";
import { type Seal, sealedPeer } from "../../support/tls13-peer.ts";
import { algorithmNames, authenticated } from "./authenticating.ts";

const peers: Peer[] = [];
async function serve(say: (seal: Seal, socket: Socket, hello: SeenHello) => void): Promise<number> {
  const peer = await sealedPeer(say);
  peers.push(peer);
  return peer.port;
}
afterEach(async () => {
  for (const peer of peers.splice(0)) {
    await expect.poll(peer.open).toBe(0);
    await peer.close();
  }
});

const LEAF = Buffer.alloc(300, 1);
const P256 = 0x0403;
const RSA = 0x0804;

/** All of a good flight, signed with that algorithm. */
function flight(seal: Seal, algorithm: number, ...extensions: readonly Buffer[]): Buffer {
  return seal(
    Buffer.concat([
      encryptedExtensions(),
      certificateMessage([LEAF], ...extensions),
      certificateVerify(algorithm),
    ]),
  );
}

describe("TLS 1.3", () => {
  test("a server that signs with what was not offered is told as one", async () => {
    const port = await serve((seal, socket) => socket.write(flight(seal, RSA)));
    const result = await authenticated(port);
    expect(result.anySignatureAlgorithm).toEqual(["TLSv1.3"]);
    expect(algorithmNames(result, "TLSv1.3")).toEqual(["rsa_pss_rsae_sha256"]);
    expect(result.connections).toBeLessThan(12);
  });

  test("timestamps of the handshake come along, and odd certificates do no harm", async () => {
    const list = Buffer.alloc(30, 5);
    const port = await serve((seal, socket) =>
      socket.write(flight(seal, P256, extension(18, list))),
    );
    const result = await authenticated(port, { wanted: ["certificate"] });
    expect(result.presented).toMatchObject([{ chain: [LEAF], timestamps: list }]);
  });

  test("a refusal behind the certificate is a refusal", async () => {
    const port = await serve((seal, socket, hello) => {
      if (hello.signatureAlgorithms.includes(P256)) return socket.write(flight(seal, P256));
      const certificate = Buffer.concat([encryptedExtensions(), certificateMessage([LEAF])]);
      return socket.write(Buffer.concat([seal(certificate), seal(Buffer.of(2, 40), 21)]));
    });
    const result = await authenticated(port, { wanted: ["keyExchange"] });
    expect(algorithmNames(result, "TLSv1.3")).toEqual(["ecdsa_secp256r1_sha256"]);
    expect(result.ends).toEqual([{ version: "TLSv1.3", unfinished: null, silentEnd: false }]);
  });

  test("a refusal without a word ends a list, but is told as one", async () => {
    const port = await serve((seal, socket, hello) => {
      if (hello.signatureAlgorithms.includes(P256)) socket.write(flight(seal, P256));
      else socket.end();
    });
    const result = await authenticated(port);
    expect(algorithmNames(result, "TLSv1.3")).toEqual(["ecdsa_secp256r1_sha256"]);
    expect(result.ends).toEqual([{ version: "TLSv1.3", unfinished: null, silentEnd: true }]);
    expect(result.presented.map(({ chain }) => chain)).toEqual([[LEAF]]);
  });

  test("an internal error now and then changes nothing", async () => {
    let asked = 0;
    const port = await serve((seal, socket, hello) => {
      asked += 1;
      if (asked % 3 === 1) socket.write(seal(Buffer.of(2, 80), 21));
      else if (hello.signatureAlgorithms.includes(P256)) socket.write(flight(seal, P256));
      else socket.write(seal(Buffer.of(2, 40), 21));
    });
    const result = await authenticated(port);
    expect(algorithmNames(result, "TLSv1.3")).toEqual(["ecdsa_secp256r1_sha256"]);
    expect(result).toMatchObject({ sni: "not-needed", alpn: [] });
    expect(result.ends.every(({ unfinished }) => unfinished === null)).toBe(true);
  });

  test("a server that never gets to its certificates is unfinished, not empty", async () => {
    const port = await serve((_seal, socket) => socket.write(record(23, Buffer.alloc(60))));
    const result = await authenticated(port);
    expect(result).toMatchObject({
      presented: [],
      signatureAlgorithms: [],
      alpn: null,
      sni: "unknown",
      requestsCertificate: null,
    });
    expect(result.ends.some(({ unfinished }) => unfinished?.includes("does not decrypt"))).toBe(
      true,
    );
  });

  test("one that stalls under encryption costs a bounded time", async () => {
    const port = await serve(() => {});
    const started = performance.now();
    const result = await authenticated(port, { timeoutMs: 700 });
    expect(performance.now() - started).toBeLessThan(8000);
    expect(result.presented).toEqual([]);
    expect(result.ends.some(({ unfinished }) => unfinished !== null)).toBe(true);
  });

  test("no certificate at all is told so", async () => {
    const port = await serve((seal, socket) =>
      socket.write(
        seal(
          Buffer.concat([encryptedExtensions(), certificateMessage([]), certificateVerify(P256)]),
        ),
      ),
    );
    const result = await authenticated(port);
    expect(result.presented).toEqual([]);
    expect(result.ends.some(({ unfinished }) => unfinished?.includes("no certificate"))).toBe(true);
  });
});

describe("TLS 1.2", () => {
  const suites = new Map([[0x0303, [0xc02f, 0xc02b]]]);

  test("certificates that end before the signature are shown, and no algorithm is made up", async () => {
    const peer = await helloPeer((hello) => {
      const answer = honest({ suites }, hello);
      if (answer[0] !== 22) return answer;
      const [first] = [answer.subarray(5, 9 + answer.readUIntBE(6, 3))];
      const list = Buffer.concat([Buffer.of(0, 0, 103, 0, 0, 100), Buffer.alloc(100, 7)]);
      return { answer: record(22, Buffer.concat([first, message(11, list)])), end: "close" };
    });
    peers.push(peer);
    const result = await authenticated(peer.port);
    expect(result.presented).toMatchObject([
      { chain: [Buffer.alloc(100, 7)], versions: ["TLSv1.2"] },
    ]);
    expect(result.signatureAlgorithms).toEqual([]);
    expect(result.ends.some(({ silentEnd }) => silentEnd)).toBe(true);
  });

  test("a server that takes nothing but its first hello has nothing to show", async () => {
    const peer = await helloPeer((hello, index) =>
      index < 5 ? honest({ suites }, hello) : alert(40),
    );
    peers.push(peer);
    const result = await authenticated(peer.port);
    expect(result).toMatchObject({ presented: [], alpn: null, sni: "unknown" });
    expect(result.ends.some(({ unfinished }) => unfinished?.includes("alert 40"))).toBe(true);
  });
});
