/** The Node that runs the tests, for the OpenSSL 3.5 inside: ML-KEM alone and in hybrids, and odd certificates. */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import {
  createSecureContext,
  createServer,
  DEFAULT_CIPHERS,
  type SecureContext,
  type TlsOptions,
} from "node:tls";
import type { TlsVersion } from "#model/tls.ts";
import type {
  Expected,
  ExpectedVersion,
  RunningServer,
  ServerConfiguration,
} from "./configuration.ts";
import { type KeyName, pair, SERVER_NAME } from "./keys.ts";
import { codeOf } from "./names.ts";
import { kindOf } from "./nginx.ts";
import { openSslVersions } from "./openssl-suites.ts";

interface Settings {
  readonly keys: readonly KeyName[];
  readonly options: TlsOptions;
  readonly versions: () => Promise<Expected["versions"]> | Expected["versions"];
  readonly order?: "server" | "client";
  /** The certificate is for those alone who ask for its name. */
  readonly named?: boolean;
  readonly source?: string;
}

function node24(name: string, settings: Settings): ServerConfiguration {
  const { keys, options, versions, order = "server", named = false } = settings;
  return {
    name: `Node 24: ${name}`,
    needs: ["openssl"],
    source: settings.source ?? "written out",
    start: async () => serve({ ...options, honorCipherOrder: order === "server" }, keys, named),
    expected: async () => ({
      versions: await versions(),
      order,
      certificates: keys.map(kindOf),
      service: { sni: named ? "required" : "not-needed", clientCertificate: "not-requested" },
    }),
  };
}

type SniDone = (error: Error | null, context?: SecureContext) => void;

async function serve(
  options: TlsOptions,
  keys: readonly KeyName[],
  named: boolean,
): Promise<RunningServer> {
  const pairs = await Promise.all(keys.map(pair));
  const own = {
    cert: await Promise.all(pairs.map(({ certFile }) => readFile(certFile))),
    key: await Promise.all(pairs.map(({ keyFile }) => readFile(keyFile))),
  };
  const server = createServer({
    ...options,
    ...(named
      ? {
          SNICallback: (wanted: string, done: SniDone) =>
            wanted === SERVER_NAME
              ? done(null, createSecureContext({ ...options, ...own }))
              : done(new Error("unknown name")),
        }
      : own),
  });
  server.on("tlsClientError", () => {});
  server.on("secureConnection", (socket) => socket.on("error", () => {}));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    stop: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

/** `SSL_CTX_set1_groups_list(3)` of OpenSSL 3.5. */
const CURVES = ["x25519", "secp256r1", "x448", "secp384r1", "secp521r1"];
const DEFAULT_GROUPS = ["X25519MLKEM768", ...CURVES, "ffdhe2048", "ffdhe3072"];
const TLS13 = ["TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"];

function inVersion(names: readonly string[], groups: readonly string[]): ExpectedVersion {
  return { suites: names.map(codeOf), groups, primes: [] };
}

const only13 = (groups: readonly string[]) => ({ "TLSv1.3": inVersion(TLS13, groups) });

/** CCM with tags of 64 bits: OpenSSL 3.2 put them at security level 0 (its CHANGES), after the 3.0 that lists them here. */
const SHORT_TAGS: ReadonlySet<string> = new Set(
  ["TLS_RSA_WITH_AES_256_CCM_8", "TLS_RSA_WITH_AES_128_CCM_8"].map(codeOf),
);

/** Node's own list holds suites of all versions, where OpenSSL's listing has two. */
async function defaultVersions(): Promise<Expected["versions"]> {
  const [old, newest] = [false, true].map((tls13) =>
    DEFAULT_CIPHERS.split(":").filter((name) => name.startsWith("TLS_") === tls13),
  );
  const versions = await openSslVersions({
    versions: ["TLSv1.2", "TLSv1.3"],
    ciphers: (old ?? []).join(":"),
    ciphersuites: (newest ?? []).join(":"),
    authentications: ["RSA"],
  });
  const groups: Partial<Record<TlsVersion, readonly string[]>> = {
    "TLSv1.2": CURVES,
    "TLSv1.3": DEFAULT_GROUPS,
  };
  return Object.fromEntries(
    (["TLSv1.2", "TLSv1.3"] as const).map((version) => [
      version,
      {
        suites: (versions[version]?.suites ?? []).filter((code) => !SHORT_TAGS.has(code)),
        groups: groups[version] ?? [],
        primes: [],
      },
    ]),
  );
}

export const configurations: readonly ServerConfiguration[] = [
  node24("as it comes, RSA", {
    keys: ["rsa"],
    options: {},
    versions: defaultVersions,
    source: "openssl ciphers -s",
  }),
  node24("ML-KEM alone", {
    keys: ["ec"],
    options: { minVersion: "TLSv1.3", ecdhCurve: "MLKEM512:MLKEM768:MLKEM1024" },
    versions: () => only13(["MLKEM512", "MLKEM768", "MLKEM1024"]),
  }),
  node24("every hybrid, and x25519 for the others", {
    keys: ["rsa"],
    options: {
      minVersion: "TLSv1.2",
      ciphers: `${TLS13.join(":")}:ECDHE-RSA-AES128-GCM-SHA256`,
      ecdhCurve: "X25519MLKEM768:SecP256r1MLKEM768:SecP384r1MLKEM1024:X25519",
    },
    versions: () => ({
      "TLSv1.2": inVersion(["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], ["x25519"]),
      ...only13(["X25519MLKEM768", "SecP256r1MLKEM768", "SecP384r1MLKEM1024", "x25519"]),
    }),
  }),
  node24("one hybrid alone", {
    keys: ["rsa"],
    options: { minVersion: "TLSv1.3", ecdhCurve: "SecP384r1MLKEM1024" },
    versions: () => only13(["SecP384r1MLKEM1024"]),
  }),
  node24("Ed25519 certificate", {
    keys: ["ed25519"],
    options: {
      minVersion: "TLSv1.2",
      ciphers: `${TLS13.join(":")}:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384`,
      ecdhCurve: "X25519:P-256",
    },
    versions: () => ({
      // RFC 8422 5.4: it takes the suites of ECDSA.
      "TLSv1.2": inVersion(["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"], ["x25519", "secp256r1"]),
      ...only13(["x25519", "secp256r1"]),
    }),
  }),
  node24("RSA-PSS certificate", {
    keys: ["rsaPss"],
    options: {
      minVersion: "TLSv1.2",
      ciphers: `${TLS13.join(":")}:ECDHE-RSA-AES256-GCM-SHA384:AES256-GCM-SHA384`,
      ecdhCurve: "P-256",
    },
    versions: () => ({
      // Such a key signs and does nothing else: no RSA key exchange (RFC 8446 4.2.3).
      "TLSv1.2": inVersion(["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"], ["secp256r1"]),
      ...only13(["secp256r1"]),
    }),
  }),
  node24("P-521 certificate, x25519 for the exchange", {
    keys: ["ec521"],
    options: {
      minVersion: "TLSv1.2",
      ciphers: `${TLS13.join(":")}:ECDHE-ECDSA-CHACHA20-POLY1305`,
      ecdhCurve: "X25519:P-521",
    },
    versions: () => ({
      "TLSv1.2": inVersion(
        ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"],
        ["x25519", "secp521r1"],
      ),
      ...only13(["x25519", "secp521r1"]),
    }),
  }),
  node24("TLS 1.0 to 1.3, RSA and ECDSA, the client's order", {
    keys: ["rsa", "ec"],
    order: "client",
    options: {
      minVersion: "TLSv1",
      ciphers: `${TLS13.join(":")}:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-SHA:AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0`,
      ecdhCurve: "P-256:P-384",
    },
    versions: () => {
      const old = [
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
      ];
      const groups = ["secp256r1", "secp384r1"];
      return {
        "TLSv1.0": inVersion(old, groups),
        "TLSv1.1": inVersion(old, groups),
        "TLSv1.2": inVersion([...old, "TLS_RSA_WITH_AES_128_GCM_SHA256"], groups),
        ...only13(groups),
      };
    },
  }),
  node24("only for those who name the host", {
    keys: ["rsa"],
    named: true,
    options: {
      minVersion: "TLSv1.2",
      ciphers: `${TLS13.join(":")}:ECDHE-RSA-AES128-GCM-SHA256`,
      ecdhCurve: "X25519",
    },
    versions: () => ({
      "TLSv1.2": inVersion(["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"], ["x25519"]),
      ...only13(["x25519"]),
    }),
  }),
];
