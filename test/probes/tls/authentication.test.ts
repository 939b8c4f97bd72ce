import { once } from "node:events";
import { createSecureContext, createServer, type TlsOptions } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import {
  altNames,
  type Issued,
  keyPair,
  type KeyName,
  makeCertificate,
} from "../../support/certificates.ts";
import { makeOcspAnswer } from "../../support/ocsp-answers.ts";
import { startNginx } from "../../support/nginx.ts";
import { has } from "../../support/requirements.ts";
import { serveTls, type TlsServer } from "../../support/tls-node.ts";
import { algorithmNames, authenticated } from "./authenticating.ts";

const root = makeCertificate({
  subject: "Probity test root",
  keys: keyPair("p256", "root"),
  authority: true,
});

function leafOf(kind: KeyName, subject = "server.example"): Issued {
  const keys = keyPair(kind, subject);
  return makeCertificate({ subject, keys, issuer: root, extensions: [altNames(subject)] });
}

function keyPem({ keys }: Issued): string {
  return keys.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

function credentials(...leaves: readonly Issued[]): TlsOptions {
  return { cert: leaves.map(({ pem }) => pem + root.pem), key: leaves.map(keyPem) };
}

const servers: TlsServer[] = [];
async function serve(options: TlsOptions): Promise<number> {
  const server = await serveTls(options);
  servers.push(server);
  return server.port;
}
afterEach(async () => {
  for (const server of servers.splice(0)) {
    await expect.poll(server.open).toBe(0);
    await server.close();
  }
});

const RSA12 = ["rsa_pss_rsae_sha256", "rsa_pkcs1_sha256", "rsa_pss_rsae_sha384"].concat([
  "rsa_pkcs1_sha384",
  "rsa_pss_rsae_sha512",
  "rsa_pkcs1_sha512",
  "rsa_pkcs1_sha224",
]);
const RSA13 = ["rsa_pss_rsae_sha256", "rsa_pss_rsae_sha384", "rsa_pss_rsae_sha512"];

describe("certificates and signature algorithms", () => {
  const cases: readonly (readonly [KeyName, readonly string[], readonly string[]])[] = [
    ["rsa2048", RSA12, RSA13],
    [
      "p256",
      [
        "ecdsa_secp256r1_sha256",
        "ecdsa_secp384r1_sha384",
        "ecdsa_sha224",
        "ecdsa_secp521r1_sha512",
      ],
      ["ecdsa_secp256r1_sha256"],
    ],
    [
      "p384",
      [
        "ecdsa_secp256r1_sha256",
        "ecdsa_secp384r1_sha384",
        "ecdsa_sha224",
        "ecdsa_secp521r1_sha512",
      ],
      ["ecdsa_secp384r1_sha384"],
    ],
    ["ed25519", ["ed25519"], ["ed25519"]],
    ["ed448", ["ed448"], ["ed448"]],
    [
      "pss2048",
      ["rsa_pss_pss_sha256", "rsa_pss_pss_sha384", "rsa_pss_pss_sha512"],
      ["rsa_pss_pss_sha256", "rsa_pss_pss_sha384", "rsa_pss_pss_sha512"],
    ],
    ["mldsa65", [], ["mldsa65"]],
  ];
  test.each(cases)(
    "of a %s key, all that it signs with and its chain as sent",
    async (kind, in12, in13) => {
      const leaf = leafOf(kind);
      const result = await authenticated(await serve(credentials(leaf)));
      expect(algorithmNames(result, "TLSv1.2")).toEqual(in12);
      expect(algorithmNames(result, "TLSv1.3")).toEqual(in13);
      const versions = in12.length === 0 ? ["TLSv1.3"] : ["TLSv1.2", "TLSv1.3"];
      expect(result.presented).toEqual([
        { chain: [leaf.der, root.der], ocsp: null, timestamps: null, possession: true, versions },
      ]);
      expect(result).toMatchObject({
        anySignatureAlgorithm: [],
        sni: "not-needed",
        withoutName: leaf.der,
        alpn: [],
        requestsCertificate: false,
      });
      expect(
        result.ends.filter(({ unfinished, silentEnd }) => unfinished !== null || silentEnd),
      ).toEqual([]);
    },
  );

  test("of four keys, every certificate, first the one that browsers get", async () => {
    const [ec, rsa, ed25519, mldsa] = (["p256", "rsa2048", "ed25519", "mldsa65"] as const).map(
      (kind) => leafOf(kind),
    );
    if (!ec || !rsa || !ed25519 || !mldsa) throw new Error("no keys");
    const result = await authenticated(await serve(credentials(rsa, ec, ed25519, mldsa)));
    const leaves = result.presented.map(({ chain }) => chain[0]);
    expect(leaves[0]).toEqual(ec.der);
    expect(leaves).toHaveLength(4);
    for (const { der } of [ec, rsa, ed25519, mldsa]) expect(leaves).toContainEqual(der);
    expect(algorithmNames(result, "TLSv1.3")).toEqual([
      "ecdsa_secp256r1_sha256",
      ...RSA13,
      "ed25519",
      "mldsa65",
    ]);
  });

  test.each([
    "X25519MLKEM768",
    "SecP256r1MLKEM768",
    "SecP384r1MLKEM1024",
    "MLKEM512",
    "MLKEM768",
    "MLKEM1024",
    "P-521",
    "X448",
    "brainpoolP384r1tls13",
    "ffdhe2048",
    "ffdhe8192",
    // The share of the first comes too late: a HelloRetryRequest comes between.
    "P-384:X25519",
  ])("of a server whose group is %s", async (ecdhCurve) => {
    const leaf = leafOf("p256");
    const port = await serve({ ...credentials(leaf), minVersion: "TLSv1.3", ecdhCurve });
    const result = await authenticated(port, { wanted: ["certificate"] });
    expect(result.presented.map(({ chain }) => chain[0])).toEqual([leaf.der]);
  });

  test.each([
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
    "TLS_AES_128_CCM_SHA256",
    "TLS_AES_128_CCM_8_SHA256:ECDHE-RSA-AES128-SHA:@SECLEVEL=0",
  ])("of a server whose suite is %s", async (ciphers) => {
    const leaf = leafOf("p256");
    const port = await serve({ ...credentials(leaf), minVersion: "TLSv1.3", ciphers });
    const result = await authenticated(port, { wanted: ["certificate"] });
    expect(result.presented.map(({ chain }) => chain[0])).toEqual([leaf.der]);
  });

  test("of static RSA, which signs nothing", async () => {
    const leaf = leafOf("rsa2048");
    const port = await serve({
      ...credentials(leaf),
      maxVersion: "TLSv1.2",
      ciphers: "AES128-SHA",
    });
    const result = await authenticated(port);
    expect(result.presented.map(({ chain }) => chain[0])).toEqual([leaf.der]);
    expect(result.signatureAlgorithms).toEqual([]);
  });

  test("of TLS 1.0 and 1.1, in the newest of them", async () => {
    const leaf = leafOf("rsa2048");
    const port = await serve({
      ...credentials(leaf),
      minVersion: "TLSv1",
      maxVersion: "TLSv1.1",
      ciphers: "ALL:@SECLEVEL=0",
    });
    const result = await authenticated(port);
    expect(result.presented).toMatchObject([
      { chain: [leaf.der, root.der], versions: ["TLSv1.0", "TLSv1.1"] },
    ]);
    expect(result.signatureAlgorithms).toEqual([]);
  });

  test("a stapled OCSP answer comes along", async () => {
    const leaf = leafOf("p256");
    const answer = makeOcspAnswer({ about: leaf, issuer: root, thisUpdate: new Date() });
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const server = createServer({ ...credentials(leaf), maxVersion });
      server.on("tlsClientError", () => {});
      server.on("OCSPRequest", (_certificate, _issuer, callback) => callback(null, answer));
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no port");
      const result = await authenticated(address.port, { wanted: ["certificate"] });
      expect(result.presented).toMatchObject([{ ocsp: answer }]);
      server.close();
      await once(server, "close");
    }
  });

  test("only what is wanted is asked for", async () => {
    const port = await serve(credentials(leafOf("rsa2048")));
    const all = await authenticated(port);
    const certificate = await authenticated(port, { wanted: ["certificate"] });
    expect(certificate).toMatchObject({ sni: "not-needed", alpn: null });
    expect(certificate.presented).toEqual(all.presented);
    expect(certificate.connections).toBeLessThan(all.connections / 1.5);
    const service = await authenticated(port, { wanted: ["keyExchange"] });
    expect(service).toMatchObject({ sni: "unknown", alpn: null, withoutName: null });
    expect(service.signatureAlgorithms).toEqual(all.signatureAlgorithms);
  });
});

describe("the shape of the service", () => {
  test("a server that knows its clients by name", async () => {
    const leaf = leafOf("p256");
    const context = createSecureContext(credentials(leaf));
    const named = (name: string) => name === "server.example";
    const required = await serve({
      SNICallback: (name, callback) => callback(null, named(name) ? context : undefined),
    });
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const other = leafOf("p256", "other.example");
      const port = await serve({
        ...credentials(other),
        maxVersion,
        SNICallback: (name, callback) => callback(null, named(name) ? context : undefined),
      });
      const result = await authenticated(port);
      expect(result).toMatchObject({ sni: "other-certificate", withoutName: other.der });
      expect(result.presented.map(({ chain }) => chain[0])).toEqual([leaf.der]);
    }
    expect(await authenticated(required)).toMatchObject({ sni: "required", withoutName: null });
    expect(await authenticated(await serve(credentials(leaf)), { serverName: null })).toMatchObject(
      {
        sni: "not-needed",
        withoutName: leaf.der,
      },
    );
  });

  test("application protocols, first the server's own choice", async () => {
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const port = await serve({
        ...credentials(leafOf("p256")),
        maxVersion,
        ALPNProtocols: ["http/1.1", "h2", "imap", "of-its-own"],
      });
      const result = await authenticated(port, { wanted: ["tlsService"] });
      expect(result).toMatchObject({ alpn: ["http/1.1", "h2", "imap"], alpnStrict: true });
    }
  });

  test("a server that refuses all protocols but its own shows its certificate to others", async () => {
    const leaf = leafOf("p256");
    const port = await serve({ ...credentials(leaf), ALPNProtocols: ["of-its-own"] });
    const result = await authenticated(port);
    expect(result).toMatchObject({ alpn: [], alpnStrict: true });
    expect(result.presented.map(({ chain }) => chain[0])).toEqual([leaf.der]);
  });

  test("a server that takes every protocol is not asked for each in turn", async () => {
    const port = await serve({
      ...credentials(leafOf("p256")),
      ALPNCallback: ({ protocols }) => protocols[0],
    });
    const result = await authenticated(port, { wanted: ["tlsService"] });
    expect(result.alpn?.length).toBeGreaterThan(25);
    expect(result.alpnStrict).toBe(false);
  });

  test("a client's certificate is asked for, and the server's own shown all the same", async () => {
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
      const leaf = leafOf("p256");
      const port = await serve({ ...credentials(leaf), maxVersion, requestCert: true });
      const result = await authenticated(port);
      expect(result.requestsCertificate).toBe(true);
      expect(result.presented.map(({ chain }) => chain[0])).toEqual([leaf.der]);
    }
  });
});

describe.skipIf(!has("nginx"))(
  "nginx with the intermediate profile of Mozilla and one RSA certificate",
  () => {
    test("costs at most twenty connections", async () => {
      const leaf = leafOf("rsa2048");
      const nginx = await startNginx(
        [
          `ssl_certificate cert.pem; ssl_certificate_key key.pem; ssl_protocols TLSv1.2 TLSv1.3;
         ssl_ciphers ${INTERMEDIATE}; ssl_prefer_server_ciphers off;`,
        ],
        { "cert.pem": leaf.pem + root.pem, "key.pem": keyPem(leaf) },
      );
      try {
        const result = await authenticated(nginx.ports[0] ?? 0);
        expect(algorithmNames(result, "TLSv1.2")).toEqual(RSA12);
        expect(algorithmNames(result, "TLSv1.3")).toEqual(RSA13);
        expect(result).toMatchObject({ sni: "not-needed", requestsCertificate: false });
        expect(result.alpn).toContain("http/1.1");
        expect(result.presented.map(({ chain }) => chain)).toEqual([[leaf.der, root.der]]);
        expect(result.connections).toBeLessThanOrEqual(20);
      } finally {
        await nginx.stop();
      }
    });
  },
);

const INTERMEDIATE =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:" +
  "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:" +
  "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305";
