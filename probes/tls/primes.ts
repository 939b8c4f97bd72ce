import { createHash } from "node:crypto";
import { cipherSuite } from "#facts/cipher-suites.ts";
import { KNOWN_PRIMES } from "#facts/known-primes.ts";
import type { DhPrime } from "#model/tls-facets.ts";
import { type End, SILENT, WHOLE, worst } from "./explore.ts";
import { NAMED_FIELDS, offer } from "./offers.ts";
import { judge } from "./outcomes.ts";
import { askSteadily } from "./steadily.ts";
import type { SuiteList } from "./suites.ts";
import type { Accepted } from "./versions.ts";
import type { Wire } from "./wire.ts";

export interface PrimeList extends End {
  readonly version: Accepted["version"];
  readonly primes: readonly DhPrime[];
}

/**
 * The primes of DHE in a version up to TLS 1.2. A server may choose one by the strength of the certificate or of the suite, so
 * each kind of suite is asked apart, of those that are known to be accepted. The hellos name curves only: a server that
 * finds no finite field of its own among those named hides its DHE (RFC 7919 4). But where it has DHE only for those who name
 * one, they do.
 */
export async function listPrimes(
  wire: Wire,
  accepted: Accepted,
  { suites, named }: Pick<SuiteList, "suites" | "named">,
): Promise<PrimeList> {
  const dhe = suites.filter((code) => cipherSuite(code)?.keyExchange === "DHE");
  const kinds = Map.groupBy(dhe, kindOf).values();
  const answers = await Promise.all(
    kinds.map((kind) => {
      const unnamed = kind.filter((suite) => !named.includes(suite));
      return unnamed.length > 0
        ? askPrime(wire, accepted, unnamed)
        : askPrime(wire, accepted, kind, NAMED_FIELDS);
    }),
  );
  const primes = answers.flatMap(({ prime }) => (prime === null ? [] : [prime]));
  return {
    version: accepted.version,
    ...worst(answers.map(({ end }) => end)),
    primes: primes.filter(
      (prime, index) =>
        primes.findIndex(
          (other) =>
            other.bits === prime.bits && other.name === prime.name && other.export === prime.export,
        ) === index,
    ),
  };
}

/** What a server may choose its prime by: who signs it, and how strong the cipher is. */
function kindOf(code: number): string {
  const suite = cipherSuite(code);
  const strong = suite?.cipher.includes("256") === true || suite?.cipher === "CHACHA20";
  return `${suite?.authentication} ${isExport(code) ? "export" : strong ? "strong" : "ordinary"}`;
}

async function askPrime(
  wire: Wire,
  { version, shape, hello }: Accepted,
  suites: readonly number[],
  groups?: readonly number[],
): Promise<{ readonly prime: DhPrime | null; readonly end: End }> {
  const question = offer(version, shape, suites.slice(0, shape.bundle), groups);
  const known = offer(version, shape, [hello.suite]);
  const outcome = await askSteadily(wire, question, known, "exchange");
  const none = (end: End) => ({ prime: null, end });
  if (outcome === "silence") return none(SILENT);
  const verdict = judge(outcome, version, suites);
  if (verdict.kind !== "accepted") return none(unfinished(verdict.why));
  const prime = verdict.hello.exchange?.prime;
  if (prime === undefined || prime === null) return none(unfinished("the answer names no prime"));
  const name = KNOWN_PRIMES.get(createHash("sha256").update(prime).digest("hex")) ?? null;
  return {
    prime: { version, bits: bitLength(prime), name, export: suites.some(isExport) },
    end: WHOLE,
  };
}

function unfinished(why: string): End {
  return { unfinished: `Diffie-Hellman: ${why}`, silentEnd: false };
}

function isExport(code: number): boolean {
  return cipherSuite(code)?.name.includes("_EXPORT") ?? false;
}

/** Of a number without leading zero bytes. */
function bitLength(number: Buffer): number {
  return number.length * 8 - Math.clz32(number[0] ?? 0) + 24;
}
