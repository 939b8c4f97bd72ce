/** The TLS of the JDK, with the algorithms that it has disabled since enabled again. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { cipherSuite } from "#facts/cipher-suites.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { Expected, ServerConfiguration } from "./configuration.ts";
import { keyFolder, type KeyName, once, pair } from "./keys.ts";
import { codeOf } from "./names.ts";
import { kindOf } from "./nginx.ts";
import { startTelling } from "./process.ts";

const run = promisify(execFile);
const SOURCE = fileURLToPath(new URL("JsseServer.java", import.meta.url));

interface Settings {
  readonly keys: readonly KeyName[];
  readonly protocols: "default" | readonly string[];
  readonly suites: "default" | "all";
  readonly order: "server" | "client";
  /** `jdk.tls.namedGroups`; the JDK's own when left out. */
  readonly groups?: readonly string[];
  /** Nothing is disabled. */
  readonly open?: boolean;
}

function jsse(name: string, settings: Settings): ServerConfiguration {
  return {
    name: `JSSE: ${name}`,
    needs: ["jdk", "openssl"],
    source: "getEnabledCipherSuites()",
    start: async () => startTelling("java", await command("serve", settings), /^port (\d+)$/),
    expected: async () => {
      const { stdout } = await run("java", await command("list", settings));
      const words = (title: string) =>
        new RegExp(`^${title} (.*)$`, "m").exec(stdout)?.[1]?.split(" ") ?? [];
      return {
        versions: versionsOf(settings, words("protocols"), words("suites")),
        order: settings.order,
        certificates: settings.keys.map(kindOf),
      };
    },
  };
}

async function command(mode: "serve" | "list", settings: Settings): Promise<string[]> {
  const { keys, protocols, suites, order, groups, open = false } = settings;
  const stores = await Promise.all(keys.map(keyStore));
  return [
    "-Djdk.tls.ephemeralDHKeySize=2048",
    ...(groups === undefined ? [] : [`-Djdk.tls.namedGroups=${groups.join(",")}`]),
    ...(open ? [`-Djava.security.properties=${await openProperties()}`] : []),
    "-cp",
    await compiled(),
    "JsseServer",
    mode,
    stores.join(","),
    protocols === "default" ? protocols : protocols.join(","),
    suites,
    order,
  ];
}

/** The JDK's own groups: `jdk.tls.namedGroups` in the JSSE Reference Guide of 17. */
const DEFAULT_CURVES = ["x25519", "secp256r1", "secp384r1", "secp521r1", "x448"];
const DEFAULT_FINITE = ["ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"];

function versionsOf(
  settings: Settings,
  protocols: readonly string[],
  enabled: readonly string[],
): Expected["versions"] {
  const suites = enabled
    .filter((name) => !name.endsWith("_SCSV"))
    .map((name) => codeOf(name.replace(/^SSL_/, "TLS_")));
  const groups = settings.groups ?? [...DEFAULT_CURVES, ...DEFAULT_FINITE];
  return Object.fromEntries(
    protocols
      .filter((protocol) => protocol !== "SSLv2Hello")
      .map((protocol) => {
        const version = (protocol === "TLSv1" ? "TLSv1.0" : protocol) as TlsVersion;
        const usable = suites.filter((code) => serves(settings, version, code));
        const tls13 = version === "TLSv1.3";
        const elliptic = tls13 || usable.some((code) => factsOf(code).keyExchange === "ECDHE");
        const primes = new Set(
          usable
            .filter((code) => factsOf(code).keyExchange === "DHE")
            .map((code) => (isExport(code) ? 512 : 2048)),
        );
        return [
          version,
          {
            suites: usable,
            groups: groups.filter((group) => elliptic && (tls13 || !group.startsWith("ffdhe"))),
            primes: [...primes],
          },
        ];
      }),
  );
}

/**
 * Whether a suite that is enabled is served in a version: by the certificates, and by the versions of each suite in
 * the JDK's CipherSuite.java: export up to 1.0 (RFC 4346 A.5), DES up to 1.1 (RFC 5246 A.5), SHA-2 and AEAD from 1.2.
 */
function serves(settings: Settings, version: TlsVersion, code: string): boolean {
  const facts = factsOf(code);
  if (version === "TLSv1.3" || facts.since === "TLSv1.3") return facts.since === version;
  if (isExport(code) && version > "TLSv1.0") return false;
  if (facts.cipher === "DES" && version > "TLSv1.1") return false;
  if (facts.since === "TLSv1.2" && version < "TLSv1.2") return false;
  const kinds = new Set(settings.keys.map(kindOf));
  // Both kinds of static ECDH take any elliptic certificate, whoever signed it: as RFC 5246 7.4.2 allows from 1.2 on,
  // but the JDK does so in every version. OpenSSL 1.0.2 completes ECDH-RSA-AES128-SHA with it in 1.2.
  if (facts.keyExchange === "ECDH") return kinds.has("ec");
  const { authentication } = facts;
  if (authentication === "RSA") return kinds.has("rsa");
  if (authentication === "ECDSA") return kinds.has("ec");
  if (authentication === "DSS") return kinds.has("dsa");
  return authentication === "anon";
}

function isExport(code: string): boolean {
  return factsOf(code).name.includes("_EXPORT_");
}

function factsOf(code: string) {
  const facts = cipherSuite(Number(code));
  if (facts === undefined) throw new Error(`no cipher suite has the code ${code}`);
  return facts;
}

/** A PKCS #12 store of one key. */
function keyStore(name: KeyName): Promise<string> {
  return once(`keystore ${name}`, async () => {
    const { certFile, keyFile } = await pair(name);
    const store = join(keyFolder(), `${name}.p12`);
    const options = ["-export", "-inkey", keyFile, "-in", certFile, "-name", name];
    await run("openssl", ["pkcs12", ...options, "-passout", "pass:changeit", "-out", store]);
    return store;
  });
}

/** The folder of the class. */
function compiled(): Promise<string> {
  return once("JsseServer.class", async () => {
    await run("javac", ["-d", keyFolder(), SOURCE]);
    return keyFolder();
  });
}

/** Overrides the JDK's lists of what is disabled. */
function openProperties(): Promise<string> {
  return once("open.security", async () => {
    const file = join(keyFolder(), "open.security");
    const lists = ["tls.disabledAlgorithms", "tls.legacyAlgorithms", "certpath.disabledAlgorithms"];
    await writeFile(file, lists.map((list) => `jdk.${list}=\n`).join(""));
    return file;
  });
}

export const configurations: readonly ServerConfiguration[] = [
  jsse("as it comes, RSA", {
    keys: ["rsa"],
    protocols: "default",
    suites: "default",
    order: "server",
  }),
  jsse("everything, RSA, the client's order", {
    keys: ["rsa"],
    protocols: ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
    suites: "all",
    order: "client",
    open: true,
  }),
  jsse("everything, RSA, ECDSA and DSA, the server's order", {
    keys: ["rsa", "ec", "dsa"],
    protocols: ["SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
    suites: "all",
    order: "server",
    open: true,
  }),
  jsse("SSL 3.0 alone", {
    keys: ["rsa"],
    protocols: ["SSLv3"],
    suites: "all",
    order: "server",
    open: true,
  }),
  jsse("TLS 1.2 and 1.3, P-384 and x448 alone", {
    keys: ["ec384"],
    protocols: ["TLSv1.2", "TLSv1.3"],
    suites: "default",
    groups: ["secp384r1", "x448"],
    order: "client",
  }),
];
