import type { TlsVersion } from "#model/tls.ts";
import { type CipherSuiteFacts, cipherSuite } from "./cipher-suites.ts";
import { hasForwardSecrecy } from "./suite-tiers.ts";
import {
  absent,
  behaviourOf,
  listedNames,
  openSuites,
  statusOf,
  unknown,
  vulnerable,
  type WeaknessEvidence,
  type WeaknessFinding,
} from "./tls-weakness-evidence.ts";

/** Which suites of which versions have the weakness. */
interface SuiteRule {
  readonly versions: readonly TlsVersion[];
  readonly has: (suite: CipherSuiteFacts) => boolean;
}

const BEFORE_13: readonly TlsVersion[] = ["SSLv2", "SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"];

/**
 * Ciphers with blocks of 64 bits, of which a few hundred gigabytes under one key are too many. MAGMA changes its key in
 * time (RFC 9189 4.1).
 */
const SHORT_BLOCKS: ReadonlySet<string> = new Set([
  "3DES",
  "DES",
  "DES40",
  "IDEA",
  "RC2",
  "RC2_40",
  "RC2_56",
  "FORTEZZA",
  "GOST28147",
]);

const isCbc = ({ mode }: CipherSuiteFacts) => mode === "CBC";

const RULES = {
  poodle: { versions: ["SSLv3"], has: isCbc },
  // Keys of 512 bits; those of EXPORT1024 suites have 1024.
  freak: {
    versions: ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"],
    has: ({ keyExchange, name }) => keyExchange === "RSA" && name.includes("_EXPORT_"),
  },
  sweet32: { versions: BEFORE_13, has: ({ cipher }) => SHORT_BLOCKS.has(cipher) },
  beast: { versions: ["SSLv3", "TLSv1.0"], has: isCbc },
  lucky13: { versions: ["TLSv1.0", "TLSv1.1", "TLSv1.2"], has: isCbc },
  rc4: { versions: BEFORE_13, has: ({ cipher }) => cipher.startsWith("RC4") },
  // TLS 1.3 has them too (RFC 9150).
  "null-suites": { versions: [...BEFORE_13, "TLSv1.3"], has: ({ cipher }) => cipher === "NULL" },
  "anonymous-suites": {
    versions: ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"],
    has: ({ authentication }) => authentication === "anon",
  },
  "export-suites": { versions: BEFORE_13, has: ({ name }) => name.includes("EXPORT") },
  "static-key-exchange": { versions: BEFORE_13, has: (suite) => !hasForwardSecrecy(suite) },
} as const satisfies Record<string, SuiteRule>;

/** A weakness that lies in suites: seen in a list, or ruled out where the lists of all its versions are known. */
export function suiteFinding(id: keyof typeof RULES, evidence: WeaknessEvidence): WeaknessFinding {
  const { versions, has }: SuiteRule = RULES[id];
  const names = (evidence.cipherSuites?.suites ?? [])
    .filter(({ version }) => versions.includes(version))
    .flatMap(({ version, code }) => {
      const suite = cipherSuite(Number.parseInt(code, 16));
      return suite !== undefined && has(suite) ? [{ version, name: suite.name }] : [];
    });
  if (names.length > 0) return vulnerable(`accepts ${listedNames(names)}`);
  const open = openSuites(evidence, versions);
  return open === null ? absent() : unknown(open);
}

/** Suites with a MAC inside the encryption, which leak by time unless the server takes great care. */
export function lucky13(evidence: WeaknessEvidence): WeaknessFinding {
  const suites = suiteFinding("lucky13", evidence);
  if (suites.status !== "vulnerable") return suites;
  const { answer, why } = behaviourOf(evidence, "encrypt-then-mac");
  if (answer === "no") return vulnerable(`${suites.seen}, without encrypt-then-MAC`);
  // A client that does not ask for it is exposed; that is the client's doing.
  if (answer === "yes") return absent("CBC with encrypt-then-MAC, for clients that ask for it");
  const reason = answer === "unknown" ? why : "it was not tested with one of these";
  return unknown(`${suites.seen}; whether with encrypt-then-MAC is not known (${reason})`);
}

/** A server that speaks SSLv2 lets others decrypt what its key protects, in TLS and elsewhere too. */
export function drown(evidence: WeaknessEvidence): WeaknessFinding {
  const { status, why } = statusOf(evidence, "SSLv2");
  if (status === "accepted") {
    return vulnerable("accepts SSLv2, which exposes the key wherever else it is used");
  }
  return status === "unknown"
    ? unknown(`whether SSLv2 is accepted is not known${why}`)
    : absent("whether another server has the same key and speaks SSLv2 cannot be seen from here");
}
