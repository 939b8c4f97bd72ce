import type { TlsVersion } from "#model/tls.ts";

/** A published recommendation of what a TLS server should be set to. */
export interface TlsProfile {
  /** Family and version: `mozilla-intermediate@6`. */
  readonly id: string;
  readonly family: string;
  readonly source: string;
  /** Day of publication; null where the publisher gives none. */
  readonly date: string | null;
  /** Oldest first. */
  readonly versions: readonly TlsVersion[];
  /** IANA names, for TLS 1.3 and for those before it; no order is implied. */
  readonly suites: readonly string[];
  /** IANA names. */
  readonly groups: readonly string[];
  /** null: such certificates are not recommended. */
  readonly minimumRsaBits: number | null;
  readonly minimumEcBits: number;
  /** null: no finite-field Diffie-Hellman is recommended. */
  readonly minimumDhBits: number | null;
  readonly hstsMinimumSeconds: number;
}

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
  "versions" | "suites" | "groups" | "minimumRsaBits" | "minimumDhBits"
>;

function mozilla(
  name: string,
  guideline: { version: string; file: string; date: string | null },
  contents: Contents,
): TlsProfile {
  return {
    id: `mozilla-${name}@${guideline.version}`,
    family: `mozilla-${name}`,
    source: `https://ssl-config.mozilla.org/guidelines/${guideline.file}.json`,
    date: guideline.date,
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
} as const;
const intermediate = { versions: ["TLSv1.2", "TLSv1.3"], minimumRsaBits: 2048 } as const;
const old = {
  versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2", "TLSv1.3"],
  minimumRsaBits: 2048,
} as const;

/** Every known profile, within a family oldest first. */
export const TLS_PROFILES: readonly TlsProfile[] = [
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

/** A profile by its id, `mozilla-intermediate@6`; undefined where there is none. */
export function tlsProfile(id: string): TlsProfile | undefined {
  return TLS_PROFILES.find((profile) => profile.id === id);
}

/** The newest profile of a family, `mozilla-intermediate`; undefined for an unknown family. */
export function newestProfile(family: string): TlsProfile | undefined {
  return TLS_PROFILES.findLast((profile) => profile.family === family);
}
