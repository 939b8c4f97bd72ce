import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ServerConfiguration } from "./configuration.ts";
import { bundle, type KeyName, keyFolder } from "./keys.ts";
import { kindOf } from "./nginx.ts";
import { openSslVersions, type OpenSslSettings } from "./openssl-suites.ts";
import { startOn } from "./process.ts";

/** Outside the path of ordinary users. */
const HAPROXY = "/usr/sbin/haproxy";

interface Settings extends OpenSslSettings {
  readonly keys: readonly KeyName[];
  readonly order: "server" | "client";
  /** Of the `bind` line, beside the certificates. */
  readonly bind: string;
  /** Of the `global` section. */
  readonly global?: string;
}

function haproxy(name: string, settings: Settings): ServerConfiguration {
  const { keys, bind, order, global = "" } = settings;
  return {
    name: `HAProxy: ${name}`,
    needs: ["haproxy", "openssl"],
    source: "openssl ciphers -s",
    start: () =>
      startOn(HAPROXY, async (port) => {
        const bundles = await Promise.all(keys.map(bundle));
        const certificates = bundles.map((file) => `crt ${file}`).join(" ");
        const file = join(keyFolder(), `haproxy-${port}.cfg`);
        await writeFile(
          file,
          `global
             maxconn 200
             ${global}
           defaults
             mode http
             timeout connect 5s
             timeout client 20s
             timeout server 5s
           frontend front
             bind 127.0.0.1:${port} ssl ${certificates} ${bind}
             http-request return status 200
`,
        );
        return ["-db", "-f", file];
      }),
    expected: async () => ({
      versions: await openSslVersions(settings),
      order,
      certificates: keys.map(kindOf),
    }),
  };
}

const INTERMEDIATE =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

export const configurations: readonly ServerConfiguration[] = [
  // Without Diffie-Hellman parameters it has no DHE (tune.ssl.default-dh-param in its configuration manual).
  haproxy("as it comes, RSA", {
    keys: ["rsa"],
    versions: ["TLSv1.2", "TLSv1.3"],
    authentications: ["RSA"],
    order: "server",
    bind: "",
  }),
  haproxy("Mozilla intermediate, RSA and ECDSA", {
    keys: ["rsa", "ec"],
    versions: ["TLSv1.2", "TLSv1.3"],
    ciphers: INTERMEDIATE,
    authentications: ["RSA", "ECDSA"],
    groups: ["x25519", "secp256r1", "secp384r1"],
    order: "client",
    bind: `ssl-min-ver TLSv1.2 ciphers ${INTERMEDIATE} curves X25519:P-256:P-384 prefer-client-ciphers`,
  }),
  haproxy("TLS 1.0 and 1.1 alone", {
    keys: ["rsa"],
    versions: ["TLSv1.0", "TLSv1.1"],
    ciphers: "AES256-SHA:ECDHE-RSA-AES128-SHA:DHE-RSA-AES128-SHA:@SECLEVEL=0",
    authentications: ["RSA"],
    order: "server",
    primes: () => [2048],
    groups: ["secp521r1"],
    global: "tune.ssl.default-dh-param 2048",
    bind: "ssl-min-ver TLSv1.0 ssl-max-ver TLSv1.1 ciphers AES256-SHA:ECDHE-RSA-AES128-SHA:DHE-RSA-AES128-SHA:@SECLEVEL=0 curves P-521",
  }),
  haproxy("TLS 1.3 alone", {
    keys: ["ec"],
    versions: ["TLSv1.3"],
    ciphersuites: "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384",
    authentications: ["ECDSA"],
    groups: ["x448", "secp256r1"],
    order: "server",
    bind: "ssl-min-ver TLSv1.3 ciphersuites TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384 curves X448:P-256",
  }),
];
