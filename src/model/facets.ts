import type {
  AccessPolicy,
  BackupPlan,
  Backups,
  Immutability,
  RecoveryPoint,
  RecoveryTest,
} from "./backup-facets.ts";
import type { OidcDiscovery, SamlMetadata } from "./identity-facets.ts";
import type { Reachability } from "./reachability-facets.ts";
import type { Authentication, HttpService, HttpVisit, Published } from "./http-facets.ts";
import type {
  AuditLogs,
  DdosProtection,
  Ingress,
  KeyRotation,
  Link,
  PasswordPolicy,
  Privileges,
  Retention,
  SecurityServices,
  ServiceMonitoring,
  SignIn,
  SshKeys,
  WebFirewall,
} from "./security-facets.ts";
import type { Dns, Hosting } from "./dns-facets.ts";
import type { SshService } from "./ssh-facets.ts";
import type { Subject } from "./subject.ts";
import type { TlsVersion } from "./tls.ts";
import type {
  CertificateFacet,
  CipherSuites,
  KeyExchange,
  Protocols,
  TlsAttacks,
  TlsBehaviour,
  TlsService,
} from "./tls-facets.ts";

/**
 * The provider-neutral aspects of a subject. One facet is one question. A facet is either read whole
 * (a field may be `null`: the provider says nothing about it, with the meaning written here) or it is a problem.
 * Controls see nothing else, so a control works for every provider whose probe gives its facets.
 */
export interface Facets {
  inventory: Inventory;
  location: Location;
  encryption: Encryption;
  transport: Transport;
  exposure: Exposure;
  versioning: Versioning;
  redundancy: Redundancy;
  replication: Replication;
  recoveryPoints: RecoveryPoints;
  recoveryPoint: RecoveryPoint;
  recoveryTest: RecoveryTest;
  backups: Backups;
  backupPlan: BackupPlan;
  accessPolicy: AccessPolicy;
  immutability: Immutability;
  ingress: Ingress;
  webFirewall: WebFirewall;
  ddosProtection: DdosProtection;
  auditLogs: AuditLogs;
  threatDetection: SecurityServices;
  vulnerabilityScanning: SecurityServices;
  serviceMonitoring: ServiceMonitoring;
  passwordPolicy: PasswordPolicy;
  signIn: SignIn;
  privileges: Privileges;
  sshKeys: SshKeys;
  sshService: SshService;
  reachability: Reachability;
  link: Link;
  retention: Retention;
  keyRotation: KeyRotation;
  protocols: Protocols;
  cipherSuites: CipherSuites;
  keyExchange: KeyExchange;
  certificate: CertificateFacet;
  tlsService: TlsService;
  tlsBehaviour: TlsBehaviour;
  tlsAttacks: TlsAttacks;
  http: HttpFacet;
  oidcDiscovery: OidcDiscovery;
  samlMetadata: SamlMetadata;
  dns: Dns;
  hosting: Hosting;
  /** What the endpoint's own address gives. */
  httpAnswer: HttpVisit;
  httpService: HttpService;
  authentication: Authentication;
  published: Published;
  attestation: AttestationFacet;
}
export type FacetName = keyof Facets;

/** Which subjects a target holds. Its subject is the target itself. */
export interface Inventory {
  /** The kinds that the listing covers, `*` for all of the provider's. */
  readonly kinds: readonly string[];
  /** False when the listing is known to lack something (a page that failed, a cap reached). */
  readonly complete: boolean;
  readonly items: readonly Subject[];
}

/** Where the data of a subject rests. */
export interface Location {
  /** Every region that holds a copy, in the provider's lower-case names; `global` for what has no region. */
  readonly regions: readonly string[];
  /** Availability zones in use, where the provider shows them; null where it does not. */
  readonly zones: readonly string[] | null;
  /**
   * Regions that may hold a copy as well by the provider's published design, where nothing tells whether one is there;
   * left out: there are none such.
   */
  readonly possible?: readonly string[];
}

/** Encryption at rest. */
export interface Encryption {
  /** null: the provider does not say. */
  readonly enabled: boolean | null;
  /** Cipher of the data at rest, such as `AES-256`; null where nothing states it. */
  readonly algorithm: string | null;
  /** How the algorithm is known: the API states it, or the provider's published design does (never "observed" then). */
  readonly algorithmSource: "setting" | "published-design" | null;
  /** Address of the published design, where that is the source. */
  readonly algorithmReference: string | null;
  readonly keyManagement: "provider" | "customer" | null;
  /** What the reading cannot show, such as objects older than the bucket's default encryption. */
  readonly caveat: string | null;
  /** Single objects that were looked at beside the setting; left out where that was not asked for. */
  readonly sampled?: ObjectSample;
}

/** What some of a store's objects are encrypted with: counts, as their names may tell of customers. */
export interface ObjectSample {
  /** How many objects were looked at: the oldest of those listed. */
  readonly looked: number;
  readonly listed: number;
  /** Whether there are more than were listed. */
  readonly more: boolean;
  /** Of those looked at: seen without encryption. */
  readonly unencrypted: number;
  /** How these are encrypted is not told in a way that is understood. */
  readonly untold: number;
  readonly providerKeys: number;
  readonly customerKeys: number;
  /** Encrypted, with a key of which it is not known who manages it. */
  readonly unknownKeys: number;
  /** Why something is untold or unknown; null where nothing is. */
  readonly why: string | null;
}

/** What a service's own settings say of encryption in transit (the wire is the facet `protocols`). */
export interface Transport {
  /** Whether clear text is refused by setting; null: cannot be set or is not said. */
  readonly secureOnly: boolean | null;
  /** Lowest TLS version that the setting lets in; null: there is no such setting for this kind. */
  readonly minimumTls: TlsVersion | null;
  /** The versions that the setting lets in, where it names each; none where no TLS is spoken; left out where it only names a minimum. */
  readonly versions?: readonly TlsVersion[];
  /** Names under which the setting's owner is reached from outside, to be held against what the wire says of them. `*.` stands for one label. */
  readonly hostNames?: readonly string[];
  /** The only port that the setting is about; left out where it is about all of them. */
  readonly port?: number;
  /** Ways in that the setting does not decide, in words (a listener that passes connections through). */
  readonly unseen?: readonly string[];
  /** True where nobody set the minimum and the provider's documented default stands in for it. */
  readonly minimumTlsIsDefault: boolean;
  /** What the platform itself refuses whatever the setting says, with its source; null where nothing is published. */
  readonly platformFloor: { readonly version: TlsVersion; readonly reference: string } | null;
  /** How the setting was understood, for the report ("bucket policy denies aws:SecureTransport=false"). */
  readonly detail: string;
}

/** Who may reach the subject from the public Internet. */
export interface Exposure {
  /** Anonymous reading or writing of data is possible; null: cannot be told. */
  readonly anonymousAccess: boolean | null;
  /** The network path is open to every address (credentials still needed); null: cannot be told or does not apply. */
  readonly openNetwork: boolean | null;
  /** What opens it, in the provider's words; empty when nothing does. */
  readonly through: readonly string[];
  /** What closes it, in the provider's words. */
  readonly closedBy: readonly string[];
}

export interface Versioning {
  readonly enabled: boolean | null;
}

/** Copies within and beyond a region. */
export interface Redundancy {
  /** Zones that hold a copy (or in use); null where the provider does not say. */
  readonly zones: number | null;
  /** The zones by name, where the provider shows them. */
  readonly zoneNames?: readonly string[] | null;
  readonly zoneRedundant: boolean | null;
  readonly geoRedundant: boolean | null;
  /** The provider's name of the setting, such as `Standard_GZRS`. */
  readonly setting: string;
}

/** Replication to another place. An empty list of destinations means that none is configured. */
export interface Replication {
  readonly destinations: readonly ReplicationDestination[];
  /** Id or name of what the subject is itself a copy of (a secondary, a read replica); left out: of nothing. */
  readonly copyOf?: string;
}
export interface ReplicationDestination {
  /** Region of the copy; null where it was not read (a bucket in an account that is not in the estate). */
  readonly region: string | null;
  /** Id of the copy, where it is a subject of its own. */
  readonly subject: string | null;
  readonly status: "active" | "disabled" | "degraded" | "unknown";
  /** Whether all of the subject is replicated, or a part (prefix, tag). null: not said. */
  readonly whole: boolean | null;
  /** Last moment known to be copied; null where the provider tells no lag. ISO 8601 UTC. */
  readonly lastSync: string | null;
}

/** Recovery points that exist, oldest first. */
export interface RecoveryPoints {
  /** Moments of completed recovery points within the reading's window. ISO 8601 UTC, ascending. */
  readonly points: readonly string[];
  /** From when on every existing point is in the list. ISO 8601 UTC. */
  readonly since: string;
  /** Whether a point older than `since` exists; null: not looked. */
  readonly olderExists: boolean | null;
  /** Declared or read retention, ISO 8601 duration; null where nothing says. */
  readonly retention: string | null;
  /** A time of which every moment can be recovered (a log of changes). ISO 8601 UTC; left out where there is none. */
  readonly continuous?: { readonly from: string; readonly to: string };
}

/** What answers in clear text, and what the secured answer says of transport. */
export interface HttpFacet {
  /** Address that was asked in clear text. */
  readonly url: string;
  readonly clearText: ClearText;
  /** Status and target of the clear-text answer. */
  readonly status: number | null;
  readonly location: string | null;
  /** HSTS of the HTTPS answer; null: the header is absent; undefined is never written. */
  readonly hsts: {
    readonly maxAgeSeconds: number;
    readonly includeSubDomains: boolean;
    readonly preload: boolean;
  } | null;
  /** False where the HTTPS answer could not be read, so that `hsts` says nothing. */
  readonly httpsAnswered: boolean;
  /** What each address of the name answers in clear text, of which the worst is told above; left out: it has one. */
  readonly addresses?: readonly ClearTextAddress[];
}
export type ClearText =
  | "refused"
  | "redirects-to-https"
  | "redirects-elsewhere"
  | "serves"
  | "unknown";
export interface ClearTextAddress {
  readonly address: string;
  readonly clearText: ClearText;
  readonly status: number | null;
  /** Why it is not known; null where it is. */
  readonly why: string | null;
}

/** A person's dated word, as evidence. */
export interface AttestationFacet {
  readonly id: string;
  readonly owner: string;
  /** ISO date */
  readonly date: string;
  readonly expires: string;
  readonly covers: readonly string[];
  /** The evidence behind it: where, the hash that was written down, the hash now (null: not readable or not fetched). */
  readonly evidence: {
    readonly location: string;
    readonly declaredSha256: string;
    readonly actualSha256: string | null;
    /** False for an address that is not fetched: the hash is then taken on the attester's word. */
    readonly checkable: boolean;
  } | null;
}
