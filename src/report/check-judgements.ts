import type { CheckJudgement } from "#model/check-report.ts";
import type { Outcome } from "#model/control.ts";
import { spokenOf, unseenOf } from "./check-cause.ts";
import type { View } from "./check-lines.ts";
import { judgementName, LOOKS, seenOf, shortMessage, worstFirst } from "./check-verdict.ts";
import { type Content, createPage } from "./page.ts";
import { groupBy } from "./subjects.ts";
import { addLabelled, bounded } from "./text-evaluations.ts";
import { cutItems } from "./items.ts";
import { cut, displayWidth, type Span, wrap } from "./width.ts";
import { basisKind, basisWords, count, jsonWords } from "./words.ts";

const WORST_FIRST: readonly Outcome[] = ["fail", "error", "unknown", "pass", "not-applicable"];
/** Columns that the message of a check that holds gets at least. */
const SHORTEST = 20;
/** Columns of a message where everything is asked for. */
const LONGEST_MESSAGE = 4000;
/** Columns of a failure on the one screen. */
const SHORT_MESSAGE = 240;
/** Lines of the one screen: what fails and what to do get what the facts leave of it. */
export const SCREEN = 40;
/** Where the text of `To do` stands. */
const TO_DO_COLUMN = 12;

/** Adds the judgements, the worst first. Returns whether all of what to do had room. */
export function addJudgements(view: View): boolean {
  const { judgements } = view.check;
  const failing = worstFirst(judgements.filter(({ outcome }) => outcome === "fail"));
  const first = failing.map(({ remediation }) => {
    const [line = "", ...more] = toDoLines(remediation);
    return rowsOf(view, line + moreWords(more.length));
  });
  const said = new Set<string>();
  let all = true;
  let left = view.verbose ? Infinity : SCREEN - view.page.rows() - rowsBeside(view, failing);
  for (const [index, judgement] of failing.entries()) {
    addFailure(view, judgement);
    const most = left - sum(first.slice(index + 1));
    const { rows, whole } = addToDo(view, toDoLines(judgement.remediation), said, most);
    left -= rows;
    all &&= whole;
  }
  addOthers(view);
  return all;
}

function addOthers(view: View): void {
  for (const outcome of WORST_FIRST.filter((one) => one !== "fail")) {
    addRest(
      view,
      view.check.judgements.filter((judgement) => judgement.outcome === outcome),
    );
  }
}

/** How many rows all but what to do takes. */
function rowsBeside(view: View, failing: readonly CheckJudgement[]): number {
  const page = createPage({ width: view.page.width, colour: false });
  for (const judgement of failing) addFailure({ ...view, page }, judgement);
  addOthers({ ...view, page });
  return page.rows();
}

/** What fails: whose number it is if the statement gave none, what was seen, what to do. */
function addFailure(view: View, judgement: CheckJudgement): void {
  const { page, check, verbose, tight } = view;
  const { basis, message, expected } = judgement;
  const { mark, tone } = LOOKS.fail;
  const prefix = [{ text: mark, tone }];
  const named = { text: judgementName(judgement, check), tone: "strong" } as const;
  const room = tight
    ? Math.max(SHORTEST, page.width - displayWidth(named.text) - 4)
    : SHORT_MESSAGE;
  const seen = verbose ? cut(message, LONGEST_MESSAGE) : shortMessage(message, room);
  const told = [named, ": ", { text: seen, tone }] as const;
  if (basisKind(basis) === "interpreted") {
    page.add([{ text: bounded(basisWords(basis)), tone: "note" }], { prefix });
    page.add(told, { indent: 2 });
  } else {
    page.add(told, { prefix });
  }
  const declared = verbose ? jsonWords(expected) : "none";
  if (declared !== "none") addLabelled(page, "Declared", bounded(declared), 2);
}

/**
 * What to do, line by line; on the one screen as many whole lines as have room there, and none that was said above.
 * @returns the rows that it took, and whether they were all there
 */
function addToDo(
  { page, verbose, tight }: View,
  all: readonly string[],
  said: Set<string>,
  most: number,
): { readonly rows: number; readonly whole: boolean } {
  const before = page.rows();
  const fresh = verbose ? all : all.filter((line) => !said.has(line));
  // Where its first line was said above, the rest belongs to that.
  if (tight && (fresh.length === 0 || fresh[0] !== all[0])) return { rows: 0, whole: true };
  const lines = fresh.length === 0 && all.length > 0 ? ["as above"] : fresh;
  const rows = lines.map((line) => rowsOf({ page }, line));
  const needed = (count: number) =>
    sum(rows.slice(0, count - 1)) +
    rowsOf({ page }, `${lines[count - 1] ?? ""}${moreWords(lines.length - count)}`);
  let shown = lines.length;
  while (shown > 1 && needed(shown) > most) shown -= 1;
  const indent = page.width >= 60 ? TO_DO_COLUMN : 4;
  for (const [index, line] of lines.slice(0, shown).entries()) {
    said.add(line);
    const rest = index === shown - 1 ? moreWords(lines.length - shown) : "";
    const content: Content = [line, { text: rest, tone: "faint" }];
    if (index === 0) addLabelled(page, "To do", content, 2);
    else page.add(content, { indent });
  }
  return { rows: page.rows() - before, whole: shown === lines.length };
}

/** What stands behind the last line that is shown. */
function moreWords(left: number): string {
  return left === 0 ? "" : ` (${left} more: --verbose)`;
}

function toDoLines(remediation: string | null): readonly string[] {
  return (remediation ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => cut(line, LONGEST_MESSAGE));
}

/** How many rows of the screen a line takes; a long word runs over several. */
function rowsOf({ page }: Pick<View, "page">, text: string): number {
  const room = page.width - TO_DO_COLUMN;
  const width = (line: readonly Span[]) => sum(line.map((span) => displayWidth(span.text)));
  return sum(
    wrap([{ text }], room, room).map((line) => Math.max(1, Math.ceil(width(line) / room))),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The rest is told in a line each; what could not be judged for one and the same reason, together. */
function addRest(view: View, judgements: readonly CheckJudgement[]): void {
  const { page, check, verbose, tight } = view;
  const [first] = judgements;
  if (first === undefined) return;
  const { mark, tone } = LOOKS[first.outcome];
  const settled = first.outcome === "pass" || first.outcome === "not-applicable";
  const name = (judgement: CheckJudgement) => judgementName(judgement, check);
  if (settled && tight) {
    const text = judgements.map(name).join(", ");
    page.add([{ text, tone: "strong" }], { prefix: [{ text: mark, tone }] });
    return;
  }
  const seen = judgements.map((judgement) => unseenOf(judgement.message, check));
  for (const group of groupBy([...judgements.keys()], (index) => {
    return verbose
      ? (judgements[index]?.message ?? "")
      : (seen[index]?.why ?? judgements[index]?.message ?? "");
  })) {
    const own = group.flatMap((index) => judgements[index] ?? []);
    const names = own.map(name).join(", ");
    const message = own[0]?.message ?? "";
    const unseen = seen[group[0]] ?? null;
    if (unseen !== null && !verbose) {
      const whats = [...new Set(group.flatMap((index) => seen[index]?.what ?? []))];
      const what =
        !check.reachable || whats.length === 0
          ? `no ${spokenOf(check)} answer`
          : `not seen: ${whats.join(", ")}`;
      const why = check.reachable ? `: ${cutItems(unseen.why, SHORT_MESSAGE)}` : "";
      const open = `${count(own.length, "check")} could not be judged`;
      page.add([{ text: what, tone: "strong" }, `${why} (${open})`], {
        prefix: [{ text: mark, tone }],
      });
      continue;
    }
    const room = Math.max(SHORTEST, page.width - displayWidth(names) - 4);
    const short = tight ? room : SHORT_MESSAGE;
    const text = verbose
      ? cut(message, LONGEST_MESSAGE)
      : settled
        ? cutItems(seenOf(message), room).replace(/; and \d+ more$/, "; …")
        : shortMessage(message, short);
    page.add([{ text: names, tone: "strong" }, `: ${text}`], { prefix: [{ text: mark, tone }] });
  }
}
