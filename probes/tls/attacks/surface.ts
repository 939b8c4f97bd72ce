/** What is known of a server when its flaws are tested, and which of its versions and suites a test can use. */
import { type CipherSuiteFacts, cipherSuite } from "#facts/cipher-suites.ts";
import type { AttackTest, TlsAttacks } from "#model/tls-facets.ts";
import { type HelloOffer, type HelloVersion, VERSION_CODES } from "../client-hello.ts";
import { CLASSIC_SHARE_GROUPS } from "../key-shares.ts";
import { groupsFor, offer } from "../offers.ts";
import { HELLO_VERSIONS } from "../outcomes.ts";
import type { SuiteList } from "../suites.ts";
import type { Accepted, Contact } from "../versions.ts";
import type { Wire } from "../wire.ts";
import { type Channel, createChannel } from "./channel.ts";
import { KEY_EXCHANGES } from "./key-exchange.ts";
import { cipherSpec } from "./cipher-spec.ts";

/** What the enumeration has found. */
export interface Surface {
  /** The newest accepted version up to TLS 1.2. */
  readonly older: Accepted | undefined;
  readonly versions: readonly HelloVersion[];
  /** The accepted suites of a version. */
  readonly suites: (version: HelloVersion) => readonly number[];
  /** Whether these are all versions and suites up to TLS 1.2: only then does it mean something that one is not among them. */
  readonly complete: boolean;
}

/** The surface of a scan: the versions as they were answered, and their lists of suites. */
export function surfaceOf(contacts: readonly Contact[], lists: readonly SuiteList[]): Surface {
  const known = contacts.flatMap(({ version, shape, verdict }) =>
    version !== "SSLv2" && verdict.kind === "accepted" && verdict.hello !== null
      ? [{ version, shape, hello: verdict.hello }]
      : [],
  );
  const listOf = (version: HelloVersion) => lists.find((list) => list.version === version);
  const order = (version: HelloVersion) => HELLO_VERSIONS.indexOf(version);
  const older = known
    .filter(({ version }) => version !== "TLSv1.3")
    .sort((a, b) => order(a.version) - order(b.version));
  return {
    older: older.at(-1),
    versions: known.map(({ version }) => version),
    suites: (version) => listOf(version)?.suites ?? [],
    complete:
      contacts.every(
        ({ version, verdict }) =>
          version === "SSLv2" || verdict.kind === "accepted" || verdict.kind === "refused",
      ) && older.every(({ version }) => listOf(version)?.unfinished === null),
  };
}

/** The surface of a server that speaks something older than TLS 1.3. */
export interface OlderSurface extends Surface {
  readonly older: Accepted;
}

export type Status = TlsAttacks["tests"][number]["status"];

/** What one test concludes. */
export interface Finding {
  readonly status: Status;
  readonly why: string;
}

/** A test of one flaw. Whatever the server does, it ends in a finding. */
export interface Attack {
  readonly test: AttackTest;
  readonly run: (wire: Wire, surface: OlderSurface) => Promise<Finding>;
}

/** A hello to begin a test with, and the channel that it begins. */
export interface Opening {
  readonly offer: HelloOffer;
  readonly channel: Channel;
}

/** @param every offers all groups, where no key of one will be needed */
export function opening(
  wire: Wire,
  { older }: OlderSurface,
  version: HelloVersion,
  suites: readonly number[],
  extra: NonNullable<HelloOffer["extra"]> = [],
  every = false,
): Opening {
  const { shape } = older;
  const groups = groupsFor(version, shape.compact);
  return {
    offer: {
      ...offer(
        version,
        shape,
        suites.slice(0, shape.bundle),
        groups.filter((group) => every || CLASSIC_SHARE_GROUPS.includes(group)),
      ),
      extra,
      serverName: wire.address.serverName,
    },
    // As in every first hello (RFC 8446 appendix D.4).
    channel: createChannel(version === "SSLv3" ? 0x0300 : 0x0301),
  };
}

/** A version with those of its suites that a test can use. */
export interface Usable {
  readonly version: HelloVersion;
  readonly suites: readonly number[];
}

/** The newest version up to TLS 1.2 with a suite that is `wanted`; null where there is none. */
export function newestWith(
  surface: OlderSurface,
  wanted: (facts: CipherSuiteFacts, version: HelloVersion) => boolean,
): Usable | null {
  for (const version of HELLO_VERSIONS.toReversed()) {
    if (version === "TLSv1.3" || !surface.versions.includes(version)) continue;
    const suites = knownSuites(surface, version).filter((suite) => {
      const facts = cipherSuite(suite);
      return facts !== undefined && wanted(facts, version);
    });
    if (suites.length > 0) return { version, suites };
  }
  return null;
}

/** The suites of a version, with the one that the server chose first. */
export function knownSuites({ older, suites }: OlderSurface, version: HelloVersion): number[] {
  const chosen = version === older.version ? [older.hello.suite] : [];
  return [...new Set([...chosen, ...suites(version)])];
}

/** Whether a handshake in that suite can be finished here. */
export function canFinish(facts: CipherSuiteFacts, version: HelloVersion): boolean {
  return (
    KEY_EXCHANGES.has(facts.keyExchange ?? "") &&
    facts.authentication !== "PSK" &&
    cipherSpec(facts.code, VERSION_CODES[version]) !== null
  );
}

export const vulnerable = (why: string): Finding => ({ status: "vulnerable", why });
export const sound = (why: string): Finding => ({ status: "not-vulnerable", why });
export const unknown = (why: string): Finding => ({ status: "unknown", why });

/** Nothing is there that could have the flaw, as far as all is known. */
export function absent(surface: Surface, why: string): Finding {
  return surface.complete
    ? sound(why)
    : unknown(`${why} that was seen, but not everything it accepts is known`);
}
