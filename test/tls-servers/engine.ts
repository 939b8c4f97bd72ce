/** The one place that knows the shape of the engine's result. */
import { tlsWeaknesses, type Weakness } from "#facts/tls-weaknesses.ts";
import { TLS_FACETS, type TlsService } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { type AddressScan, enumerate } from "#probes/tls/enumerate.ts";
import { SERVER_NAME } from "./keys.ts";

/** What a scan showed of one version. */
export interface SeenVersion {
  /** Codes, in the order of the result. */
  readonly suites: readonly string[];
  /** IANA names; null where no hello can ask for them (SSLv2 and SSLv3 have no extensions). */
  readonly groups: readonly string[] | null;
  /** Bits of the primes of DHE, each once. */
  readonly primes: readonly number[];
  /** null where nothing tells. */
  readonly order: "server" | "client" | null;
}

export interface Seen {
  readonly versions: ReadonlyMap<TlsVersion, SeenVersion>;
  /** What was not settled, in words: must be empty. */
  readonly unsettled: readonly string[];
  /** Kinds of key of the certificates. */
  readonly certificates: readonly string[];
  readonly service: Pick<TlsService, "sni" | "clientCertificate">;
  /** Every one, whether it is there or not. */
  readonly weaknesses: readonly Weakness[];
  readonly connections: number;
  readonly milliseconds: number;
}

export interface LookOptions {
  /** Tests that look like attacks too: some servers keep silent to them, which takes time. */
  readonly active?: boolean;
  readonly timeoutMs?: number;
}

/** Some of the servers share a loaded machine with each other and with the peers. */
const TIMEOUT_MS = 15_000;

/** Scans a server of the table once, for everything, as the probe does it. */
export async function look(port: number, options: LookOptions = {}): Promise<Seen> {
  const { active = false, timeoutMs = TIMEOUT_MS } = options;
  const started = performance.now();
  const result = await enumerate(
    { host: "127.0.0.1", port, serverName: SERVER_NAME },
    {
      timeoutMs,
      connections: 20,
      signal: new AbortController().signal,
      clock: {
        now: () => performance.now(),
        wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      },
      wanted: new Set(TLS_FACETS),
      active,
      ca: null,
    },
  );
  return seenOf(result, Math.round(performance.now() - started));
}

function seenOf(result: AddressScan, milliseconds: number): Seen {
  const { protocols, cipherSuites, keyExchange, certificate, tlsService, connections } = result;
  if (cipherSuites === null || keyExchange === null || tlsService === null) {
    throw new Error("a facet that was asked for is not there");
  }
  const inVersion = (version: TlsVersion): SeenVersion => {
    const of = <T extends { readonly version: TlsVersion }>(list: readonly T[]) =>
      list.filter((one) => one.version === version);
    const bare = version === "SSLv2" || version === "SSLv3";
    return {
      suites: of(cipherSuites.suites).map(({ code }) => code),
      groups: bare ? null : of(keyExchange.groups).map(({ name }) => name),
      primes: [...new Set(of(keyExchange.primes).map(({ bits }) => bits))],
      order: of(cipherSuites.preferences)[0]?.order ?? null,
    };
  };
  const accepted = protocols.versions.filter(({ status }) => status === "accepted");
  const unknown = protocols.versions.filter(({ status }) => status === "unknown");
  return {
    versions: new Map(accepted.map(({ version }) => [version, inVersion(version)])),
    unsettled: [
      ...[...unknown, ...cipherSuites.unfinished, ...keyExchange.unfinished].map(
        ({ version, why }) => `${version}: ${why}`,
      ),
      ...(certificate?.unfinished ?? []),
      ...(certificate?.presented ?? []).flatMap(({ possession }) =>
        possession === false ? ["the server is said not to have its key"] : [],
      ),
    ],
    certificates: (certificate?.presented ?? []).map(({ chain }) => chain[0]?.keyType ?? "none"),
    service: { sni: tlsService.sni, clientCertificate: tlsService.clientCertificate },
    weaknesses: tlsWeaknesses({
      protocols,
      cipherSuites,
      keyExchange,
      certificate,
      behaviour: result.tlsBehaviour,
      attacks: result.tlsAttacks,
    }),
    connections,
    milliseconds,
  };
}
