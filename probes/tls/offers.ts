/** Which suites and groups a hello offers. */
import { type CipherSuiteFacts, cipherSuite, cipherSuites } from "#facts/cipher-suites.ts";
import { CLASSIC_CURVES, TLS13_GROUPS } from "#facts/named-groups.ts";
import { compareTlsVersions } from "#model/tls.ts";
import type { HelloOffer, HelloVersion } from "./client-hello.ts";

/** How a hello is cut, for servers that fail on an ordinary one. */
export interface Shape {
  /** The most suites in one hello. */
  readonly bundle: number;
  readonly compact: boolean;
  readonly keyShares: boolean;
}

/** Everything in one hello. */
export const FULL: Shape = {
  bundle: 1000,
  compact: false,
  keyShares: false,
};
/** Some servers fail on more than 128 suites, of which one is the signalling value. */
const BUNDLES: Shape = { ...FULL, bundle: 127 };
/** In SSLv3, which knows no padding, so few that the hello stays below the lengths on which others fail. */
const SSL3_BUNDLES: Shape = { ...FULL, bundle: 100 };
/** The oldest servers fail on more than 255 bytes. */
export const COMPACT: Shape = { ...FULL, bundle: 24, compact: true };
/** TLS 1.3 for servers that answer no empty list of key shares. */
export const SHARES: Shape = { ...FULL, keyShares: true };
/** The shape for servers that fail on many suites at once. */
export function bundlesFor(version: HelloVersion): Shape {
  return version === "SSLv3" ? SSL3_BUNDLES : BUNDLES;
}

/** What nearly every server has one of, newest first; with these it is tried whether a server answers at all. */
const COMMON = [
  0xc02f, 0xc02b, 0xc030, 0xc02c, 0xc013, 0xc009, 0xc014, 0xc00a, 0x009e, 0x009f, 0x0033, 0x0039,
  0x009c, 0x009d, 0x003c, 0x002f, 0x0035, 0x000a, 0x0016, 0x0005, 0x0004,
];
const COMMON_TLS13 = [0x1301, 0x1302, 0x1303];
const COMMON_GROUPS = [0x1d, 0x17, 0x18, 0x19];

/** Servers without 1.3 answer its hello with their own version where they find a suite in it, which says more than a refusal. */
const FALLBACK = [0xc02f, 0xc02b, 0x009c, 0x002f];

/**
 * Every known suite that a version may use, ChaCha20 last: some servers move it to the front for clients that do.
 * To the versions before 1.2 all suites of TLS 1.0 are offered, as libraries serve them in SSLv3 too. Those with SRP are
 * asked apart (`srpSuites`).
 */
export function suitesFor(version: HelloVersion): readonly number[] {
  const known = SUITES_FOR.get(version) ?? listSuitesFor(version);
  SUITES_FOR.set(version, known);
  return known;
}

const SUITES_FOR = new Map<HelloVersion, readonly number[]>();

function listSuitesFor(version: HelloVersion): readonly number[] {
  const suites = suitesOf(version).filter(({ keyExchange }) => keyExchange !== "SRP");
  const [chacha, others] = [true, false].map((wanted) =>
    suites.filter((suite) => (suite.cipher === "CHACHA20") === wanted),
  );
  return [...(others ?? []), ...(chacha ?? [])].map((suite) => suite.code);
}

/**
 * The suites with SRP of a version: a server that chooses one of them and misses the user's name says so in an alert,
 * whatever else was offered (RFC 5054 2.5.1.2). SSLv3 has no extension for the name.
 */
export function srpSuites(version: HelloVersion): readonly number[] {
  if (version === "SSLv3") return [];
  return suitesOf(version)
    .filter(({ keyExchange }) => keyExchange === "SRP")
    .map(({ code }) => code);
}

function suitesOf(version: HelloVersion): readonly CipherSuiteFacts[] {
  const tls13 = version === "TLSv1.3";
  const newest = version === "TLSv1.2" ? "TLSv1.2" : "TLSv1.0";
  return [...cipherSuites().values()].filter((suite) =>
    tls13
      ? suite.since === "TLSv1.3"
      : suite.since !== "TLSv1.3" && compareTlsVersions(suite.since, newest) <= 0,
  );
}

/** Those suites that do not need an elliptic certificate. */
export function withoutEcdsa(suites: readonly number[]): readonly number[] {
  ecdsa ??= new Set(
    [...cipherSuites().values()]
      .filter(({ authentication }) => authentication === "ECDSA")
      .map(({ code }) => code),
  );
  return suites.filter((suite) => ecdsa?.has(suite) !== true);
}

let ecdsa: ReadonlySet<number> | undefined;

/**
 * So many at once, and none that need an elliptic certificate together with others: some servers choose the certificate
 * before the suite.
 */
export function bundled(suites: readonly number[], size: number): readonly (readonly number[])[] {
  const others = withoutEcdsa(suites);
  return [others, suites.filter((suite) => !others.includes(suite))].flatMap((kind) =>
    Array.from({ length: Math.ceil(kind.length / size) }, (_, index) =>
      kind.slice(index * size, (index + 1) * size),
    ),
  );
}

/** The suites of a version whose ServerKeyExchange names a curve: ephemeral ones, those without certificate last. */
export function ellipticSuites(version: HelloVersion): readonly number[] {
  const having = (...authentications: string[]) =>
    suitesFor(version).filter((code) => {
      const suite = cipherSuite(code);
      const known = authentications.includes(suite?.authentication ?? "");
      return suite?.keyExchange === "ECDHE" && known;
    });
  return [...having("RSA", "ECDSA", "DSS"), ...having("anon", "PSK")];
}

/** The few that a hello of the compact shape begins with. */
export function commonSuites(version: HelloVersion): readonly number[] {
  return version === "TLSv1.3" ? COMMON_TLS13 : COMMON;
}

/** Groups for a version. Finite fields are left out up to 1.2: naming some lets a server with another hide its DHE (RFC 7919). */
export function groupsFor(version: HelloVersion, compact = false): readonly number[] {
  if (compact) return COMMON_GROUPS;
  return version === "TLSv1.3" ? TLS13_GROUPS : CLASSIC_CURVES;
}

/** Finite fields that have a name, with the curves that nearly every server has (RFC 7919 2). */
export const NAMED_FIELDS: readonly number[] = [
  ...COMMON_GROUPS,
  0x0100,
  0x0101,
  0x0102,
  0x0103,
  0x0104,
];

/** A hello of a version and shape that offers these suites. */
export function offer(
  version: HelloVersion,
  shape: Shape,
  suites: readonly number[],
  groups: readonly number[] = groupsFor(version, shape.compact),
): Omit<HelloOffer, "serverName"> {
  return {
    version,
    suites: version === "TLSv1.3" ? [...suites, ...FALLBACK] : suites,
    groups,
    compact: shape.compact,
    keyShares: shape.keyShares,
  };
}

/** Compression methods of a hello: DEFLATE (RFC 3749), and none, which every hello must offer. */
export const WITH_DEFLATE: readonly number[] = [1, 0];
