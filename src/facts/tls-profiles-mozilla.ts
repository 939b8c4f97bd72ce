import type { TlsProfile } from "./tls-profiles.ts";

const TLS13 = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
] as const;
const ECDHE = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
  "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
] as const;
const DHE = [
  "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
] as const;
const ECDHE_CBC = [
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
  "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
  "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
  "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
] as const;
const DHE_CBC = [
  "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
  "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
] as const;
const STATIC_RSA = [
  "TLS_RSA_WITH_AES_128_GCM_SHA256",
  "TLS_RSA_WITH_AES_256_GCM_SHA384",
  "TLS_RSA_WITH_AES_128_CBC_SHA256",
  "TLS_RSA_WITH_AES_256_CBC_SHA256",
  "TLS_RSA_WITH_AES_128_CBC_SHA",
  "TLS_RSA_WITH_AES_256_CBC_SHA",
  "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
] as const;

const CURVES = ["x25519", "secp256r1", "secp384r1"] as const;
const HYBRID_CURVES = ["X25519MLKEM768", ...CURVES] as const;

type Contents = Pick<
  TlsProfile,
  "versions" | "suites" | "groups" | "minimumRsaBits" | "minimumDhBits" | "serverOrder"
>;

function mozilla(
  name: string,
  guideline: { version: string; file: string; date: string | null },
  contents: Contents,
): TlsProfile {
  return {
    id: `mozilla-${name}@${guideline.version}`,
    family: `mozilla-${name}`,
    title: `Mozilla ${name} ${guideline.version}`,
    source: `https://ssl-config.mozilla.org/guidelines/${guideline.file}.json`,
    date: guideline.date,
    note: null,
    permittedSuites: [],
    permittedGroups: [],
    signatureAlgorithms: null,
    minimumEcBits: 256,
    hstsMinimumSeconds: 63_072_000,
    ...contents,
  };
}

// The guidelines' own change log dates 5.7; the later files carry no date.
const G57 = { version: "5.7", file: "5.7", date: "2023-05-15" };
const G58 = { version: "5.8", file: "5.8", date: null };
const G60 = { version: "6", file: "6.0", date: null };

const modern = {
  versions: ["TLSv1.3"],
  suites: TLS13,
  minimumRsaBits: null,
  minimumDhBits: null,
  serverOrder: false,
} as const;
const intermediate = {
  versions: ["TLSv1.2", "TLSv1.3"],
  minimumRsaBits: 2048,
  serverOrder: false,
} as const;
const old = {
  versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  minimumRsaBits: 2048,
  serverOrder: true,
} as const;

/** Mozilla's server-side TLS guidelines, within a family oldest first. */
export const MOZILLA_PROFILES: readonly TlsProfile[] = [
  mozilla("modern", G57, { ...modern, groups: CURVES }),
  mozilla("modern", G58, { ...modern, groups: HYBRID_CURVES }),
  mozilla("modern", G60, { ...modern, groups: HYBRID_CURVES }),
  mozilla("intermediate", G57, {
    ...intermediate,
    suites: [...TLS13, ...ECDHE, ...DHE],
    groups: CURVES,
    minimumDhBits: 2048,
  }),
  mozilla("intermediate", G58, {
    ...intermediate,
    suites: [...TLS13, ...ECDHE],
    groups: HYBRID_CURVES,
    minimumDhBits: 2048,
  }),
  mozilla("intermediate", G60, {
    ...intermediate,
    suites: [...TLS13, ...ECDHE],
    groups: HYBRID_CURVES,
    minimumDhBits: 2048,
  }),
  mozilla("old", G57, {
    ...old,
    suites: [...TLS13, ...ECDHE, ...DHE, ...ECDHE_CBC, ...DHE_CBC, ...STATIC_RSA],
    groups: CURVES,
    minimumDhBits: 1024,
  }),
  mozilla("old", G58, {
    ...old,
    suites: [...TLS13, ...ECDHE, ...ECDHE_CBC, ...STATIC_RSA],
    groups: HYBRID_CURVES,
    minimumDhBits: 2048,
  }),
];
