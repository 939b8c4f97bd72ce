/** What differs between what is allowed, what was seen, and what the peers say. */
import { suiteName } from "#facts/cipher-suites.ts";
import { TLS_VERSIONS, type TlsVersion } from "#model/tls.ts";
import type { Expected } from "./configuration.ts";
import type { Seen } from "./engine.ts";
import type { Peer, PeerView } from "./peers.ts";

/** Every way in which a scan differs from what the configuration allows, in words; none when it is right. */
export function wrongs(expected: Expected, seen: Seen): string[] {
  const wrong = seen.unsettled.map((words) => `not settled: ${words}`);
  wrong.push(...sets("versions", Object.keys(expected.versions), [...seen.versions.keys()]));
  for (const [version, found] of seen.versions) {
    const allowed = expected.versions[version];
    if (allowed === undefined) continue;
    wrong.push(...sets(`${version} suites`, allowed.suites.map(named), found.suites.map(named)));
    if (allowed.groups !== undefined && found.groups !== null) {
      wrong.push(...sets(`${version} groups`, allowed.groups, found.groups));
    }
    if (allowed.primes !== undefined && version !== "SSLv2") {
      wrong.push(
        ...sets(`${version} primes`, allowed.primes.map(String), found.primes.map(String)),
      );
    }
    wrong.push(...orders(version, expected, found.suites, found.order));
  }
  wrong.push(...sets("certificates", expected.certificates, seen.certificates));
  for (const [question, answer] of Object.entries(expected.service ?? {})) {
    const found = seen.service[question === "sni" ? "sni" : "clientCertificate"];
    if (found !== answer) wrong.push(`${question}: ${found} instead of ${answer}`);
  }
  return wrong;
}

/** Whose order decides, and the server's order itself. */
function orders(
  version: TlsVersion,
  expected: Expected,
  suites: readonly string[],
  order: "server" | "client" | null,
): string[] {
  const allowed = expected.versions[version]?.suites ?? [];
  if (expected.order === undefined || allowed.length < 2 || version === "SSLv2") return [];
  const wrong =
    order === null || order === expected.order
      ? []
      : [`${version} order: the ${order}'s instead of the ${expected.order}'s`];
  const differs = suites.some((suite, index) => suite !== allowed[index]);
  if (expected.order === "server" && suites.length === allowed.length && differs) {
    wrong.push(`${version} order: ${suites.map(named).join(" ")}`);
  }
  return wrong;
}

function sets(what: string, expected: readonly string[], found: readonly string[]): string[] {
  const missing = expected.filter((one) => !found.includes(one));
  const extra = found.filter((one) => !expected.includes(one));
  const repeated = found.filter((one, index) => found.indexOf(one) !== index);
  return [
    ...(missing.length === 0 ? [] : [`${what} missing: ${missing.join(" ")}`]),
    ...(extra.length === 0 ? [] : [`${what} too many: ${extra.join(" ")}`]),
    ...(repeated.length === 0 ? [] : [`${what} twice: ${repeated.join(" ")}`]),
  ];
}

/** One thing that a peer sees otherwise. */
export interface Difference {
  readonly peer: Peer;
  readonly version: TlsVersion;
  readonly what: "version" | "suite" | "group" | "prime";
  /** Name of the suite or group, bits of the prime, or the version again. */
  readonly name: string;
  /** `peer`: the peer alone sees it; `probity`: the peer does not. */
  readonly seenBy: "probity" | "peer";
}

/** Everything in which a peer differs from the scan, where it lists such things at all. */
export function differences(peer: Peer, seen: Seen, view: PeerView): Difference[] {
  return TLS_VERSIONS.flatMap((version): Difference[] => {
    const [ours, theirs] = [seen.versions.get(version), view.get(version)];
    if (ours === undefined && theirs === undefined) return [];
    if (ours === undefined || theirs === undefined) {
      const seenBy = ours === undefined ? "peer" : "probity";
      return [{ peer, version, what: "version", name: version, seenBy }];
    }
    const between = (
      what: Difference["what"],
      own: readonly string[] | null,
      other: readonly string[] | null,
    ): Difference[] =>
      own === null || other === null
        ? []
        : [
            ...own
              .filter((name) => !other.includes(name))
              .map((name) => ({ peer, version, what, name, seenBy: "probity" as const })),
            ...other
              .filter((name) => !own.includes(name))
              .map((name) => ({ peer, version, what, name, seenBy: "peer" as const })),
          ];
    return [
      ...between("suite", ours.suites.map(named), list(theirs.suites)?.map(named) ?? null),
      ...between("group", ours.groups, list(theirs.groups)),
      ...between("prime", ours.primes.map(String), list(theirs.primes)?.map(String) ?? null),
    ];
  });
}

function list<T>(set: ReadonlySet<T> | null): T[] | null {
  return set === null ? null : [...set];
}

/** The name of a suite by its code; a word that is no code stays as it is. */
function named(code: string): string {
  return code.startsWith("0x") ? suiteName(Number(code)) : code;
}
