import { constants } from "node:crypto";
import { once } from "node:events";
import { createSecureContext, createServer, type Server, type TlsOptions } from "node:tls";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it, test } from "vitest";
import { readCertificate } from "#probes/tls/certificate-facts.ts";
import { chainTrust } from "#probes/tls/trust.ts";
import { handshake, type HandshakeOptions } from "#probes/tls/handshake.ts";
import {
  altNames,
  type Issued,
  KEY_KINDS,
  keyPair,
  type KeyName,
  makeCertificate,
} from "../../support/certificates.ts";
import { type Peer, socketPeer } from "../../support/tls-peer.ts";

const root = makeCertificate({ subject: "Root", keys: keyPair("p256", "root"), authority: true });
const upper = makeCertificate({
  subject: "Upper",
  keys: keyPair("p256", "upper"),
  issuer: root,
  authority: true,
});
const leafOf = (kind: KeyName, issuer = root) =>
  makeCertificate({
    subject: "one.example",
    keys: keyPair(kind, "leaf"),
    issuer,
    extensions: [altNames("one.example")],
  });
const ec = leafOf("p256");

const open: (Server | Peer)[] = [];
const sockets = new Set<Socket>();
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  for (const server of open.splice(0)) await server.close();
});

/** A server with those certificates, each with its chain. */
async function serve(chains: readonly Issued[][], options: TlsOptions = {}): Promise<number> {
  const server = createServer(
    {
      key: chains.map(([leaf]) => pemKey(leaf)),
      cert: chains.map((chain) => chain.map(({ pem }) => pem).join("")),
      ...options,
    },
    (socket) => {
      socket.on("error", () => {});
      socket.on("end", () => socket.end());
      socket.resume();
    },
  );
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.on("tlsClientError", () => {});
  open.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
function pemKey(leaf: Issued | undefined): string {
  return String(leaf?.keys.privateKey.export({ type: "pkcs8", format: "pem" }));
}
function shake(port: number, options: Partial<HandshakeOptions> = {}) {
  return handshake(
    { host: "127.0.0.1", port, serverName: "one.example" },
    { timeoutMs: 5000, signal: new AbortController().signal, ca: root.pem, ...options },
  );
}

test("OpenSSL's verdict, the chain and the version", async () => {
  const port = await serve([[leafOf("p256", upper), upper]]);
  const trusted = await shake(port);
  expect(trusted).toMatchObject({
    completed: true,
    version: "TLSv1.3",
    trusted: true,
    trustError: null,
    clientCertificate: "not-requested",
    alpn: null,
    ocsp: null,
  });
  expect(await shake(port, { ca: null })).toMatchObject({
    trusted: false,
    trustError: "unable to get local issuer certificate",
  });
});

test("a root that is not known", async () => {
  const port = await serve([[ec, root]]);
  const { leaf, trustError } = await shake(port, { ca: null });
  expect(leaf).toEqual(ec.der);
  expect(trustError).toBe("self-signed certificate in certificate chain");
});

describe("what a handshake says of trust is what is said without one", () => {
  const own = makeCertificate({ subject: "one.example", keys: keyPair("p256", "leaf") });
  const past = new Date("2020-01-01T00:00:00Z");
  const expired = makeCertificate({
    subject: "one.example",
    keys: keyPair("p256", "leaf"),
    issuer: root,
    from: past,
  });
  it.each<[string, Issued[]]>([
    ["a whole chain", [leafOf("p256", upper), upper]],
    ["with its root", [leafOf("p256", upper), upper, root]],
    ["in disorder", [leafOf("p256", upper), root, upper]],
    ["a missing intermediate", [leafOf("p256", upper)]],
    ["a self-signed certificate", [own]],
    ["an expired one", [expired]],
    ["for an RSA key", [leafOf("rsa2048")]],
    ["for a small RSA key", [leafOf("rsa1024")]],
    ["for an Ed25519 key", [leafOf("ed25519")]],
  ])("%s", async (_, chain) => {
    const port = await serve([chain], { ciphers: "DEFAULT:@SECLEVEL=0" });
    const keyType = readCertificate(chain[0]?.der ?? root.der).facts.keyType;
    for (const ca of [root.pem, null]) {
      const { trusted, trustError } = await shake(port, { ca });
      const ders = chain.map(({ der }) => der);
      expect(await chainTrust(ders, keyType, ca)).toEqual({ trusted, trustError });
    }
  });
});

describe("a client certificate", () => {
  const versions = ["TLSv1.2", "TLSv1.3"] as const;
  it.each(versions)("is not asked for in %s", async (version) => {
    const port = await serve([[ec]], { minVersion: version, maxVersion: version });
    expect((await shake(port)).clientCertificate).toBe("not-requested");
  });

  it.each(versions)("is optional in %s", async (version) => {
    const port = await serve([[ec]], {
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: version,
      maxVersion: version,
    });
    expect(await shake(port)).toMatchObject({
      completed: true,
      clientCertificate: "optional",
      trusted: true,
    });
  });

  it("is required in TLSv1.3, which shows after the handshake", async () => {
    const port = await serve([[ec]], { requestCert: true, minVersion: "TLSv1.3" });
    expect(await shake(port)).toMatchObject({
      completed: true,
      clientCertificate: "required",
      trusted: true,
    });
  });

  it("is required in TLSv1.2, whose handshake then fails: nothing is known of trust", async () => {
    const port = await serve([[ec]], { requestCert: true, maxVersion: "TLSv1.2" });
    const seen = await shake(port);
    expect(seen).toMatchObject({ completed: false, clientCertificate: "required", trusted: null });
    expect(seen.leaf).toEqual(ec.der);
  });

  it("is of unknown need where the server leaves without a word", async () => {
    const port = await serve([[ec]], {
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: "TLSv1.3",
      // Neither tickets nor session ids: no ticket says that the server goes on.
      secureOptions: constants.SSL_OP_NO_TICKET,
      sessionIdContext: "none",
    });
    for (const server of open) {
      if ("on" in server) server.on("secureConnection", (socket: Socket) => socket.destroy());
    }
    expect(await shake(port)).toMatchObject({ completed: true, clientCertificate: "unknown" });
  });

  it("that is asked for before TLSv1.2 is not seen", async () => {
    const old = { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "ALL:@SECLEVEL=0" } as const;
    const port = await serve([[ec]], { requestCert: true, ...old });
    expect(await shake(port)).toMatchObject({
      completed: false,
      clientCertificate: "unknown",
      trusted: null,
    });
    const optional = await serve([[ec]], { requestCert: true, rejectUnauthorized: false, ...old });
    expect(await shake(optional)).toMatchObject({
      completed: true,
      clientCertificate: "unknown",
      trusted: true,
    });
  });
});

const SERVED: ReadonlySet<KeyName> = new Set(["rsa2048", "p256", "ed25519", "mldsa65"]);
describe("a server with several certificates", () => {
  it.for([
    ["rsa", "rsa2048"],
    ["ecdsa", "p256"],
    ["eddsa", "ed25519"],
    ["ml-dsa", "mldsa65"],
  ] as const)("shows the one for %s when asked", async ([kind, key], { skip }) => {
    skip(!KEY_KINDS.includes(key), "this Node cannot make such a key");
    const all = KEY_KINDS.filter((one) => SERVED.has(one)).map((one) => leafOf(one));
    const port = await serve(all.map((leaf) => [leaf]));
    const { leaf, trusted } = await shake(port, { kind });
    const wanted = all.find(({ keys }) => keys === keyPair(key, "leaf"));
    expect(leaf).toEqual(wanted?.der);
    expect(trusted).toBe(true);
  });

  it("fails where it has none of that kind", async () => {
    const port = await serve([[ec]]);
    await expect(shake(port, { kind: "rsa" })).rejects.toMatchObject({
      code: expect.stringContaining("ALERT"),
    });
  });
});

test.for([
  "MLKEM768",
  "SecP256r1MLKEM768",
  "X25519MLKEM768",
  "brainpoolP256r1:brainpoolP256r1tls13",
  "P-521",
])("a server of the groups %s alone", async (ecdhCurve, { skip }) => {
  skip(!knowsGroups(ecdhCurve), "this Node has no such group");
  const port = await serve([[ec]], { ecdhCurve });
  expect(await shake(port)).toMatchObject({ completed: true, trusted: true });
});

function knowsGroups(ecdhCurve: string): boolean {
  try {
    createSecureContext({ ecdhCurve });
    return true;
  } catch {
    return false;
  }
}

test("what is agreed on by ALPN", async () => {
  const port = await serve([[ec]], { ALPNProtocols: ["h2", "http/1.1"] });
  expect((await shake(port, { alpn: ["http/1.1"] })).alpn).toBe("http/1.1");
  expect((await shake(port, { alpn: ["http/1.1", "h2"] })).alpn).toBe("h2");
  expect((await shake(port)).alpn).toBeNull();
});

test("a stapled OCSP answer comes as it is", async () => {
  // Node's server forgets the answer where it asks the client for another group first.
  const port = await serve([[ec]], { ecdhCurve: "X25519" });
  const [server] = open;
  if (server === undefined || !("on" in server)) throw new Error("no server");
  server.on("OCSPRequest", (_certificate, _issuer, reply: (e: null, answer: Buffer) => void) =>
    reply(null, Buffer.from("an answer")),
  );
  expect((await shake(port)).ocsp?.toString()).toBe("an answer");
});

describe("what is no handshake", () => {
  const peer = async (act: (socket: Socket) => void) => {
    const made = await socketPeer(act);
    open.push(made);
    return made.port;
  };

  it("a silent server", async () => {
    const port = await peer(() => {});
    await expect(shake(port, { timeoutMs: 100 })).rejects.toMatchObject({ reason: "timeout" });
  });

  it("a server that hangs up", async () => {
    const port = await peer((socket) => socket.end());
    await expect(shake(port)).rejects.toMatchObject({ code: "ECONNRESET" });
  });

  it("another protocol", async () => {
    const port = await peer((socket) => socket.end("220 mail.example ESMTP\r\n"));
    await expect(shake(port)).rejects.toMatchObject({
      code: expect.stringMatching(/^ERR_SSL_/),
    });
  });

  it("a port where nobody listens", async () => {
    const made = await socketPeer(() => {});
    await made.close();
    await expect(shake(made.port)).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  it("one that is called off", async () => {
    const port = await peer(() => {});
    const controller = new AbortController();
    const waiting = shake(port, { signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(async () => shake(port, { signal: controller.signal })).rejects.toThrow("enough");
  });
});
