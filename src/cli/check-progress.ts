import type { CheckCounts } from "#report/check-summary.ts";
import { redraw } from "./stderr.ts";

/** Redraws at most so often, milliseconds. */
const INTERVAL = 100;

/** One line on standard error that tells how far it is. */
export interface CheckProgress {
  readonly asking: (name: string) => void;
  readonly done: (name: string) => void;
  /** Takes the line away, so that something else can be written; the next change brings it back. */
  readonly clear: () => void;
  /** Takes it away for good. */
  readonly end: () => void;
}

/**
 * The line of a run of checks: nothing where standard error is no terminal, or shows a log.
 * @param total null where nobody knows how many there are
 */
export function checkProgress(
  counts: CheckCounts,
  total: number | null,
  quiet: boolean,
): CheckProgress {
  if (quiet || !process.stderr.isTTY) {
    return { asking: () => {}, done: () => {}, clear: () => {}, end: () => {} };
  }
  const running = new Set<string>();
  const start = performance.now();
  let drawn = 0;
  const draw = () => {
    drawn = performance.now();
    const { good, wrong, unknown } = counts;
    const finished = good + wrong + unknown;
    const seconds = `${Math.floor((drawn - start) / 1000)} s`;
    const names = [...running.values().take(5)].join(" ");
    const found = `${wrong} wrong, ${unknown} not known`;
    redraw(
      total === 1
        ? `${names}  ${seconds}`
        : `${finished}${total === null ? "" : ` of ${total}`} checked, ${found}, ${seconds}  ${names}`,
    );
  };
  const sometimes = () => {
    if (performance.now() - drawn >= INTERVAL) draw();
  };
  const timer = setInterval(sometimes, 1000).unref();
  return {
    asking: (name) => {
      running.add(name);
      sometimes();
    },
    done: (name) => {
      running.delete(name);
      sometimes();
    },
    clear: () => redraw(""),
    end: () => {
      clearInterval(timer);
      redraw("");
    },
  };
}
