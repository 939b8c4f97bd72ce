import type { CheckJudgement } from "#model/check-report.ts";
import type { Outcome } from "#model/control.ts";
import type { View } from "./check-lines.ts";
import { judgementName, LOOKS } from "./check-verdict.ts";
import { groupBy } from "./subjects.ts";
import { addLabelled, bounded } from "./text-evaluations.ts";
import { cut, cutMiddle, displayWidth, wrap } from "./width.ts";
import { basisKind, basisWords, count, jsonWords } from "./words.ts";

const WORST_FIRST: readonly Outcome[] = ["fail", "error", "unknown", "pass", "not-applicable"];
/** Columns that the message of a check that holds gets at least. */
const SHORTEST = 20;
/** Columns of a message where everything is asked for. */
const LONGEST_MESSAGE = 4000;
/** Columns of a failure on the one screen: its end tells what was declared. */
const SHORT_MESSAGE = 240;
/** Lines of what to do that all failures share on the one screen; each has two if it needs them. */
const LINES_TO_DO = 6;
const FEWEST_TO_DO = 2;
/** Where the text of `To do` stands. */
const TO_DO_COLUMN = 12;

/** Adds the judgements, the worst first. */
export function addJudgements(view: View): void {
  const { judgements } = view.check;
  for (const outcome of WORST_FIRST) {
    const own = judgements.filter((judgement) => judgement.outcome === outcome);
    if (outcome !== "fail") {
      addRest(view, own);
      continue;
    }
    let left = LINES_TO_DO;
    const rows = own.map(({ remediation }) => sum(toDoRows(view, remediation)));
    for (const [index, judgement] of own.entries()) {
      const others = sum(rows.slice(index + 1).map((own) => Math.min(own, FEWEST_TO_DO)));
      const most = Math.max(FEWEST_TO_DO, left - others);
      addFailure(view, judgement, most);
      left -= Math.min(most, rows[index] ?? 0);
    }
  }
}

/** What fails: whose number it is if the statement gave none, what was seen, what to do. */
function addFailure(view: View, judgement: CheckJudgement, lines: number): void {
  const { page, check, verbose } = view;
  const { basis, message, remediation, expected } = judgement;
  const { mark, tone } = LOOKS.fail;
  const prefix = [{ text: mark, tone }];
  const named = { text: judgementName(judgement, check), tone: "strong" } as const;
  const seen = verbose ? cut(message, LONGEST_MESSAGE) : cutMiddle(message, SHORT_MESSAGE);
  const told = [named, ": ", { text: seen, tone }] as const;
  if (basisKind(basis) === "interpreted") {
    page.add([{ text: bounded(basisWords(basis)), tone: "note" }], { prefix });
    page.add(told, { indent: 2 });
  } else {
    page.add(told, { prefix });
  }
  const declared = verbose ? jsonWords(expected) : "none";
  if (declared !== "none") addLabelled(page, "Declared", bounded(declared), 2);
  if (remediation !== null) addToDo(view, remediation, lines);
}

/** What to do, line by line; on the one screen as many whole lines as have room there. */
function addToDo(view: View, remediation: string, most: number): void {
  const { page, verbose } = view;
  const lines = toDoLines(remediation);
  const rows = toDoRows(view, remediation);
  let shown = lines.length;
  if (!verbose && sum(rows) > most) {
    // The line that tells of the others needs room too.
    shown = Math.max(
      1,
      rows.findIndex((_, index) => sum(rows.slice(0, index + 1)) > most - 1),
    );
  }
  const indent = page.width >= 60 ? TO_DO_COLUMN : 4;
  for (const [index, line] of lines.slice(0, shown).entries()) {
    if (index === 0) addLabelled(page, "To do", line, 2);
    else page.add(line, { indent });
  }
  if (shown === lines.length) return;
  const text = `${count(lines.length - shown, "more line")}: --verbose`;
  page.add([{ text, tone: "faint" }], { indent });
}

function toDoLines(remediation: string | null): readonly string[] {
  return (remediation ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => cut(line, LONGEST_MESSAGE));
}

/** How many rows of the screen each line takes. */
function toDoRows({ page }: View, remediation: string | null): readonly number[] {
  const room = page.width - TO_DO_COLUMN;
  return toDoLines(remediation).map((text) => wrap([{ text }], room, room).length);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The rest is told in a line each; what could not be judged for one and the same reason, together. */
function addRest({ page, check, verbose }: View, judgements: readonly CheckJudgement[]): void {
  for (const group of groupBy(judgements, ({ message }) => message)) {
    const { outcome, message } = group[0];
    const { mark, tone } = LOOKS[outcome];
    const names = group.map((judgement) => judgementName(judgement, check)).join(", ");
    const settled = outcome === "pass" || outcome === "not-applicable";
    const room = Math.max(SHORTEST, page.width - displayWidth(names) - 4);
    const whole = verbose ? cut(message, LONGEST_MESSAGE) : bounded(message);
    const text = settled && !verbose ? cut(message, room) : whole;
    page.add([{ text: names, tone: "strong" }, `: ${text}`], { prefix: [{ text: mark, tone }] });
  }
}
