import pLimit from "p-limit";
import type { Target } from "#model/estate.ts";
import type { Evidence, Observation, Problem } from "#model/evidence.ts";
import { isProblem } from "#model/probe.ts";
import { subjectKey } from "#model/subject.ts";
import { probeContext, targetLimits, words, type ScanSettings } from "./context.ts";
import { declaredInventory } from "./declared.ts";
import type { PlannedProbe } from "./plan.ts";

/** Told as the scan goes on, for a progress line. */
export interface Progress {
  readonly started: (planned: PlannedProbe) => void;
  readonly item: (item: Observation | Problem) => void;
  readonly finished: (planned: PlannedProbe) => void;
}

/** Cloud accounts that are read beside each other; an organization may have hundreds. Endpoints wait for nobody. */
const ACCOUNTS_AT_ONCE = 6;

/**
 * Runs the planned probes, targets beside each other, and gives everything that was seen and what could not be.
 * One probe that fails costs its own facets only. When the scan is cancelled, what came so far is given,
 * marked incomplete. Never throws.
 * @param known problems from before, which become part of the evidence
 */
export async function gather(
  targets: readonly Target[],
  planned: readonly PlannedProbe[],
  settings: ScanSettings,
  progress?: Progress,
  known: readonly Problem[] = [],
): Promise<Evidence> {
  const startedAt = settings.now().toISOString();
  const observations: Observation[] = [];
  const problems: Problem[] = [...known];
  const accounts = pLimit(ACCOUNTS_AT_ONCE);
  const keep = (item: Observation | Problem) => {
    progress?.item(item);
    if (isProblem(item)) problems.push(item);
    else observations.push(item);
  };

  // The time of a target begins when it is its turn.
  const read = async (target: Target) => {
    const limits = targetLimits(target, settings.signal);
    const own = planned.filter((probe) => probe.target === target);
    await Promise.all(
      own.map(async (probe) => {
        progress?.started(probe);
        for await (const item of run(probe, limits, settings)) keep(item);
        progress?.finished(probe);
      }),
    );
    limits.release();
  };

  observations.push(...declaredInventory(targets, startedAt));
  await Promise.all(
    targets.map((target) =>
      target.provider === "endpoint" ? read(target) : accounts(() => read(target)),
    ),
  );

  return {
    startedAt,
    finishedAt: settings.now().toISOString(),
    complete: !settings.signal.aborted,
    observations: observations.sort(byPlace),
    problems: problems.sort(
      (a, b) =>
        compare(a.target, b.target) || compare(a.probe, b.probe) || compare(a.message, b.message),
    ),
  };
}

/** One probe's items; its failure, and the deadline that it does not heed, become a problem of the whole target. */
async function* run(
  { target, entry, wanted }: PlannedProbe,
  limits: ReturnType<typeof targetLimits>,
  settings: ScanSettings,
): AsyncGenerator<Observation | Problem> {
  const failed = (reason: Problem["reason"], message: string): Problem => ({
    target: target.id,
    probe: entry.id,
    operation: entry.title,
    subject: null,
    kinds: entry.kinds,
    facets: [...wanted],
    reason,
    permission: null,
    message: settings.redactor.text(message).slice(0, 1000),
  });
  try {
    const { default: probe } = await entry.load();
    const context = probeContext(probe, target, limits, settings);
    const items = unlessAborted(
      probe.gather(target, wanted, context)[Symbol.asyncIterator](),
      limits.signal,
    );
    try {
      for (;;) {
        const next = await items.next();
        if (next === "aborted") {
          yield settings.signal.aborted
            ? failed("cancelled", "the scan was cut off before this was read")
            : failed("timeout", "the target's deadline passed before all of it was read");
          return;
        }
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      items.release();
    }
  } catch (error) {
    const message = settings.redactor.text(words(error)).slice(0, 1000);
    settings.log("probe failed", { probe: entry.id, target: target.id, error: message });
    yield failed("malformed", `the probe could not go on: ${words(error)}`);
  }
}

/**
 * Asks for one item after the other, unless the signal comes first. After it, what is ready within a turn still counts; a
 * probe that hangs is left behind. One listener serves all items, of which there may be a hundred thousand.
 */
function unlessAborted<T>(items: AsyncIterator<T>, signal: AbortSignal) {
  let stop = () => {};
  const afterTurn = () => void graceTurn().then(stop);
  signal.addEventListener("abort", afterTurn, { once: true });
  return {
    next: () =>
      new Promise<IteratorResult<T> | "aborted">((resolve, reject) => {
        stop = () => resolve("aborted");
        if (signal.aborted) afterTurn();
        // A late failure of a probe that was left behind changes nothing any more.
        items.next().then(resolve, reject);
      }),
    release: () => signal.removeEventListener("abort", afterTurn),
  };
}

function graceTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 50);
  });
}

function byPlace(a: Observation, b: Observation): number {
  return compare(a.facet, b.facet) || compare(subjectKey(a.subject), subjectKey(b.subject));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
