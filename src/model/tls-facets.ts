/** What the wire of a TLS endpoint shows. Where an address of the name shows more than another, the facet holds all. */
import type { TlsVersion } from "./tls.ts";

/** The facets below, which an endpoint has that speaks TLS. */
export const TLS_FACETS = [
  "protocols",
  "cipherSuites",
  "keyExchange",
  "certificate",
  "tlsService",
  "tlsBehaviour",
  "tlsAttacks",
] as const;

export type WireStatus = "accepted" | "rejected" | "unknown";

/** TLS versions as the wire shows them. */
export interface Protocols {
  readonly versions: readonly {
    readonly version: TlsVersion;
    readonly status: WireStatus;
    readonly why: string | null;
  }[];
}

/** A registered code that a version offers: of a suite, a group or a signature algorithm. */
export interface Offered {
  readonly version: TlsVersion;
  /** `0xC02F` */
  readonly code: string;
  /** IANA name, or `unknown-0xNNNN`. */
  readonly name: string;
}

/** A list of a version that could not be finished, with the reason. */
export interface Unfinished {
  readonly version: TlsVersion;
  readonly why: string;
}

export interface CipherSuites {
  /** In the server's order of preference where it has one. */
  readonly suites: readonly Offered[];
  /** Whose order decides, for each version with two suites or more. */
  readonly preferences: readonly SuitePreference[];
  /** The versions whose list could not be finished. */
  readonly unfinished: readonly Unfinished[];
}
export interface SuitePreference {
  readonly version: TlsVersion;
  /** null where nothing tells. */
  readonly order: "server" | "client" | null;
  /** The server has an order of its own, but gives ChaCha20 to a client that puts it first; null: not asked or not told. */
  readonly chachaForClients: boolean | null;
}

/** What a key exchange of each version can run in, and what the server signs it with. */
export interface KeyExchange {
  /** Named groups: curves, finite fields, post-quantum and hybrid ones. In the order in which they were chosen. */
  readonly groups: readonly Offered[];
  /** Primes of DHE up to TLS 1.2, each once per version. */
  readonly primes: readonly DhPrime[];
  /** Of TLS 1.2 and 1.3: older versions have no choice. */
  readonly signatureAlgorithms: readonly Offered[];
  /** Versions in which the server takes a hello that offers no signature algorithm it can have: its list then means nothing. */
  readonly anySignatureAlgorithm: readonly TlsVersion[];
  /** The versions of which something could not be finished. */
  readonly unfinished: readonly Unfinished[];
}
export interface DhPrime {
  readonly version: TlsVersion;
  readonly bits: number;
  /** The published group whose prime it is, such as `RFC 3526 group 14`; null for one in no list. */
  readonly name: string | null;
  /** Seen with an export suite. */
  readonly export: boolean;
}

/** The certificates of an endpoint. */
export interface CertificateFacet {
  /** The name that was asked for and that each certificate must cover. */
  readonly hostname: string;
  /** One for each kind of key that the server has; first the one that today's ordinary client gets. Never empty. */
  readonly presented: readonly PresentedCertificate[];
  /** What a client that names no host gets, by SHA-256 of the leaf; null where it gets none or was not asked. */
  readonly withoutName: string | null;
  /** What could not be read, in words: a kind of key that may be there and was not seen. */
  readonly unfinished: readonly string[];
}
export interface PresentedCertificate {
  /** As sent, leaf first; never empty. */
  readonly chain: readonly Certificate[];
  /** Each certificate certifies the one before it (RFC 5246 7.4.2; RFC 8446 4.4.2 only asks it of those who are strict). */
  readonly ordered: boolean;
  /** What is sent leads from the leaf to a trusted root with nothing missing in between; null where that cannot be told. */
  readonly complete: boolean | null;
  /** By Node's roots and those of the target's CA file; null where OpenSSL could not be asked. */
  readonly trusted: boolean | null;
  /** Why it is not trusted, in OpenSSL's words, or why that is not known. */
  readonly trustError: string | null;
  /** The server signed the handshake with the certificate's key; false: the signature does not hold; null: nothing was signed that could be checked. */
  readonly possession: boolean | null;
  readonly hostnameMatches: boolean;
  /** The OCSP answer that the server staples; null where it sends none. */
  readonly stapledOcsp: StapledOcsp | null;
  /** Signed certificate timestamps, wherever they came: certificate, TLS extension, OCSP answer. null: not looked. */
  readonly timestamps: number | null;
}
export interface StapledOcsp {
  readonly status: "good" | "revoked" | "unknown" | "unreadable";
  /** ISO 8601 UTC; null where it is not said. */
  readonly thisUpdate: string | null;
  readonly nextUpdate: string | null;
}
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly altNames: readonly string[];
  /** ISO 8601 UTC */
  readonly validFrom: string;
  readonly validTo: string;
  readonly keyType: "rsa" | "ec" | "ed25519" | "ed448" | "dsa" | "ml-dsa" | "slh-dsa" | "other";
  /** Key size in bits; null for kinds of key that have none. */
  readonly keyBits: number | null;
  /** OpenSSL's name, such as `sha256WithRSAEncryption` or `ecdsa-with-SHA256`; null where it is unknown. */
  readonly signatureAlgorithm: string | null;
  /** RFC 5280 4.2.1.3, such as `digitalSignature`; null where the extension is absent. */
  readonly keyUsage: readonly string[] | null;
  /** Dotted object identifiers (RFC 5280 4.2.1.12); null where the extension is absent. */
  readonly extendedKeyUsage: readonly string[] | null;
  readonly isAuthority: boolean;
  /** The subject is the issuer, and it signed itself. */
  readonly selfSigned: boolean;
  /** Asks clients to insist on a stapled OCSP answer (RFC 7633). */
  readonly mustStaple: boolean;
  /** The key bears the mark of ROCA (CVE-2017-15361), so that its secret half can be computed; null where it could not be read. */
  readonly roca: boolean | null;
  readonly serial: string;
  /** SHA-256 of the DER, lower-case hex. */
  readonly fingerprint: string;
}

/** The shape of a TLS service, beside what it negotiates. */
export interface TlsService {
  /** Every address of the name that a client on this machine would use, and how it differs from the first. */
  readonly addresses: readonly {
    readonly address: string;
    readonly status: "answers" | "differs" | "failed" | "not-asked";
    /** What differs or what failed. */
    readonly why: string | null;
  }[];
  /** What it agrees to by ALPN (RFC 7301), first its own choice; null where that could not be read. */
  readonly alpn: readonly string[] | null;
  /** Whether a client must name the host (RFC 6066 3): without a name it gets the same certificate, another one, or none. */
  readonly sni: "not-needed" | "other-certificate" | "required" | "unknown";
  readonly clientCertificate: "not-requested" | "optional" | "required" | "unknown";
  /** What clients of the future send and servers should bear. */
  readonly tolerance: readonly {
    readonly test: "large-hello" | "future-version" | "unknown-values";
    readonly status: "tolerated" | "intolerant" | "unknown";
    readonly why: string | null;
  }[];
  /** The protocol in which TLS was begun by a command (`smtp`, `imap`, …); null where TLS comes first. */
  readonly startTls: string | null;
  /** So many connections it took to see all this. */
  readonly connections: number;
}

/** Whether something is so, as the wire shows it; `not-applicable` where the accepted versions know no such thing. */
export type WireAnswer = "yes" | "no" | "unknown" | "not-applicable";

/** What connections do beyond what they negotiate. One entry for each test that was made. */
export interface TlsBehaviour {
  readonly tests: readonly {
    readonly test: BehaviourTest;
    readonly answer: WireAnswer;
    /** What was seen, or why nothing is known. */
    readonly why: string | null;
  }[];
}
export type BehaviourTest =
  /** A session is resumed by its id up to TLS 1.2 (RFC 5246 7.3). */
  | "session-ids"
  /** By a ticket up to TLS 1.2 (RFC 5077). */
  | "session-tickets"
  /** By a pre-shared key of an earlier session in TLS 1.3 (RFC 8446 2.2). */
  | "psk-resumption"
  /** Takes data in the first flight of TLS 1.3 (RFC 8446 2.3). */
  | "early-data"
  | "secure-renegotiation"
  | "compression"
  | "fallback-scsv"
  | "extended-master-secret"
  | "encrypt-then-mac"
  /** Marks a downgrade in its random (RFC 8446 4.1.3). */
  | "downgrade-sentinel";

/** Tests that look like attacks; made with `--active` only. */
export interface TlsAttacks {
  readonly tests: readonly {
    readonly test: AttackTest;
    readonly status: WeaknessStatus;
    /** What was seen, or why it was not run or is not known. */
    readonly why: string;
  }[];
}
export type WeaknessStatus = "vulnerable" | "not-vulnerable" | "unknown" | "not-run";
export type AttackTest =
  | "heartbleed"
  | "ccs-injection"
  | "ticketbleed"
  | "robot"
  | "tls-poodle"
  | "client-renegotiation"
  | "starttls-injection";
