import { startNginx } from "../support/nginx.ts";
import type { KeyKind, ServerConfiguration } from "./configuration.ts";
import { dhParameters, type KeyName, pair } from "./keys.ts";
import { openSslVersions, type OpenSslSettings } from "./openssl-suites.ts";

/** https://ssl-config.mozilla.org, guideline 5.7: the last with DHE and an old configuration. */
const INTERMEDIATE =
  "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384:DHE-RSA-CHACHA20-POLY1305";
const OLD = `@SECLEVEL=0:${INTERMEDIATE}:ECDHE-ECDSA-AES128-SHA256:ECDHE-RSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA384:ECDHE-RSA-AES256-SHA384:ECDHE-ECDSA-AES256-SHA:ECDHE-RSA-AES256-SHA:DHE-RSA-AES128-SHA256:DHE-RSA-AES256-SHA256:AES128-GCM-SHA256:AES256-GCM-SHA384:AES128-SHA256:AES256-SHA256:AES128-SHA:AES256-SHA:DES-CBC3-SHA`;
const EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0";
const MODERN_GROUPS = ["x25519", "secp256r1", "secp384r1"];

interface Settings extends OpenSslSettings {
  readonly keys: readonly KeyName[];
  readonly order: "server" | "client";
  /** Directives beside those that follow from the rest. */
  readonly directives?: string;
  /** For a client certificate. */
  readonly asks?: boolean;
  readonly dh?: keyof typeof DH_BITS;
}

const DH_BITS = { ffdhe2048: 2048, "rfc5114-1": 1024, own1024: 1024 } as const;

const NAMES = {
  "TLSv1.0": "TLSv1",
  "TLSv1.1": "TLSv1.1",
  "TLSv1.2": "TLSv1.2",
  "TLSv1.3": "TLSv1.3",
};

function nginx(name: string, settings: Settings): ServerConfiguration {
  const { keys, order, versions, ciphers, dh, directives = "", asks = false } = settings;
  return {
    name: `nginx: ${name}`,
    needs: ["nginx", "openssl"],
    source: "openssl ciphers -s",
    start: async () => {
      const pairs = await Promise.all(keys.map(pair));
      const lines = [
        ...pairs.map(
          (one) => `ssl_certificate ${one.certFile}; ssl_certificate_key ${one.keyFile};`,
        ),
        `ssl_protocols ${versions.map((version) => NAMES[version]).join(" ")};`,
        `ssl_prefer_server_ciphers ${order === "server" ? "on" : "off"};`,
        ciphers === undefined ? "" : `ssl_ciphers ${ciphers};`,
        dh === undefined ? "" : `ssl_dhparam ${await dhParameters(dh)};`,
        asks ? "ssl_verify_client optional_no_ca;" : "",
        directives,
      ];
      const started = await startNginx([lines.join("\n")], {});
      const port = started.ports[0];
      if (port === undefined) throw new Error("nginx has no port");
      return { port, stop: started.stop };
    },
    expected: async () => ({
      versions: await openSslVersions({
        ...(dh === undefined ? {} : { primes: () => [DH_BITS[dh]] }),
        ...settings,
      }),
      order,
      certificates: keys.map(kindOf),
      service: { clientCertificate: asks ? "optional" : "not-requested" },
    }),
  };
}

/** The kind of a key of `keys.ts`. */
export function kindOf(name: KeyName): KeyKind {
  if (name.startsWith("rsa")) return "rsa";
  return name === "ed25519" || name === "ed448" || name === "dsa" ? name : "ec";
}

const modern = { versions: ["TLSv1.3"], groups: MODERN_GROUPS, order: "client" } as const;
const modernCurves = "ssl_ecdh_curve X25519:prime256v1:secp384r1;";
const intermediate = {
  versions: ["TLSv1.2", "TLSv1.3"],
  ciphers: INTERMEDIATE,
  groups: MODERN_GROUPS,
  order: "client",
  dh: "ffdhe2048",
  directives: modernCurves,
} as const;
const old = {
  versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  ciphers: OLD,
  groups: MODERN_GROUPS,
  order: "server",
  dh: "rfc5114-1",
  directives: modernCurves,
} as const;
const everything = {
  versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  ciphers: EVERYTHING,
  dh: "ffdhe2048",
} as const;

export const configurations: readonly ServerConfiguration[] = [
  nginx("Mozilla modern", {
    ...modern,
    keys: ["ec"],
    authentications: ["ECDSA"],
    directives: modernCurves,
  }),
  nginx("Mozilla intermediate, RSA", { ...intermediate, keys: ["rsa"], authentications: ["RSA"] }),
  nginx("Mozilla intermediate, ECDSA", {
    ...intermediate,
    keys: ["ec"],
    authentications: ["ECDSA"],
  }),
  nginx("Mozilla intermediate, RSA and ECDSA", {
    ...intermediate,
    keys: ["rsa", "ec"],
    authentications: ["RSA", "ECDSA"],
  }),
  nginx("Mozilla old, RSA and ECDSA", {
    ...old,
    keys: ["rsa", "ec"],
    authentications: ["RSA", "ECDSA"],
  }),
  // The default of 1.22 names TLS 1.0 and 1.1 too; the distribution's OpenSSL forbids them at its security level 2.
  nginx("as the distribution sets it", {
    keys: ["rsa"],
    versions: ["TLSv1.2"],
    ciphers: "HIGH:!aNULL:!MD5",
    authentications: ["RSA"],
    order: "client",
  }),
  nginx("everything, RSA, the client's order", {
    ...everything,
    keys: ["rsa"],
    authentications: ["RSA", "None"],
    order: "client",
  }),
  nginx("everything, RSA and ECDSA, the server's order", {
    ...everything,
    keys: ["rsa", "ec"],
    authentications: ["RSA", "ECDSA", "None"],
    order: "server",
  }),
  nginx("TLS 1.2 alone, RSA key exchange alone", {
    keys: ["rsa"],
    versions: ["TLSv1.2"],
    ciphers: "AES256-SHA:AES128-SHA",
    authentications: ["RSA"],
    order: "server",
  }),
  nginx("TLS 1.3 alone, one suite, one group", {
    keys: ["rsa"],
    versions: ["TLSv1.3"],
    ciphersuites: "TLS_CHACHA20_POLY1305_SHA256",
    authentications: ["RSA"],
    groups: ["secp521r1"],
    order: "server",
    directives:
      "ssl_ecdh_curve secp521r1; ssl_conf_command Ciphersuites TLS_CHACHA20_POLY1305_SHA256;",
  }),
  nginx("P-384 certificate, P-384 alone", {
    keys: ["ec384"],
    versions: ["TLSv1.2"],
    ciphers: "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305",
    authentications: ["ECDSA"],
    groups: ["secp384r1"],
    order: "server",
    directives: "ssl_ecdh_curve secp384r1;",
  }),
  nginx("TLS 1.2, ChaCha20 first for those who want it", {
    keys: ["rsa"],
    versions: ["TLSv1.2"],
    ciphers: "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-GCM-SHA256",
    authentications: ["RSA"],
    order: "server",
    directives: "ssl_conf_command Options PrioritizeChaCha;",
  }),
  nginx("DHE alone, in 1024 bits of its own", {
    keys: ["rsa"],
    versions: ["TLSv1.2"],
    ciphers: "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0",
    authentications: ["RSA"],
    order: "server",
    dh: "own1024",
  }),
  nginx("a client certificate is asked for", {
    keys: ["rsa"],
    versions: ["TLSv1.2", "TLSv1.3"],
    ciphers: "ECDHE+AESGCM",
    authentications: ["RSA"],
    order: "server",
    asks: true,
  }),
];
