import type { CheckJudgement, CheckReport } from "#model/check-report.ts";
import type { Outcome } from "#model/control.ts";
import type { Tone } from "./style.ts";
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
/** Columns of one reason in the verdict, which is there to be read at a glance. */
const GLANCE = 90;
const REASONS_SHOWN = 3;

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
      ...glance(failing.map(({ message }) => message)),
    };
  }
  if (!check.reachable) {
    const [problem] = check.problems;
    const spoke = problem?.reason === "malformed" || problem?.reason === "unsupported";
    return {
      outcome: "unknown",
      head: spoke ? "no TLS answer" : "could not be reached",
      ...glance(problem === undefined ? [] : [withoutPlace(problem.message, check)]),
    };
  }
  const open = having("unknown", "error");
  if (open.length > 0) {
    return {
      outcome: "unknown",
      head: `${open.length} of ${asked} could not be judged ${by}`,
      ...glance(open.map(({ message }) => message)),
    };
  }
  const passing = having("pass").length;
  return passing > 0
    ? { outcome: "pass", head: `all good ${by} (${count(passing, "check")})`, reasons: [], more: 0 }
    : { outcome: "unknown", head: `nothing was judged ${by}`, reasons: [], more: 0 };
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

/** Host and port as they were asked for. */
export function placeOf({ target }: CheckReport): string {
  return `${cut(target.host, 100)}:${target.port}`;
}

/** A judgement by its control, and by its claim where the policy is somebody's own. */
export function judgementName({ claim, control }: CheckJudgement, { policy }: CheckReport): string {
  return cut(policy.builtIn ? control : `${claim} · ${control}`, 80);
}

/** The first reasons, each once. */
function glance(messages: readonly string[]): Pick<CheckVerdict, "reasons" | "more"> {
  const reasons = [...new Set(messages.map((message) => cut(message, GLANCE)))];
  const shown = reasons.slice(0, REASONS_SHOWN);
  return { reasons: shown, more: reasons.length - shown.length };
}

/** Messages of probes begin with the place, which the verdict has named. */
function withoutPlace(message: string, { target }: CheckReport): string {
  const place = `${target.host}:${target.port}: `;
  return message.startsWith(place) ? message.slice(place.length) : message;
}
