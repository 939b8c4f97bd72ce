import { endpointSubject } from "#estate/endpoint.ts";
import type { CheckReport } from "#model/check-report.ts";
import type { TargetOf } from "#model/estate.ts";
import type { CheckCounts } from "#report/check-summary.ts";
import type { Addresses, Entry } from "./check-addresses.ts";
import type { Judge } from "./check-judge.ts";
import type { Looker } from "./check-look.ts";
import type { CheckProgress } from "./check-progress.ts";
import { EXIT } from "./exit.ts";
import { writeText } from "./output.ts";
import { tell } from "./stderr.ts";

/** What a run of checks works with; what is a promise is loaded while the first endpoint answers. */
export interface RunParts {
  readonly addresses: Addresses;
  /** Endpoints at once. */
  readonly concurrency: number;
  readonly looker: Looker;
  readonly judge: Promise<Judge>;
  readonly render: Promise<(report: CheckReport) => string>;
  readonly progress: CheckProgress;
  /** Counted up as the run goes on. */
  readonly counts: { -readonly [K in keyof CheckCounts]: CheckCounts[K] };
  readonly signal: AbortSignal;
}

type EndpointTarget = TargetOf<"endpoint">;

const COUNTED = { 0: "good", 1: "wrong", 3: "unknown" } as const;

/** What a run came to. */
export interface RunResult {
  /** The exit codes that single endpoints and lines gave. */
  readonly codes: ReadonlySet<number>;
  readonly asked: number;
  /** Where the last address stands that was asked; empty where none was. */
  readonly lastPlace: string;
  /** False when nobody reads standard output any more. */
  readonly heard: boolean;
}

/**
 * Checks every address, so many at once, and writes each result as it comes; nothing is kept of it. A wrong line or an
 * endpoint that fails never stops the others.
 */
export async function runChecks(parts: RunParts): Promise<RunResult> {
  const { addresses, concurrency, looker, progress, counts } = parts;
  const codes = new Set<number>();
  let asked = 0;
  let lastPlace = "";
  let heard = true;
  // Ends for the signal's reasons, and when nobody listens any more.
  const stop = new AbortController();
  const abort = () => stop.abort();
  parts.signal.addEventListener("abort", abort, { once: true });

  const checkOne = async (target: EndpointTarget) => {
    const evidence = await looker.look(target, stop.signal);
    const { report, code } = (await parts.judge).judge(target, evidence);
    return { text: (await parts.render)(report), code };
  };
  const write = async ({ text, code }: { readonly text: string; readonly code: 0 | 1 | 3 }) => {
    if (!heard) return;
    codes.add(code);
    counts[COUNTED[code]] += 1;
    progress.clear();
    if (await writeText(text)) return;
    heard = false;
    stop.abort();
  };
  const take = async (entry: Entry) => {
    if ("error" in entry) {
      codes.add(EXIT.usage);
      progress.clear();
      tell(`${entry.place}: ${entry.error}`);
      return;
    }
    asked += 1;
    lastPlace = entry.place;
    const { id } = endpointSubject(entry.target);
    progress.asking(id);
    const result = await checkOne(entry.target).catch((error: unknown) => {
      // A defect that one endpoint brings to light costs that one only; alone, it is told in full.
      if (addresses.single !== null) throw error;
      codes.add(EXIT.software);
      progress.clear();
      tell(`${id}: Probity failed: ${error instanceof Error ? error.message : String(error)}`);
      return null;
    });
    if (result !== null) await write(result);
    progress.done(id);
  };

  const entries = addresses.entries(stop.signal);
  const work = async () => {
    for (;;) {
      const next = await entries.next();
      if (next.done === true) return;
      await take(next.value);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
  } finally {
    // Where one worker has failed for good, the others need not go on.
    stop.abort();
    progress.end();
    parts.signal.removeEventListener("abort", abort);
  }
  return { codes, asked, lastPlace, heard };
}
