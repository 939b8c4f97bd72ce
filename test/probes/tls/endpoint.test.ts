import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer, type Server, type TlsOptions } from "node:tls";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { targetSchema, type TargetOf } from "#model/estate.ts";
import probe from "#probes/tls/endpoint.ts";
import { classifyNetwork, TlsScanError } from "#probes/tls/errors.ts";
import { nameOf } from "#probes/tls/names.ts";
import { facetOf, testScan } from "../../support/probe-context.ts";
import { has } from "../../support/requirements.ts";
import { type Peer, socketPeer } from "../../support/tls-peer.ts";

const authority = makeAuthority();
const HOST = "server.example";
const good = authority.issue({ commonName: HOST, altNames: [HOST, "*.api.example"] });
const folder = mkdtempSync(join(tmpdir(), "probity-endpoint-"));
const caFile = join(folder, "ca.pem");
writeFileSync(caFile, authority.caPem);
afterAll(() => rmSync(folder, { recursive: true }));

const servers: Server[] = [];
const peers: Peer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, "close");
  }
  for (const peer of peers.splice(0)) await peer.close();
});

async function serve(options: TlsOptions): Promise<number> {
  const server = createServer({ ciphers: "DEFAULT:@SECLEVEL=0", ...options });
  server.on("tlsClientError", () => {});
  server.on("secureConnection", (socket) => socket.on("error", () => {}));
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function endpoint(port: number, fields: object = {}): TargetOf<"endpoint"> {
  const target = targetSchema.parse({
    id: "web",
    provider: "endpoint",
    url: `https://${HOST}`,
    connect: { host: "127.0.0.1", port },
    caFile,
    ...fields,
  });
  if (target.provider !== "endpoint") throw new Error("not an endpoint");
  return target;
}

/** What a server with these certificates presents. */
async function certificateOf(served: { certPem: string; keyPem: string }, fields: object = {}) {
  const port = await serve({ cert: served.certPem, key: served.keyPem });
  const gathered = await testScan(endpoint(port, fields)).gather(probe, ["certificate"]);
  expect(gathered.problems).toEqual([]);
  const facet = gathered.observations[0];
  if (facet?.facet !== "certificate") throw new Error("no certificate was read");
  const { hostname, presented, unfinished } = facet.value;
  expect(presented).toHaveLength(1);
  expect(unfinished).toEqual([]);
  const [only] = presented;
  if (only === undefined) throw new Error("no certificate is presented");
  return { hostname, ...only };
}

describe("all facets", () => {
  test("of one server, from one enumeration", async () => {
    const port = await serve({ cert: good.certPem, key: good.keyPem, minVersion: "TLSv1.2" });
    const gathered = await testScan(endpoint(port)).gather(probe);
    expect(gathered.problems).toEqual([]);
    const name = `${HOST}:443`;
    const protocols = facetOf(gathered, name, "protocols");
    expect(protocols?.versions.filter(({ status }) => status === "accepted")).toHaveLength(2);
    expect(facetOf(gathered, name, "cipherSuites")).toMatchObject({ unfinished: [] });
    const exchange = facetOf(gathered, name, "keyExchange");
    expect(exchange).toMatchObject({ unfinished: [], anySignatureAlgorithm: [] });
    expect(exchange?.groups.map((group) => group.name)).toContain("x25519");
    expect(exchange?.signatureAlgorithms.map((one) => one.name)).toContain("rsa_pss_rsae_sha256");
    expect(facetOf(gathered, name, "tlsService")).toEqual({
      addresses: [{ address: "127.0.0.1", status: "answers", why: null }],
      alpn: [],
      sni: "not-needed",
      clientCertificate: "not-requested",
      tolerance: (["large-hello", "unknown-values", "future-version"] as const).map((test) => ({
        test,
        status: "tolerated",
        why: null,
      })),
      startTls: null,
      connections: expect.any(Number),
    });
    const attacks = facetOf(gathered, name, "tlsAttacks");
    expect(attacks?.tests.map(({ status }) => status)).toEqual(
      Array.from({ length: 6 }, () => "not-run"),
    );
    const behaviour = facetOf(gathered, name, "tlsBehaviour");
    expect(behaviour?.tests).toContainEqual(
      expect.objectContaining({ test: "secure-renegotiation", answer: "yes" }),
    );
    expect(new Set(gathered.observations.map(({ source }) => source.operation))).toEqual(
      new Set([`TLS hellos and handshakes, at 127.0.0.1:${port} by the estate's connect`]),
    );
    expect(new Set(gathered.observations.map(({ source }) => source.sha256)).size).toBe(1);
    expect(gathered.observations.map(({ subject }) => subject.kind)).toEqual(
      Array.from({ length: 7 }, () => "endpoint"),
    );
  });

  test("only what is wanted is asked", async () => {
    let connections = 0;
    const peer = await socketPeer((socket) => {
      connections += 1;
      socket.resetAndDestroy();
    });
    peers.push(peer);
    const nothing = await testScan(endpoint(peer.port)).gather(probe, ["http"]);
    expect([nothing.observations, nothing.problems, connections]).toEqual([[], [], 0]);
  });

  test("of a server that is not there, a problem that names the place", async () => {
    const port = await serve({ cert: good.certPem, key: good.keyPem });
    const [server] = servers.splice(0);
    server?.close();
    const { observations, problems } = await testScan(endpoint(port)).gather(probe);
    expect(observations).toEqual([]);
    expect(problems.map(({ facets, reason }) => [facets, reason])).toEqual([
      [
        [
          "protocols",
          "cipherSuites",
          "keyExchange",
          "certificate",
          "tlsService",
          "tlsBehaviour",
          "tlsAttacks",
        ],
        "unreachable",
      ],
    ]);
    for (const { message, subject } of problems) {
      expect(subject?.id).toBe(`${HOST}:443`);
      expect(message).toContain(`${HOST}:443 (asked at 127.0.0.1, port ${port})`);
      expect(message).toContain("ECONNREFUSED");
    }
  });

  test("of a server that never answers, time-outs within the call's limit", async () => {
    const peer = await socketPeer(() => {});
    peers.push(peer);
    const target = endpoint(peer.port, { limits: { callTimeout: "PT1S" } });
    const { observations, problems } = await testScan(target).gather(probe);
    expect(observations).toEqual([]);
    expect(problems.map(({ reason }) => reason)).toEqual(["timeout"]);
  });

  test("tls:// is another kind of subject", async () => {
    const port = await serve({ cert: good.certPem, key: good.keyPem });
    const target = endpoint(port, { url: `tls://${HOST}:5432` });
    const { observations } = await testScan(target).gather(probe, ["certificate"]);
    expect(observations[0]?.subject).toMatchObject({ kind: "tls-endpoint", id: `${HOST}:5432` });
  });
});

describe("certificate", () => {
  test("good: trusted by the extra authority, and named", async () => {
    const facet = await certificateOf(good);
    expect(facet).toMatchObject({
      hostname: HOST,
      trusted: true,
      trustError: null,
      hostnameMatches: true,
    });
    expect(facet.chain).toHaveLength(1);
    expect(facet.chain[0]).toMatchObject({
      subject: `CN=${HOST}`,
      issuer: "CN=Probity test authority",
      altNames: [HOST, "*.api.example"],
      keyType: "rsa",
      keyBits: 2048,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      validFrom: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
    });
  });

  test("without the extra authority it is not trusted, which is data", async () => {
    const facet = await certificateOf(good, { caFile: undefined });
    expect(facet.trusted).toBe(false);
    expect(facet.trustError).toMatch(/unable to (?:verify the first certificate|get local issuer)/);
    expect(facet.hostnameMatches).toBe(true);
  });

  test("expired, by days", async () => {
    const day = 86_400_000;
    const notAfter = new Date(Date.now() - day);
    const notBefore = new Date(Date.now() - 20 * day);
    const expired = authority.issue({ commonName: HOST, altNames: [HOST], notBefore, notAfter });
    const facet = await certificateOf(expired);
    expect(facet).toMatchObject({ trusted: false, trustError: "certificate has expired" });
    expect(new Date(facet.chain[0]?.validTo ?? 0).getTime()).toBeLessThan(Date.now());
  });

  test("of another host", async () => {
    const other = authority.issue({ commonName: HOST, altNames: ["other.example"] });
    // The common name is no name of the host any more.
    expect(await certificateOf(other)).toMatchObject({ trusted: true, hostnameMatches: false });
  });

  test("a wildcard covers one level, an IP address needs an entry of its own", async () => {
    const api = { url: "https://a.api.example" };
    expect((await certificateOf(good, api)).hostnameMatches).toBe(true);
    const deep = { url: "https://a.b.api.example" };
    expect((await certificateOf(good, deep)).hostnameMatches).toBe(false);
    const address = { url: "https://127.0.0.1" };
    expect((await certificateOf(good, address)).hostnameMatches).toBe(false);
    const numbered = authority.issue({ commonName: "x", altNames: ["127.0.0.1"] });
    expect((await certificateOf(numbered, address)).hostnameMatches).toBe(true);
  });

  test("a chain is shown as sent, with the root that nobody needs", async () => {
    const served = { certPem: good.certPem + authority.caPem, keyPem: good.keyPem };
    expect((await certificateOf(served)).chain).toHaveLength(2);
    const facet = await certificateOf(served, { caFile: undefined });
    expect(facet.chain.map(({ subject }) => subject)).toEqual([
      `CN=${HOST}`,
      "CN=Probity test authority",
    ]);
    expect(facet.trustError).toBe("self-signed certificate in certificate chain");
  });

  test("a small key is read as it is", async () => {
    const small = authority.issue({ commonName: HOST, altNames: [HOST], bits: 1024 });
    expect((await certificateOf(small)).chain[0]).toMatchObject({ keyType: "rsa", keyBits: 1024 });
  });

  test("a long and crafty name is bounded and escaped", async () => {
    const crafty = authority.issue({
      commonName: `${"x".repeat(60)}\u001b[31m`,
      altNames: [HOST],
    });
    const subject = (await certificateOf(crafty)).chain[0]?.subject ?? "";
    expect(subject).toMatch(/x\\(?:1B|u\{1b\})\[31m/);
    expect(subject).not.toContain("\u001b");
  });

  describe.skipIf(!has("openssl"))("of other kinds", () => {
    test.each([
      ["ec", "ec", ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384"], 384],
      ["ed25519", "ed25519", ["-newkey", "ed25519"], null],
      ["rsa-pss", "rsa", ["-newkey", "rsa-pss", "-pkeyopt", "rsa_keygen_bits:2048"], 2048],
    ] as const)("%s", async (name, keyType, options, keyBits) => {
      const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
      const subject = ["-subj", `/CN=${HOST}`, "-addext", `subjectAltName=DNS:${HOST}`];
      const files = ["-nodes", "-keyout", key, "-out", cert, "-days", "9"];
      execFileSync("openssl", ["req", "-x509", ...options, ...files, ...subject], {
        stdio: "ignore",
      });
      const facet = await certificateOf({
        certPem: readFileSync(cert, "utf8"),
        keyPem: readFileSync(key, "utf8"),
      });
      expect(facet).toMatchObject({
        trusted: false,
        trustError: "self-signed certificate",
        hostnameMatches: true,
        chain: [{ keyType, keyBits }],
      });
    });
  });
});

test("a missing authority file is named in the problem", async () => {
  const port = await serve({ cert: good.certPem, key: good.keyPem });
  const target = endpoint(port, { caFile: join(folder, "missing.pem") });
  const { problems } = await testScan(target).gather(probe, ["certificate"]);
  expect(problems[0]?.message).toContain("missing.pem");
});

test("a distinguished name is bounded", () => {
  expect(nameOf(`CN=${"y".repeat(5000)}\nO=z`).length).toBe(300);
});

test.each([
  ["ENOTFOUND", "unreachable", false],
  ["EHOSTUNREACH", "unreachable", false],
  ["EAI_AGAIN", "unreachable", true],
  ["ETIMEDOUT", "timeout", false],
  ["ECONNRESET", "unreachable", true],
  ["ERR_SSL_WRONG_VERSION_NUMBER", "malformed", false],
  ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "denied", false],
  ["EWHATEVER", "malformed", false],
])("%s is classified as %s", (code, reason, retryable) => {
  expect(classifyNetwork(Object.assign(new Error("words"), { code }))).toMatchObject({
    reason,
    retryable,
  });
});

test("anything that is thrown is classified", () => {
  for (const thrown of [undefined, null, "text", 5, {}, new TlsScanError("timeout", "late")]) {
    expect(classifyNetwork(thrown).message.length).toBeGreaterThan(0);
  }
});
