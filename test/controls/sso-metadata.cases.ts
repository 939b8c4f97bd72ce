import control from "#controls/access/sso-metadata.ts";
import type {
  OidcDiscovery,
  SamlEntity,
  SamlRole,
  SigningCertificate,
  SigningKey,
} from "#model/identity-facets.ts";
import { defineCases } from "./cases.ts";

const ISSUER = "https://login.example";
const ENTITY = "https://login.example/saml";
/** The day of the cases is 2026-06-01. */
const LASTING = "2027-06-01T00:00:00.000Z";

function key(fields: Partial<SigningKey> = {}): SigningKey {
  return {
    name: "k1",
    type: "rsa",
    bits: 2048,
    use: "sig",
    algorithm: null,
    exposed: [],
    unreadable: null,
    certificate: null,
    ...fields,
  };
}

function certificate(validTo: string, fields: Partial<SigningCertificate> = {}) {
  const validFrom = "2025-01-01T00:00:00.000Z";
  return { certificate: { subject: "CN=x", validFrom, validTo, ofKey: true, ...fields } };
}

function oidc(fields: Partial<OidcDiscovery> = {}): { oidcDiscovery: OidcDiscovery } {
  return {
    oidcDiscovery: {
      declared: ISSUER,
      issuer: ISSUER,
      missing: [],
      endpoints: [{ name: "jwks_uri", url: `${ISSUER}/jwks` }],
      signingAlgorithms: ["RS256"],
      codeChallengeMethods: ["S256"],
      acrValues: null,
      exposed: [],
      keys: [key()],
      keysUnread: null,
      ...fields,
    },
  };
}

function saml(role: Partial<SamlRole> = {}, entity: Partial<SamlEntity> = {}) {
  return {
    samlMetadata: {
      declared: ENTITY,
      entities: [
        {
          id: ENTITY,
          validUntil: null,
          assurance: null,
          roles: [
            {
              role: "identity provider" as const,
              requestsSigned: null,
              assertionsSigned: null,
              endpoints: [{ name: "SingleSignOnService", url: `${ENTITY}/sso` }],
              keys: [key(certificate(LASTING))],
              ...role,
            },
          ],
          ...entity,
        },
      ],
    },
  };
}

const STRONG = "http://eidas.europa.eu/LoA/high";
const WEAK = "urn:oasis:names:tc:SAML:2.0:ac:classes:Password";
const strict = { forbiddenAlgorithms: ["none", "HS256"], codeChallengeMethods: ["S256"] };
const levels = { acrValuesAnyOf: [STRONG] };
const tomorrow = "2026-06-02T00:00:00.000Z";
const yesterday = "2026-05-31T00:00:00.000Z";

export default defineCases(control, [
  {
    name: "a provider as the standard has it",
    expect: {},
    facets: oidc(),
    outcome: "pass",
    says: "https://login.example is a valid issuer: 1 endpoint by https, id tokens signed by RS256, 1 key; declared: own issuer, https, no none, keys of RSA ≥ 2048 or EC ≥ 256 bits",
  },
  {
    name: "a provider that does all that is asked for",
    expect: { ...strict, ...levels },
    facets: oidc({ acrValues: [WEAK, STRONG] }),
    outcome: "pass",
    says: /1 key, level http:\/\/eidas\.europa\.eu\/LoA\/high; declared: own issuer, https, no none or HS256, PKCE S256, one of the levels http/,
  },
  {
    name: "another issuer",
    expect: {},
    facets: oidc({ issuer: "https://other.example" }),
    outcome: "fail",
    says: "the document of https://login.example names another issuer (https://other.example)",
  },
  {
    name: "an issuer with a slash behind it is another",
    expect: {},
    facets: oidc({ issuer: `${ISSUER}/` }),
    outcome: "fail",
    says: "names another issuer (https://login.example/); both must be the same, character for character",
  },
  {
    name: "an issuer in clear text",
    expect: {},
    facets: oidc({ issuer: "http://login.example" }),
    outcome: "fail",
    says: "names another issuer (http://login.example)",
  },
  {
    name: "an address in clear text",
    expect: {},
    facets: oidc({
      endpoints: [{ name: "token_endpoint", url: "http://login.example/token\u202e" }],
    }),
    outcome: "fail",
    says: "1 address by no https: token_endpoint http://login.example/token\\u{202e}",
  },
  {
    name: "two addresses that are none",
    expect: {},
    facets: oidc({
      endpoints: [
        { name: "token_endpoint", url: "/token" },
        { name: "jwks_uri", url: "javascript:alert(1)" },
      ],
    }),
    outcome: "fail",
    says: "2 addresses by no https: token_endpoint /token, jwks_uri javascript:alert(1)",
  },
  {
    name: "a required member is missing",
    expect: {},
    facets: oidc({ missing: ["authorization_endpoint"] }),
    outcome: "fail",
    says: "the discovery document lacks authorization_endpoint",
  },
  {
    name: "unsigned tokens are offered",
    expect: {},
    facets: oidc({ signingAlgorithms: ["RS256", "none"] }),
    outcome: "fail",
    says: "it offers id tokens signed by none; declared",
    remedies: /^Let the discovery document name the issuer exactly/,
  },
  {
    name: "a shared secret signs, where nobody forbids it",
    expect: {},
    facets: oidc({ signingAlgorithms: ["RS256", "HS256"] }),
    outcome: "pass",
    says: "id tokens signed by RS256, HS256",
  },
  {
    name: "a shared secret signs, where that is forbidden",
    expect: strict,
    facets: oidc({ signingAlgorithms: ["RS256", "HS256"] }),
    outcome: "fail",
    says: "it offers id tokens signed by HS256",
  },
  {
    name: "it does not say how it signs",
    expect: {},
    facets: oidc({ signingAlgorithms: null }),
    outcome: "unknown",
    says: "it does not say how it signs id tokens",
  },
  {
    name: "PKCE by plain only",
    expect: strict,
    facets: oidc({ codeChallengeMethods: ["plain"] }),
    outcome: "fail",
    says: "it offers no PKCE by S256 (only plain)",
  },
  {
    name: "no PKCE at all, by its own word",
    expect: strict,
    facets: oidc({ codeChallengeMethods: [] }),
    outcome: "fail",
    says: "it offers no PKCE by S256 (only none)",
  },
  {
    name: "nothing said of PKCE is not no PKCE",
    expect: strict,
    facets: oidc({ codeChallengeMethods: null }),
    outcome: "unknown",
    says: "it does not say whether it does PKCE by S256",
  },
  {
    name: "nothing said of PKCE, where nobody asks",
    expect: {},
    facets: oidc({ codeChallengeMethods: null }),
    outcome: "pass",
    says: "valid issuer",
  },
  {
    name: "no strong level",
    expect: levels,
    facets: oidc({ acrValues: [WEAK] }),
    outcome: "fail",
    says: `its acr_values_supported names none of the levels that are asked for (only ${WEAK})`,
  },
  {
    name: "nothing said of levels is not none",
    expect: levels,
    facets: oidc(),
    outcome: "unknown",
    says: "its acr_values_supported says nothing of the levels of authentication",
  },
  {
    name: "secrets in the discovery document",
    expect: {},
    facets: oidc({ exposed: ["client_secret"] }),
    outcome: "fail",
    says: "the discovery document publishes secrets (client_secret)",
  },
  {
    name: "the keys were not read",
    expect: {},
    facets: oidc({ keys: null, keysUnread: "https://login.example/jwks does not answer" }),
    outcome: "unknown",
    says: "its keys were not read: https://login.example/jwks does not answer",
  },
  {
    name: "a failure counts though the keys were not read",
    expect: {},
    facets: oidc({ keys: null, keysUnread: "no answer", signingAlgorithms: ["none"] }),
    outcome: "fail",
    says: "signed by none",
  },
  {
    name: "a small RSA key",
    expect: {},
    facets: oidc({ keys: [key(), key({ name: "old\n", bits: 1024 })] }),
    outcome: "fail",
    says: "key old\\u{a} of its key set is an RSA key of 1024 bits only",
  },
  {
    name: "a small EC key",
    expect: { minimumEcBits: 384 },
    facets: oidc({ keys: [key({ type: "ec", bits: 256 })] }),
    outcome: "fail",
    says: "key k1 of its key set is an EC key of 256 bits only",
  },
  {
    name: "a key for encryption must have its size too, but need not be of a known kind",
    expect: {},
    facets: oidc({
      keys: [key(), key({ name: "e1", use: "enc", type: "other", bits: null, unreadable: "is X" })],
    }),
    outcome: "pass",
    says: "2 keys",
  },
  {
    name: "a small key for encryption",
    expect: {},
    facets: oidc({ keys: [key(), key({ name: "e1", use: "enc", bits: 1024 })] }),
    outcome: "fail",
    says: "key e1 of its key set is an RSA key of 1024 bits only",
  },
  {
    name: "Edwards and post-quantum keys suffice",
    expect: {},
    facets: oidc({
      keys: [key({ type: "ed25519", bits: null }), key({ type: "ml-dsa", bits: null })],
    }),
    outcome: "pass",
    says: "2 keys",
  },
  {
    name: "a symmetric key in public",
    expect: {},
    facets: oidc({
      keys: [key({ type: "symmetric", bits: null, exposed: ["k"], unreadable: "is symmetric" })],
    }),
    outcome: "fail",
    says: "its key set publishes the secret of its symmetric key k1 (k)",
  },
  {
    name: "a private key in public",
    expect: {},
    facets: oidc({ keys: [key({ exposed: ["d", "p", "q"] })] }),
    outcome: "fail",
    says: "its key set publishes the private half of its key k1 (d, p, q)",
    remedies: /^What was published is known to everybody[^]*\nLet the discovery document/,
  },
  {
    name: "no key for signing",
    expect: {},
    facets: oidc({ keys: [key({ use: "enc" })] }),
    outcome: "fail",
    says: "its key set has no key for signing",
  },
  {
    name: "a key that cannot be read",
    expect: {},
    facets: oidc({ keys: [key(), key({ type: "ec", bits: null, unreadable: "has no point" })] }),
    outcome: "unknown",
    says: "key k1 of its key set has no point",
  },
  {
    name: "a kind of key that nobody knows",
    expect: {},
    facets: oidc({ keys: [key({ type: "other", bits: null })] }),
    outcome: "unknown",
    says: "is of a kind that Probity does not know",
  },
  {
    name: "many keys that are too small are not all told",
    expect: {},
    facets: oidc({ keys: Array.from({ length: 100 }, () => key({ bits: 512 })) }),
    outcome: "fail",
    says: "; 95 more such keys of its key set;",
  },
  {
    name: "a certificate of another key",
    expect: {},
    facets: oidc({ keys: [key(certificate(LASTING, { ofKey: false }))] }),
    outcome: "fail",
    says: "the certificate beside key k1 of its key set is of another key",
  },
  {
    name: "an expired certificate beside a key without any is only worth a note",
    expect: {},
    facets: oidc({ keys: [key({ name: "new" }), key(certificate(yesterday))] }),
    outcome: "pass",
    says: "valid issuer",
    attention: ["certificate-expiry"],
  },
  {
    name: "an identity provider of SAML",
    expect: {},
    facets: saml(),
    outcome: "pass",
    says: "the metadata of https://login.example/saml has https addresses and 1 signing key as promised; declared: own SAML metadata, https, keys of RSA ≥ 2048 or EC ≥ 256 bits",
  },
  {
    name: "its certificate expires soon",
    expect: {},
    facets: saml({ keys: [key(certificate(tomorrow))] }),
    outcome: "pass",
    says: "as promised",
    attention: ["certificate-expiry"],
  },
  {
    name: "its certificate expires soon, and the next one is there",
    expect: {},
    facets: saml({ keys: [key(certificate(tomorrow)), key(certificate(LASTING))] }),
    outcome: "pass",
    says: "2 signing keys",
  },
  {
    name: "its certificate has expired",
    expect: {},
    facets: saml({ keys: [key(certificate(yesterday))] }),
    outcome: "fail",
    says: "the certificate of key k1 of https://login.example/saml (identity provider) expired on 2026-05-31 00:00 UTC",
  },
  {
    name: "it expires at this very moment",
    expect: {},
    facets: saml({ keys: [key(certificate("2026-06-01T00:00:00.000Z"))] }),
    outcome: "fail",
    says: "expired on 2026-06-01",
  },
  {
    name: "its certificate is not valid yet",
    expect: {},
    facets: saml({ keys: [key(certificate(LASTING, { validFrom: tomorrow }))] }),
    outcome: "fail",
    says: "is not valid yet",
  },
  {
    name: "an old certificate was left beside a valid one",
    expect: {},
    facets: saml({ keys: [key(certificate(yesterday)), key(certificate(LASTING))] }),
    outcome: "pass",
    says: "as promised",
    attention: ["certificate-expiry"],
  },
  {
    name: "an expired certificate, and one that cannot be read",
    expect: {},
    facets: saml({
      keys: [key(certificate(yesterday)), key({ type: "other", unreadable: "cannot be read" })],
    }),
    outcome: "unknown",
    says: "no certificate of https://login.example/saml (identity provider) is known to be valid now",
  },
  {
    name: "a validity that is no time",
    expect: {},
    facets: saml({ keys: [key(certificate("whenever"))] }),
    outcome: "unknown",
    says: "the validity of the certificate of key k1",
  },
  {
    name: "a small key",
    expect: {},
    facets: saml({ keys: [key({ bits: 1024, ...certificate(LASTING) })] }),
    outcome: "fail",
    says: "key k1 of https://login.example/saml (identity provider) is an RSA key of 1024 bits only",
  },
  {
    name: "a key by DSA",
    expect: {},
    facets: saml({ keys: [key({ type: "dsa", bits: 3072, ...certificate(LASTING) })] }),
    outcome: "fail",
    says: "is a DSA key",
    remedies: /^Name https addresses only[^]*before the present one expires/,
  },
  {
    name: "an identity provider without a key",
    expect: {},
    facets: saml({ keys: [] }),
    outcome: "fail",
    says: "has no key for signing",
  },
  {
    name: "a service provider need not sign",
    expect: {},
    facets: saml({ role: "service provider", requestsSigned: false, keys: [] }),
    outcome: "pass",
    says: "0 signing keys",
  },
  {
    name: "a service provider that says it signs needs a key",
    expect: {},
    facets: saml({ role: "service provider", requestsSigned: true, keys: [] }),
    outcome: "fail",
    says: "(service provider) has no key for signing",
  },
  {
    name: "sign-on in clear text",
    expect: {},
    facets: saml({ endpoints: [{ name: "SingleSignOnService", url: "http://login.example/s" }] }),
    outcome: "fail",
    says: "1 address by no https: SingleSignOnService http://login.example/s",
  },
  {
    name: "metadata that had ended when it was read",
    expect: {},
    facets: saml({}, { validUntil: yesterday }),
    outcome: "fail",
    says: "the metadata of https://login.example/saml was good until 2026-05-31 00:00 UTC only",
  },
  {
    name: "metadata that was made for a day is good when it is judged on the next",
    expect: {},
    facets: saml({}, { validUntil: yesterday }),
    observedAt: { samlMetadata: "2026-05-30T00:00:00.000Z" },
    outcome: "pass",
    says: "as promised",
  },
  {
    name: "certified for a strong level",
    expect: levels,
    facets: saml({}, { assurance: [STRONG] }),
    outcome: "pass",
    says: "as promised; declared: own SAML metadata, https, one of the levels",
  },
  {
    name: "certified for another level",
    expect: levels,
    facets: saml({}, { assurance: [WEAK] }),
    outcome: "fail",
    says: "names none of the levels that are asked for",
  },
  {
    name: "SAML metadata that says nothing of levels shows no strong sign-on",
    expect: levels,
    facets: saml(),
    outcome: "unknown",
    says: "the metadata of https://login.example/saml says nothing of the levels of authentication",
  },
  {
    name: "one of two entities fails",
    expect: {},
    facets: {
      samlMetadata: {
        declared: ENTITY,
        entities: [
          ...saml().samlMetadata.entities,
          ...saml({ keys: [] }, { id: "https://second.example" }).samlMetadata.entities,
        ],
      },
    },
    outcome: "fail",
    says: "https://second.example (identity provider) has no key for signing",
  },
  {
    name: "no identity endpoint",
    expect: {},
    facets: {},
    outcome: "not-applicable",
    says: "is no identity endpoint",
  },
]);
