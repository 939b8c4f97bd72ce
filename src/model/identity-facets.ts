/** Facets of a company's own identity endpoints: what they publish about themselves for those who sign on with them. */
import type { Certificate } from "./tls-facets.ts";

/** What an OpenID provider says of itself (OpenID Connect Discovery 1.0, RFC 8414), and the keys that it publishes (RFC 7517). */
export interface OidcDiscovery {
  /** The issuer as the estate declares it, by which the document was found. */
  readonly declared: string;
  /** The issuer that the document names. */
  readonly issuer: string;
  /** Members that the standard requires and that are absent or of another type. */
  readonly missing: readonly string[];
  /** Every address that it names for clients to call. */
  readonly endpoints: readonly SsoEndpoint[];
  /** `id_token_signing_alg_values_supported`; null: absent or of another type. */
  readonly signingAlgorithms: readonly string[] | null;
  /** Methods of PKCE (RFC 7636); null: it does not say, which is not the same as none (RFC 9700 2.1.1). */
  readonly codeChallengeMethods: readonly string[] | null;
  /** Levels of authentication that it can give; null: it does not say. */
  readonly acrValues: readonly string[] | null;
  /** Members of the document that hold a secret, which nobody keeps; by their names. */
  readonly exposed: readonly string[];
  /** The keys that it publishes; null: they were not read. */
  readonly keys: readonly SigningKey[] | null;
  /** Why they were not; null where they were. */
  readonly keysUnread: string | null;
}

/** What a SAML entity says of itself (Metadata for the OASIS SAML 2.0). */
export interface SamlMetadata {
  /** Where it was read, as the estate declares it. */
  readonly declared: string;
  /** The entities that it describes: one, or those of an `EntitiesDescriptor`. */
  readonly entities: readonly SamlEntity[];
}
export interface SamlEntity {
  readonly id: string;
  /** Until when the description may be used, the earliest that is written about it. ISO 8601 UTC; null: nothing is. */
  readonly validUntil: string | null;
  /** Levels of assurance by which it is certified (`assurance-certification`); null: it names none. */
  readonly assurance: readonly string[] | null;
  readonly roles: readonly SamlRole[];
}
export interface SamlRole {
  readonly role: "identity provider" | "service provider";
  /** An identity provider wants requests signed, a service provider signs them; null: it does not say, which means no. */
  readonly requestsSigned: boolean | null;
  /** A service provider wants assertions signed; null: it does not say, or is none. */
  readonly assertionsSigned: boolean | null;
  readonly endpoints: readonly SsoEndpoint[];
  /** Its keys for signing, by their certificates. */
  readonly keys: readonly SigningKey[];
}

/** An address that metadata names. */
export interface SsoEndpoint {
  readonly name: string;
  readonly url: string;
}

/** A public key that is published to verify by. */
export interface SigningKey {
  /** Its own id where it has one, else its place in the list. */
  readonly name: string;
  readonly type: Certificate["keyType"] | "symmetric";
  /** null for kinds of key that have no size, and where it is not known. */
  readonly bits: number | null;
  /** `sig`, `enc`; null: it does not say, so both. */
  readonly use: string | null;
  /** The only algorithm that it is for; null: it does not say. */
  readonly algorithm: string | null;
  /** Names of private or symmetric members that stand in public; what they hold is dropped. */
  readonly exposed: readonly string[];
  /** Why it cannot be used as the key that it says to be; null where nothing is wrong with it. */
  readonly unreadable: string | null;
  readonly certificate: SigningCertificate | null;
}
export interface SigningCertificate {
  readonly subject: string;
  /** ISO 8601 UTC */
  readonly validFrom: string;
  readonly validTo: string;
  /** Whether it is of the key beside it; null: cannot be told. */
  readonly ofKey: boolean | null;
}
