import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, type TlsOptions } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { cipherSuites } from "#facts/cipher-suites.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import type { TlsVersion } from "#model/tls.ts";
import { startNginx, type Nginx } from "../../support/nginx.ts";
import { has } from "../../support/requirements.ts";
import {
  accepted,
  exchangeUnfinished,
  groupNames,
  orderOf,
  primeBits,
  scan,
  suiteNames,
  suitesUnfinished,
  type TlsScan,
} from "./scan.ts";

const leaf = makeAuthority().issue({ commonName: "server.example", altNames: ["server.example"] });

describe("OpenSSL in Node", () => {
  const servers: Server[] = [];
  const serve = async (options: TlsOptions): Promise<number> => {
    const server = createServer({ cert: leaf.certPem, key: leaf.keyPem, ...options });
    server.on("tlsClientError", () => {});
    servers.push(server);
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    return address.port;
  };
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close();
      await once(server, "close");
    }
  });

  test("1.2 with two suites", async () => {
    const port = await serve({
      minVersion: "TLSv1.2",
      maxVersion: "TLSv1.2",
      ciphers: "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-AES128-GCM-SHA256",
      honorCipherOrder: true,
    });
    const result = await scan(port);
    expect(accepted(result)).toEqual(["TLSv1.2"]);
    expect(suiteNames(result, "TLSv1.2")).toEqual([
      "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
      "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    ]);
    expect([...suitesUnfinished(result), ...exchangeUnfinished(result)]).toEqual([]);
    expect(result.cipherSuites.preferences.map(({ order }) => order)).toContain("server");
  });

  test("1.3 alone, with post-quantum groups, none of which costs a key", async () => {
    const port = await serve({
      minVersion: "TLSv1.3",
      ciphers: "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256",
      ecdhCurve: "X25519MLKEM768:SecP256r1MLKEM768:X25519:P-256",
      honorCipherOrder: false,
    });
    const result = await scan(port);
    expect(accepted(result)).toEqual(["TLSv1.3"]);
    expect(suiteNames(result, "TLSv1.3").sort()).toEqual([
      "TLS_AES_128_GCM_SHA256",
      "TLS_AES_256_GCM_SHA384",
      "TLS_CHACHA20_POLY1305_SHA256",
    ]);
    expect(groupNames(result, "TLSv1.3").sort()).toEqual(
      ["X25519MLKEM768", "SecP256r1MLKEM768", "x25519", "secp256r1"].sort(),
    );
    expect([...suitesUnfinished(result), ...exchangeUnfinished(result)]).toEqual([]);
    expect(result.cipherSuites.preferences.map(({ order }) => order)).toContain("client");
  });

  test("1.0 to 1.2 with the client's order", async () => {
    const port = await serve({
      minVersion: "TLSv1",
      maxVersion: "TLSv1.2",
      ciphers: "AES128-SHA:AES256-SHA:DHE-RSA-AES128-SHA:@SECLEVEL=0",
      dhparam: "auto",
      honorCipherOrder: false,
    });
    const result = await scan(port);
    expect(accepted(result)).toEqual(["TLSv1.0", "TLSv1.1", "TLSv1.2"]);
    for (const version of ["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const) {
      expect(suiteNames(result, version).sort()).toEqual([
        "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_AES_256_CBC_SHA",
      ]);
    }
    expect(orderOf(result, "TLSv1.2")).toBe("client");
    expect(groupNames(result, "TLSv1.2")).toEqual([]);
    expect(primeBits(result, "TLSv1.2")).toEqual([expect.any(Number)]);
  });
});

/** The suites that `openssl ciphers` says a string means, by the certificate that they need. */
function expected(list: string, version: TlsVersion, authentications: readonly string[]): string[] {
  const lines = execFileSync("openssl", ["ciphers", "-V", list], { encoding: "utf8" });
  const codes = [...lines.matchAll(/0x([0-9A-F]{2}),0x([0-9A-F]{2}) - /g)].map(([, high, low]) =>
    Number.parseInt(`${high}${low}`, 16),
  );
  return codes.flatMap((code) => {
    const suite = cipherSuites().get(code);
    if (suite === undefined) throw new Error(`openssl knows a suite that we do not: ${code}`);
    const tls13 = suite.since === "TLSv1.3";
    if (tls13 !== (version === "TLSv1.3")) return [];
    if (!tls13 && !authentications.includes(suite.authentication ?? "")) return [];
    // Key exchanges that need settings of their own in nginx, which it does not have.
    if (suite.keyExchange === "PSK" || suite.keyExchange === "SRP") return [];
    const old = version === "TLSv1.0" || version === "TLSv1.1";
    return old && suite.since === "TLSv1.2" ? [] : [suite.name];
  });
}

describe.skipIf(!has("nginx") || !has("openssl"))("nginx", () => {
  const MODERN = "ECDHE+AESGCM:ECDHE+CHACHA20";
  const LEGACY = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
  const keys = "ssl_certificate cert.pem; ssl_certificate_key key.pem;";
  let nginx: Nginx;
  let modern: TlsScan;
  let legacy: TlsScan;

  beforeAll(async () => {
    const dh = execFileSync(
      "openssl",
      ["genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048"],
      {
        encoding: "utf8",
      },
    );
    nginx = await startNginx(
      [
        `${keys} ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ${MODERN}; ssl_prefer_server_ciphers on;`,
        `${keys} ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ${LEGACY}; ssl_dhparam dh.pem; ssl_prefer_server_ciphers off;`,
      ],
      { "cert.pem": leaf.certPem, "key.pem": leaf.keyPem, "dh.pem": dh },
    );
    modern = await scan(nginx.ports[0] ?? 0);
    legacy = await scan(nginx.ports[1] ?? 0);
  });
  afterAll(async () => {
    await nginx.stop();
  });

  test("a modern one: exactly the suites that its string means, in its order", () => {
    expect(accepted(modern)).toEqual(["TLSv1.2", "TLSv1.3"]);
    expect(suiteNames(modern, "TLSv1.2")).toEqual(expected(MODERN, "TLSv1.2", ["RSA"]));
    expect(suiteNames(modern, "TLSv1.3")).toEqual(expected(MODERN, "TLSv1.3", []));
    expect([...suitesUnfinished(modern), ...exchangeUnfinished(modern)]).toEqual([]);
    expect(modern.cipherSuites.preferences.map(({ order }) => order)).toContain("server");
    expect(modern.protocols.versions.every(({ status }) => status !== "unknown")).toBe(true);
    expect(groupNames(modern, "TLSv1.2")).toContain("x25519");
    expect(groupNames(modern, "TLSv1.3")).toContain("x25519");
  });

  test("a legacy one: every suite of every version, and no other", () => {
    expect(accepted(legacy)).toEqual(["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"]);
    for (const version of ["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const) {
      expect(suiteNames(legacy, version).sort()).toEqual(
        expected(LEGACY, version, ["RSA", "anon"]).sort(),
      );
    }
    expect(suiteNames(legacy, "TLSv1.2").length).toBeGreaterThan(50);
    expect([...suitesUnfinished(legacy), ...exchangeUnfinished(legacy)]).toEqual([]);
    expect(legacy.cipherSuites.preferences.map(({ order }) => order)).toContain("client");
    expect(legacy.keyExchange.primes).toContainEqual({
      version: "TLSv1.2",
      bits: 2048,
      name: "RFC 7919 ffdhe2048",
      export: false,
    });
  });

  test("it takes few connections", () => {
    expect(modern.connections).toBeLessThan(70);
    expect(legacy.connections).toBeLessThan(240);
  });
});
