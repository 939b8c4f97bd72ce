/** What OpenSSL's own listing says that a cipher string means. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { TlsVersion } from "#model/tls.ts";
import type { ExpectedVersion } from "./configuration.ts";

const run = promisify(execFile);

type ModernVersion = Exclude<TlsVersion, "SSLv2" | "SSLv3">;

const OPTIONS: Readonly<Record<ModernVersion, string>> = {
  "TLSv1.0": "-tls1",
  "TLSv1.1": "-tls1_1",
  "TLSv1.2": "-tls1_2",
  "TLSv1.3": "-tls1_3",
};

/** OpenSSL's defaults, `SSL_CTX_set1_groups_list(3)` of 3.0, by what can use them. */
export const DEFAULT_CURVES = ["x25519", "secp256r1", "x448", "secp521r1", "secp384r1"] as const;
const DEFAULT_FINITE = ["ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"] as const;

/** What a server of OpenSSL 3.0 is set to. */
export interface OpenSslSettings {
  readonly versions: readonly ModernVersion[];
  /** `ciphers(1)`; the library's own default when left out. */
  readonly ciphers?: string;
  /** TLS 1.3; the library's own three when left out. */
  readonly ciphersuites?: string;
  /** What the certificates can authenticate, in the words of the listing's `Au=` column; `None` for anonymous suites. */
  readonly authentications: readonly ("RSA" | "ECDSA" | "DSS" | "PSK" | "None")[];
  /** A certificate that can sign only (RSA-PSS): no suite in which the client encrypts to it. */
  readonly signsOnly?: boolean;
  /** Whether Diffie-Hellman parameters are set, and their bits; none when left out. */
  readonly primes?: (version: ModernVersion) => readonly number[];
  /** Instead of the library's own. */
  readonly groups?: readonly string[];
}

/** What each version of a server with these settings must accept. */
export async function openSslVersions(
  settings: OpenSslSettings,
): Promise<Partial<Record<TlsVersion, ExpectedVersion>>> {
  const entries = await Promise.all(
    settings.versions.map(async (version) => [version, await inVersion(settings, version)]),
  );
  return Object.fromEntries(entries);
}

async function inVersion(
  settings: OpenSslSettings,
  version: ModernVersion,
): Promise<ExpectedVersion> {
  const { ciphers, ciphersuites, authentications, groups } = settings;
  const { stdout } = await run("openssl", [
    "ciphers",
    "-V",
    "-s",
    OPTIONS[version],
    ...(authentications.includes("PSK") ? ["-psk"] : []),
    ...(ciphersuites === undefined ? [] : ["-ciphersuites", ciphersuites]),
    ...(ciphers === undefined ? [] : [ciphers]),
  ]);
  const all = stdout.split("\n").flatMap(readLine);
  const dhe = settings.primes !== undefined;
  const usable = all.filter(
    ({ kx, au }) =>
      version === "TLSv1.3" ||
      (authentications.some((one) => one === au) &&
        (kx !== "RSA" || settings.signsOnly !== true) &&
        (!FINITE.has(kx) || dhe)),
  );
  const elliptic = version === "TLSv1.3" || usable.some(({ kx }) => kx.startsWith("ECDH"));
  const all13 = [...DEFAULT_CURVES, ...DEFAULT_FINITE];
  const possible = groups ?? (version === "TLSv1.3" ? all13 : DEFAULT_CURVES);
  const served = possible.filter(
    (group) => version === "TLSv1.3" || (elliptic && !group.startsWith("ffdhe")),
  );
  return {
    suites: usable.map(({ code }) => code),
    // The brainpool curves of before 1.3 have no place in it (RFC 8446 4.2.7).
    groups: served.filter((group) => version !== "TLSv1.3" || !/^brainpool.*r1$/.test(group)),
    primes: usable.some(({ kx }) => FINITE.has(kx)) ? (settings.primes?.(version) ?? []) : [],
  };
}

const FINITE: ReadonlySet<string> = new Set(["DH", "DHEPSK"]);

/** A line such as `0xC0,0x30 - ECDHE-RSA-AES256-GCM-SHA384 TLSv1.2 Kx=ECDH Au=RSA Enc=AESGCM(256) Mac=AEAD`. */
function readLine(line: string): { code: string; kx: string; au: string }[] {
  const found = /0x([0-9A-F]{2}),0x([0-9A-F]{2}) - .* Kx=(\S+)\s+Au=(\S+)/.exec(line);
  if (found === null) return [];
  const [, high = "", low = "", kx = "", au = ""] = found;
  return [{ code: `0x${high}${low}`, kx, au }];
}
