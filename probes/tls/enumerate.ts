import type { StartTlsProtocol } from "#model/endpoint-url.ts";
import type { FacetName } from "#model/facets.ts";
import type {
  CertificateFacet,
  CipherSuites,
  KeyExchange,
  Protocols,
  TlsAttacks,
  TlsBehaviour,
  TlsService,
} from "#model/tls-facets.ts";
import type { Failure } from "#model/probe.ts";
import { untilSent } from "#probes/common/under-way.ts";
import { ALERT, alertWords } from "./alerts.ts";
import { TlsScanError } from "./errors.ts";
import { locate } from "./locate.ts";
import { mergeScans } from "./merge.ts";
import { noConnection, NOT_ASKED } from "./outcomes.ts";
import { cipherSuitesOf, keyExchangeOf, protocolsOf } from "./scan-facets.ts";
import { scanServer, type ServerScan } from "./server.ts";
import type { Contact } from "./versions.ts";
import { createWire, type Wire, type WireAddress, type WireOptions } from "./wire.ts";

export interface TlsAddress {
  /** Host name or IP address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Name for SNI; an IP address is not sent. */
  readonly serverName: string;
  /** The protocol that begins TLS by a command; null or left out where TLS comes first. */
  readonly startTls?: StartTlsProtocol | null;
}

export interface EnumerateOptions extends WireOptions {
  /** Which facets are asked for. */
  readonly wanted: ReadonlySet<FacetName>;
  /** PEM of authorities to trust beside Node's; null for none. */
  readonly ca: string | null;
  /** Tests that look like attacks are made too. */
  readonly active?: boolean;
}

/** Everything that one address showed; null what was not asked for. */
export interface AddressScan {
  /** IP address. */
  readonly address: string;
  readonly protocols: Protocols;
  readonly cipherSuites: CipherSuites | null;
  readonly keyExchange: KeyExchange | null;
  readonly certificate: CertificateFacet | null;
  /** Why there is no certificate where one was asked for. */
  readonly certificateProblem: Pick<Failure, "reason" | "message"> | null;
  readonly tlsService: TlsService | null;
  readonly tlsBehaviour: TlsBehaviour | null;
  readonly tlsAttacks: TlsAttacks | null;
  readonly connections: number;
}

/** More addresses than this are not asked, so that what they hide is unknown. */
const MAX_ADDRESSES = 16;

/**
 * Lists what a server accepts and shows, at every address of its name: protocol versions, cipher suites, key exchange,
 * certificates and the shape of the service.
 * @param options.timeoutMs for one connection; the whole takes at most five times that
 * @param options.connections the most at once, for each address
 * @throws TlsScanError when nothing at any address accepted any hello; the resolver's error; the signal's reason when it aborts
 */
export async function enumerate(
  address: TlsAddress,
  options: EnumerateOptions,
): Promise<AddressScan> {
  const { usable, beyond } = await locate(address.host, options.signal);
  const asked = usable.slice(0, MAX_ADDRESSES);
  const results = await Promise.all(
    asked.map(async (host) => {
      try {
        const { startTls = null } = address;
        return { host, scan: await scanAddress({ ...address, startTls, host }, options) };
      } catch (error) {
        if (!(error instanceof TlsScanError)) throw error;
        return { host, error };
      }
    }),
  );
  options.signal.throwIfAborted();
  return mergeScans(results, usable.slice(MAX_ADDRESSES), beyond);
}

/** @throws TlsScanError when nothing accepted any hello */
async function scanAddress(
  address: WireAddress & TlsAddress,
  options: EnumerateOptions,
): Promise<AddressScan> {
  const first = await scanNamed(address, address.serverName, options);
  options.signal.throwIfAborted();
  if ("scan" in first) return first.scan;
  // A server may know none of its names (RFC 6066 3), and still serve those who name none.
  const unnamed = first.contacts.some(
    ({ verdict }) =>
      verdict.kind === "refused" && verdict.why === alertWords(ALERT.unrecognizedName),
  );
  if (unnamed) {
    const again = await scanNamed({ ...address, serverName: null }, address.serverName, options);
    options.signal.throwIfAborted();
    if ("scan" in again) return again.scan;
  }
  throw unreached(first.contacts);
}

async function scanNamed(
  address: WireAddress,
  hostname: string,
  options: EnumerateOptions,
): Promise<{ readonly scan: AddressScan } | { readonly contacts: readonly Contact[] }> {
  const { wanted } = options;
  const wire = createWire(address, options);
  try {
    const scanning = scanServer(wire, wanted);
    const loading = loadReaders(wire, scanning, options);
    const [scan, readers] = await Promise.all([scanning, loading]);
    const none = scan.contacts.every(({ verdict }) => verdict.kind !== "accepted");
    const unoffered = scan.contacts.every(
      ({ verdict }) => verdict.kind === "refused" && verdict.force === "starttls",
    );
    if (none && !unoffered) return { contacts: scan.contacts };
    return { scan: await facetsOf(wire, scan, readers, hostname, options) };
  } finally {
    await wire.close();
  }
}

type Readers = typeof import("./certificates.ts");

/** From the first answer until those that came with it are read and what they lead to is asked. */
const SECOND_HELLOS_MS = 10;

/** Loads what reads certificates while the first hellos are on their way, the roots and the rest while the second ones are. */
async function loadReaders(
  wire: Wire,
  scanning: Promise<unknown>,
  { wanted, ca, clock, signal }: EnumerateOptions,
): Promise<Readers | null> {
  if (!wanted.has("certificate") && !wanted.has("tlsService")) return null;
  await untilSent();
  const readers = await import("./certificates.ts");
  if (!wanted.has("certificate")) return readers;
  const pause = wire.heard.then(() => clock.wait(SECOND_HELLOS_MS, signal));
  const asked = await Promise.race([pause.then(() => true), scanning.then(() => false)]);
  if (asked) readers.prepareTrust(ca);
  if (wanted.has("tlsAttacks")) await loadAttacks();
  return readers;
}

/** The facets of one address that were asked for. */
async function facetsOf(
  wire: Wire,
  scan: ServerScan,
  readers: Readers | null,
  hostname: string,
  { wanted, ca, active = false }: EnumerateOptions,
): Promise<AddressScan> {
  const shown = scan.authentication;
  const [certificates, clientCertificate] = await Promise.all([
    shown !== null && wanted.has("certificate")
      ? readers?.readCertificates(wire, shown, hostname, ca)
      : null,
    shown !== null && wanted.has("tlsService")
      ? readers?.readClientCertificate(wire, shown, ca)
      : null,
  ]);
  return {
    address: wire.address.host,
    protocols: protocolsOf(wire, scan),
    cipherSuites: wanted.has("cipherSuites") ? cipherSuitesOf(wire, scan) : null,
    keyExchange: wanted.has("keyExchange") ? keyExchangeOf(wire, scan) : null,
    certificate: certificates?.facet ?? null,
    certificateProblem: certificates?.problem ?? null,
    tlsService: wanted.has("tlsService")
      ? {
          addresses: [],
          alpn: shown?.alpn ?? null,
          sni: shown?.sni ?? "unknown",
          clientCertificate: clientCertificate ?? "unknown",
          tolerance: scan.tolerance,
          startTls: wire.address.startTls ?? null,
          connections: wire.connections(),
        }
      : null,
    tlsBehaviour: wanted.has("tlsBehaviour") ? { tests: scan.behaviour } : null,
    tlsAttacks: wanted.has("tlsAttacks") ? { tests: await attack(wire, scan, active) } : null,
    connections: wire.connections(),
  };
}

/** After everything else, for it may upset the server. */
async function attack(wire: Wire, scan: ServerScan, active: boolean): Promise<TlsAttacks["tests"]> {
  const { attackOnce } = await loadAttacks();
  return attackOnce(wire, scan, active);
}

async function loadAttacks() {
  return import("./attacks/once.ts");
}

/** Why nothing was accepted: the most telling of the answers. */
function unreached(contacts: readonly Contact[]): TlsScanError {
  const verdicts = contacts.flatMap(({ version, verdict }) =>
    version === "SSLv2" || verdict.kind === "accepted" || verdict.why === NOT_ASKED
      ? []
      : [verdict],
  );
  if (verdicts.length === 0)
    return new TlsScanError("timeout", "no TLS hello was answered in time");
  const code = verdicts.map(({ why }) => noConnection(why)).find((one) => one !== null);
  // Who took some connections is there, however slow.
  if (code !== undefined && verdicts.every(({ kind }) => kind === "failed")) {
    const reason = code === "ETIMEDOUT" ? "timeout" : "unreachable";
    return new TlsScanError(reason, `cannot be reached: ${code}`, code);
  }
  const alert = verdicts.find(({ kind, why }) => kind === "refused" && why.startsWith("alert"));
  const failed = verdicts.find(({ kind }) => kind === "failed");
  const silent = verdicts.find(({ kind }) => kind === "silent");
  const timeout = verdicts.some((one) => one.kind === "silent" && one.timeout);
  const other = failed ?? silent;
  if (alert !== undefined) {
    return other === undefined
      ? new TlsScanError("denied", `refuses every TLS hello: ${alert.why}`)
      : new TlsScanError(
          timeout ? "timeout" : "malformed",
          `accepts no TLS hello: ${alert.why} to some, to others ${other.why}`,
        );
  }
  if (failed === undefined && timeout) {
    return new TlsScanError("timeout", "accepts connections, but answers no TLS hello in time");
  }
  const why = (failed ?? verdicts[0])?.why ?? "no answer";
  return new TlsScanError("malformed", `does not speak TLS: ${why}`);
}
