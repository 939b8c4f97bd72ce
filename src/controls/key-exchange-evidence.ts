import { cipherSuite } from "#facts/cipher-suites.ts";
import type { CipherSuites, KeyExchange } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { codeNumber } from "./offered.ts";

/**
 * What must be there and was not seen: a version that accepts suites with an ephemeral key exchange runs it in some group
 * or prime, and from TLS 1.2 on signs it with an algorithm that can be listed, unless nobody signs. Pre-shared keys are
 * left out, as their suites show nothing to a client without one.
 */
export function missingKeyExchange(facet: KeyExchange, suites: CipherSuites): readonly string[] {
  const missing: string[] = [];
  const open = new Set(facet.unfinished.map(({ version }) => version));
  for (const [version, kinds] of exchanges(suites)) {
    if (open.has(version)) continue;
    const grouped = facet.groups.some((group) => group.version === version);
    const primed = facet.primes.some((prime) => prime.version === version);
    if (kinds.has("group") && !grouped) missing.push(`no group of ${version} was seen`);
    if (kinds.has("prime") && !primed && !grouped) missing.push(`no prime of ${version} was seen`);
    const listed =
      facet.anySignatureAlgorithm.includes(version) ||
      facet.signatureAlgorithms.some((algorithm) => algorithm.version === version);
    if (kinds.has("signature") && !listed) {
      missing.push(`no signature algorithm of ${version} was seen`);
    }
  }
  if (suites.suites.length === 0 && facet.groups.length + facet.primes.length === 0) {
    missing.push("no key exchange was seen");
  }
  return missing;
}

type Kind = "group" | "prime" | "signature";

function exchanges({ suites }: CipherSuites): ReadonlyMap<TlsVersion, ReadonlySet<Kind>> {
  const found = new Map<TlsVersion, Set<Kind>>();
  for (const suite of suites) {
    const facts = cipherSuite(codeNumber(suite));
    if (facts === undefined || facts.authentication === "PSK") continue;
    const kinds = found.get(suite.version) ?? new Set();
    if (facts.keyExchange === null || facts.keyExchange === "ECDHE") kinds.add("group");
    if (facts.keyExchange === "DHE") kinds.add("prime");
    const chooses = suite.version === "TLSv1.2" || suite.version === "TLSv1.3";
    if (chooses && kinds.size > 0 && facts.authentication !== "anon") kinds.add("signature");
    found.set(suite.version, kinds);
  }
  return found;
}
