import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import type { Expected, ExpectedVersion, ServerConfiguration } from "./configuration.ts";
import { keyFolder, type KeyName, pair } from "./keys.ts";
import { kindOf } from "./nginx.ts";
import { startTelling } from "./process.ts";

const run = promisify(execFile);
const SERVER = fileURLToPath(new URL("gnutls_server.py", import.meta.url));

interface Settings {
  readonly priority: string;
  readonly keys?: readonly KeyName[];
  readonly anonymous?: boolean;
  readonly psk?: boolean;
  readonly order?: "server" | "client";
}

function gnutls(name: string, settings: Settings): ServerConfiguration {
  const { keys = [], order = "client", priority, anonymous = false, psk = false } = settings;
  return {
    name: `GnuTLS: ${name}`,
    needs: ["gnutls", "openssl"],
    source: "gnutls-cli --priority --list",
    start: async () => {
      const pairs = await Promise.all(keys.map(pair));
      const given = {
        priority,
        certificates: pairs.map(({ certFile, keyFile }) => [certFile, keyFile]),
        anonymous,
        psk: psk ? await pskFile() : null,
      };
      return startTelling("python3", [SERVER, JSON.stringify(given)], /^port (\d+)$/);
    },
    expected: async () => ({
      versions: await versionsOf(settings),
      order,
      certificates: keys.map(kindOf),
    }),
  };
}

/** What the library's own listing says of a priority string, less what needs credentials that are not there. */
async function versionsOf(settings: Settings): Promise<Expected["versions"]> {
  const { keys = [], anonymous = false, psk = false, priority } = settings;
  const { stdout } = await run("gnutls-cli", ["--priority", priority, "--list"]);
  const kinds = new Set(keys.map(kindOf));
  const can = (name: string): boolean => {
    if (/^TLS_(?:EC)?DH_ANON_/.test(name)) return anonymous;
    if (name.startsWith("TLS_RSA_PSK_")) return psk && kinds.has("rsa");
    if (/^TLS_(?:DHE_|ECDHE_)?PSK_/.test(name)) return psk;
    if (name.startsWith("TLS_ECDHE_ECDSA_")) return kinds.has("ec") || kinds.has("ed25519");
    return kinds.has("rsa");
  };
  const suites = [...stdout.matchAll(/^(TLS_\S+)\s+0x(..), 0x(..)\s+TLS(1\.\d)$/gm)].map(
    ([, name = "", high = "", low = "", since = ""]) => ({
      name,
      code: `0x${high}${low}`.toUpperCase().replace("0X", "0x"),
      since,
    }),
  );
  const list = (title: string) =>
    new RegExp(`^${title}: (.*)$`, "m").exec(stdout)?.[1]?.split(", ") ?? [];
  const protocols = list("Protocols");
  const groups = list("Groups").map((group) => group.replace("GROUP-", "").toLowerCase());
  const inVersion = (version: TlsVersion): ExpectedVersion => {
    const tls13 = version === "TLSv1.3";
    const usable = suites.filter(({ name, since }) => fits(version, since) && (tls13 || can(name)));
    const elliptic = tls13 || usable.some(({ name }) => name.startsWith("TLS_ECDH"));
    const finite = !tls13 && usable.some(({ name }) => name.startsWith("TLS_DH"));
    return {
      suites: usable.map(({ code }) => code),
      groups: groups.filter((group) => elliptic && (tls13 || !group.startsWith("ffdhe"))),
      primes: finite ? [MEDIUM_BITS] : [],
    };
  };
  return Object.fromEntries(
    TLS_VERSIONS.filter((version) => protocols.includes(version.replace("TLSv", "VERS-TLS")))
      .map((version) => [version, inVersion(version)] as const)
      // A version that no suite is left for is none.
      .filter(([, { suites: usable }]) => usable.length > 0),
  );
}

/** The bits of the Diffie-Hellman parameters of GNUTLS_SEC_PARAM_MEDIUM, by the manual's table of key sizes. */
const MEDIUM_BITS = 2048;

/** GnuTLS lists for a suite the first version that may have it; those of 1.3 are of it alone. */
function fits(version: TlsVersion, since: string): boolean {
  if (version === "TLSv1.3" || since === "1.3") return version === `TLSv${since}`;
  return version >= `TLSv${since}`;
}

async function pskFile(): Promise<string> {
  const file = join(keyFolder(), "psk.txt");
  await writeFile(file, "client:00112233445566778899aabbccddeeff\n");
  return file;
}

export const configurations: readonly ServerConfiguration[] = [
  gnutls("NORMAL, RSA", { priority: "NORMAL", keys: ["rsa"] }),
  gnutls("NORMAL, RSA and ECDSA, the server's order", {
    priority: "NORMAL:%SERVER_PRECEDENCE",
    keys: ["rsa", "ec"],
    order: "server",
  }),
  // Its signatures are of SHA-384 and SHA-512: in 1.3 those of P-384 and P-521 (RFC 8446 4.2.3).
  gnutls("SECURE256, ECDSA of P-384", { priority: "SECURE256", keys: ["ec384"] }),
  gnutls("TLS 1.0 to 1.2 with RC4, 3DES, Camellia and no encryption", {
    priority:
      "NORMAL:-VERS-TLS1.3:+ARCFOUR-128:+3DES-CBC:+CAMELLIA-128-CBC:+CAMELLIA-256-CBC:+CAMELLIA-128-GCM:+CAMELLIA-256-GCM:+NULL:+MD5:+SHA256:+SHA384",
    keys: ["rsa", "ec"],
  }),
  gnutls("anonymous", {
    priority:
      "NONE:+VERS-TLS1.0:+VERS-TLS1.2:+ANON-DH:+ANON-ECDH:+AES-128-CBC:+AES-256-GCM:+SHA1:+AEAD:+GROUP-ALL:+SIGN-ALL",
    anonymous: true,
  }),
  gnutls("PSK of every kind", {
    priority: "NORMAL:-VERS-TLS1.3:-KX-ALL:+PSK:+DHE-PSK:+ECDHE-PSK:+RSA-PSK",
    keys: ["rsa"],
    psk: true,
  }),
  gnutls("TLS 1.3 alone, X448 alone", {
    priority: "NORMAL:-VERS-ALL:+VERS-TLS1.3:-GROUP-ALL:+GROUP-X448",
    keys: ["rsa"],
  }),
  gnutls("TLS 1.3 with CCM-8, finite fields alone", {
    priority:
      "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-CCM-8:+AES-128-CCM:-GROUP-ALL:+GROUP-FFDHE2048:+GROUP-FFDHE4096",
    keys: ["ec"],
  }),
  gnutls("TLS 1.2 without secure renegotiation", {
    priority: "NORMAL:-VERS-ALL:+VERS-TLS1.2:%DISABLE_SAFE_RENEGOTIATION",
    keys: ["rsa"],
  }),
  gnutls("Ed25519 certificate, TLS 1.2", {
    priority: "NORMAL:-VERS-ALL:+VERS-TLS1.2",
    keys: ["ed25519"],
  }),
  gnutls("TLS 1.2, old curves alone", {
    priority:
      "NORMAL:-VERS-ALL:+VERS-TLS1.2:-KX-ALL:+ECDHE-RSA:-GROUP-ALL:+GROUP-SECP192R1:+GROUP-SECP224R1",
    keys: ["rsa"],
  }),
];
