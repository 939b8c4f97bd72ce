/** Facets of networks, accounts and the services that watch over them. */

/** What a firewall (security group, rule set) lets in, once its denials and priorities are accounted for. */
export interface Ingress {
  readonly allowed: readonly IngressRule[];
  /** Whether something that the Internet can address stands behind it; null: cannot be told. */
  readonly reachable: boolean | null;
  /** How that is known, in the provider's words ("2 interfaces, 1 with a public address"). */
  readonly detail: string;
  /**
   * Whether there is a firewall at all: false where none stands before the subject, so that everything is let in;
   * null or left out: cannot be told.
   */
  readonly firewall?: boolean | null;
  /** True where nothing at all stands behind it, public or private, so that its rules let nobody in anywhere. */
  readonly idle?: boolean;
}
export interface IngressRule {
  /** `tcp`, `udp`, `icmp`, another protocol's name, or `all`. */
  readonly protocol: string;
  /** First and last port; null where the protocol has none or all are meant. */
  readonly ports: readonly [first: number, last: number] | null;
  /** Ranges of addresses in CIDR notation, IPv4 and IPv6. */
  readonly ranges: readonly string[];
  /** Sources that are no ranges: groups, tags. */
  readonly others: readonly string[];
  /** Sources that stand for ranges which could not be read (lists of prefixes): they may be anything. */
  readonly unresolved?: readonly string[];
  /** The rule in the provider's words, for the report. */
  readonly rule: string;
}

/** The web application firewall in front of a subject. */
export interface WebFirewall {
  /** Why none can stand there, in the provider's words (no HTTP is understood, nothing comes from the Internet); left out where one can. */
  readonly inapplicable?: string;
  /** Name of what is attached; null: nothing is. */
  readonly policy: string | null;
  /** Ways into the subject before which none stands, where one stands before others; left out where there is none. */
  readonly unprotected?: readonly string[];
  readonly enabled: boolean | null;
  /** Whether matches are blocked or only counted; null: cannot be told. */
  readonly mode: "prevention" | "detection" | null;
  /** Managed rule sets that are in force, in the provider's names. */
  readonly managedRules: readonly string[];
  /** Managed rule sets that are there but only count, or are excluded. */
  readonly countingRules: readonly string[];
}

/** Protection against denial of service. */
export interface DdosProtection {
  /** What comes with the platform, by its published design; null: nothing is published. */
  readonly platform: { readonly name: string; readonly reference: string } | null;
  /** The paid protection; null: cannot be told. */
  readonly advanced: boolean | null;
  readonly detail: string;
}

/** Where an account's actions are written down. */
export interface AuditLogs {
  readonly logs: readonly AuditLog[];
}
export interface AuditLog {
  readonly name: string;
  /** Whether it records now; null: cannot be told. */
  readonly active: boolean | null;
  /** Regions that it records; `all` for every one. */
  readonly regions: readonly string[] | "all";
  /** Whether reads and writes of the management plane are both recorded, or which part is. */
  readonly events: "all" | "writes" | "reads" | "none" | null;
  /** Sources whose events are left out of it by setting, in the provider's names. */
  readonly omits: readonly string[];
  /** Where it is kept, in the provider's words; null: nowhere beyond the service's own short history. */
  readonly destination: string | null;
  /** Whether tampering would show; null: cannot be told. */
  readonly integrity: boolean | null;
  /** Last error of delivery; null: none. */
  readonly failure: string | null;
}

/** Services that watch over an account: detection of threats, scanning for vulnerabilities. */
export interface SecurityServices {
  readonly services: readonly SecurityService[];
}
export interface SecurityService {
  readonly name: string;
  /** null: for the whole account. */
  readonly region: string | null;
  /** null: cannot be told. */
  readonly enabled: boolean | null;
  /** What it looks at, in the provider's words. */
  readonly covers: readonly string[];
  /** What it could look at and does not. */
  readonly omits: readonly string[];
}

/** Rules for the passwords of an account's users. */
export interface PasswordPolicy {
  /** False: nobody set one, and the provider's default counts. */
  readonly set: boolean;
  readonly minimumLength: number | null;
  readonly uppercase: boolean | null;
  readonly lowercase: boolean | null;
  readonly digits: boolean | null;
  readonly symbols: boolean | null;
  /** Days until a password expires; null: never. */
  readonly maximumAgeDays: number | null;
  /** How many former passwords are refused; null: none. */
  readonly remembered: number | null;
}

/** How a user signs in. */
export interface SignIn {
  readonly root: boolean;
  /** Whether it can sign in by password; null: cannot be told. */
  readonly password: boolean | null;
  /** Whether a second factor is registered; null: cannot be told. */
  readonly mfa: boolean | null;
  /** Keys for programs that are active. */
  readonly activeKeys: number | null;
  /** What the reading cannot show. */
  readonly caveat: string | null;
}

/** What a principal may change. */
export interface Privileges {
  /** Whether it may change anything beyond its own credentials; null: cannot be told. */
  readonly writes: boolean | null;
  /** Whether it may change everything, rights included; null: cannot be told. */
  readonly administers: boolean | null;
  /** The policies that give it that, in the provider's words. */
  readonly through: readonly string[];
  /** Who may take it on, beside its own account's administrators: accounts, services, identity providers. */
  readonly trusts: readonly string[];
  /** Principals that only the provider's own services use. */
  readonly service: boolean;
  /** The account's own principal, whose rights nobody can take away and no policy gives. */
  readonly root: boolean;
}

/** Public keys by which SSH lets in, or by which a host proves itself. */
export interface SshKeys {
  readonly keys: readonly SshKey[];
}
export interface SshKey {
  readonly name: string;
  /** `rsa`, `dsa`, `ecdsa`, `ed25519`, or another in the key's own words; null: cannot be told. */
  readonly algorithm: string | null;
  /** Size in bits; null: cannot be told. */
  readonly bits: number | null;
}

/** A private or encrypted connection between networks. */
export interface Link {
  readonly kind: "vpn" | "dedicated" | "private-network";
  /** Whether the link itself encrypts; null: cannot be told. */
  readonly encrypted: boolean | null;
  readonly tunnels: readonly {
    readonly name: string;
    readonly up: boolean | null;
    readonly since: string | null;
  }[];
  /** The other side in the provider's words: an address, a site, a network; null: not said. */
  readonly peer: string | null;
}

/** How long what a subject holds is kept (log entries, objects). */
export interface Retention {
  /** ISO 8601 duration, the shortest where there are several; null: for ever. */
  readonly after: string | null;
  /** The longest, where its parts (the tables of a workspace) are kept for different times; left out: all alike. */
  readonly longest?: string;
  /**
   * Whether that goes for all that the subject holds; false: for a part, and nothing deletes the rest;
   * null: cannot be told (with `after` null nothing is known).
   */
  readonly whole: boolean | null;
  /** The setting in the provider's words. */
  readonly detail: string;
}

/** Rotation of a key by the provider. */
export interface KeyRotation {
  /** null: not possible for this key (imported, asymmetric, disabled). */
  readonly enabled: boolean | null;
  readonly periodDays: number | null;
  readonly detail: string;
}

/** What watches over the services of an account: rules that raise an alarm, and checks from outside. */
export interface ServiceMonitoring {
  readonly alerts: readonly {
    readonly name: string;
    /** null: cannot be told, or it is on and cannot fire. */
    readonly enabled: boolean | null;
    /** Whether it tells anybody; otherwise it only shows where somebody looks. */
    readonly notifies: boolean;
  }[];
  readonly checks: readonly {
    readonly name: string;
    /** null: cannot be told. */
    readonly enabled: boolean | null;
  }[];
}
