/** Old Nodes, for the OpenSSL 1.0 inside: SSLv2, SSLv3, RC4, export, static ECDH. */
import { fileURLToPath } from "node:url";
import { ssl2Ciphers, suiteCode } from "#facts/cipher-suites.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { Expected, ExpectedVersion, ServerConfiguration } from "./configuration.ts";
import { dhParameters, type KeyName, pair, traditionalKey } from "./keys.ts";
import { codeOf } from "./names.ts";
import { kindOf } from "./nginx.ts";
import { type OldNode, oldNode } from "./old-node-packages.ts";
import { startTelling } from "./process.ts";

const SERVER = fileURLToPath(new URL("old-node-server.cjs", import.meta.url));

/** The suites of OpenSSL 1.0 by key exchange: ciphers(1) of 1.0.1 and 1.0.2, "CIPHER SUITE NAMES". */
const RSA = {
  any: "3DES_EDE_CBC_SHA AES_128_CBC_SHA AES_256_CBC_SHA CAMELLIA_128_CBC_SHA CAMELLIA_256_CBC_SHA IDEA_CBC_SHA NULL_MD5 NULL_SHA RC4_128_MD5 RC4_128_SHA SEED_CBC_SHA",
  tls12: "AES_128_CBC_SHA256 AES_128_GCM_SHA256 AES_256_CBC_SHA256 AES_256_GCM_SHA384 NULL_SHA256",
};
const DHE = {
  any: "3DES_EDE_CBC_SHA AES_128_CBC_SHA AES_256_CBC_SHA CAMELLIA_128_CBC_SHA CAMELLIA_256_CBC_SHA SEED_CBC_SHA",
  tls12: "AES_128_CBC_SHA256 AES_128_GCM_SHA256 AES_256_CBC_SHA256 AES_256_GCM_SHA384",
};
const ELLIPTIC = {
  any: "3DES_EDE_CBC_SHA AES_128_CBC_SHA AES_256_CBC_SHA NULL_SHA RC4_128_SHA",
  tls12: "AES_128_CBC_SHA256 AES_128_GCM_SHA256 AES_256_CBC_SHA384 AES_256_GCM_SHA384",
};
const SUITES = {
  RSA,
  // 1.0.1s and 1.0.2g left single DES and export out of the build (their CHANGES).
  RSA_weak: { any: "DES_CBC_SHA", tls12: "" },
  RSA_EXPORT: { any: "DES40_CBC_SHA RC2_CBC_40_MD5 RC4_40_MD5", tls12: "" },
  DHE_RSA: DHE,
  DH_anon: { ...DHE, any: `${DHE.any} RC4_128_MD5` },
  ECDHE_RSA: ELLIPTIC,
  ECDHE_ECDSA: ELLIPTIC,
  ECDH_ECDSA: ELLIPTIC,
  ECDH_anon: { ...ELLIPTIC, tls12: "" },
} as const;

interface Settings {
  readonly node: OldNode;
  readonly flags?: readonly string[];
  readonly key: KeyName;
  readonly dh?: "ffdhe2048";
  readonly options?: Readonly<Record<string, unknown>>;
  readonly versions: readonly TlsVersion[];
  readonly exchanges: readonly (keyof typeof SUITES)[];
  readonly order: "server" | "client";
}

function old(name: string, settings: Settings): ServerConfiguration {
  const { node, flags = [], key, dh, options = {}, order } = settings;
  return {
    name: `Node ${node}: ${name}`,
    needs: ["oldNodes", "openssl"],
    source: "OpenSSL 1.0 manual",
    start: async () => {
      const given = {
        ciphers: "ALL:COMPLEMENTOFALL",
        honorCipherOrder: order === "server",
        key: await traditionalKey(key),
        cert: (await pair(key)).certFile,
        ...(dh === undefined ? {} : { dhparam: await dhParameters(dh) }),
        ...options,
      };
      const args = [...flags, SERVER, JSON.stringify(given)];
      return startTelling(oldNode(node), args, /^port (\d+)$/);
    },
    expected: () => Promise.resolve(expected(settings)),
  };
}

function expected({ versions, exchanges, order, key, dh }: Settings): Expected {
  const groups = exchanges.some((exchange) => exchange.startsWith("ECDHE")) ? ["secp256r1"] : [];
  const inVersion = (version: TlsVersion): ExpectedVersion => ({
    suites: exchanges.flatMap((exchange) => {
      const { any, tls12 } = SUITES[exchange];
      const ciphers = `${any} ${version === "TLSv1.2" ? tls12 : ""}`.trim().split(" ");
      return ciphers.map((cipher) => codeOf(`TLS_${exchange.replace("_weak", "")}_WITH_${cipher}`));
    }),
    groups,
    primes: dh === undefined ? [] : [2048],
  });
  const all = versions.map((version) => [
    version,
    version === "SSLv2"
      ? // Seven of 1.0.1e: DES-CBC-MD5 to IDEA-CBC-MD5; RC4-64 and the SHA ones were never in it.
        {
          suites: ssl2Ciphers()
            .map(({ code }) => suiteCode(code))
            .filter((code) => SSL2.has(code)),
        }
      : inVersion(version),
  ]);
  return {
    versions: Object.fromEntries(all),
    certificates: [kindOf(key)],
    // The lists above are in no order of the server's.
    ...(order === "client" ? { order } : {}),
  };
}

const SSL2: ReadonlySet<string> = new Set([
  "0x010080",
  "0x020080",
  "0x030080",
  "0x040080",
  "0x050080",
  "0x060040",
  "0x0700C0",
]);

const TLS = ["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const;
/** SSL_OP_NO_SSLv2 of OpenSSL 1.0. */
const NO_SSL2 = 0x01000000;

export const configurations: readonly ServerConfiguration[] = [
  // Node 0.10 sets neither Diffie-Hellman parameters nor a curve: no forward secrecy at all.
  old("everything, RSA", {
    node: "0.10.0",
    key: "rsa",
    versions: ["SSLv2", "SSLv3", ...TLS],
    exchanges: ["RSA", "RSA_weak"],
    order: "client",
  }),
  // Export suites need a temporary key or a certificate's key of 512 bits, and Node sets no temporary one.
  old("everything, RSA of 512 bits", {
    node: "0.10.0",
    key: "rsa512",
    versions: ["SSLv2", "SSLv3", ...TLS],
    exchanges: ["RSA", "RSA_weak", "RSA_EXPORT"],
    order: "client",
  }),
  old("everything but SSLv2, ECDSA", {
    node: "0.10.0",
    key: "ec",
    versions: ["SSLv3", ...TLS],
    exchanges: ["ECDH_ECDSA"],
    order: "client",
    options: { secureOptions: NO_SSL2 },
  }),
  old("SSLv3 too, RSA", {
    node: "0.10.48",
    flags: ["--enable-ssl3"],
    key: "rsa",
    versions: ["SSLv3", ...TLS],
    exchanges: ["RSA"],
    order: "client",
  }),
  old("SSLv3 too, RSA, with Diffie-Hellman", {
    node: "0.12.18",
    flags: ["--enable-ssl3"],
    key: "rsa",
    dh: "ffdhe2048",
    versions: ["SSLv3", ...TLS],
    exchanges: ["RSA", "DHE_RSA", "DH_anon", "ECDHE_RSA", "ECDH_anon"],
    order: "client",
  }),
  old("everything, ECDSA", {
    node: "4.9.1",
    key: "ec",
    versions: TLS,
    exchanges: ["ECDHE_ECDSA", "ECDH_ECDSA", "ECDH_anon"],
    order: "server",
  }),
  old("everything, RSA, with Diffie-Hellman", {
    node: "6.17.1",
    key: "rsa",
    dh: "ffdhe2048",
    versions: TLS,
    exchanges: ["RSA", "DHE_RSA", "DH_anon", "ECDHE_RSA", "ECDH_anon"],
    order: "server",
  }),
  old("TLS 1.2 alone, RSA", {
    node: "6.17.1",
    key: "rsa",
    versions: ["TLSv1.2"],
    exchanges: ["RSA", "ECDHE_RSA", "ECDH_anon"],
    order: "client",
    options: { secureProtocol: "TLSv1_2_server_method" },
  }),
];
