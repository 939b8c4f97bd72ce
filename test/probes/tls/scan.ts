import { suiteName } from "#facts/cipher-suites.ts";
import { enumerate, type TlsScan } from "#probes/tls/enumerate.ts";
import type { WireOptions } from "#probes/tls/wire.ts";
import type { TlsVersion } from "#model/tls.ts";

/** Scans a server on this machine; pauses take no time. */
export function scan(
  port: number,
  options: Partial<WireOptions> & { readonly serverName?: string } = {},
): Promise<TlsScan> {
  const { serverName = "server.example", ...overrides } = options;
  return enumerate(
    { host: "127.0.0.1", port, serverName },
    {
      timeoutMs: 5000,
      connections: 20,
      signal: new AbortController().signal,
      clock: { now: () => performance.now(), wait: () => Promise.resolve() },
      ...overrides,
    },
  );
}

export function accepted(result: TlsScan): TlsVersion[] {
  return result.versions.filter(({ status }) => status === "accepted").map((one) => one.version);
}

export function status(result: TlsScan, version: TlsVersion): string | undefined {
  return result.versions.find((one) => one.version === version)?.status;
}

/** Names of a version's suites, in the order found. */
export function suiteNames(result: TlsScan, version: TlsVersion): string[] {
  return result.suites.filter((one) => one.version === version).map(({ name }) => name);
}

export function groupNames(result: TlsScan, version: TlsVersion): string[] {
  return result.groups.filter((one) => one.version === version).map(({ name }) => name);
}

export function names(codes: readonly number[]): string[] {
  return codes.map(suiteName);
}
