import { type CipherSuiteFacts, cipherSuite } from "./cipher-suites.ts";
import type { TlsProfile } from "./tls-profiles.ts";

/**
 * `recommended`: in the profile; `permitted`: the profile has nothing against it; `broken`: protects nothing worth the
 * name; `weak`: all between, and what is unknown.
 */
export type SuiteTier = "recommended" | "permitted" | "weak" | "broken";

/** Why a suite is broken. */
export interface Breakage {
  readonly reason: string;
  readonly reference: string;
}

const RFC9325 = "https://www.rfc-editor.org/rfc/rfc9325#section-4.1";

/** Less than 112 bits of security: "export" keys, single DES, and SKIPJACK's 80 bits. */
const SHORT_KEYS: ReadonlySet<string> = new Set([
  "DES",
  "DES40",
  "RC2_40",
  "RC2_56",
  "RC4_40",
  "RC4_56",
  "RC4_64",
  "FORTEZZA",
]);

/**
 * Why a suite is broken, or null. 3DES, IDEA, CBC with SHA-1, an MD5 MAC, static RSA and the like are weak, not broken:
 * RFC 9325 says SHOULD NOT of what gives less than 128 bits, and MUST NOT only of less than 112; SWEET32
 * (CVE-2016-2183) needs hundreds of gigabytes over one connection.
 */
export function brokenSuite(suite: CipherSuiteFacts): Breakage | null {
  if (suite.since === "SSLv2") {
    return { reason: "SSLv2", reference: "https://www.rfc-editor.org/rfc/rfc6176" };
  }
  if (suite.cipher === "NULL") return { reason: "no encryption", reference: RFC9325 };
  if (suite.authentication === "anon") {
    return {
      reason: "no authentication: anyone may stand between",
      reference: "https://www.rfc-editor.org/rfc/rfc5246#appendix-F.1.1.1",
    };
  }
  // The export suites of 1024 bits and 56-bit keys are caught by their cipher; this names all of them alike.
  if (/_EXPORT(?:1024)?_/.test(suite.name)) {
    return { reason: "export-grade key (FREAK, Logjam)", reference: RFC9325 };
  }
  if (suite.cipher.startsWith("RC4")) {
    return { reason: "RC4", reference: "https://www.rfc-editor.org/rfc/rfc7465" };
  }
  if (SHORT_KEYS.has(suite.cipher)) {
    return { reason: "less than 112 bits of security", reference: RFC9325 };
  }
  if (suite.cipher === "RC2") {
    // Its 128-bit form falls to related keys; no TLS standard has ever had it.
    return { reason: "RC2", reference: "https://doi.org/10.1007/BFb0028479" };
  }
  return null;
}

/** In which tier a profile puts a suite, by its code. A suite that nobody registered is weak: nothing speaks for it. */
export function suiteTier(code: number, profile: TlsProfile): SuiteTier {
  const suite = cipherSuite(code);
  if (suite === undefined) return "weak";
  if (profile.suites.includes(suite.name)) return "recommended";
  if (profile.permittedSuites.includes(suite.name)) return "permitted";
  return brokenSuite(suite) === null ? "weak" : "broken";
}

/** Key exchanges whose secrets are gone with the connection. GOST's and Kerberos' lean on a lasting key. */
const EPHEMERAL: ReadonlySet<string> = new Set([
  "ECDHE",
  "DHE",
  "CECPQ1",
  "ECCPWD",
  "SM9DHE",
  "SRP",
]);

/** Whether a lasting key that is stolen later opens nothing recorded before (RFC 9325 7.3). TLS 1.3 sees to it apart from the suite. */
export function hasForwardSecrecy({ keyExchange }: CipherSuiteFacts): boolean {
  return keyExchange === null || EPHEMERAL.has(keyExchange);
}
