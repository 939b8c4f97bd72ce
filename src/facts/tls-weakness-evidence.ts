import type {
  BehaviourTest,
  CertificateFacet,
  CipherSuites,
  KeyExchange,
  Protocols,
  TlsAttacks,
  TlsBehaviour,
  WeaknessStatus,
  WireAnswer,
  WireStatus,
} from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import { cipherSuite } from "./cipher-suites.ts";

/** What was read of a TLS endpoint; null what could not be read. */
export interface WeaknessEvidence {
  readonly protocols: Protocols | null;
  readonly cipherSuites: CipherSuites | null;
  readonly keyExchange: KeyExchange | null;
  readonly certificate: CertificateFacet | null;
  readonly behaviour: TlsBehaviour | null;
  readonly attacks: TlsAttacks | null;
}

/** Whether a weakness is there. The words may hold what a server sent: they are to be escaped where they are shown. */
export interface WeaknessFinding {
  readonly status: WeaknessStatus;
  /** What was seen of it; null unless it is vulnerable. */
  readonly seen: string | null;
  /** Why it is not known or was not run, or what the answer leaves open; null where nothing is to be added. */
  readonly why: string | null;
}

/** How many names or reasons a finding holds. */
const NAMES_SHOWN = 3;
const REASONS_SHOWN = 2;

/** It is there. */
export function vulnerable(seen: string): WeaknessFinding {
  return { status: "vulnerable", seen, why: null };
}

/** It is not there. */
export function absent(why: string | null = null): WeaknessFinding {
  return { status: "not-vulnerable", seen: null, why };
}

/** It cannot be told. */
export function unknown(why: string): WeaknessFinding {
  return { status: "unknown", seen: null, why };
}

/** The first reasons, then how many more there are; null for none. */
export function reasons(all: readonly string[]): string | null {
  if (all.length === 0) return null;
  const more = all.length - REASONS_SHOWN;
  const shown = all.slice(0, REASONS_SHOWN).join("; ");
  return more > 0 ? `${shown}; and ${more} more` : shown;
}

/** Each name once, with the versions that have it: `TLS_RSA_WITH_RC4_128_SHA (TLSv1.0, TLSv1.2)`. */
export function listedNames(
  entries: readonly { readonly version: TlsVersion; readonly name: string }[],
): string {
  const byName = [...Map.groupBy(entries, ({ name }) => name)];
  const words = byName
    .slice(0, NAMES_SHOWN)
    .map(([name, same]) => `${name} (${[...new Set(same.map((one) => one.version))].join(", ")})`);
  const more = byName.length - words.length;
  return words.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

/** Whether a version is accepted: a suite that it settled on says so too. The reason, in brackets, where it is not known. */
export function statusOf(
  { protocols, cipherSuites }: WeaknessEvidence,
  version: TlsVersion,
): { readonly status: WireStatus; readonly why: string } {
  if (cipherSuites?.suites.some((suite) => suite.version === version) === true) {
    return { status: "accepted", why: "" };
  }
  const seen = protocols?.versions.find((entry) => entry.version === version);
  const why = seen?.why ?? null;
  return { status: seen?.status ?? "unknown", why: why === null ? "" : ` (${why})` };
}

/** Why the suites of these versions are not all known; null where they are. */
export function openSuites(
  evidence: WeaknessEvidence,
  versions: readonly TlsVersion[],
): string | null {
  return reasons(versions.flatMap((version) => openVersion(evidence, version)));
}

function openVersion(evidence: WeaknessEvidence, version: TlsVersion): readonly string[] {
  const { cipherSuites } = evidence;
  const { status, why } = statusOf(evidence, version);
  const own = (cipherSuites?.suites ?? []).filter((suite) => suite.version === version);
  const open = (cipherSuites?.unfinished ?? [])
    .filter((entry) => entry.version === version)
    .map((entry) => `the suites of ${version} are not all known (${entry.why})`);
  if (status === "unknown") open.push(`whether ${version} is accepted is not known${why}`);
  if (status === "accepted" && own.length === 0 && open.length === 0) {
    open.push(`no suite of ${version} was seen`);
  }
  const odd = own.find(({ code }) => cipherSuite(Number.parseInt(code, 16)) === undefined);
  if (odd !== undefined) open.push(`no registry knows ${odd.name} (${version})`);
  return open;
}

/** What a test of behaviour gave; unknown where it was not made. */
export function behaviourOf(
  { behaviour }: WeaknessEvidence,
  test: BehaviourTest,
): { readonly answer: WireAnswer; readonly why: string } {
  const made = behaviour?.tests.find((entry) => entry.test === test);
  return made === undefined
    ? { answer: "unknown", why: "it was not tested" }
    : { answer: made.answer, why: made.why ?? "the server gave no clear answer" };
}
