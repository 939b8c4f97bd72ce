import type { DhPrime } from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { cipherSuite } from "./cipher-suites.ts";
import { primeWords } from "./known-primes.ts";
import { NAMED_GROUPS } from "./named-groups.ts";
import {
  absent,
  listedNames,
  openSuites,
  reasons,
  unknown,
  vulnerable,
  type WeaknessEvidence,
  type WeaknessFinding,
} from "./tls-weakness-evidence.ts";

const WITH_PRIMES: readonly TlsVersion[] = ["SSLv3", "TLSv1.0", "TLSv1.1", "TLSv1.2"];
/** Logarithms of 795 bits have been computed (https://eprint.iacr.org/2020/697); a state can afford those of 1024. */
const STATE_BITS = 1024;

/** Export suites with Diffie-Hellman, and primes within reach. */
export function logjam(evidence: WeaknessEvidence): WeaknessFinding {
  const suites = dheSuites(evidence).filter(({ name }) => name.includes("_EXPORT"));
  const primes = primesOf(evidence, (prime) => prime.export || prime.bits < STATE_BITS);
  const seen = [
    ...(suites.length > 0 ? [`accepts ${listedNames(suites)}`] : []),
    ...(primes.length > 0 ? [`exchanges keys in ${listedNames(primes)}`] : []),
  ];
  return seen.length > 0 ? vulnerable(seen.join("; ")) : unlessOpen(evidence);
}

/**
 * Primes of 1024 bits, within reach of a state (https://weakdh.org). Where many servers share one, a single great
 * computation opens the traffic of them all; the words tell when it would have to be made for this server alone.
 */
export function commonPrime(evidence: WeaknessEvidence): WeaknessFinding {
  const primes = primesOf(evidence, ({ bits }) => bits === STATE_BITS);
  if (primes.length === 0) return unlessOpen(evidence);
  const alone = primes.some(({ shared }) => shared)
    ? ""
    : ", which no list of shared primes has: great effort, for this server alone";
  return vulnerable(`exchanges keys in ${listedNames(primes)}${alone}`);
}

function primesOf({ keyExchange }: WeaknessEvidence, has: (prime: DhPrime) => boolean) {
  return (keyExchange?.primes ?? []).filter(has).map((prime) => ({
    version: prime.version,
    name: primeWords(prime),
    shared: prime.name !== null,
  }));
}

/** Those whose prime a client without a shared key gets to see. */
function dheSuites({ cipherSuites }: WeaknessEvidence) {
  return (cipherSuites?.suites ?? []).flatMap(({ version, code }) => {
    const suite = cipherSuite(Number.parseInt(code, 16));
    const shown = suite?.keyExchange === "DHE" && suite.authentication !== "PSK";
    return shown && WITH_PRIMES.includes(version) ? [{ version, name: suite.name }] : [];
  });
}

function unlessOpen(evidence: WeaknessEvidence): WeaknessFinding {
  const { keyExchange } = evidence;
  const open = keyExchange === null ? ["the key exchange was not read"] : [];
  const suites = openSuites(evidence, WITH_PRIMES);
  if (suites !== null) open.push(suites);
  for (const { version, why } of keyExchange?.unfinished ?? []) {
    if (WITH_PRIMES.includes(version))
      open.push(`the primes of ${version} are not all known (${why})`);
  }
  for (const version of new Set(dheSuites(evidence).map((suite) => suite.version))) {
    const primed = keyExchange?.primes.some((prime) => prime.version === version) === true;
    const grouped = keyExchange?.groups.some(
      (group) => group.version === version && isFiniteField(group.code),
    );
    if (!primed && grouped !== true) open.push(`no prime of ${version} was seen`);
  }
  const why = reasons(open);
  return why === null ? absent() : unknown(why);
}

function isFiniteField(code: string): boolean {
  return NAMED_GROUPS.get(Number.parseInt(code, 16))?.kind === "ff";
}
