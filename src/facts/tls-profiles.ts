import type { TlsVersion } from "#model/tls.ts";
import { AUTHORITY_PROFILES } from "./tls-profiles-authorities.ts";
import { MOZILLA_PROFILES } from "./tls-profiles-mozilla.ts";

/** A published recommendation of what a TLS server should be set to. */
export interface TlsProfile {
  /** Family and version: `mozilla-intermediate@6`. */
  readonly id: string;
  readonly family: string;
  /** For people: `Mozilla intermediate 6`. */
  readonly title: string;
  readonly source: string;
  /** Day of publication, or its month where no day is given; null where the publisher gives neither. */
  readonly date: string | null;
  /** What the publisher leaves open and what was read into it; null where it says all itself. */
  readonly note: string | null;
  /** Oldest first. */
  readonly versions: readonly TlsVersion[];
  /** The recommended ones by IANA name, for TLS 1.3 and for those before it, in the publisher's order where it has one. */
  readonly suites: readonly string[];
  /** Neither recommended nor discouraged. */
  readonly permittedSuites: readonly string[];
  /** The recommended ones by IANA name. */
  readonly groups: readonly string[];
  /** Neither recommended nor discouraged by name. */
  readonly permittedGroups: readonly string[];
  /** What a handshake may be signed with, by IANA name; null: the publisher lists none. */
  readonly signatureAlgorithms: readonly string[] | null;
  /** null: such certificates are not recommended. */
  readonly minimumRsaBits: number | null;
  readonly minimumEcBits: number;
  /** null: no finite-field Diffie-Hellman is recommended. */
  readonly minimumDhBits: number | null;
  /** Whether the server's order of suites should decide; null: the publisher does not say. */
  readonly serverOrder: boolean | null;
  /** null: the publisher does not say. */
  readonly hstsMinimumSeconds: number | null;
}

/** Every known profile, within a family oldest first. */
export const TLS_PROFILES: readonly TlsProfile[] = [...MOZILLA_PROFILES, ...AUTHORITY_PROFILES];

/** A profile by its id, `mozilla-intermediate@6`; undefined where there is none. */
export function tlsProfile(id: string): TlsProfile | undefined {
  return TLS_PROFILES.find((profile) => profile.id === id);
}

/** The newest profile of a family, `mozilla-intermediate`; undefined for an unknown family. */
export function newestProfile(family: string): TlsProfile | undefined {
  return TLS_PROFILES.findLast((profile) => profile.family === family);
}
