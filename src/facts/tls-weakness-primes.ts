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
/** Logarithms of 768 bits have been computed (https://eprint.iacr.org/2017/067). */
const LEAST_BITS = 1024;

/** Export suites with Diffie-Hellman, and primes within reach. */
export function logjam(evidence: WeaknessEvidence): WeaknessFinding {
  const suites = dheSuites(evidence).filter(({ name }) => name.includes("_EXPORT"));
  const primes = primesOf(evidence, (prime) => prime.export || prime.bits < LEAST_BITS);
  const seen = [
    ...(suites.length > 0 ? [`accepts ${listedNames(suites)}`] : []),
    ...(primes.length > 0 ? [`exchanges keys in ${listedNames(primes)}`] : []),
  ];
  return seen.length > 0 ? vulnerable(seen.join("; ")) : unlessOpen(evidence);
}

/** A prime of 1024 bits that many servers share: one great computation opens the traffic of them all. */
export function commonPrime(evidence: WeaknessEvidence): WeaknessFinding {
  const primes = primesOf(
    evidence,
    ({ name, bits }) => name !== null && bits >= LEAST_BITS && bits <= 1024,
  );
  return primes.length > 0
    ? vulnerable(`exchanges keys in ${listedNames(primes)}`)
    : unlessOpen(evidence);
}

function primesOf({ keyExchange }: WeaknessEvidence, has: (prime: DhPrime) => boolean) {
  return (keyExchange?.primes ?? [])
    .filter(has)
    .map((prime) => ({ version: prime.version, name: primeWords(prime) }));
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
