/** From what one address showed to facets; pure but for the wire's own memory. */
import { suiteCode, suiteName } from "#facts/cipher-suites.ts";
import { groupName } from "#facts/named-groups.ts";
import type {
  CipherSuites,
  KeyExchange,
  Offered,
  Protocols,
  Unfinished,
} from "#model/tls-facets.ts";
import type { TlsVersion } from "#model/tls.ts";
import type { End } from "./explore.ts";
import type { ServerScan } from "./server.ts";
import type { Contact } from "./versions.ts";
import type { Wire } from "./wire.ts";

export type WireMemory = Pick<Wire, "chosen" | "flaky" | "whyFlaky" | "contradicted">;

/** The versions, each accepted, rejected or unknown. */
export function protocolsOf(wire: WireMemory, { contacts }: ServerScan): Protocols {
  return {
    versions: contacts.map(({ version, verdict }) => {
      // One that was chosen in answer to a newer version's hello is accepted, whatever its own hello met.
      if (verdict.kind === "accepted" || chosenFor(wire, version).size > 0) {
        return { version, status: "accepted", why: null };
      }
      if (verdict.kind === "refused" && wire.contradicted()) {
        return { version, status: "unknown", why: CONTRADICTED };
      }
      const status = verdict.kind === "refused" ? "rejected" : "unknown";
      return { version, status, why: verdict.why };
    }),
  };
}

/** The suites of every version. */
export function cipherSuitesOf(wire: WireMemory, scan: ServerScan): CipherSuites {
  const listOf = (version: TlsVersion) => scan.suites.find((list) => list.version === version);
  return {
    suites: scan.contacts.flatMap(({ version, ciphers }): Offered[] => {
      const listed = ciphers ?? listOf(version)?.suites ?? [];
      const codes = new Set([...listed, ...chosenFor(wire, version)]);
      return [...codes].map((code) => ({ version, code: suiteCode(code), name: suiteName(code) }));
    }),
    preferences: scan.suites
      .filter(({ suites }) => suites.length > 1)
      .map(({ version, preference }) => ({ version, ...preference })),
    unfinished: scan.contacts.flatMap((contact) => {
      const { version } = contact;
      const list = listOf(version);
      // Chosen when another version was asked for, while its own hello went unanswered.
      const unasked = list === undefined && chosenFor(wire, version).size > 0;
      const why =
        undecided(contact) ?? (unasked ? UNASKED : ended(wire, list)) ?? doubt(wire, list);
      return why === null ? [] : [{ version, why }];
    }),
  };
}

/** Groups, primes and signature algorithms of every version. */
export function keyExchangeOf(wire: WireMemory, scan: ServerScan): KeyExchange {
  const signatures = scan.authentication?.ends ?? [];
  const unfinished = scan.contacts.flatMap((contact): Unfinished[] => {
    const { version } = contact;
    const lists = [...scan.groups, ...scan.primes].filter((list) => list.version === version);
    const unasked = lists.length === 0 && version !== "SSLv3" && chosenFor(wire, version).size > 0;
    const reasons = [
      undecided(contact) ?? (unasked ? UNASKED : null),
      ...lists.map((list) => ended(wire, list) ?? doubt(wire, list)),
      ...signatures
        .filter((list) => list.version === version)
        .map((list) => ended(wire, list, "signature algorithms: ")),
    ];
    const why = [...new Set(reasons.filter((reason) => reason !== null))].join("; ");
    return why === "" ? [] : [{ version, why }];
  });
  return {
    groups: scan.groups.flatMap(({ version, groups }) =>
      groups.map((code) => ({ version, code: suiteCode(code), name: groupName(code) })),
    ),
    primes: scan.primes.flatMap(({ primes }) => primes),
    signatureAlgorithms: scan.authentication?.signatureAlgorithms ?? [],
    anySignatureAlgorithm: scan.authentication?.anySignatureAlgorithm ?? [],
    unfinished,
  };
}

/** No refusal of a server that contradicts itself ends a list. */
function doubt(wire: WireMemory, list: End | undefined): string | null {
  return list !== undefined && wire.contradicted() ? CONTRADICTED : null;
}

const CONTRADICTED = "the server refuses at one time what it answers at another";
const UNASKED = "its own hello was not accepted";

function chosenFor(wire: WireMemory, version: TlsVersion): ReadonlySet<number> {
  return version === "SSLv2" ? new Set() : (wire.chosen.get(version) ?? new Set());
}

function undecided({ verdict }: Contact): string | null {
  return verdict.kind === "failed" || verdict.kind === "silent"
    ? `it is not known whether it is accepted (${verdict.why})`
    : null;
}

/** Why a list is not whole; silences end one only on a steady server. */
function ended(wire: WireMemory, end: End | undefined, what = ""): string | null {
  if (end === undefined) return null;
  const unsteady = end.silentEnd && wire.flaky();
  const why = end.unfinished ?? (unsteady ? `it ended in silence, and ${wire.whyFlaky()}` : null);
  return why === null ? null : `${what}${why}`;
}
