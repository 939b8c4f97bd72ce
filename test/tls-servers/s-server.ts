/** OpenSSL's own s_server: one connection at a time, the others wait. */
import type { ServerConfiguration } from "./configuration.ts";
import { dhParameters, type KeyName, pair } from "./keys.ts";
import { kindOf } from "./nginx.ts";
import { openSslVersions, type OpenSslSettings } from "./openssl-suites.ts";
import { startTelling } from "./process.ts";

interface Settings extends OpenSslSettings {
  /** The first is the server's certificate, the second its other one. */
  readonly keys: readonly KeyName[];
  readonly order?: "server" | "client";
  readonly args: readonly string[];
  readonly dh?: "ffdhe3072";
}

function sServer(name: string, settings: Settings): ServerConfiguration {
  const { keys, order = "client", ciphers, ciphersuites, args, dh } = settings;
  return {
    name: `s_server: ${name}`,
    needs: ["openssl"],
    source: "openssl ciphers -s",
    start: async () => {
      const [first, second] = await Promise.all(keys.map(pair));
      return startTelling(
        "openssl",
        [
          "s_server",
          "-accept",
          "127.0.0.1:0",
          "-www",
          ...(first === undefined ? ["-nocert"] : ["-cert", first.certFile, "-key", first.keyFile]),
          ...(second === undefined ? [] : ["-dcert", second.certFile, "-dkey", second.keyFile]),
          ...(ciphers === undefined ? [] : ["-cipher", ciphers]),
          ...(ciphersuites === undefined ? [] : ["-ciphersuites", ciphersuites]),
          ...(dh === undefined ? [] : ["-dhparam", await dhParameters(dh)]),
          ...(order === "server" ? ["-serverpref"] : []),
          ...args,
        ],
        /^ACCEPT 127\.0\.0\.1:(\d+)/,
      );
    },
    expected: async () => ({
      versions: await openSslVersions({
        ...(dh === undefined ? {} : { primes: () => [3072] }),
        ...settings,
      }),
      order,
      certificates: keys.map(kindOf),
    }),
  };
}

const TLS12 = ["TLSv1.2"] as const;
const TLS13 = ["TLSv1.3"] as const;
const OLD = ["TLSv1.0", "TLSv1.1", "TLSv1.2"] as const;

export const configurations: readonly ServerConfiguration[] = [
  // Diffie-Hellman of the strength of the certificate, by SSL_CTX_set_dh_auto(3).
  sServer("as it comes, RSA", {
    keys: ["rsa"],
    versions: ["TLSv1.2", "TLSv1.3"],
    authentications: ["RSA"],
    primes: () => [2048],
    args: [],
  }),
  sServer("no TLS 1.3, P-384 and P-521 alone", {
    keys: ["rsa"],
    versions: TLS12,
    ciphers: "ECDHE",
    authentications: ["RSA"],
    groups: ["secp384r1", "secp521r1"],
    args: ["-no_tls1_3", "-groups", "P-384:P-521"],
  }),
  sServer("brainpool curves and their certificate's own", {
    keys: ["ec"],
    versions: TLS12,
    ciphers: "ECDHE+AESGCM",
    authentications: ["ECDSA"],
    groups: ["secp256r1", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1"],
    args: ["-tls1_2", "-groups", "P-256:brainpoolP256r1:brainpoolP384r1:brainpoolP512r1"],
  }),
  sServer("anonymous, TLS 1.0 to 1.2", {
    keys: [],
    versions: OLD,
    ciphers: "aNULL:@SECLEVEL=0",
    authentications: ["None"],
    // Without a certificate, the strength of the suite decides: 80 bits, or 128 for a suite of 256.
    primes: () => [1024, 3072],
    args: ["-no_tls1_3"],
  }),
  sServer("DHE with parameters of its own", {
    keys: ["rsa"],
    versions: TLS12,
    ciphers: "DHE:!kECDHE",
    authentications: ["RSA"],
    dh: "ffdhe3072",
    args: ["-tls1_2"],
  }),
  sServer("PSK of every kind", {
    keys: ["rsa"],
    versions: OLD,
    ciphers: "PSK:@SECLEVEL=0",
    authentications: ["RSA", "PSK"],
    // As without a certificate: by the strength of the suite.
    primes: () => [1024, 3072],
    args: ["-no_tls1_3", "-psk", "00112233445566778899aabbccddeeff"],
  }),
  sServer("DSA certificate", {
    keys: ["dsa"],
    versions: OLD,
    ciphers: "DHE:!kECDHE:!aNULL:@SECLEVEL=0",
    authentications: ["DSS"],
    primes: () => [1024],
    args: ["-no_tls1_3"],
  }),
  sServer("TLS 1.0 alone", {
    keys: ["rsa"],
    versions: ["TLSv1.0"],
    ciphers: "ALL:@SECLEVEL=0",
    authentications: ["RSA", "None"],
    primes: () => [1024, 2048, 3072],
    args: ["-tls1"],
  }),
  sServer("TLS 1.3 with the finite fields alone", {
    keys: ["rsa"],
    versions: TLS13,
    authentications: ["RSA"],
    groups: ["ffdhe2048", "ffdhe3072", "ffdhe8192"],
    args: ["-tls1_3", "-groups", "ffdhe2048:ffdhe3072:ffdhe8192"],
  }),
  sServer("TLS 1.3 with CCM, the server's order", {
    keys: ["ec"],
    versions: TLS13,
    ciphersuites: "TLS_AES_128_CCM_8_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256",
    ciphers: "DEFAULT:@SECLEVEL=0",
    authentications: ["ECDSA"],
    order: "server",
    args: ["-tls1_3"],
  }),
  sServer("Ed448 certificate", {
    keys: ["ed448"],
    versions: ["TLSv1.2", "TLSv1.3"],
    ciphers: "ECDHE",
    authentications: ["ECDSA"],
    args: [],
  }),
  sServer("everything of TLS 1.2, RSA and ECDSA, the server's order", {
    keys: ["rsa", "ec"],
    versions: TLS12,
    ciphers: "ALL:eNULL:@SECLEVEL=0",
    authentications: ["RSA", "ECDSA", "None"],
    order: "server",
    primes: () => [1024, 2048, 3072],
    args: ["-tls1_2"],
  }),
];
