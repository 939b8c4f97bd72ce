import {
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from "node:crypto";
import { constants } from "node:crypto";
import type { SecureVersion, TlsOptions } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { proves } from "#probes/tls/possession.ts";
import { createSeen } from "#probes/tls/seen.ts";
import type { Shown } from "#probes/tls/shown.ts";
import {
  altNames,
  type Issued,
  KEY_KINDS,
  type KeyName,
  keyPair,
  makeCertificate,
} from "../../support/certificates.ts";
import { startNginx } from "../../support/nginx.ts";
import { has } from "../../support/requirements.ts";
import { serveTls, type TlsServer } from "../../support/tls-node.ts";
import { helloPeer, honest, type Peer } from "../../support/tls-peer.ts";
import {
  certificateMessage,
  certificateVerify,
  encryptedExtensions,
} from "../../support/tls13-answers.ts";
import { sealedPeer } from "../../support/tls13-peer.ts";
import { authenticated } from "./authenticating.ts";
import { scan } from "./scan.ts";

const NAME = "server.example";
const root = makeCertificate({
  subject: "Probity test root",
  keys: keyPair("p256", "root"),
  authority: true,
});

function leafOf(kind: KeyName): Issued {
  const keys = keyPair(kind, NAME);
  return makeCertificate({ subject: NAME, keys, issuer: root, extensions: [altNames(NAME)] });
}
function keyPem({ keys }: Issued): string {
  return keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
function credentials(...leaves: readonly Issued[]): TlsOptions {
  return { cert: leaves.map(({ pem }) => pem + root.pem), key: leaves.map(keyPem) };
}

const open: (TlsServer | Peer)[] = [];
async function serve(options: TlsOptions): Promise<number> {
  const server = await serveTls(options);
  open.push(server);
  return server.port;
}
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** What the signatures of the handshakes say, one for each leaf. */
async function signed(port: number): Promise<(boolean | null)[]> {
  return (await authenticated(port)).presented.map(({ possession }) => possession);
}
/** The same after all. */
async function shown(port: number, timeoutMs = 5000): Promise<(boolean | null)[] | undefined> {
  const { certificate } = await scan(port, { ca: root.pem, timeoutMs });
  return certificate?.presented.map(({ possession }) => possession);
}

describe("a signature", () => {
  const said = Buffer.from("what was said");
  const [hashes, kinds] = [
    ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
    ["rsa2048", "dsa1024", "p256"],
  ] as const;
  const pss = {
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
  };
  type By = readonly [code: number | null, kind: KeyName, hash: string | null, pss: boolean];
  const all: readonly By[] = [
    ...hashes.flatMap((hash, high) =>
      kinds.map((kind, low): By => [(high + 1) * 256 + low + 1, kind, hash, false]),
    ),
    [0x0804, "rsa2048", "sha256", true],
    [0x0805, "rsa2048", "sha384", true],
    [0x0806, "rsa2048", "sha512", true],
    [0x0809, "pss2048", "sha256", true],
    [0x080a, "pss2048", "sha384", true],
    [0x080b, "pss2048", "sha512", true],
    [0x0807, "ed25519", null, false],
    [0x0808, "ed448", null, false],
    [0x0905, "mldsa65", null, false],
    [null, "rsa2048", "md5-sha1", false],
    [null, "dsa1024", "sha1", false],
    [null, "p384", "sha1", false],
  ];
  // OpenSSL makes none by MD5 with DSA.
  const known = all.filter(([code, kind]) => KEY_KINDS.includes(kind) && code !== 0x0102);
  const make = (key: KeyObject, hash: string | null, isPss = false) =>
    sign(hash, said, isPss ? { key, ...pss } : key);

  test.each(known)("of algorithm %s by a key %s with %s", (algorithm, kind, hash, isPss) => {
    const leaf = leafOf(kind);
    const signature = make(leaf.keys.privateKey, hash, isPss);
    expect(proves(leaf.der, { algorithm, signed: said, signature })).toBe(true);
    const other = make(keyPair(kind, "another").privateKey, hash, isPss);
    expect(proves(leaf.der, { algorithm, signed: said, signature: other })).toBe(false);
    for (const rubbish of [Buffer.alloc(signature.length), Buffer.alloc(0), said]) {
      expect(proves(leaf.der, { algorithm, signed: said, signature: rubbish })).toBe(false);
    }
    const twisted = Buffer.from("what was unsaid");
    expect(proves(leaf.der, { algorithm, signed: twisted, signature })).toBe(false);
  });

  test("by a key of a curve that only some servers have", () => {
    for (const [algorithm, namedCurve, hash] of [
      [0x081a, "brainpoolP256r1", "sha256"],
      [0x081b, "brainpoolP384r1", "sha384"],
      [0x081c, "brainpoolP512r1", "sha512"],
    ] as const) {
      const keys = generateKeyPairSync("ec", { namedCurve });
      const leaf = makeCertificate({ subject: NAME, keys, issuer: root });
      const signature = make(keys.privateKey, hash);
      expect(proves(leaf.der, { algorithm, signed: said, signature })).toBe(true);
    }
  });

  test("by a key of another kind than the certificate's does not hold", () => {
    const signature = make(keyPair("p256", NAME).privateKey, "sha256");
    const { der } = leafOf("rsa2048");
    expect(proves(der, { algorithm: 0x0403, signed: said, signature })).toBe(false);
    const edwards = leafOf("ed25519").der;
    expect(proves(edwards, { algorithm: 0x0403, signed: said, signature })).toBe(false);
  });

  test("that nobody here can check is neither", () => {
    const proof = { signed: said, signature: Buffer.alloc(64) };
    for (const algorithm of [0x0708, 0x0709, 0x1234, 0]) {
      expect(proves(leafOf("p256").der, { algorithm, ...proof })).toBeNull();
    }
    expect(proves(Buffer.from("no certificate"), { algorithm: 0x0403, ...proof })).toBeNull();
    expect(proves(leafOf("ed25519").der, { algorithm: null, ...proof })).toBeNull();
  });

  test("by a key so long that it would cost seconds is not checked", () => {
    const sized = (bits: number) => {
      const n = randomBytes(bits / 8);
      n[0] = 0xc1;
      n[n.length - 1] = 1;
      const key = { kty: "RSA", n: n.toString("base64url"), e: "AQAB" };
      const publicKey = createPublicKey({ format: "jwk", key });
      const info = publicKey.export({ type: "spki", format: "der" });
      const keys = keyPair("p256", NAME);
      return makeCertificate({ subject: NAME, keys, issuer: root, publicKeyInfo: info }).der;
    };
    const by = (bits: number) =>
      proves(sized(bits), {
        algorithm: 0x0804,
        signed: said,
        signature: Buffer.alloc(bits / 8, 1),
      });
    expect([by(8192), by(8200), by(65_536)]).toEqual([false, null, null]);
  });

  test("that holds is enough; of those that do not, some are looked at", () => {
    const leaf = leafOf("p256");
    const good = make(leaf.keys.privateKey, "sha256");
    const sayings = (...signatures: readonly Buffer[]) => {
      const seen = createSeen();
      for (const signature of signatures) {
        const proof = { algorithm: 0x0403, signed: said, signature };
        seen.in("TLSv1.2").saw({ ...NOTHING, chain: [leaf.der], proof });
      }
      return seen.presented(undefined).map(({ possession }) => possession);
    };
    const bad = Buffer.alloc(8);
    expect(sayings(bad)).toEqual([false]);
    expect(sayings(good, bad)).toEqual([true]);
    expect(sayings(bad, bad, good)).toEqual([true]);
    expect(sayings(bad, bad, bad, good)).toEqual([false]);
    const seen = createSeen();
    seen.in("TLSv1.2").saw({ ...NOTHING, chain: [leaf.der] });
    expect(seen.presented(undefined)).toMatchObject([{ possession: null }]);
  });
});

const NOTHING: Shown = {
  kind: "shown",
  suite: 0xc02b,
  chain: [],
  ocsp: null,
  timestamps: null,
  signatureAlgorithm: null,
  proof: null,
  cut: null,
  requestsCertificate: false,
  protocol: null,
};

test("no more than ten leaves are kept of one who makes another for each question", () => {
  const seen = createSeen();
  for (let index = 0; index < 12; index += 1) {
    expect(seen.more()).toBe(index > 10);
    seen.in("TLSv1.3").saw({ ...NOTHING, chain: [Buffer.of(index)] });
  }
  expect(seen.presented(undefined)).toHaveLength(10);
});

describe("a server that has the key", () => {
  const cases: readonly (readonly [SecureVersion, KeyName])[] = [
    ...(["rsa2048", "pss2048", "p256", "p384", "ed25519", "ed448", "mldsa65"] as const).map(
      (kind) => ["TLSv1.3", kind] as const,
    ),
    ...(["rsa2048", "pss2048", "p256", "p384", "ed25519", "ed448"] as const).map(
      (kind) => ["TLSv1.2", kind] as const,
    ),
    ["TLSv1.1", "rsa2048"],
    ["TLSv1.1", "p256"],
    ["TLSv1", "rsa2048"],
    ["TLSv1", "p256"],
  ];
  const possible = cases.filter(([, kind]) => KEY_KINDS.includes(kind));
  test.each(possible)("%s, %s", async (version, kind) => {
    const options = { ...credentials(leafOf(kind)), minVersion: version, maxVersion: version };
    const port = await serve({ ...options, ciphers: "DEFAULT:@SECLEVEL=0" });
    expect(await signed(port)).toEqual([true]);
  });

  test("in finite fields, with two certificates, before a client's certificate, after a second hello", async () => {
    const both = credentials(leafOf("rsa2048"), leafOf("p256"));
    const old = { ...both, maxVersion: "TLSv1.2", dhparam: "auto" } as const;
    expect(await signed(await serve({ ...old, ciphers: "DHE-RSA-AES128-GCM-SHA256" }))).toEqual([
      true,
    ]);
    const modern = { ...both, minVersion: "TLSv1.3" } as const;
    expect(await signed(await serve({ ...modern, requestCert: true }))).toEqual([true, true]);
    expect(await signed(await serve({ ...modern, ecdhCurve: "P-521" }))).toEqual([true, true]);
  });

  test("and signs nothing shows it by the end of one handshake more", async () => {
    const options = { ...credentials(leafOf("rsa2048")), maxVersion: "TLSv1.2" } as const;
    const port = await serve({ ...options, ciphers: "AES128-GCM-SHA256:AES128-SHA" });
    expect(await signed(port)).toEqual([null]);
    expect(await shown(port)).toEqual([true]);
  });

  test.skipIf(!has("nginx"))("nginx, with two certificates", async () => {
    const [rsa, ec] = [leafOf("rsa2048"), leafOf("p256")];
    const pair = (name: string) => `ssl_certificate ${name}.pem; ssl_certificate_key ${name}.key;`;
    const nginx = await startNginx(
      [`${pair("rsa")} ${pair("ec")} ssl_protocols TLSv1.2 TLSv1.3;`],
      {
        "rsa.pem": rsa.pem + root.pem,
        "rsa.key": keyPem(rsa),
        "ec.pem": ec.pem + root.pem,
        "ec.key": keyPem(ec),
      },
    );
    try {
      expect(await shown(nginx.ports[0] ?? 0)).toEqual([true, true]);
    } finally {
      await nginx.stop();
    }
  });
});

describe("a server that shows somebody else's certificate", () => {
  const classic = (version: number, suite: number, certificates: readonly Buffer[]) =>
    helloPeer((hello) => {
      const suites = new Map([[version, [suite]]]);
      const signatureAlgorithms = [0x0804, 0x0403];
      return honest({ suites, certificates, signatureAlgorithms, old: true }, hello);
    });
  const cases: readonly (readonly [string, number, number, KeyName])[] = [
    ["TLS 1.2 with ECDHE", 0x0303, 0xc02f, "rsa2048"],
    ["TLS 1.2 with DHE", 0x0303, 0x009e, "rsa2048"],
    ["TLS 1.2 with ECDSA", 0x0303, 0xc02b, "p256"],
    ["TLS 1.0", 0x0301, 0xc013, "rsa2048"],
    ["SSLv3", 0x0300, 0x0033, "rsa2048"],
  ];
  test.each(cases)("%s", async (_, version, suite, kind) => {
    const peer = await classic(version, suite, [leafOf(kind).der, root.der]);
    open.push(peer);
    expect(await signed(peer.port)).toEqual([false]);
    const { certificate } = await scan(peer.port, { ca: root.pem });
    expect(certificate?.presented).toMatchObject([{ trusted: true, possession: false }]);
  });

  test("TLS 1.3", async () => {
    const chain = [leafOf("rsa2048").der, root.der];
    const peer = await sealedPeer((seal, socket, hello) => {
      const algorithm = [0x0804, 0x0805].find((code) => hello.signatureAlgorithms.includes(code));
      if (algorithm === undefined) {
        socket.end();
        return;
      }
      const said = [encryptedExtensions(), certificateMessage(chain), certificateVerify(algorithm)];
      socket.write(seal(Buffer.concat(said)));
    });
    open.push(peer);
    expect(await signed(peer.port)).toEqual([false]);
    const { certificate } = await scan(peer.port, { ca: root.pem });
    expect(certificate?.presented).toMatchObject([{ trusted: true, possession: false }]);
  });

  test("and signs nothing is not known to have the key", async () => {
    const peer = await classic(0x0303, 0x009c, [leafOf("rsa2048").der, root.der]);
    open.push(peer);
    expect(await shown(peer.port, 500)).toEqual([null]);
  });
});
