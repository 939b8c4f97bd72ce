import { worstFirst } from "#facts/tls-weakness-list.ts";
import { notRunReason, tlsWeaknesses, type Weakness } from "#facts/tls-weaknesses.ts";
import type { CheckedTls } from "#model/check-report.ts";
import type { WeaknessStatus } from "#model/tls-facets.ts";
import { addFact, addUnder, some, type View } from "./check-lines.ts";
import type { Tone } from "./style.ts";
import { groupBy } from "./subjects.ts";
import { cut, type Span } from "./width.ts";

const FOUND = [
  { tier: "broken", label: "VULNERABLE", tone: "bad", shown: 10 },
  { tier: "weak", label: "weak", tone: "warn", shown: 4 },
] as const;
const LOOKS: Readonly<
  Record<Exclude<WeaknessStatus, "vulnerable">, { readonly words: string; readonly tone: Tone }>
> = {
  unknown: { words: "not known", tone: "warn" },
  "not-run": { words: "not run", tone: "faint" },
  "not-vulnerable": { words: "not vulnerable", tone: "good" },
};
const STATUS_COLUMN = "not vulnerable ".length;

/** Adds the known weaknesses: those that are there by name and the others by number, or all with what is known of them. */
export function addWeaknesses(view: View, tls: CheckedTls): void {
  const all = tlsWeaknesses(tls);
  addFact(view.page, "Weaknesses", brief(all, view.tight));
  if (view.verbose) addAll(view, all);
}

/** `VULNERABLE: Heartbleed · weak: SWEET32 · 14 not vulnerable · 6 not run (--active)`. */
function brief(all: readonly Weakness[], tight: boolean): readonly Span[] {
  const having = (status: WeaknessStatus) => all.filter((one) => one.status === status);
  const parts: Span[] = [];
  for (const { tier, label, tone, shown } of FOUND) {
    const own = worstFirst(having("vulnerable").filter((one) => one.tier === tier));
    const names = some(own.map(title), shown);
    const text = tight && tier === "weak" ? `${own.length} ${label}` : `${label}: ${names}`;
    if (own.length > 0) parts.push({ text, tone });
  }
  if (parts.length === 0) parts.push({ text: "none found" });
  for (const status of ["not-vulnerable", "unknown", "not-run"] as const) {
    const own = having(status);
    const { length } = own;
    const { words, tone } = LOOKS[status];
    const text = `${length} ${words}${status === "not-run" ? notRunWords(own) : ""}`;
    if (length > 0) parts.push(status === "unknown" ? { text, tone } : { text });
  }
  return parts.flatMap((part, index) => (index === 0 ? [part] : [{ text: " · " }, part]));
}

/** ` (--active)` where the flag alone was missing; else the reason, where all have the same. */
function notRunWords(weaknesses: readonly Weakness[]): string {
  const [reason = null, ...others] = new Set(weaknesses.map(notRunReason));
  if (others.length > 0) return "";
  return ` (${reason === null ? "--active" : cut(reason, 80)})`;
}

/** Each that is there with its references and what was seen; the others together where the same is said of them. */
function addAll({ page }: View, all: readonly Weakness[]): void {
  const add = (text: string, prefix: Span) =>
    addUnder(page, text, { prefix: [prefix], hang: STATUS_COLUMN });
  for (const { tier, label, tone } of FOUND) {
    for (const one of worstFirst(all)) {
      if (one.status !== "vulnerable" || one.tier !== tier) continue;
      const words = `${one.title} (${one.references.join(", ")}): ${cut(one.seen ?? "", 300)}`;
      add(words, { text: label, tone });
    }
  }
  for (const status of ["unknown", "not-run", "not-vulnerable"] as const) {
    const own = all.filter((one) => one.status === status);
    const { words, tone } = LOOKS[status];
    for (const same of groupBy(own, ({ why }) => why ?? "")) {
      const [{ why }] = same;
      const reason = why === null ? "" : `: ${cut(why, 300)}`;
      add(`${same.map(title).join(", ")}${reason}`, { text: words, tone });
    }
  }
}

function title(weakness: Weakness): string {
  return weakness.title;
}
