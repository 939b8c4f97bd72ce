import type { Progress } from "#gather/gather.ts";
import type { PlannedProbe } from "#gather/plan.ts";
import { isProblem } from "#model/probe.ts";
import { redraw } from "./stderr.ts";

/** Redraws at most so often, milliseconds. */
const INTERVAL = 100;

/** One line on standard error that tells what is being read; nothing where that is no terminal. */
export function progressLine(total: number): Progress & { readonly end: () => void } {
  if (!process.stderr.isTTY)
    return { started: () => {}, item: () => {}, finished: () => {}, end: () => {} };
  const running = new Set<PlannedProbe>();
  let read = 0;
  let problems = 0;
  let finished = 0;
  let drawn = 0;
  const draw = (force: boolean) => {
    const now = performance.now();
    if (!force && now - drawn < INTERVAL) return;
    drawn = now;
    const names = [...running].map(({ target, entry }) => `${target.id}/${entry.id}`).join(" ");
    const failed = problems > 0 ? `, ${problems} not readable` : "";
    redraw(`${finished}/${total} probes, ${read} readings${failed}  ${names}`);
  };
  return {
    started: (planned) => {
      running.add(planned);
      draw(true);
    },
    item: (item) => {
      if (isProblem(item)) problems += 1;
      else read += 1;
      draw(false);
    },
    finished: (planned) => {
      running.delete(planned);
      finished += 1;
      draw(true);
    },
    end: () => redraw(""),
  };
}
