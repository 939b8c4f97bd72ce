import type { TlsOptions } from "node:tls";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cipherSuites } from "#facts/cipher-suites.ts";
import { makeAuthority } from "#fixtures/estate/authority.ts";
import { shakeHands } from "#probes/tls/attacks/client.ts";
import { pkcs1, SHAPES } from "#probes/tls/attacks/pkcs1.ts";
import { prf } from "#probes/tls/attacks/prf.ts";
import { play } from "#probes/tls/attacks/script.ts";
import { canFinish, opening } from "#probes/tls/attacks/surface.ts";
import type { HelloVersion } from "#probes/tls/client-hello.ts";
import { FULL, offer } from "#probes/tls/offers.ts";
import { createWire } from "#probes/tls/wire.ts";
import { serveTls, type TlsServer } from "../../support/tls-node.ts";
import { skippingClock } from "./scan.ts";

/** https://mailarchive.ietf.org/arch/msg/tls/fzVCzk-z3FShgGJ6DOXqM1ydxms/ */
test("the pseudorandom function of TLS 1.2 gives what its published vector says", () => {
  const bytes = prf(
    "sha256",
    Buffer.from("9bbe436ba940f017b17652849a71db35", "hex"),
    "test label",
    Buffer.from("a0ba9f936cda311827a6f796ffd5198c", "hex"),
    100,
  );
  expect(bytes.toString("hex")).toBe(
    "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af" +
      "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701" +
      "87347b66",
  );
});

describe("secrets of every shape", () => {
  test.each([512, 1023, 2048, 4096])("for a key of %i bits", (bits) => {
    for (const shape of SHAPES) {
      const padded = pkcs1(shape, bits, 0x0303) ?? Buffer.alloc(0);
      const bytes = Math.ceil(bits / 8);
      expect(padded).toHaveLength(bytes);
      expect(padded.readUInt16BE(0) === 2).toBe(shape !== "wrong-start");
      // Where the padding ends: of a right one, before the secret of 48 bytes.
      const end = padded.indexOf(0, 2);
      const right = { "misplaced-end": bytes - 2, "no-end": -1 } as const;
      expect(end).toBe(shape === "misplaced-end" || shape === "no-end" ? right[shape] : bytes - 49);
      if (shape === "right") expect(padded.readUInt16BE(end + 1)).toBe(0x0303);
      if (shape === "wrong-version") expect(padded.readUInt16BE(end + 1)).toBe(0x0202);
      // Less than any key of so many bits.
      expect(padded[0]).toBeLessThan(bits % 8 === 0 ? 0x80 : 1);
    }
  });

  test("only for keys with room for them, and none that takes too long", () => {
    expect(pkcs1("right", 464, 0x0303)).toBeNull();
    expect(pkcs1("right", 65_536, 0x0303)).toBeNull();
    expect(pkcs1("right", 0, 0x0303)).toBeNull();
  });
});

const rsa = makeAuthority().issue({ commonName: "server.example", altNames: ["server.example"] });
const VERSIONS = ["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const;
/** Every suite that this client and OpenSSL 3.5 both speak with that certificate. */
const SUITES = [...cipherSuites().values()]
  .filter(({ keyExchange, authentication, name }) => {
    if (authentication !== "RSA" || keyExchange === "ECDH" || name.includes("DRAFT")) return false;
    // Not in Node's build of OpenSSL 3.5.
    return !name.includes("3DES");
  })
  .map(({ code }) => code);

describe("a handshake with OpenSSL", () => {
  let server: TlsServer;
  const offeredBy = (version: HelloVersion) =>
    SUITES.filter((code) => {
      const facts = cipherSuites().get(code);
      const old = version !== "TLSv1.2" && facts?.since === "TLSv1.2";
      return facts !== undefined && !old && canFinish(facts, version);
    });
  const options: TlsOptions = {
    cert: rsa.certPem,
    key: rsa.keyPem,
    minVersion: "TLSv1",
    maxVersion: "TLSv1.2",
    ciphers: "ALL:@SECLEVEL=0",
    dhparam: "auto",
  };
  beforeAll(async () => {
    server = await serveTls(options);
  });
  afterAll(async () => server.close());

  const shake = async (port: number, version: HelloVersion, suites: readonly number[]) => {
    const wire = createWire(
      { host: "127.0.0.1", port, serverName: "server.example", startTls: null },
      {
        timeoutMs: 5000,
        connections: 4,
        signal: new AbortController().signal,
        clock: skippingClock(),
      },
    );
    try {
      const hello = await wire.ask(offer(version, FULL, suites));
      if (hello.kind !== "hello") return null;
      const older = { version, shape: FULL, hello };
      const surface = { older, versions: [version], suites: () => suites, complete: true };
      const { offer: offered, channel } = opening(wire, surface, version, suites);
      return await play(wire, shakeHands(channel, offered));
    } finally {
      await wire.close();
    }
  };

  test.each(VERSIONS)("comes about in every suite of %s that both speak", async (version) => {
    const spoken: string[] = [];
    for (const suite of offeredBy(version)) {
      const result = await shake(server.port, version, [suite]);
      if (result === null) continue;
      expect(result, cipherSuites().get(suite)?.name).toMatchObject({ kind: "agreed", suite });
      spoken.push(cipherSuites().get(suite)?.name ?? "");
    }
    const kinds = version === "TLSv1.2" ? [/GCM_SHA384/, /CHACHA20/, /CBC_SHA256/] : [];
    for (const kind of [/^TLS_RSA/, /^TLS_DHE/, /^TLS_ECDHE/, /AES_256_CBC_SHA$/, ...kinds]) {
      expect(spoken.some((name) => kind.test(name))).toBe(true);
    }
    expect(spoken.length).toBeGreaterThan(version === "TLSv1.2" ? 25 : 8);
  });

  test("comes about with one who asks for a client certificate and can do without", async () => {
    const asking = await serveTls({ ...options, requestCert: true, rejectUnauthorized: false });
    for (const version of VERSIONS) {
      const suites = offeredBy(version);
      expect(await shake(asking.port, version, suites)).toMatchObject({ kind: "agreed" });
    }
    await asking.close();
  });

  test.each(["P-256", "P-384", "P-521", "X25519", "X448"])("comes about in %s", async (curve) => {
    const own = await serveTls({ ...options, ciphers: "ECDHE:@SECLEVEL=0", ecdhCurve: curve });
    expect(await shake(own.port, "TLSv1.2", offeredBy("TLSv1.2"))).toMatchObject({
      kind: "agreed",
    });
    await own.close();
  });
});
