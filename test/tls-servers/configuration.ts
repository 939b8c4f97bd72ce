/** What a configuration of a server is, in the table of real servers. */
import type { TlsService } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { Requirement } from "../support/requirements.ts";

/** A server on a port of 127.0.0.1. */
export interface RunningServer {
  readonly port: number;
  readonly stop: () => Promise<void>;
}

/** What a configuration allows in one version. */
export interface ExpectedVersion {
  /** Codes as evidence spells them, `0xC02F`; in the server's order where `order` is `server`. */
  readonly suites: readonly string[];
  /** IANA names in any order; left out where the configuration does not fix them. */
  readonly groups?: readonly string[];
  /** Bits of the primes of DHE; left out where the configuration does not fix them. */
  readonly primes?: readonly number[];
}

/** What a configuration allows. A version that is not named must not be accepted. */
export interface Expected {
  readonly versions: Readonly<Partial<Record<TlsVersion, ExpectedVersion>>>;
  /** Whose order of suites decides; left out where it is neither's alone. */
  readonly order?: "server" | "client";
  /** Kinds of key of the certificates; none for a server that has no certificate. */
  readonly certificates: readonly KeyKind[];
  /** Where the configuration is about it. */
  readonly service?: Partial<Pick<TlsService, "sni" | "clientCertificate">>;
}

export type KeyKind = "rsa" | "ec" | "ed25519" | "ed448" | "dsa";

export interface ServerConfiguration {
  /** Unique: `nginx: Mozilla intermediate, RSA`. */
  readonly name: string;
  readonly needs: readonly Requirement[];
  readonly start: () => Promise<RunningServer>;
  /** Told by the server's own library or written by hand, never by a scan. */
  readonly expected: () => Promise<Expected>;
  /** Where `expected` comes from, in words of the table. */
  readonly source: string;
}
