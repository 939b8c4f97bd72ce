import { worstFirst as worstWeaknessFirst } from "#facts/tls-weakness-list.ts";
import { tlsWeaknesses } from "#facts/tls-weaknesses.ts";
import type { CheckJudgement, CheckReport } from "#model/check-report.ts";
import type { Outcome } from "#model/control.ts";
import { causeOf, spokenOf, unseenOf } from "./check-cause.ts";
import type { Tone } from "./style.ts";
import { cutItems } from "./items.ts";
import { cut } from "./width.ts";
import { compareText, count, daysBetween, dueIn, moment } from "./words.ts";

/** How each outcome looks; colour only repeats what mark and words say. */
export const LOOKS: Readonly<Record<Outcome, { readonly mark: string; readonly tone: Tone }>> = {
  fail: { mark: "✗", tone: "bad" },
  error: { mark: "?", tone: "warn" },
  unknown: { mark: "?", tone: "warn" },
  pass: { mark: "✓", tone: "good" },
  "not-applicable": { mark: "–", tone: "faint" },
};
/** Columns of one reason in the verdict, which is there to be read at a glance; of one that stands alone. */
const GLANCE = 90;
const GLANCE_ALONE = 240;
const REASONS_SHOWN = 3;
/** What must be mended first; the others come after it, as the policy has them. */
const WORST_CONTROLS: readonly string[] = ["tls-weaknesses", "tls-certificate"];
/** Parts what was seen from what was declared. */
const DECLARED = "; declared: ";

/** What a check comes to. */
export interface CheckVerdict {
  /** `pass`: everything that was judged holds; `unknown`: something could not be judged, or nothing was. */
  readonly outcome: "pass" | "fail" | "unknown";
  /** How many of how many, by what. */
  readonly head: string;
  /** What is wrong or could not be judged, the first reasons; empty where all is good. */
  readonly reasons: readonly string[];
  /** How many reasons are left out. */
  readonly more: number;
}

/** The verdict of a check: never good where something could not be judged, or where nothing was. */
export function verdictOf(check: CheckReport): CheckVerdict {
  const { judgements, policy } = check;
  const having = (...outcomes: Outcome[]) =>
    judgements.filter(({ outcome }) => outcomes.includes(outcome));
  const by = `by ${cut(policy.title, 80)}`;
  const asked = count(judgements.length, "check");
  const failing = having("fail");
  if (failing.length > 0) {
    const fail = failing.length === 1 ? "fails" : "fail";
    return {
      outcome: "fail",
      head: `${failing.length} of ${asked} ${fail} ${by}`,
      ...glance(worstFirst(failing).map(({ message }) => seenOf(message))),
    };
  }
  if (!check.reachable) {
    const [problem] = check.problems;
    const causes = check.problems.map(({ message }) => causeOf(message, check));
    const spoke = problem?.reason === "malformed" || problem?.reason === "unsupported";
    return {
      outcome: "unknown",
      head: spoke ? `no ${spokenOf(check)} answer` : "could not be reached",
      ...glance(causes),
    };
  }
  const open = having("unknown", "error");
  if (open.length > 0) {
    return {
      outcome: "unknown",
      head: `${open.length} of ${asked} could not be judged ${by}`,
      ...glance(open.map(({ message }) => unseenOf(message, check)?.why ?? seenOf(message))),
    };
  }
  const passing = having("pass").length;
  const beside = notJudged(check);
  const held = count(passing, "check");
  const good =
    beside.length === 0
      ? `all good ${by} (${held})`
      : `${held} ${passing === 1 ? "holds" : "hold"} ${by}; not judged by this policy: ${cutItems(beside.join(", "), GLANCE)}`;
  return passing > 0
    ? { outcome: "pass", head: good, reasons: [], more: 0 }
    : { outcome: "unknown", head: `nothing was judged ${by}`, reasons: [], more: 0 };
}

/** Weaknesses that were seen and that let others read or change the traffic, where no claim judges such. */
export function notJudged({ tls, judgements }: CheckReport): readonly string[] {
  if (tls === null || judgements.some(({ control }) => control === "tls-weaknesses")) return [];
  const seen = tlsWeaknesses(tls).filter(
    ({ status, tier }) => status === "vulnerable" && tier === "broken",
  );
  return worstWeaknessFirst(seen).map(({ title }) => title);
}

/** What is to be done soon, the nearest first: when, and what. */
export function soonOf(check: CheckReport): { kind: string; when: string; what: string }[] {
  return check.attention
    .toSorted((a, b) => compareText(a.due, b.due))
    .map(({ kind, due, message }) => ({
      kind,
      when: dueIn(check.checkedAt, due) || moment(due),
      what: message,
    }));
}

/** Days until the first of the server's own certificates ends; null where none was read or its end has no date. */
export function daysLeft({ tls, checkedAt }: CheckReport): number | null {
  const days = (tls?.certificate?.presented ?? []).flatMap(({ chain }) => {
    const left = daysBetween(checkedAt, chain[0]?.validTo ?? "");
    return left === null ? [] : [left];
  });
  return days.length === 0 ? null : Math.min(...days);
}

/** A judgement by its control, and by its claim where the policy is somebody's own. */
export function judgementName({ claim, control }: CheckJudgement, { policy }: CheckReport): string {
  return cut(policy.builtIn ? control : `${claim} · ${control}`, 80);
}

/** Judgements, what must be mended first before the others. */
export function worstFirst(judgements: readonly CheckJudgement[]): readonly CheckJudgement[] {
  const place = ({ control }: CheckJudgement) => {
    const found = WORST_CONTROLS.indexOf(control);
    return found < 0 ? WORST_CONTROLS.length : found;
  };
  return judgements.toSorted((a, b) => place(a) - place(b));
}

/** What was seen, without what was declared. */
export function seenOf(message: string): string {
  const at = message.lastIndexOf(DECLARED);
  const seen = at < 0 ? message : message.slice(0, at);
  // What follows the names of weaknesses tells of the same ones again.
  return seen.startsWith("vulnerable to ") ? (seen.split("; ", 1)[0] ?? seen) : seen;
}

/** A message in so many columns: with what was declared where that fits, else as many findings as do. */
export function shortMessage(message: string, columns: number): string {
  const whole = cut(message, columns);
  return whole.endsWith("…") ? cutItems(seenOf(message), columns) : whole;
}

/** The first reasons, each once. */
function glance(messages: readonly string[]): Pick<CheckVerdict, "reasons" | "more"> {
  const all = [...new Set(messages)];
  const columns = all.length === 1 ? GLANCE_ALONE : GLANCE;
  const reasons = [...new Set(all.map((message) => cutItems(message, columns)))];
  const shown = reasons.slice(0, REASONS_SHOWN);
  return { reasons: shown, more: reasons.length - shown.length };
}
