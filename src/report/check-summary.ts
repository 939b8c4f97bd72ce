import type { CheckReport } from "#model/check-report.ts";
import { placeOf } from "./check-cause.ts";
import { daysLeft, LOOKS, notJudged, soonOf, verdictOf } from "./check-verdict.ts";
import { createPage } from "./page.ts";
import { cutItems } from "./items.ts";
import { cut, displayWidth } from "./width.ts";
import { count } from "./words.ts";

/** Columns that a place fills, so that the words of most hosts stand below each other. */
const PLACE = 28;
/** Columns of the words at least, on however narrow a terminal. */
const SHORTEST = 20;

/** One endpoint in one line: mark, place, what ends soon, what is wrong. */
export function renderCheckSummary(
  check: CheckReport,
  options: { readonly width: number; readonly colour: boolean },
): string {
  const page = createPage(options);
  const { outcome, head, reasons } = verdictOf(check);
  const { mark, tone } = LOOKS[outcome];
  const [soon] = soonOf(check).map(({ kind, when }) => `${kind.replaceAll("-", " ")} ${when}`);
  const left = daysLeft(check);
  const words =
    outcome === "pass"
      ? [good(check), soon ?? (left === null ? "" : `${count(left, "day")} left`)]
      : [soon ?? "", ...(reasons.length > 0 ? reasons : [head])];
  const place = cut(placeOf(check), Math.max(PLACE, page.width - SHORTEST - 4));
  const gap = " ".repeat(Math.max(1, PLACE - displayWidth(place)));
  const room = page.width - 2 - displayWidth(place) - gap.length;
  const text = cutItems(words.filter((word) => word !== "").join(" · "), room);
  page.add([{ text, ...(outcome === "pass" ? {} : { tone }) }], {
    prefix: [
      { text: mark, tone },
      { text: ` ${place}${gap.slice(1)}`, tone: "strong" },
    ],
  });
  return page.text();
}

/** A policy that does not speak of what was found does not make it good. */
function good(check: CheckReport): string {
  const beside = notJudged(check);
  return beside.length === 0 ? "good" : `good, but not judged: ${cutItems(beside.join(", "), 40)}`;
}

/** What many checks came to. */
export interface CheckCounts {
  readonly good: number;
  readonly wrong: number;
  readonly unknown: number;
}

/** The line after the last endpoint: how many there were of each kind, and how long they took. */
export function renderCheckTotal(counts: CheckCounts, seconds: number): string {
  const { good, wrong, unknown } = counts;
  const all = count(good + wrong + unknown, "endpoint");
  return `${all} in ${seconds.toFixed(1)} s: ${good} good, ${wrong} wrong, ${unknown} not known`;
}
