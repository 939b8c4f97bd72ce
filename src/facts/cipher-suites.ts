import type { TlsVersion } from "#model/tls.ts";
import { CIPHER_SUITE_TABLE, SSL2_CIPHER_TABLE } from "./cipher-suite-table.ts";

/** What is known of one cipher suite. */
export interface CipherSuiteFacts {
  /** Two bytes; three for SSLv2. */
  readonly code: number;
  /** IANA name. */
  readonly name: string;
  /** `ECDHE`, `DHE`, `RSA`, …; null where TLS 1.3 settles it apart from the suite. */
  readonly keyExchange: string | null;
  /** What the certificate must be able to do: `RSA`, `ECDSA`, `DSS`, `PSK`, …, `anon` for no certificate; null in TLS 1.3. */
  readonly authentication: string | null;
  /** `AES_128`, `CHACHA20`, `3DES`, …; `NULL` for no encryption. */
  readonly cipher: string;
  readonly mode: string | null;
  /** Hash of the MAC; null where the cipher authenticates by itself, or nothing does. */
  readonly mac: string | null;
  /** Authenticated encryption. */
  readonly aead: boolean;
  /** The first version that may use it. */
  readonly since: TlsVersion;
}

/** The signalling values that a hello carries in the place of suites (RFC 5746, RFC 7507); no suites. */
export const RENEGOTIATION_SCSV = 0x00ff;

let table: ReadonlyMap<number, CipherSuiteFacts> | undefined;

/** All known suites of SSLv3 to TLS 1.3 by code, ascending. */
export function cipherSuites(): ReadonlyMap<number, CipherSuiteFacts> {
  // Read on first use: most commands never look at a suite.
  table ??= new Map(
    rows(CIPHER_SUITE_TABLE)
      .map(tlsSuite)
      .map((suite) => [suite.code, suite]),
  );
  return table;
}

/** The cipher kinds of SSLv2 by their three-byte codes. */
export function ssl2Ciphers(): readonly CipherSuiteFacts[] {
  return rows(SSL2_CIPHER_TABLE).map(([code = "", name = "", cipher = "", mode = "-"]) => ({
    code: Number.parseInt(code, 16),
    name,
    keyExchange: "RSA",
    authentication: "RSA",
    cipher,
    mode: orNull(mode),
    mac: name.endsWith("SHA") ? "SHA1" : "MD5",
    aead: false,
    since: "SSLv2",
  }));
}

/** The facts of a suite by its code, of SSLv2 too; undefined for one that nobody has registered. */
export function cipherSuite(code: number): CipherSuiteFacts | undefined {
  return code > 0xffff
    ? ssl2Ciphers().find((cipher) => cipher.code === code)
    : cipherSuites().get(code);
}

/** `0xC02F`: the spelling of codes in evidence; six digits for SSLv2. */
export function suiteCode(code: number): string {
  return `0x${code
    .toString(16)
    .toUpperCase()
    .padStart(code > 0xffff ? 6 : 4, "0")}`;
}

/** The IANA name, or `unknown-0xNNNN`. */
export function suiteName(code: number): string {
  return cipherSuite(code)?.name ?? `unknown-${suiteCode(code)}`;
}

function tlsSuite(row: readonly string[]): CipherSuiteFacts {
  const [code = "", name = "", keyExchange = "", authentication = "", cipher = "", mode = ""] = row;
  const [mac = "", since = ""] = row.slice(6);
  return {
    code: Number.parseInt(code, 16),
    name,
    keyExchange: orNull(keyExchange),
    authentication: orNull(authentication),
    cipher,
    mode: orNull(mode),
    mac: mac === "AEAD" ? null : orNull(mac),
    aead: mac === "AEAD",
    since: version(since),
  };
}

function version(text: string): TlsVersion {
  switch (text) {
    case "SSLv3":
    case "TLSv1.0":
    case "TLSv1.2":
    case "TLSv1.3":
      return text;
    default:
      throw new Error(`the table of cipher suites has an odd version: ${text}`);
  }
}

function rows(text: string): string[][] {
  return text
    .trim()
    .split("\n")
    .map((line) => line.split(" "));
}

function orNull(text: string): string | null {
  return text === "-" ? null : text;
}
