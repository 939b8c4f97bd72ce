import { postQuantumExchanges, type SshTier, sshWeaknesses } from "#facts/ssh-algorithms.ts";
import type { CheckedSsh } from "#model/check-report.ts";
import type { SshKey, SshKeys } from "#model/security-facets.ts";
import type { SshService } from "#model/ssh-facets.ts";
import { addFact, addLines, some, type View } from "./check-lines.ts";
import type { Content } from "./page.ts";
import { cut } from "./width.ts";

const KEYS_SHOWN = 6;
const NAMES_SHOWN = 6;

/** Adds what an SSH server shows: its host keys, what it agrees to, what of that is weak. */
export function addSsh(view: View, { service, keys }: CheckedSsh): void {
  const { page, verbose } = view;
  addHostKeys(view, keys, service);
  if (service === null) {
    addFact(page, "Algorithms", "not read");
    return;
  }
  const old = service.protocol === "1.99" ? " · SPEAKS SSH 1 TOO" : "";
  addFact(page, "Software", `${cut(service.software, 100)}${old}`);
  const list = (names: readonly string[]) => {
    const shown = names.map((name) => cut(name, 60));
    return some(shown, verbose ? Infinity : NAMES_SHOWN) || "none";
  };
  const safe = postQuantumExchanges(service).length > 0;
  addFact(page, "Key exchange", [
    list(service.keyExchanges),
    safe ? " · post-quantum" : " · NO POST-QUANTUM method",
    service.strictKeyExchange ? " · strict" : " · not strict",
  ]);
  addFact(page, "Host keys by", list(service.hostKeys));
  addFact(page, "Ciphers", list(service.ciphers));
  addFact(page, "MACs", list(service.macs));
  if (verbose) addFact(page, "Compression", list(service.compressions));
  addWeak(view, service);
  for (const { address, why } of service.unanswered) {
    addFact(page, "Not read", `${cut(address, 60)}: ${cut(why, 120)}`);
  }
}

function addHostKeys({ page, verbose }: View, keys: SshKeys | null, service: SshService | null) {
  if (keys === null) {
    addFact(page, "Host keys", "not read");
    return;
  }
  const seen = keys.keys.filter(({ algorithm }) => algorithm !== null);
  const shown = verbose ? seen : seen.slice(0, KEYS_SHOWN);
  const lines: Content[] = shown.map((key) => `${keyInWords(key)} ${cut(key.name, 60)}`);
  const more = seen.length - shown.length;
  if (more > 0) lines.push(`and ${more} more`);
  const unproven = service?.unproven ?? [];
  for (const { algorithm, why } of verbose ? unproven : unproven.slice(0, KEYS_SHOWN)) {
    const text = `${cut(algorithm, 60)}: NOT SEEN, ${cut(why, 120)}`;
    lines.push([{ text, tone: "warn" }]);
  }
  addLines(page, "Host keys", lines.length === 0 ? ["none"] : lines);
}

function keyInWords({ algorithm, bits }: SshKey): string {
  const name = cut(algorithm ?? "", 40);
  // The size of an Edwards curve is in its name.
  return bits === null || name.startsWith("ed") ? name : `${name} of ${bits} bits`;
}

const TIERS: readonly (readonly [SshTier, "bad" | "warn"])[] = [
  ["broken", "bad"],
  ["weak", "warn"],
];

function addWeak({ page, verbose }: View, service: SshService): void {
  const weaknesses = sshWeaknesses(service);
  if (weaknesses.length === 0) {
    addFact(page, "Weaknesses", "none known");
    return;
  }
  const lines = TIERS.flatMap(([tier, tone]): readonly Content[] => {
    const own = weaknesses.filter((one) => one.tier === tier);
    if (own.length === 0) return [];
    const words = own.map(({ name, why }) => `${cut(name, 60)} (${why})`);
    const label = { text: tier === "broken" ? "BROKEN" : tier, tone };
    return [[label, `: ${some(words, verbose ? Infinity : NAMES_SHOWN)}`]];
  });
  addLines(page, "Weaknesses", lines);
}
