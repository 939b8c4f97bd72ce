import type { CheckJudgement, CheckReport } from "#model/check-report.ts";
import type { Outcome } from "#model/control.ts";
import { addFact, addHttp, addTls } from "./check-facts.ts";
import { createPage, type Page } from "./page.ts";
import type { Tone } from "./style.ts";
import { groupBy } from "./subjects.ts";
import { addLabelled, bounded } from "./text-evaluations.ts";
import { cut, displayWidth } from "./width.ts";
import { basisKind, basisWords, compareText, count, dueIn, moment } from "./words.ts";

const LOOKS: Readonly<Record<Outcome, { readonly mark: string; readonly tone: Tone }>> = {
  fail: { mark: "✗", tone: "bad" },
  error: { mark: "?", tone: "warn" },
  unknown: { mark: "?", tone: "warn" },
  pass: { mark: "✓", tone: "good" },
  "not-applicable": { mark: "–", tone: "faint" },
};
const WORST_FIRST: readonly Outcome[] = ["fail", "error", "unknown", "pass", "not-applicable"];
/** Columns of one reason in the verdict, which is there to be read at a glance. */
const GLANCE = 90;
/** Columns that the message of a check that holds gets at least. */
const SHORTEST = 20;
const REASONS_SHOWN = 3;
const PROBLEMS_SHOWN = 4;

/**
 * One endpoint on one screen: the verdict with what is wrong, what ends soon, what the endpoint shows, and the
 * judgements with what to do. Colour only repeats what marks and words say.
 */
export function renderCheckText(
  check: CheckReport,
  options: { readonly width: number; readonly colour: boolean },
): string {
  const page = createPage(options);
  addVerdict(page, check);
  page.blank();
  const { tls, http, target, checkedAt } = check;
  const address = target.address === undefined ? "" : `${cut(target.address, 60)}, `;
  addFact(page, "Address", `${address}${moment(checkedAt)}`);
  if (tls !== null) addTls(page, tls, check);
  if (http !== null) addHttp(page, http);
  addProblems(page, check);
  page.blank();
  for (const outcome of WORST_FIRST) {
    const own = check.judgements.filter((judgement) => judgement.outcome === outcome);
    if (outcome === "fail") for (const judgement of own) addFailure(page, judgement, check);
    else addRest(page, own, check);
  }
  return page.text();
}

function addVerdict(page: Page, check: CheckReport): void {
  const { judgements, target, policy, attention, checkedAt } = check;
  const having = (...outcomes: Outcome[]) =>
    judgements.filter(({ outcome }) => outcomes.includes(outcome));
  const failing = having("fail");
  const open = having("unknown", "error");
  const where = { text: `${cut(target.host, 100)}:${target.port}`, tone: "strong" } as const;
  const by = `by ${cut(policy.title, 80)}`;
  const say = (outcome: Outcome, text: string) => {
    const { mark, tone } = LOOKS[outcome];
    page.add([where, ": ", { text, tone }], { prefix: [{ text: mark, tone }] });
  };
  const asked = count(judgements.length, "check");
  if (failing.length > 0) {
    say(
      "fail",
      `${failing.length} of ${asked} ${failing.length === 1 ? "fails" : "fail"} ${by}: ${glance(failing)}`,
    );
  } else if (!check.reachable) {
    const why = check.problems[0];
    say(
      "unknown",
      `could not be reached${why === undefined ? "" : `: ${cut(why.message, GLANCE)}`}`,
    );
  } else if (open.length > 0) {
    say("unknown", `${open.length} of ${asked} could not be judged ${by}: ${glance(open)}`);
  } else if (having("pass").length > 0) {
    say("pass", `all good ${by} (${count(having("pass").length, "check")})`);
  } else {
    say("unknown", `nothing was judged ${by}`);
  }
  for (const { due, message } of attention.toSorted((a, b) => compareText(a.due, b.due))) {
    const when = dueIn(checkedAt, due) || moment(due);
    page.add([{ text: when, tone: "warn" }, `: ${bounded(message)}`], {
      indent: 2,
      prefix: [{ text: "•" }],
    });
  }
}

/** The first reasons, each once. */
function glance(judgements: readonly CheckJudgement[]): string {
  const reasons = [...new Set(judgements.map(({ message }) => cut(message, GLANCE)))];
  const more = reasons.length - REASONS_SHOWN;
  return reasons.slice(0, REASONS_SHOWN).join(" · ") + (more > 0 ? ` · and ${more} more` : "");
}

function addProblems(page: Page, { problems }: CheckReport): void {
  const groups = groupBy(problems, ({ reason, message }) => JSON.stringify([reason, message]));
  for (const [{ operation, reason, message }] of groups.slice(0, PROBLEMS_SHOWN)) {
    addFact(page, "Not read", `${cut(operation, 80)}: ${reason}, ${cut(message, 200)}`);
  }
  const more = groups.length - PROBLEMS_SHOWN;
  if (more > 0) addFact(page, "Not read", `and ${count(more, "problem")} more`);
}

/** What fails is told in full: whose number it is if the statement gave none, what was seen, what to do. */
function addFailure(page: Page, judgement: CheckJudgement, check: CheckReport): void {
  const { basis, message, remediation } = judgement;
  const { mark, tone } = LOOKS.fail;
  const prefix = [{ text: mark, tone }];
  const named = { text: name(judgement, check), tone: "strong" } as const;
  const told = [named, ": ", { text: bounded(message), tone }] as const;
  if (basisKind(basis) === "interpreted") {
    page.add([{ text: bounded(basisWords(basis)), tone: "note" }], { prefix });
    page.add(told, { indent: 2 });
  } else {
    page.add(told, { prefix });
  }
  if (remediation !== null) addLabelled(page, "To do", bounded(remediation), 2);
}

/** The rest is told in a line each; what could not be judged for one and the same reason, together. */
function addRest(page: Page, judgements: readonly CheckJudgement[], check: CheckReport): void {
  for (const group of groupBy(judgements, ({ message }) => message)) {
    const { outcome, message } = group[0];
    const { mark, tone } = LOOKS[outcome];
    const names = group.map((judgement) => name(judgement, check)).join(", ");
    const settled = outcome === "pass" || outcome === "not-applicable";
    const room = Math.max(SHORTEST, page.width - displayWidth(names) - 4);
    const text = settled ? cut(message, room) : bounded(message);
    page.add([{ text: names, tone: "strong" }, `: ${text}`], { prefix: [{ text: mark, tone }] });
  }
}

function name({ claim, control }: CheckJudgement, { policy }: CheckReport): string {
  return cut(policy.builtIn ? control : `${claim} · ${control}`, 80);
}
