/** The suites up to TLS 1.2 by the certificate that they need of the server. */
import { cipherSuite } from "#facts/cipher-suites.ts";
import { commonSuites, suitesFor } from "./offers.ts";
import type { Accepted } from "./versions.ts";

/** These bring no certificate, or only to those who share a secret with the server. */
const WITHOUT_CERTIFICATE: ReadonlySet<string> = new Set(["anon", "PSK", "KRB5", "SRP", "PWD"]);
/** In the order of today's browsers: a server that follows its client shows what it shows most of them. */
const BROWSERS = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc013, 0xc014, 0x009c, 0x009d];

/** The suites of an accepted version that bring a certificate, the ordinary ones first. */
export function certifiedSuites({ version, shape, hello }: Accepted): readonly number[] {
  const all = shape.compact ? commonSuites(version) : suitesFor(version);
  const ordinary = BROWSERS.filter((suite) => all.includes(suite));
  return [...new Set([...ordinary, hello.suite, ...all])].filter(
    (suite) => authenticationOf(suite) !== null && (suite === hello.suite || !isExportSuite(suite)),
  );
}

/** What the certificate must be able to do (`RSA`, `ECDSA`, `DSS`, …); null for suites that bring none. */
export function authenticationOf(suite: number): string | null {
  const { authentication = null, keyExchange } = cipherSuite(suite) ?? {};
  if (authentication === null || keyExchange === "SRP") return null;
  // Its certificate comes before the secret is needed (RFC 4279 4).
  if (authentication === "PSK" && keyExchange === "RSA") return "RSA";
  return WITHOUT_CERTIFICATE.has(authentication) ? null : authentication;
}

/** Whether the server signs its key exchange, and so tells a signature algorithm. */
export function isSigned(suite: number): boolean {
  const keyExchange = cipherSuite(suite)?.keyExchange;
  return keyExchange === "ECDHE" || keyExchange === "DHE";
}

/** Their temporary RSA keys stand where others sign a group. */
function isExportSuite(suite: number): boolean {
  return cipherSuite(suite)?.name.includes("_EXPORT") === true;
}
