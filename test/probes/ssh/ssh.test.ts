import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { type HostKey, startSsh, type RunningSsh, type SshSettings } from "#fixtures/estate/ssh.ts";
import { sshWeaknesses } from "#facts/ssh-algorithms.ts";
import type { TargetOf } from "#model/estate.ts";
import probe from "#probes/ssh/ssh-endpoint.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { startSshd } from "../../support/sshd.ts";

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

const NAME = "ssh.example:22";
const target = (port: number): TargetOf<"endpoint"> => ({
  id: "ssh",
  provider: "endpoint",
  labels: [],
  url: "ssh://ssh.example",
  connect: { host: "127.0.0.1", port },
});

/** @param seconds of the longest call: a sixth is the longest wait for one message. */
async function look(port: number, seconds = 30) {
  const limits = { callTimeout: `PT${seconds}S` };
  const gathered = await testScan({ ...target(port), limits }).gather(probe);
  return {
    ...gathered,
    service: facetOf(gathered, NAME, "sshService"),
    keys: facetOf(gathered, NAME, "sshKeys")?.keys,
  };
}

async function serve(settings: SshSettings): Promise<RunningSsh> {
  const server = await startSsh(settings);
  stops.push(server.close);
  return server;
}

/** A server that does with each connection what the test says. */
async function scripted(act: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    act(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  stops.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  // A server that listens on TCP has such an address.
  return (server.address() as AddressInfo).port;
}

describe.skipIf(!has("sshd"))("OpenSSH", () => {
  test("proves every host key, whatever its kind and size", async () => {
    const sshd = await startSshd(
      [["rsa", 1024], ["ecdsa", 256], ["ed25519"]],
      ["RequiredRSASize 1024", "HostKeyAlgorithms +ssh-rsa"],
    );
    stops.push(sshd.stop);
    const { keys, service, problems } = await look(sshd.port);
    const [rsa, ecdsa, ed25519] = sshd.fingerprints;
    expect(keys).toEqual([
      { name: rsa, algorithm: "rsa", bits: 1024 },
      { name: ecdsa, algorithm: "ecdsa", bits: 256 },
      { name: ed25519, algorithm: "ed25519", bits: 256 },
    ]);
    expect(service).toMatchObject({ protocol: "2.0", unproven: [], addresses: ["127.0.0.1"] });
    expect(service?.software).toMatch(/^OpenSSH_/);
    expect(service?.hostKeys).toEqual(expect.arrayContaining(["rsa-sha2-512", "ssh-rsa"]));
    expect(problems).toEqual([]);
  });

  test.each([
    "curve25519-sha256",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group14-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group-exchange-sha1",
    "diffie-hellman-group1-sha1",
  ])("has its key proven by %s alone", async (method) => {
    const sshd = await startSshd([["ed25519"]], [`KexAlgorithms ${method}`]);
    stops.push(sshd.stop);
    const { keys, service } = await look(sshd.port);
    expect(service?.keyExchanges).toEqual([method]);
    expect(keys?.map(({ name }) => name)).toEqual(sshd.fingerprints);
  });

  test("a key exchange that we do not speak leaves its keys unknown", async () => {
    const sshd = await startSshd(
      [["ed25519"]],
      ["KexAlgorithms sntrup761x25519-sha512@openssh.com"],
    );
    stops.push(sshd.stop);
    const { keys, service } = await look(sshd.port);
    expect(keys).toEqual([{ name: "not seen: ssh-ed25519", algorithm: null, bits: null }]);
    expect(service?.unproven).toEqual([
      { algorithm: "ssh-ed25519", why: "no key exchange in common" },
    ]);
  });

  test("weak algorithms are seen as they are offered", async () => {
    const sshd = await startSshd(
      [["ed25519"]],
      [
        "Ciphers aes256-ctr,3des-cbc",
        "MACs hmac-sha2-256,hmac-md5",
        "KexAlgorithms curve25519-sha256,diffie-hellman-group1-sha1",
      ],
    );
    stops.push(sshd.stop);
    const { service } = await look(sshd.port);
    if (service === undefined) throw new Error("nothing seen");
    expect(sshWeaknesses(service).map(({ name, tier }) => [name, tier])).toEqual([
      ["diffie-hellman-group1-sha1", "broken"],
      ["3des-cbc", "broken"],
      ["hmac-md5", "broken"],
    ]);
  });
});

describe("keys", () => {
  test("nobody tries to log in, and each algorithm costs one connection", async () => {
    const server = await serve({ hostKeys: [1024, "ed25519"] });
    const { keys } = await look(server.port);
    expect(keys?.map(({ algorithm, bits }) => [algorithm, bits])).toEqual([
      ["rsa", 1024],
      ["ed25519", 256],
    ]);
    // KEXINIT and the method's first message, for each of two algorithms.
    expect(server.heard.toSorted((a, b) => a - b)).toEqual([20, 20, 30, 30]);
  });

  test.each<[string, SshSettings["tamper"], RegExp]>([
    [
      "a signature of another exchange",
      { signature: (honest) => Buffer.from(honest).fill(1, 0, 8) },
      /not signed by the key/,
    ],
    ["an empty signature", { signature: () => Buffer.alloc(0) }, /not signed by the key/],
    [
      "a reply of another type",
      { reply: (honest) => Buffer.from(honest).fill(21, 5, 6) },
      /message 21/,
    ],
    [
      "a reply whose lengths lie",
      { reply: (honest) => Buffer.from(honest).fill(0xff, 6, 8) },
      /cut off/,
    ],
    ["a point of no use", { reply: zeroShare }, /breaks|failed|deriv|invalid/i],
  ])("%s proves nothing", async (_name, tamper, why) => {
    const server = await serve({ hostKeys: ["ed25519"], ...(tamper && { tamper }) });
    const { keys, service } = await look(server.port);
    expect(keys).toEqual([{ name: "not seen: ssh-ed25519", algorithm: null, bits: null }]);
    expect(service?.unproven[0]?.why).toMatch(why);
  });

  test.each<[string, () => Own]>([
    ["DSA", dsaKey],
    ["Ed25519", ed25519Key],
    ["RSA", () => rsaKey("rsa-sha2-512", "sha512")],
    ["RSA, by SHA-1", () => rsaKey("ssh-rsa", "sha1")],
    ["ECDSA on P-256", () => ecdsaKey("nistp256", "P-256", "sha256")],
    ["ECDSA on P-384", () => ecdsaKey("nistp384", "P-384", "sha384")],
    ["ECDSA on P-521", () => ecdsaKey("nistp521", "P-521", "sha512")],
  ])("of %s is proven, by itself and in a certificate, as one key", async (_, make) => {
    const own = make();
    const server = await serve({ hostKeys: [certified(own), plainKey(own)] });
    const { keys, service, problems } = await look(server.port);
    expect(problems).toEqual([]);
    expect(service?.unproven).toEqual([]);
    expect(service?.hostKeys).toEqual([`${own.algorithm}-cert-v01@openssh.com`, own.algorithm]);
    // As `ssh-keygen -l` names a certificate: by the key in it.
    expect(keys).toEqual([{ name: fingerprintOf(plainKey(own).blob), ...own.seen }]);
  });

  test.each<[string, (own: Own) => HostKey, RegExp]>([
    [
      "a certificate whose key signs nothing",
      (own) => ({ ...certified(own), sign: () => Buffer.alloc(40, 1) }),
      /not signed by the key/,
    ],
    [
      "a signature by the name of a certificate",
      (own) => ({ ...certified(own), signedAs: certified(own).algorithm }),
      /not signed by the key/,
    ],
    [
      "another's certificate",
      (own) => ({ ...certified(own), blob: certified(dsaKey()).blob }),
      /not signed by the key/,
    ],
    [
      "a certificate that ends in its key",
      (own) => ({ ...certified(own), blob: certified(own).blob.subarray(0, 200) }),
      /cut off/,
    ],
    [
      "a certificate of another kind of key",
      (own) => ({ ...certified(own), blob: certified(ed25519Key()).blob }),
      /no ssh-dss/,
    ],
    [
      "a signature of half its length",
      (own) => ({ ...plainKey(own), sign: (data) => own.sign(data).subarray(0, 20) }),
      /not signed by the key/,
    ],
    [
      "numbers of no DSA key",
      (own) => ({
        ...plainKey(own),
        blob: Buffer.concat([
          length(Buffer.from("ssh-dss")),
          ...Array.from({ length: 4 }, () => length(Buffer.of(1))),
        ]),
      }),
      /./,
    ],
  ])("of DSA is not proven by %s", async (_, key, why) => {
    const server = await serve({ hostKeys: [key(dsaKey())] });
    const { keys, service } = await look(server.port);
    expect(keys?.map(({ algorithm }) => algorithm)).toEqual([null]);
    expect(service?.unproven[0]?.why).toMatch(why);
  });

  test("closing in the midst of the exchange leaves the key unknown", async () => {
    const honest = await serve({ hostKeys: ["ed25519"] });
    const port = await scripted((socket) => {
      const peer = connect(honest.port, "127.0.0.1").on("error", () => {});
      peer.on("data", (bytes) => socket.write(bytes));
      socket.on("data", (bytes) => {
        // The client's KEXINIT is answered by an end.
        if (bytes.includes("curve25519-sha256")) socket.destroy();
        else peer.write(bytes);
      });
      socket.on("close", () => peer.destroy());
    });
    const { keys, service } = await look(port);
    expect(keys?.[0]).toMatchObject({ algorithm: null });
    expect(service?.unproven[0]?.why).toMatch(/ends the connection|reset/);
  });
});

/** A key of a host's own, with what a scan must see of it. */
interface Own {
  readonly algorithm: string;
  /** Its type as its bytes name it, and its numbers behind that. */
  readonly type: string;
  readonly numbers: Buffer;
  readonly sign: (data: Buffer) => Buffer;
  readonly seen: { readonly algorithm: string; readonly bits: number };
}

function plainKey({ algorithm, type, numbers, sign: by }: Own): HostKey {
  return { algorithm, blob: Buffer.concat([length(Buffer.from(type)), numbers]), sign: by };
}

/** PROTOCOL.certkeys of OpenSSH: nonce, key, serial, kind, id, names, times, options, authority, its signature. */
function certified({ algorithm, type, numbers, sign: by }: Own): HostKey {
  const text = (words: string) => length(Buffer.from(words));
  const blob = Buffer.concat([
    text(`${type}-cert-v01@openssh.com`),
    length(Buffer.alloc(32, 7)),
    numbers,
    Buffer.alloc(8),
    Buffer.of(0, 0, 0, 2),
    text("host"),
    length(text("ssh.example")),
    Buffer.alloc(8),
    Buffer.alloc(8, 0xff),
    ...["", "", ""].map(text),
    length(Buffer.concat([text("ssh-ed25519"), length(Buffer.alloc(32))])),
    length(Buffer.concat([text("ssh-ed25519"), length(Buffer.alloc(64))])),
  ]);
  return { algorithm: `${algorithm}-cert-v01@openssh.com`, signedAs: algorithm, blob, sign: by };
}

function fingerprintOf(blob: Buffer): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}

function dsaKey(): Own {
  const { publicKey, privateKey } = generateKeyPairSync("dsa", {
    modulusLength: 1024,
    divisorLength: 160,
  });
  return {
    algorithm: "ssh-dss",
    type: "ssh-dss",
    numbers: dsaNumbers(publicKey),
    sign: (data) => sign("sha1", data, { key: privateKey, dsaEncoding: "ieee-p1363" }),
    seen: { algorithm: "dsa", bits: 1024 },
  };
}

/** p, q, g and y of a SubjectPublicKeyInfo (RFC 3279 2.3.2), whose integers are as SSH writes them. */
function dsaNumbers(key: KeyObject): Buffer {
  const found: Buffer[] = [];
  const walk = (bytes: Buffer) => {
    for (let at = 0; at < bytes.length;) {
      const tag = bytes[at];
      const first = bytes[at + 1] ?? 0;
      const more = first < 0x80 ? 0 : first & 0x7f;
      const size = more === 0 ? first : bytes.readUIntBE(at + 2, more);
      const content = bytes.subarray(at + 2 + more, at + 2 + more + size);
      if (tag === 0x02) found.push(content);
      else if (tag === 0x30) walk(content);
      // A bit string begins with the number of unused bits.
      else if (tag === 0x03) walk(content.subarray(1));
      at += 2 + more + size;
    }
  };
  walk(key.export({ format: "der", type: "spki" }));
  return Buffer.concat(found.map(length));
}

function member(key: KeyObject, name: "e" | "n" | "x" | "y"): Buffer {
  return Buffer.from(key.export({ format: "jwk" })[name] ?? "", "base64url");
}

function ed25519Key(): Own {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return {
    algorithm: "ssh-ed25519",
    type: "ssh-ed25519",
    numbers: length(member(publicKey, "x")),
    sign: (data) => sign(null, data, privateKey),
    seen: { algorithm: "ed25519", bits: 256 },
  };
}

function rsaKey(algorithm: string, hash: string): Own {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
  return {
    algorithm,
    type: "ssh-rsa",
    numbers: Buffer.concat([
      length(member(publicKey, "e")),
      length(Buffer.concat([Buffer.of(0), member(publicKey, "n")])),
    ]),
    sign: (data) => sign(hash, data, privateKey),
    seen: { algorithm: "rsa", bits: 1024 },
  };
}

function ecdsaKey(curve: string, namedCurve: string, hash: string): Own {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve });
  const point = Buffer.concat([Buffer.of(4), member(publicKey, "x"), member(publicKey, "y")]);
  return {
    algorithm: `ecdsa-sha2-${curve}`,
    type: `ecdsa-sha2-${curve}`,
    numbers: Buffer.concat([length(Buffer.from(curve)), length(point)]),
    sign: (data) => {
      const both = sign(hash, data, { key: privateKey, dsaEncoding: "ieee-p1363" });
      const half = both.length / 2;
      // A zero before each keeps it positive, whatever its first bit.
      return Buffer.concat(
        [both.subarray(0, half), both.subarray(half)].map((number) =>
          length(Buffer.concat([Buffer.of(0), number])),
        ),
      );
    },
    seen: { algorithm: "ecdsa", bits: { nistp256: 256, nistp384: 384 }[curve] ?? 521 },
  };
}

/** Puts zeros in place of the server's share of X25519: the second string of the reply. */
function zeroShare(reply: Buffer): Buffer {
  const copy = Buffer.from(reply);
  const first = 6 + 4 + copy.readUInt32BE(6);
  return copy.fill(0, first + 4, first + 4 + 32);
}

const HELLO = "SSH-2.0-hostile\r\n";
/** A packet's head without what it promises. */
const head = (length: number, padding: number) => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(length);
  bytes.writeUInt8(padding, 4);
  return bytes;
};

describe("hostile servers", () => {
  test.each<[string, (socket: Socket) => void, string, RegExp]>([
    ["closes at once", (socket) => socket.end(), "unreachable", /ends the connection|reset/],
    ["closes after its identification", (socket) => socket.end(HELLO), "unreachable", /ends|reset/],
    ["is silent", () => {}, "timeout", /does not answer in time/],
    ["is silent after its identification", (socket) => socket.write(HELLO), "timeout", /in time/],
    [
      "sends lines without end",
      (socket) => void forEver(socket, Buffer.from("wait\r\n")),
      "malformed",
      /no identification/,
    ],
    [
      "sends a line without end",
      (socket) => void forEver(socket, Buffer.alloc(1000, "x")),
      "malformed",
      /line of more than 8192 bytes/,
    ],
    [
      "has an identification without end",
      (socket) => void forEver(socket, Buffer.from(`SSH-2.0-${"x".repeat(100)}`)),
      "malformed",
      /line of more/,
    ],
    [
      "has a long identification",
      (socket) => socket.write(`SSH-2.0-${"x".repeat(300)}\r\n`),
      "malformed",
      /308 bytes/,
    ],
    [
      "is a mail server",
      (socket) => socket.write("220 mail.example ESMTP\r\n"),
      "malformed",
      /no identification/,
    ],
    [
      "speaks SSH 1 alone",
      (socket) => socket.write("SSH-1.5-old\r\n"),
      "unsupported",
      /SSH 1 alone/,
    ],
    [
      "has control characters for a name",
      (socket) => socket.write("SSH-2.0-\u001b[2J\r\n"),
      "malformed",
      /identification is none/,
    ],
    [
      "promises a packet of 4 GB",
      (socket) => socket.write(Buffer.concat([Buffer.from(HELLO), head(0xffffffff, 4)])),
      "malformed",
      /too large/,
    ],
    [
      "promises padding beyond its packet",
      (socket) => socket.write(Buffer.concat([Buffer.from(HELLO), head(12, 250)])),
      "malformed",
      /without content/,
    ],
    [
      "sends messages without meaning for ever",
      (socket) => {
        socket.write(HELLO);
        const ignore = Buffer.concat([head(12, 6), Buffer.of(2), Buffer.alloc(10)]);
        void forEver(socket, ignore);
      },
      "malformed",
      /without meaning/,
    ],
    [
      "ends with words",
      (socket) => {
        const reason = Buffer.from("Too many connections\u001b[2J");
        const body = Buffer.concat([
          Buffer.of(1),
          Buffer.alloc(4),
          length(reason),
          Buffer.alloc(4),
        ]);
        socket.write(
          Buffer.concat([Buffer.from(HELLO), head(body.byteLength + 5, 4), body, Buffer.alloc(4)]),
        );
      },
      "denied",
      /Too many connections/,
    ],
  ])("one that %s", async (_name, act, reason, message) => {
    const port = await scripted(act);
    const { observations, problems } = await look(port, 2);
    expect(observations).toEqual([]);
    expect(problems).toMatchObject([{ reason, facets: ["sshKeys", "sshService"] }]);
    expect(problems[0]?.message).toMatch(message);
    expect(problems[0]?.message).not.toContain("\u001b");
  });

  test.each<[string, (honest: Buffer) => Buffer, RegExp]>([
    ["a list beyond its message", (honest) => Buffer.from(honest).fill(0xff, 22, 24), /cut off/],
    ["another message", (honest) => Buffer.from(honest).fill(21, 5, 6), /message 21 in place/],
    [
      "ten thousand names",
      () => {
        const list = length(Buffer.from("a,".repeat(10_000)));
        const body = Buffer.concat([Buffer.of(20), Buffer.alloc(16), list]);
        return Buffer.concat([head(body.byteLength + 5, 4), body, Buffer.alloc(4)]);
      },
      /no name, or too many/,
    ],
    [
      "lists of nothing",
      () => {
        const body = Buffer.concat([Buffer.of(20), Buffer.alloc(16 + 10 * 4 + 5)]);
        return Buffer.concat([head(body.byteLength + 5, 4), body, Buffer.alloc(4)]);
      },
      /no algorithm where there must be one/,
    ],
  ])("a KEXINIT with %s", async (_name, kexInit, message) => {
    const server = await serve({ hostKeys: ["ed25519"], tamper: { kexInit } });
    const { problems } = await look(server.port);
    expect(problems).toMatchObject([{ reason: "malformed" }]);
    expect(problems[0]?.message).toMatch(message);
  });

  test("lines before the identification are passed over", async () => {
    const identification = (honest: Buffer) =>
      Buffer.concat([Buffer.from("Authorised use\r\n"), honest]);
    const server = await serve({ hostKeys: ["ed25519"], tamper: { identification } });
    const { keys } = await look(server.port);
    expect(keys).toMatchObject([{ algorithm: "ed25519", bits: 256 }]);
  });

  test("many kinds of host key are asked for ten times", async () => {
    let connections = 0;
    const many = Array.from(
      { length: 150 },
      (_, at) => `ssh-ed25519-cert-v${10 + (at % 90)}@openssh.com`,
    );
    const server = await serve({
      hostKeys: ["ed25519"],
      tamper: {
        identification: (honest) => {
          connections += 1;
          return honest;
        },
        kexInit: () => kexInitWith([...new Set(many)]),
      },
    });
    const { service, keys } = await look(server.port);
    expect(connections).toBe(11);
    expect(keys?.every(({ algorithm }) => algorithm === null)).toBe(true);
    expect(service?.unproven.at(-1)?.why).toMatch(/too many algorithms/);
  });
});

function length(bytes: Buffer): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32BE(bytes.byteLength);
  return Buffer.concat([size, bytes]);
}

function kexInitWith(hostKeys: readonly string[]): Buffer {
  const lists = [
    "curve25519-sha256",
    hostKeys.join(","),
    ...Array.from({ length: 6 }, () => "none"),
    "",
    "",
  ];
  const body = Buffer.concat([
    Buffer.of(20),
    Buffer.alloc(16),
    ...lists.map((list) => length(Buffer.from(list))),
    Buffer.alloc(5),
  ]);
  return Buffer.concat([head(body.byteLength + 5, 4), body, Buffer.alloc(4)]);
}

/** Writes as long as somebody reads. */
async function forEver(socket: Socket, bytes: Buffer): Promise<void> {
  while (!socket.destroyed) {
    if (!socket.write(bytes))
      await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => {});
    else await new Promise((resolve) => setImmediate(resolve));
  }
}
