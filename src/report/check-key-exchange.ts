import { groupTier, primeTier, signatureTier, type Tiered } from "#facts/group-tiers.ts";
import { postQuantumReadiness } from "#facts/post-quantum.ts";
import type { DhPrime, KeyExchange, Offered } from "#model/tls-facets.ts";
import {
  addFact,
  addLines,
  addNotes,
  byVersion,
  factRoom,
  some,
  type View,
} from "./check-lines.ts";
import { cutItems } from "./items.ts";
import { cut } from "./width.ts";

const GROUPS_SHOWN = 8;
const PRIMES_SHOWN = 3;

/** Adds what keys are exchanged in: groups, primes, and what the server signs with. */
export function addKeyExchange(view: View, facet: KeyExchange | null): void {
  const { page, verbose } = view;
  if (facet === null) {
    addFact(page, "Key exchange", "not read");
    return;
  }
  if (verbose) addEverything(view, facet);
  else if (view.tight) addTightly(view, facet);
  else addFact(page, "Key exchange", brief(view, facet));
  addNotes(view, facet.unfinished, (versions) => `the groups of ${versions} are not all known`);
}

/** Adds whether what is recorded today can be kept from a quantum computer of tomorrow. */
export function addPostQuantum({ page, tight }: View, facet: KeyExchange | null): void {
  if (tight && facet !== null) return;
  const { status, words } = postQuantumReadiness(facet);
  addFact(page, "Post-quantum", [
    { text: cut(words, 120), tone: status === "ready" ? "good" : "warn" },
  ]);
}

function brief(view: View, { groups, primes }: KeyExchange): string {
  const names = byVersion(groups).flatMap((own) => own.map((group) => groupWords(view, group)));
  const dhe = byVersion(primes).flatMap((own) => own.map((prime) => primeWords(view, prime)));
  const words = [
    some([...new Set(names)], GROUPS_SHOWN),
    some([...new Set(dhe)], PRIMES_SHOWN),
  ].filter((part) => part !== "");
  return words.join(" · ") || "no group seen";
}

/** Both in one line. */
function addTightly(view: View, facet: KeyExchange): void {
  const { status } = postQuantumReadiness(facet);
  const words = ` · post-quantum ${status === "ready" ? "ready" : status === "unknown" ? "not known" : "not ready"}`;
  const own = cutItems(brief(view, facet), factRoom(view.page) - words.length);
  addFact(view.page, "Key exchange", own + words);
}

function addEverything(view: View, facet: KeyExchange): void {
  const lines = <T extends { readonly version: Offered["version"] }>(
    items: readonly T[],
    words: (item: T) => string,
  ) => byVersion(items).map((own) => `${own[0].version}: ${own.map(words).join(", ")}`);
  const groups = [
    ...lines(facet.groups, (group) => groupWords(view, group)),
    ...lines(facet.primes, (prime) => primeWords(view, prime)),
  ];
  addLines(view.page, "Key exchange", groups.length === 0 ? ["no group seen"] : groups);
  const any = facet.anySignatureAlgorithm;
  addLines(view.page, "Signatures", [
    ...lines(facet.signatureAlgorithms, (algorithm) =>
      offeredWords(view, algorithm, signatureTier(codeOf(algorithm), view.profile)),
    ),
    ...(any.length === 0
      ? []
      : [`${any.join(", ")}: takes a hello that offers no algorithm that it can have`]),
  ]);
}

function groupWords(view: View, group: Offered): string {
  return offeredWords(view, group, groupTier(codeOf(group), view.profile));
}

function offeredWords(view: View, { name, code }: Offered, tiered: Tiered): string {
  const where = view.verbose ? ` ${cut(code, 10)}` : "";
  return `${cut(name, 40)}${where}${tierWords(view, tiered)}`;
}

function primeWords(view: View, prime: DhPrime): string {
  const { bits, name, export: exported } = prime;
  const grade = exported ? ", export suites" : "";
  const known = name === null ? "a prime in no list" : cut(name, 60);
  return `DHE ${bits} bits (${known}${grade})${tierWords(view, primeTier(prime, view.profile))}`;
}

/** What speaks against it; nothing where nothing does. */
function tierWords({ verbose }: View, { tier, reason }: Tiered): string {
  if (tier !== "weak" && tier !== "broken") return "";
  return verbose && reason !== null ? ` [${tier}: ${reason}]` : ` [${tier}]`;
}

function codeOf({ code }: Offered): number {
  return Number.parseInt(code, 16);
}
