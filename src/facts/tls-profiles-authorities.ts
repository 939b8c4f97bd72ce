import type { TlsProfile } from "./tls-profiles.ts";

const BOTH = ["ECDSA", "RSA"] as const;
const TLS13_GCM = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"] as const;
const CHACHA13 = "TLS_CHACHA20_POLY1305_SHA256";
const CCM13 = "TLS_AES_128_CCM_SHA256";

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` and its like, one for each kind of certificate and each cipher. */
function suites(
  exchange: string,
  certificates: readonly string[],
  ciphers: readonly string[],
): readonly string[] {
  return certificates.flatMap((certificate) =>
    ciphers.map((cipher) => `TLS_${exchange}_${certificate}_WITH_${cipher}`),
  );
}

const GCM = ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384"] as const;
const CCM = ["AES_128_CCM", "AES_256_CCM"] as const;
const CHACHA = ["CHACHA20_POLY1305_SHA256"] as const;
/** CBC with a MAC of SHA-2: TLS 1.2 only. Ephemeral DH has no suite with SHA-384. */
const CBC_ECDHE = ["AES_128_CBC_SHA256", "AES_256_CBC_SHA384"] as const;
const CBC_DHE = ["AES_128_CBC_SHA256", "AES_256_CBC_SHA256"] as const;
const CBC_SHA1 = ["AES_128_CBC_SHA", "AES_256_CBC_SHA"] as const;

const NIST_CURVES = ["secp256r1", "secp384r1", "secp521r1"] as const;
const BRAINPOOL = [
  "brainpoolP256r1",
  "brainpoolP384r1",
  "brainpoolP512r1",
  "brainpoolP256r1tls13",
  "brainpoolP384r1tls13",
  "brainpoolP512r1tls13",
] as const;
const FFDHE = ["ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192"] as const;

const PSS = [
  "rsa_pss_rsae_sha256",
  "rsa_pss_rsae_sha384",
  "rsa_pss_rsae_sha512",
  "rsa_pss_pss_sha256",
  "rsa_pss_pss_sha384",
  "rsa_pss_pss_sha512",
] as const;
const ECDSA = [
  "ecdsa_secp256r1_sha256",
  "ecdsa_secp384r1_sha384",
  "ecdsa_secp521r1_sha512",
  "ecdsa_brainpoolP256r1tls13_sha256",
  "ecdsa_brainpoolP384r1tls13_sha384",
  "ecdsa_brainpoolP512r1tls13_sha512",
] as const;
const PKCS1 = ["rsa_pkcs1_sha256", "rsa_pkcs1_sha384", "rsa_pkcs1_sha512"] as const;

/** Recommends four suites of TLS 1.2 (4.2), leaves TLS 1.3 to RFC 8446 9.1, and discourages DHE and static keys (4.1). */
const RFC_9325: TlsProfile = {
  id: "rfc9325@2022",
  family: "rfc9325",
  title: "RFC 9325 (BCP 195)",
  source: "https://www.rfc-editor.org/rfc/rfc9325",
  date: "2022-11",
  note: "Suites with ECDHE that the RFC neither recommends nor discourages are permitted. It says SHOULD NOT of DHE and of static keys, MUST NOT of less than 112 bits, RC4 and no encryption.",
  versions: ["TLSv1.2", "TLSv1.3"],
  suites: [...TLS13_GCM, CHACHA13, ...suites("ECDHE", BOTH, GCM)],
  permittedSuites: [
    CCM13,
    ...suites("ECDHE", BOTH, [...CHACHA, ...CBC_ECDHE, ...CBC_SHA1]),
    ...suites("ECDHE", ["ECDSA"], CCM),
  ],
  groups: ["x25519", "secp256r1"],
  permittedGroups: ["secp384r1", "secp521r1", "x448", ...BRAINPOOL],
  signatureAlgorithms: null,
  minimumRsaBits: 2048,
  minimumEcBits: 224,
  minimumDhBits: 2048,
  serverOrder: true,
  hstsMinimumSeconds: null,
};

const ANSSI: TlsProfile = {
  id: "anssi@1.2",
  family: "anssi",
  title: "ANSSI, recommendations for TLS 1.2 (SDE-NT-35)",
  source: "https://messervices.cyber.gouv.fr/guides/recommandations-de-securite-relatives-tls",
  date: "2020-03-26",
  note: "Permitted is what the guide lists as degraded: DHE, Camellia, ARIA, and CBC, which asks for encrypt-then-MAC. TLS 1.2 is tolerated, TLS 1.3 preferred. Its suites with pre-shared keys are left out here.",
  versions: ["TLSv1.2", "TLSv1.3"],
  suites: [
    ...TLS13_GCM.toReversed(),
    CCM13,
    CHACHA13,
    ...suites("ECDHE", ["ECDSA"], [...GCM.toReversed(), ...CCM.toReversed(), ...CHACHA]),
    ...suites("ECDHE", ["RSA"], [...GCM.toReversed(), ...CHACHA]),
  ],
  permittedSuites: [
    ...suites("ECDHE", BOTH, CBC_ECDHE),
    ...suites("DHE", ["RSA"], [...GCM, ...CHACHA, "AES_128_CCM", ...CBC_DHE]),
    ...suites("ECDHE", BOTH, [
      "CAMELLIA_128_GCM_SHA256",
      "CAMELLIA_256_GCM_SHA384",
      "CAMELLIA_128_CBC_SHA256",
      "CAMELLIA_256_CBC_SHA384",
      "ARIA_128_GCM_SHA256",
      "ARIA_256_GCM_SHA384",
    ]),
    ...suites(
      "DHE",
      ["RSA"],
      [
        "CAMELLIA_128_GCM_SHA256",
        "CAMELLIA_256_GCM_SHA384",
        "CAMELLIA_128_CBC_SHA256",
        "CAMELLIA_256_CBC_SHA256",
        "ARIA_128_GCM_SHA256",
        "ARIA_256_GCM_SHA384",
      ],
    ),
  ],
  groups: NIST_CURVES,
  permittedGroups: ["x25519", "x448", ...BRAINPOOL, ...FFDHE],
  signatureAlgorithms: [...ECDSA, "ed25519", "ed448", ...PSS, ...PKCS1],
  minimumRsaBits: 2048,
  minimumEcBits: 256,
  minimumDhBits: 2048,
  serverOrder: null,
  hstsMinimumSeconds: null,
};

const BSI: TlsProfile = {
  id: "bsi-tr-02102-2@2025-01",
  family: "bsi-tr-02102-2",
  title: "BSI TR-02102-2, 2025-01",
  source:
    "https://www.bsi.bund.de/SharedDocs/Downloads/EN/BSI/Publications/TechGuidelines/TG02102/BSI-TR-02102-2.html",
  date: "2025-01-21",
  note: "Permitted are the suites without forward secrecy, which it recommends until 2026 only. CBC asks for encrypt-then-MAC. PKCS#1 v1.5 signatures ended with 2025. Its suites with pre-shared keys and its other years are left out here. A newer edition exists (2026-01).",
  versions: ["TLSv1.2", "TLSv1.3"],
  suites: [
    ...TLS13_GCM,
    CCM13,
    ...suites("ECDHE", ["ECDSA"], [...GCM, ...CCM, ...CBC_ECDHE]),
    ...suites("ECDHE", ["RSA"], [...GCM, ...CBC_ECDHE]),
    ...suites("DHE", ["RSA"], [...GCM, ...CCM, ...CBC_DHE]),
    ...suites("DHE", ["DSS"], [...GCM, ...CBC_DHE]),
  ],
  permittedSuites: [
    ...suites("ECDH", BOTH, [...GCM, ...CBC_ECDHE]),
    ...suites("DH", ["RSA", "DSS"], [...GCM, ...CBC_DHE]),
  ],
  groups: [...NIST_CURVES, ...BRAINPOOL, "ffdhe3072", "ffdhe4096"],
  permittedGroups: [],
  signatureAlgorithms: [...ECDSA, ...PSS],
  minimumRsaBits: 3000,
  minimumEcBits: 250,
  minimumDhBits: 3000,
  serverOrder: null,
  hstsMinimumSeconds: null,
};

/**
 * The standard itself names no suite and no group: requirement 4.2.1 asks for strong cryptography, which its glossary
 * takes as 112 bits at least (RSA 2048, ECC 224, DH 2048) by industry-tested and accepted algorithms.
 */
const PCI_DSS: TlsProfile = {
  id: "pci-dss@4.0.1",
  family: "pci-dss",
  title: "PCI DSS 4.0.1, read by NIST SP 800-52 Rev. 2",
  source: "https://www.pcisecuritystandards.org/document_library/",
  date: "2024-06-11",
  note: "PCI DSS asks for strong cryptography (4.2.1) of 112 bits or more and names no suites; these are the ephemeral ones of NIST SP 800-52 Rev. 2 (2019). ChaCha20 and x25519, which NIST does not approve, are strong by PCI's glossary and permitted; so is CBC, which NIST puts last. TLS 1.0 and 1.1 are early TLS.",
  versions: ["TLSv1.2", "TLSv1.3"],
  suites: [
    ...TLS13_GCM,
    CCM13,
    ...suites("ECDHE", BOTH, GCM),
    ...suites("ECDHE", ["ECDSA"], CCM),
    ...suites("DHE", ["RSA"], [...GCM, ...CCM]),
  ],
  permittedSuites: [
    CHACHA13,
    ...suites("ECDHE", BOTH, [...CHACHA, ...CBC_ECDHE, ...CBC_SHA1]),
    ...suites("DHE", ["RSA"], [...CHACHA, ...CBC_DHE, ...CBC_SHA1]),
  ],
  groups: NIST_CURVES,
  permittedGroups: ["x25519", "x448", "secp224r1", ...BRAINPOOL, ...FFDHE],
  signatureAlgorithms: null,
  minimumRsaBits: 2048,
  minimumEcBits: 224,
  minimumDhBits: 2048,
  serverOrder: null,
  hstsMinimumSeconds: null,
};

/** Recommendations of standards bodies and agencies. Facts of the documents named as their sources, in no one's words but ours. */
export const AUTHORITY_PROFILES: readonly TlsProfile[] = [RFC_9325, ANSSI, BSI, PCI_DSS];
