import { suiteName } from "#facts/cipher-suites.ts";
import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import type {
  CipherSuites,
  KeyExchange,
  SuitePreference,
  TlsService,
  WireStatus,
} from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { type AddressScan, enumerate, type EnumerateOptions } from "#probes/tls/enumerate.ts";
import type { Clock } from "#probes/tls/wire.ts";

/** A scan that was asked for everything. */
export interface TlsScan extends AddressScan {
  readonly cipherSuites: CipherSuites;
  readonly keyExchange: KeyExchange;
  readonly tlsService: TlsService;
}

const EVERYTHING = [
  "protocols",
  "cipherSuites",
  "keyExchange",
  "certificate",
  "tlsService",
] as const;

export interface ScanOptions extends Partial<EnumerateOptions> {
  readonly host?: string;
  readonly serverName?: string;
  readonly startTls?: StartTlsProtocol;
}

/** Scans a server on this machine for everything; pauses take no time, but count as if they did. */
export async function scan(port: number, options: ScanOptions = {}): Promise<TlsScan> {
  const { host = "127.0.0.1", serverName = "server.example", startTls, ...overrides } = options;
  const result = await enumerate(
    { host, port, serverName, startTls: startTls ?? null },
    {
      timeoutMs: 5000,
      connections: 20,
      signal: new AbortController().signal,
      clock: skippingClock(),
      wanted: new Set(EVERYTHING),
      ca: null,
      ...overrides,
    },
  );
  const { cipherSuites, keyExchange, tlsService } = result;
  if (cipherSuites === null || keyExchange === null || tlsService === null) {
    throw new Error("a facet that was asked for is not there");
  }
  return { ...result, cipherSuites, keyExchange, tlsService };
}

/** A clock that goes with time, and jumps over whatever is waited for. Waits that run beside each other take one time. */
export function skippingClock(): Clock {
  let skipped = 0;
  const now = () => performance.now() + skipped;
  return {
    now,
    wait: async (milliseconds) => {
      const until = now() + milliseconds;
      // What is under way goes on, as it would.
      await new Promise((resolve) => setImmediate(resolve));
      skipped += Math.max(0, until - now());
    },
  };
}

export function accepted(result: TlsScan): TlsVersion[] {
  return result.protocols.versions
    .filter((one) => one.status === "accepted")
    .map((one) => one.version);
}

export function status(result: TlsScan, version: TlsVersion): WireStatus | undefined {
  return result.protocols.versions.find((one) => one.version === version)?.status;
}

/** Names of a version's suites, in the order found. */
export function suiteNames(result: TlsScan, version: TlsVersion): string[] {
  return result.cipherSuites.suites
    .filter((one) => one.version === version)
    .map(({ name }) => name);
}

export function groupNames(result: TlsScan, version: TlsVersion): string[] {
  return result.keyExchange.groups.filter((one) => one.version === version).map(({ name }) => name);
}

/** Sizes of a version's primes. */
export function primeBits(result: TlsScan, version: TlsVersion): number[] {
  return result.keyExchange.primes.filter((one) => one.version === version).map(({ bits }) => bits);
}

/** Whose order decides in a version; undefined where there are no two suites. */
export function preferenceOf(result: TlsScan, version: TlsVersion): SuitePreference | undefined {
  return result.cipherSuites.preferences.find((one) => one.version === version);
}

export function orderOf(
  result: TlsScan,
  version: TlsVersion,
): SuitePreference["order"] | undefined {
  return preferenceOf(result, version)?.order;
}

/** Versions whose list of suites is not whole. */
export function suitesUnfinished(result: TlsScan): TlsVersion[] {
  return result.cipherSuites.unfinished.map(({ version }) => version);
}

/** Versions whose groups or primes are not known in full. */
export function exchangeUnfinished(result: TlsScan): TlsVersion[] {
  return result.keyExchange.unfinished
    .filter(({ why }) => !why.startsWith(SIGNATURES))
    .map(({ version }) => version);
}

/** Versions whose signature algorithms are not known in full. */
export function signaturesUnfinished(result: TlsScan): TlsVersion[] {
  return result.keyExchange.unfinished
    .filter(({ why }) => why.includes(SIGNATURES))
    .map(({ version }) => version);
}
/** They stand behind other reasons. A scripted server of TLS 1.3 cannot sign, so that they are often there. */
const SIGNATURES = "signature algorithms: ";

export function names(codes: readonly number[]): string[] {
  return codes.map(suiteName);
}

/** Versions whose groups or primes are not known in full. Servers without cryptography never show what they sign with. */
export function groupsUnfinished(result: TlsScan): TlsVersion[] {
  return result.keyExchange.unfinished
    .filter(({ why }) => why.split("; ").some((one) => !one.startsWith("signature algorithms:")))
    .map(({ version }) => version);
}
