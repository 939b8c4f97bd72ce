/** One answer for a name with several addresses: what any of them accepts is accepted, and what one hides is unknown. Pure. */
import type { AddressScan } from "./enumerate.ts";
import type { TlsScanError } from "./errors.ts";
import type { TlsAttacks, TlsBehaviour, TlsService, Unfinished } from "#model/tls-facets.ts";

export type AddressResult =
  | { readonly host: string; readonly scan: AddressScan }
  | { readonly host: string; readonly error: TlsScanError };

/**
 * @param results one for each address that was asked, in the resolver's order
 * @param unasked addresses beyond the most that are asked
 * @param beyond addresses that no client on this machine can reach
 * @throws TlsScanError of the first address where none answered
 */
export function mergeScans(
  results: readonly AddressResult[],
  unasked: readonly string[],
  beyond: readonly string[] = [],
): AddressScan {
  const scans = results.flatMap((result) => ("scan" in result ? [result.scan] : []));
  const failed = results.flatMap((result) => ("error" in result ? [result] : []));
  const [first] = scans;
  if (first === undefined) throw failed[0]?.error ?? new Error("no address was asked");
  const missing = [
    ...failed.map(({ host, error }) => `${host} could not be asked: ${error.message}`),
    ...(unasked.length === 0 ? [] : [`${unasked.join(", ")} not asked: ${TOO_MANY}`]),
  ];
  const merged = scans.slice(1).reduce(join, first);
  const addresses: TlsService["addresses"] = [
    ...results.map((result) =>
      "scan" in result
        ? { address: result.host, ...difference(first, result.scan) }
        : { address: result.host, status: "failed" as const, why: result.error.message },
    ),
    ...unasked.map((address) => ({
      address,
      status: "not-asked" as const,
      why: TOO_MANY,
    })),
    ...beyond.map((address) => ({
      address,
      status: "not-asked" as const,
      why: "this machine has no IPv6 that leads to the Internet",
    })),
  ];
  const scan = missing.length === 0 ? merged : withHole(merged, missing.join("; "));
  return {
    ...scan,
    tlsService:
      scan.tlsService === null
        ? null
        : { ...scan.tlsService, addresses, connections: scan.connections },
  };
}

const TOO_MANY = "the name has more addresses than are asked";

/** What either of two addresses shows. */
function join(a: AddressScan, b: AddressScan): AddressScan {
  return {
    ...a,
    connections: a.connections + b.connections,
    certificateProblem: a.certificateProblem ?? b.certificateProblem,
    protocols: {
      versions: a.protocols.versions.map((own) => {
        const other = b.protocols.versions.find(({ version }) => version === own.version);
        const open = [own, other].find((one) => one?.status === "unknown");
        if (own.status === "accepted") return own;
        return other?.status === "accepted" ? other : (open ?? own);
      }),
    },
    cipherSuites:
      a.cipherSuites === null || b.cipherSuites === null
        ? null
        : {
            suites: union(a.cipherSuites.suites, b.cipherSuites.suites),
            preferences: union(a.cipherSuites.preferences, b.cipherSuites.preferences),
            unfinished: union(a.cipherSuites.unfinished, b.cipherSuites.unfinished),
          },
    keyExchange:
      a.keyExchange === null || b.keyExchange === null
        ? null
        : {
            groups: union(a.keyExchange.groups, b.keyExchange.groups),
            primes: union(a.keyExchange.primes, b.keyExchange.primes),
            signatureAlgorithms: union(
              a.keyExchange.signatureAlgorithms,
              b.keyExchange.signatureAlgorithms,
            ),
            anySignatureAlgorithm: union(
              a.keyExchange.anySignatureAlgorithm,
              b.keyExchange.anySignatureAlgorithm,
            ),
            unfinished: union(a.keyExchange.unfinished, b.keyExchange.unfinished),
          },
    certificate:
      a.certificate === null || b.certificate === null
        ? null
        : {
            ...a.certificate,
            presented: union(a.certificate.presented, b.certificate.presented),
            unfinished: union(a.certificate.unfinished, b.certificate.unfinished),
          },
    tlsBehaviour:
      a.tlsBehaviour === null || b.tlsBehaviour === null
        ? null
        : { tests: a.tlsBehaviour.tests.map((own) => alike(own, b.tlsBehaviour?.tests ?? [], b)) },
    tlsAttacks:
      a.tlsAttacks === null || b.tlsAttacks === null
        ? null
        : { tests: a.tlsAttacks.tests.map((own) => worse(own, b.tlsAttacks?.tests ?? [])) },
  };
}

/** The same answer of both, else none: no single word is true of two servers. */
function alike(
  own: TlsBehaviour["tests"][number],
  others: TlsBehaviour["tests"],
  { address }: AddressScan,
): TlsBehaviour["tests"][number] {
  const other = others.find(({ test }) => test === own.test);
  return other?.answer === own.answer
    ? own
    : { ...own, answer: "unknown", why: `${address} differs: ${other?.answer ?? "not tested"}` };
}

const WORST_FIRST = ["vulnerable", "unknown", "not-vulnerable", "not-run"] as const;

function worse(
  own: TlsAttacks["tests"][number],
  others: TlsAttacks["tests"],
): TlsAttacks["tests"][number] {
  const both = [own, ...others.filter(({ test }) => test === own.test)];
  const status = WORST_FIRST.find((one) => both.some((entry) => entry.status === one));
  return both.find((entry) => entry.status === status) ?? own;
}

/** An address that was not seen may accept what the others reject. */
function withHole(scan: AddressScan, why: string): AddressScan {
  const accepted = scan.protocols.versions.filter(({ status }) => status === "accepted");
  const holes = accepted.map(({ version }): Unfinished => ({ version, why }));
  return {
    ...scan,
    protocols: {
      versions: scan.protocols.versions.map((own) =>
        own.status === "rejected" ? { ...own, status: "unknown", why } : own,
      ),
    },
    cipherSuites:
      scan.cipherSuites === null
        ? null
        : {
            ...scan.cipherSuites,
            unfinished: [...scan.cipherSuites.unfinished, ...holes],
          },
    keyExchange:
      scan.keyExchange === null
        ? null
        : { ...scan.keyExchange, unfinished: [...scan.keyExchange.unfinished, ...holes] },
    certificate:
      scan.certificate === null
        ? null
        : { ...scan.certificate, unfinished: [...scan.certificate.unfinished, why] },
  };
}

/** What another address shows that the first does not, or the other way round. */
function difference(
  first: AddressScan,
  other: AddressScan,
): Pick<TlsService["addresses"][number], "status" | "why"> {
  const parts = PARTS.filter((part) => shown(first, part) !== shown(other, part));
  return parts.length === 0
    ? { status: "answers", why: null }
    : { status: "differs", why: `other ${parts.map((part) => WORDS[part]).join(", ")}` };
}

/** What is compared: what was seen, not why something was not. */
function shown(scan: AddressScan, part: (typeof PARTS)[number]): string {
  const { protocols, cipherSuites, keyExchange, certificate } = scan;
  const seen = {
    protocols: protocols.versions.map(({ version, status }) => [version, status]),
    cipherSuites: cipherSuites?.suites,
    keyExchange: [keyExchange?.groups, keyExchange?.primes],
    certificate: certificate?.presented.map(({ chain, trusted }) => [
      trusted,
      chain.map(({ fingerprint }) => fingerprint),
    ]),
  };
  return JSON.stringify(seen[part]) ?? "";
}

const PARTS = ["protocols", "cipherSuites", "keyExchange", "certificate"] as const;
const WORDS = {
  protocols: "protocol versions",
  cipherSuites: "cipher suites",
  keyExchange: "key exchange",
  certificate: "certificates",
} as const;

/** Each value once. */
function union<T>(a: readonly T[], b: readonly T[]): readonly T[] {
  const seen = new Set(a.map((one) => JSON.stringify(one)));
  return [...a, ...b.filter((one) => !seen.has(JSON.stringify(one)))];
}
